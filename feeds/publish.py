"""The publishing use case: expose, freeze, render, write what changed.

Pages and archives go live before the feeds that link to them; of a feed its files, each after its
compressed siblings, then the manifest that the server answers from. Nothing is written whose bytes
are the same.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from config.feed import Feed, Format
from feeds import archive, counting, slices, staleness
from feeds.assemble import gather
from feeds.expose import Exposer, Plan
from feeds.files import remove_leftovers, told, write_if_changed, write_with_siblings
from feeds.hosting import write_host_files
from feeds.hubs import post_changes
from feeds.manifest import FileRecord, Manifest, dumps
from feeds.pages import write_feed_page, write_pages, write_private_pages
from feeds.press import (
    MEDIA_TYPES,
    Press,
    feed_path,
    feeds_folder,
    file_links,
    manifest_path,
)
from feeds.proof import proofread
from feeds.report import FeedReport, PublishReport
from feeds.retire import other_formats, remove_files, retire, withdraw
from feeds.selection import cut, entry_size
from feeds.stories import also_at, tell
from ingest.store import articles, editions, last_change, published
from ingest.store.editions import EditionState


def publish(
    press: Press, *, now: datetime, names: Sequence[str] = (), patient: bool = False
) -> PublishReport:
    """Bring the feeds `names` (none: all) and all pages up to date with the store.

    `patient`: a feed's first edition waits until each of its sources has come to the end of a run.
    A feed that cannot be published is reported and keeps its last edition.
    """
    report = PublishReport(warnings=list(press.warnings))
    withdraw(press)
    with press.store.write() as tx:
        articles.release_held(tx, now)
    wanted = [feed for feed in press.settings.feeds if not names or feed.name in names]
    exposer = Exposer(
        store=press.store,
        settings=press.settings,
        roots=press.roots,
        silent=press.silent,
        private=press.audiences,
        now=now,
        warnings=report.warnings,
    )
    plans, report.waiting = exposer.plan(staleness.stale(press, wanted, now), patient=patient)
    if plans:
        exposer.mint(_in_order(plans))
        exposer.compare(plans)
        exposer.follow()
        same = staleness.settle(press, plans)
        plans = [plan for plan in plans if plan.feed.name not in same]
    for plan in plans:
        _expose(press, plan, now)
    report.pages = write_pages(press, report.warnings, now=now)
    for feed in wanted:
        if feed.private:
            report.pages += write_private_pages(press, feed, report.warnings, now=now)
    with press.store.read() as tx:
        states = editions.editions(tx)
    rebuilt = {plan.feed.name: plan for plan in plans}
    for feed in wanted:
        if feed.name in rebuilt:
            report.feeds.append(_publish_feed(press, rebuilt[feed.name], report.warnings, now))
        elif feed.name not in report.waiting:
            shown = states[feed.name].shown
            report.feeds.append(
                FeedReport(
                    name=feed.name,
                    entries=shown,
                    files=staleness.files(feed),
                    changed=False,
                    private=feed.private,
                )
            )
    retire(press)
    write_host_files(press)
    return report


def _in_order(plans: Sequence[Plan]) -> list[str]:
    return list(dict.fromkeys(id_ for plan in plans for id_, _ in plan.added))


def _expose(press: Press, plan: Plan, now: datetime) -> None:
    """Number the newcomers, let the window move on, and what leaves it into archives."""
    feed = plan.feed
    with press.store.write() as tx:
        if before := editions.edition(tx, feed.name):  # it stands no more, whatever happens next
            editions.put_edition(tx, replace(before, entry_change=-1))
        told = tell(tx, feed, plan.added, now=now)
        published.expose(tx, feed.name, plan.added, now, told)
        window = published.window(tx, feed.name)
        entries = published.entries(tx, [exposure.article for exposure in window])
        also = also_at(tx, press.reach(feed), feed, window)
        sizes = {id_: entry_size(one, feed, also.get(id_, ())) for id_, one in entries.items()}
        kept = cut(window, sizes, limit=feed.limit, now=now, archived=feed.archive)
        if len(kept) < len(window):
            published.leave(tx, feed.name, kept[-1].number, now)
        more = feed.archive and archive.keep(tx, press, feed, now)
    while more:  # what left before there were archives, or very much at once
        with press.store.write() as tx:
            more = archive.keep(tx, press, feed, now)


def _publish_feed(press: Press, plan: Plan, warnings: list[str], now: datetime) -> FeedReport:
    feed = plan.feed
    with press.store.read() as tx:
        before = editions.edition(tx, feed.name)
        window = published.window(tx, feed.name)
        first_at = before.first_at if before else now
        edition = gather(tx, press, feed, window, first_at)
        edition = replace(edition, archive=archive.newest(tx, press.settings, feed))
        if not window and (empty := counting.swallowing(tx, press.settings, feed, now)):
            warnings.append(f"{counting.told(feed, *empty)}; `status` says where")
        change = last_change(tx, "entry")
    try:
        archive.write_archives(press, feed, warnings, now=now)  # before what links to them
        known = dict(before.digests) if before else {}
        proof = proofread(edition, feed.formats, known, now)
        warnings += proof.warnings
        changed = _write(press, feed, proof.bodies, now)
        write_feed_page(press, feed, proof.edition)
    except Exception as error:  # noqa: BLE001 - one bad feed never stops the others
        return FeedReport(
            name=feed.name, entries=0, files=(), changed=False, error=f"{feed.name}: {told(error)}"
        )
    digests = {f: hashlib.sha256(body).hexdigest() for f, body in proof.bodies.items()}
    state = EditionState(
        feed=feed.name,
        built_from=plan.change,
        sources=plan.considered,
        settings=staleness.digest(press, feed),
        entry_change=change,
        shown=len(window),
        first_at=first_at,
        built_at=now,
        rule=slices.rule_text(feed),
        digests=tuple(digests.items()),
    )
    news = [f for f in feed.formats if digests[f] != known.get(f)]
    with press.store.write() as tx:
        editions.put_edition(tx, state)
        post_changes(tx, press.settings, feed, news, now)
    return FeedReport(
        name=feed.name,
        entries=proof.entries,
        files=staleness.files(feed),
        changed=changed,
        private=feed.private,
    )


def _write(press: Press, feed: Feed, bodies: Mapping[Format, bytes], now: datetime) -> bool:
    """Make an edition live; returns whether any byte changed."""
    output = feeds_folder(press.settings, feed)
    before = staleness.manifest(press, feed)
    known = {file.path: file for file in before.files} if before else {}
    folder = press.settings.folder_of(feed)
    folder.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)
    changed = False
    records = {
        _record(press, feed, format_, body, known, now): body for format_, body in bodies.items()
    }
    for record, body in records.items():
        # its own time too is that of the edition: whoever reads the file before the manifest
        # tells the same Last-Modified as after it
        path = output / record.path
        changed |= write_with_siblings(path, body, modified=record.changed_at)
    others = other_formats(feed, feed.was)
    manifest = dumps(Manifest(feed=feed.name, files=tuple(records), moved=others))
    changed |= write_if_changed(manifest_path(press.settings, feed), manifest)
    remove_files(output, [path for path, _ in others])
    return changed


def _record(
    press: Press,
    feed: Feed,
    format_: Format,
    body: bytes,
    known: Mapping[str, FileRecord],
    now: datetime,
) -> FileRecord:
    path = feed_path(feed, format_)
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
        links=file_links(press.settings, feed, format_),
    )
