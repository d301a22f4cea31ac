"""The publishing use case: expose, freeze, render, write what changed.

Pages go live before the feeds that link to them; of a feed its compressed siblings first, then the
plain files, then the manifest that the server answers from. Nothing is written whose bytes are the
same.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from config.feed import Feed, Format
from feeds.assemble import assemble
from feeds.expose import Exposer, Plan
from feeds.files import compressed, remove_leftovers, told, write_if_changed
from feeds.manifest import FileRecord, Manifest, ManifestError, dumps, read_manifest
from feeds.pages import write_feed_page, write_pages, write_private_pages
from feeds.press import (
    MEDIA_TYPES,
    Press,
    addresses,
    feed_path,
    feeds_folder,
    manifest_path,
    settings_digest,
)
from feeds.proof import proofread
from feeds.report import FeedReport, PublishReport
from feeds.retire import other_formats, remove_files, retire, withdraw
from feeds.selection import cut, entry_size
from feeds.stories import also_at, tell
from ingest.entry import Entry, Exposure
from ingest.store import articles, last_change, published, sources
from ingest.store.published import EditionState


def publish(
    press: Press, *, now: datetime, names: Sequence[str] = (), patient: bool = False
) -> PublishReport:
    """Bring the feeds `names` (none: all) and all pages up to date with the store.

    `patient`: a feed's first edition waits until each of its sources has come to the end of a run.
    A feed that cannot be published is reported and keeps its last edition.
    """
    report = PublishReport()
    withdraw(press)
    with press.store.write() as tx:
        articles.release_held(tx, now)
    wanted = [feed for feed in press.settings.feeds if not names or feed.name in names]
    stale = [feed for feed in wanted if _is_stale(press, feed)]
    exposer = Exposer(
        store=press.store,
        settings=press.settings,
        roots=press.roots,
        silent=press.silent,
        private=press.audiences,
        now=now,
        warnings=report.warnings,
    )
    plans: list[Plan] = []
    for feed in stale:
        plan = exposer.plan(feed, patient=patient)
        if plan is None:
            report.waiting.append(feed.name)
        else:
            plans.append(plan)
    if plans:
        exposer.mint(_in_order(plans))
        exposer.compare(plans)
        exposer.follow()
    for plan in plans:
        _expose(press, plan, now)
    report.pages = write_pages(press, report.warnings, now=now)
    for feed in wanted:
        if feed.private:
            report.pages += write_private_pages(press, feed, report.warnings, now=now)
    rebuilt = {plan.feed.name: plan for plan in plans}
    for feed in wanted:
        if feed.name in rebuilt:
            report.feeds.append(_publish_feed(press, rebuilt[feed.name], report.warnings, now))
        elif feed.name not in report.waiting:
            report.feeds.append(_untouched(press, feed))
    retire(press)
    return report


def _is_stale(press: Press, feed: Feed) -> bool:
    """Whether anything changed since the feed's edition was built, or its files are not there.

    Also when a source was in the middle of a run then, and is not any more.
    """
    with press.store.read() as tx:
        state = published.edition(tx, feed.name)
        change = last_change(tx, "article")
        ready = sources.settled(tx, press.settings.sources_of(feed))
    if state is None or (state.built_from, state.settings) != (change, _digest(press, feed)):
        return True
    if any(state.sources.get(id_) != change for id_ in ready):
        return True
    manifest = _manifest(press, feed)
    output, folder = feeds_folder(press.settings, feed), press.settings.folder_of(feed)
    if manifest is None or tuple(file.path for file in manifest.files) != _files(feed):
        return True
    if not (folder / (press.settings.feed_page(feed) or "index.html")).is_file():
        return True
    return any(
        not (output / file.path).is_file() or (output / file.path).stat().st_size != file.size
        for file in manifest.files
    )


def _digest(press: Press, feed: Feed) -> str:
    return settings_digest(press, feed.model_dump_json())


def _in_order(plans: Sequence[Plan]) -> list[str]:
    return list(dict.fromkeys(id_ for plan in plans for id_, _ in plan.added))


def _expose(press: Press, plan: Plan, now: datetime) -> None:
    """Number the newcomers and let the window move on."""
    feed = plan.feed
    with press.store.write() as tx:
        told = tell(tx, feed, plan.added, now=now)
        published.expose(tx, feed.name, plan.added, now, told)
        window = published.window(tx, feed.name)
        entries = published.entries(tx, [exposure.article for exposure in window])
        also = also_at(tx, press.reach(feed), feed, window)
        sizes = {id_: entry_size(one, feed, also.get(id_, ())) for id_, one in entries.items()}
        kept = cut(window, sizes, limit=feed.limit, now=now)
        if len(kept) < len(window):
            published.leave(tx, feed.name, kept[-1].number, now)


def _publish_feed(press: Press, plan: Plan, warnings: list[str], now: datetime) -> FeedReport:
    feed = plan.feed
    with press.store.read() as tx:
        before = published.edition(tx, feed.name)
        window = published.window(tx, feed.name)
        found = published.entries(tx, [exposure.article for exposure in window])
        shown = [_as_told(found[exposure.article], exposure) for exposure in window]
        pages, related = addresses(tx, press.reach(feed), shown)
        also = also_at(tx, press.reach(feed), feed, window)
    first_at = before.first_at if before else now
    edition = assemble(press, feed, shown, pages, related, also, first_at)
    try:
        known = dict(before.digests) if before else {}
        proof = proofread(edition, feed.formats, known, now)
        warnings += proof.warnings
        changed = _write(press, feed, proof.bodies, now)
        write_feed_page(press, feed, proof.edition)
    except Exception as error:  # noqa: BLE001 - one bad feed never stops the others
        return FeedReport(
            name=feed.name, entries=0, files=(), changed=False, error=f"{feed.name}: {told(error)}"
        )
    state = EditionState(
        feed=feed.name,
        built_from=plan.change,
        sources=plan.considered,
        settings=_digest(press, feed),
        first_at=first_at,
        built_at=now,
        digests=tuple((f, hashlib.sha256(body).hexdigest()) for f, body in proof.bodies.items()),
    )
    with press.store.write() as tx:
        published.put_edition(tx, state)
    return FeedReport(name=feed.name, entries=proof.entries, files=_files(feed), changed=changed)


def _as_told(entry: Entry, exposure: Exposure) -> Entry:
    """The entry with the date of its story's last development, if that is the later one."""
    return replace(entry, updated=max(entry.updated, exposure.developed))


