"""From an edition's entry to one that any XML document can carry, or the reason why it cannot."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from feeds.edition import EditionEntry, RelatedLink
from feeds.foreign import fit_enclosures, fit_episode, fit_licence, fit_upstream
from feeds.render.spelling import defused
from feeds.uris import ascii_url
from ingest.article import Image, Upstream
from ingest.markup import clean, clean_line

_ID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE = re.compile(r"image/[a-z0-9][a-z0-9.+-]{0,60}")
# An e-mail address in a name, bracketed or not: wider than what the W3C validator and feedparser
# look for, bounded so that hostile names cost linear time.
_EMAIL = re.compile(r"[<(]?[^\s<>()@,;]{1,64}@[^\s<>()@,;]{1,255}\.[^\s<>()@,;]{1,63}[>)]?")
_HEADING = 80  # characters of a summary that stand in for a missing title


class UnfitError(ValueError):
    """An entry cannot be rendered. The message says why, in plain words."""


def fitted(entry: EditionEntry) -> EditionEntry:
    """Return `entry` with every field fit for XML and for validators.

    Texts are cleaned and stripped, URLs made ASCII, dates whole seconds in UTC. Related links and
    images without a valid URL are left out, and a summary that only repeats the title. An upstream
    feed has a date: its own, but not before the entry's publication nor after its update. Raises
    UnfitError when the id, the URL or a date is of no use.
    """
    url = ascii_url(entry.url)
    if not _ID.fullmatch(entry.id):
        raise UnfitError("its id is not a urn:uuid")
    if not url:
        raise UnfitError("it has no absolute http or https URL")
    title, html, summary = (clean(t).strip() for t in (entry.title, entry.html, entry.summary))
    published, updated = _utc(entry.published), _utc(entry.updated)
    return replace(
        entry,
        url=url,
        title=title,
        html=html,
        summary="" if html and _folded(summary) == _folded(title) else summary,
        published=published,
        updated=updated,
        authors=_unique(_name(author) for author in entry.authors),
        language=entry.language if _LANGUAGE.fullmatch(entry.language) else "",
        tags=_unique(defused(clean_line(tag)) for tag in entry.tags),
        image=_image(entry.image),
        related=_related(entry.related),
        enclosures=fit_enclosures(entry.enclosures),
        upstream=_upstream(entry.upstream, published, updated),
        licence=defused(fit_licence(entry.licence)),
        via="" if (via := ascii_url(entry.via)) == url else via,
        episode=fit_episode(entry.episode),
    )


def heading(entry: EditionEntry) -> str:
    """The title of a fitted entry, or where there is none the start of its summary or its URL."""
    if entry.title or not entry.summary:
        return entry.title or entry.url
    line = clean_line(entry.summary)
    if len(line) <= _HEADING:
        return line
    return (line[:_HEADING].rpartition(" ")[0] or line[:_HEADING]) + "…"


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise UnfitError("one of its dates has no time zone")
    try:
        return moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        raise UnfitError("one of its dates is out of range") from None


def _name(author: str) -> str:
    """A name without e-mail addresses: feeds are harvested, and validators refuse them."""
    return defused(clean_line(_EMAIL.sub(" ", clean_line(author))))


def _image(image: Image | None) -> Image | None:
    if image is None or not (url := ascii_url(image.url)):
        return None
    media_type = image.media_type if _MEDIA_TYPE.fullmatch(image.media_type) else ""
    return replace(image, url=url, media_type=media_type)


def _upstream(feed: Upstream | None, published: datetime, updated: datetime) -> Upstream | None:
    """The feed, with a date that no validator doubts and nothing but the entry changes."""
    fit = fit_upstream(feed)
    if fit is None:
        return None
    stated = fit.updated if fit.updated and fit.updated.tzinfo else updated
    return replace(fit, updated=_utc(min(max(published, stated), updated)))


def _related(links: tuple[RelatedLink, ...]) -> tuple[RelatedLink, ...]:
    fit = (
        RelatedLink(url=ascii_url(link.url), title=defused(clean_line(link.title)))
        for link in links
    )
    return tuple({link.url: link for link in fit if link.url}.values())


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold().rstrip(".…!? ")
