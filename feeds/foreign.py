"""What an entry brings from elsewhere, made fit to print: its enclosures, the feed it came from."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from feeds.media import media_type
from feeds.uris import ascii_url
from ingest.article import Enclosure, Episode, Upstream
from ingest.markup import clean_line
from ingest.urls import link_url

_MOST = 50  # enclosures of one entry
_LONGEST = 2**63  # bytes; readers keep lengths in 64 bits
_MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9][a-z0-9.+_-]{0,80}")
_UNTOLD = frozenset({"", "application/octet-stream"})
_UNRESERVED = r"A-Za-z0-9:@;/?=+$.,!~*'()_-"
# RFC 4151 and RFC 8141, without the percent-encoding and fragments that nobody uses in ids.
_TAG = re.compile(rf"tag:([a-z0-9._-]+@)?[a-z0-9.-]+,\d{{4}}(-\d\d){{0,2}}:[{_UNRESERVED}]*")
_UUID = re.compile(r"urn:uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_URN = re.compile(r"urn:(?!uuid:)[a-z0-9][a-z0-9-]{1,31}:[A-Za-z0-9()+,.:=@;$_!*'-]+")
_MOST_EPISODES = 100_000
_MAX_ID = 2_000  # characters


def fit_enclosures(enclosures: Sequence[Enclosure]) -> tuple[Enclosure, ...]:
    """The enclosures a feed or page can name, in order: each URL once, at most 50.

    URLs are ASCII, media types lower case without parameters; one that is missing or says nothing
    is told by the URL's path, and "" when that does not tell it. Absurd lengths become 0.
    """
    fit: dict[str, Enclosure] = {}
    for one in enclosures:
        if (url := _address(one.url)) and url not in fit and len(fit) < _MOST:
            length = one.length if 0 < one.length < _LONGEST else 0
            kind = _media_type(one.media_type, url)
            label, duration = clean_line(one.label), max(one.duration, 0)
            fit[url] = replace(
                one, url=url, media_type=kind, length=length, label=label, duration=duration
            )
    return tuple(fit.values())


def fit_licence(licence: str) -> str:
    """A licence as it can be named: an address in ASCII, or a text on one line."""
    return ascii_url(licence) or clean_line(licence)


def fit_episode(episode: Episode | None) -> Episode | None:
    """What a podcast says of an entry, with files that have an address and a type."""
    if episode is None:
        return None
    transcript, chapters = _typed(episode.transcript), _typed(episode.chapters)
    number, season = (
        one if 0 < one < _MOST_EPISODES else 0 for one in (episode.number, episode.season)
    )
    return replace(episode, number=number, season=season, transcript=transcript, chapters=chapters)


def fit_upstream(upstream: Upstream | None) -> Upstream | None:
    """The upstream feed as a feed or page can name it, None when it has no address at all.

    The id is the feed's own where validators take it as it is or in its canonical spelling, and
    otherwise the canonical address of the feed or of its home page. The title falls back to the
    host. `updated` stays as it came.
    """
    if upstream is None:
        return None
    feed_url, url = _address(upstream.feed_url), _address(upstream.url)
    if not (feed_url or url):
        return None
    ids = (_id(upstream.id), _canonical(feed_url), _canonical(url))
    title = clean_line(upstream.title) or urlsplit(feed_url or url).netloc
    id_ = next(filter(None, ids), "")
    return replace(upstream, id=id_, title=title, url=url, feed_url=feed_url)


def _typed(file: Enclosure | None) -> Enclosure | None:
    fit = fit_enclosures([file] if file else [])
    return fit[0] if fit and fit[0].media_type else None


def file_name(url: str) -> str:
    """What a reader calls the file at `url`: the last part of its path, or the host."""
    parts = urlsplit(url)
    return clean_line(unquote(PurePosixPath(parts.path).name)) or parts.netloc


def _address(url: str) -> str:
    """`url` in ASCII; "" for an IPv6 literal too, which validators refuse."""
    address = ascii_url(url)
    return "" if "[" in address else address


def _media_type(declared: str, url: str) -> str:
    kind = declared.partition(";")[0].strip().lower()
    kind = kind if _MEDIA_TYPE.fullmatch(kind) else ""
    if kind in _UNTOLD:
        guessed = media_type(PurePosixPath(unquote(urlsplit(url).path)).suffix)
        return guessed.partition(";")[0] or kind
    return kind


def _id(text: str) -> str:
    text = text.strip()
    if len(text) > _MAX_ID:
        return ""
    known = any(form.fullmatch(text) for form in (_TAG, _UUID, _URN))
    return text if known else _canonical(_address(text))


def _canonical(url: str) -> str:
    """The one spelling of an http(s) URL that an id may have, "" when it cannot be sure."""
    try:
        canonical = link_url(url)
        decoded = unquote(canonical, errors="strict")
    except ValueError:
        return ""
    return canonical if unicodedata.is_normalized("NFC", decoded) else ""