def _write(press: Press, feed: Feed, bodies: Mapping[Format, bytes], now: datetime) -> bool:
    """Make an edition live; returns whether any byte changed."""
    output = feeds_folder(press.settings, feed)
    before = _manifest(press, feed)
    known = {file.path: file for file in before.files} if before else {}
    folder = press.settings.folder_of(feed)
    folder.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)
    changed = False
    records = {
        _record(feed_path(feed, format_), format_, body, known, now): body
        for format_, body in bodies.items()
    }
    for suffix, pack in ((".gz", compressed), ("", bytes)):
        for record, body in records.items():
            # its own time too is that of the edition: whoever reads the file before the manifest
            # tells the same Last-Modified as after it
            path = output / f"{record.path}{suffix}"
            changed |= write_if_changed(path, pack(body), modified=record.changed_at)
    others = other_formats(feed, feed.was)
    manifest = dumps(Manifest(feed=feed.name, files=tuple(records), moved=others))
    changed |= write_if_changed(manifest_path(press.settings, feed), manifest)
    remove_files(output, [path for path, _ in others])
    return changed


def _record(
    path: str, format_: Format, body: bytes, known: Mapping[str, FileRecord], now: datetime
) -> FileRecord:
    digest = hashlib.sha256(body).hexdigest()
    last, moment = known.get(path), now.replace(microsecond=0)
    if last:
        later = max(moment, last.changed_at + timedelta(seconds=1))
        moment = last.changed_at if last.digest == digest else later
    return FileRecord(
        path=path,
        media_type=MEDIA_TYPES[format_],
        digest=digest,
        size=len(body),
        changed_at=moment,
    )


def _untouched(press: Press, feed: Feed) -> FeedReport:
    with press.store.read() as tx:
        entries = len(published.window(tx, feed.name))
    return FeedReport(name=feed.name, entries=entries, files=_files(feed), changed=False)


def _files(feed: Feed) -> tuple[str, ...]:
    return tuple(feed_path(feed, format_) for format_ in feed.formats)


def _manifest(press: Press, feed: Feed) -> Manifest | None:
    try:
        return read_manifest(manifest_path(press.settings, feed))
    except ManifestError:
        return None
