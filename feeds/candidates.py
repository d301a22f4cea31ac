"""What may become a source: told of a feed, a sitemap or a page that lists articles. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Literal
from urllib.parse import urljoin, urlsplit

from lxml import html

from ingest.article import Document, Stated
from ingest.detect import Detection
from ingest.detect.links import base_of
from ingest.markup import parse_fragment, text_of
from ingest.upstream import UpstreamFeed
from ingest.urls import link_url, match_url, same_site

_TYPES = re.compile(r"application/(rss|atom|x\.atom|rdf|feed)\+(xml|json)|(text|application)/xml")
_LIKE_FEED = re.compile(r"(^|[/._=-])(feeds?|rss2?|atom|rdf)($|[/._=&-])", re.IGNORECASE)
_OF_COMMENTS = re.compile(r"\b(comments?|kommentare?|commentaires?|comentarios)\b", re.IGNORECASE)
_WELL_KNOWN = ("feed/", "feed.xml", "rss.xml", "atom.xml", "index.xml", "rss/")
_BELOW = 3  # of these are tried below the page's own folder
_DECLARED, _NAMED = 5, 3  # addresses of either kind that are taken from a page
_WHOLE = 150  # words of an entry from which it is taken for the whole article
_STALE = timedelta(days=365)
_SAMPLE = 20  # entries looked at to judge a feed
_OLDEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A source that could be: what it lists, the newest or topmost first, and what speaks for it.

    `score` is 0 to 1. `fulltext`: what it says of its articles is not the whole of them, so that
    their pages are to be fetched too.
    """

    kind: Literal["feed", "listing", "sitemap"]
    url: str
    title: str
    score: float
    reasons: tuple[str, ...]
    items: tuple[Stated, ...]
    fulltext: bool = False


def feeds_on(page: html.HtmlElement, url: str) -> tuple[str, ...]:
    """The feeds that the page at `url` declares or links to: declared ones first, each once.

    Those of comments come last.
    """
    base = base_of(page, url)
    declared = [
        link.get("href")
        for link in page.iter("link")
        if {"alternate", "feed"} & (rel := _words(link, "rel"))
        and ("feed" in rel or _TYPES.fullmatch((link.get("type") or "").strip().lower()))
    ]
    named = [
        link.get("href")
        for link in page.iter("a")
        if _TYPES.fullmatch((link.get("type") or "").lower()) or _named_like_feed(link)
    ]
    own = [one for one in _absolute(named, base) if same_site(one, url)]
    found = [*list(_absolute(declared, base))[:_DECLARED], *own[:_NAMED]]
    return tuple(sorted(dict.fromkeys(found), key=lambda one: bool(_OF_COMMENTS.search(one))))


def well_known_feeds(url: str) -> tuple[str, ...]:
    """Where the feeds of many sites are: below the folder of the page at `url`, and at the root."""
    folder, root = urljoin(url, "."), urljoin(url, "/")
    below = [urljoin(folder, name) for name in _WELL_KNOWN[:_BELOW]]
    return tuple(dict.fromkeys([*below, *(urljoin(root, name) for name in _WELL_KNOWN)]))


def feed_candidate(
    feed: UpstreamFeed, document: Document, now: datetime, *, declared: bool
) -> Candidate:
    """The feed that `document` is; `declared`: the page that was asked for names it."""
    newest = max((_time(entry) for entry in feed.entries), default=_OLDEST)
    comments = bool(_OF_COMMENTS.search(f"{document.origin} {feed.title}"))
    stale = _OLDEST < newest < now - _STALE
    whole = _usual_length(feed.entries[:_SAMPLE]) >= _WHOLE
    reasons = [
        _count(feed.entries, "entry", "entries"),
        "declared by the page" if declared else "found",
    ]
    reasons.append("whole articles" if whole else "summaries: the pages are fetched too")
    reasons += ["of comments"] if comments else []
    reasons += [f"nothing new since {newest:%Y-%m-%d}"] if stale else []
    return Candidate(
        kind="feed",
        url=_lasting(document),
        title=feed.title,
        score=(0.95 if declared else 0.85) - 0.6 * comments - 0.4 * stale,
        reasons=tuple(reasons),
        items=feed.entries,
        fulltext=not whole and any(entry.url for entry in feed.entries),
    )


def listing_candidate(found: Detection, document: Document, title: str) -> Candidate:
    """The page that `document` is, with what was found to be its list."""
    best = max(found.guesses, key=lambda guess: (not guess.rejected, guess.score))
    return Candidate(
        kind="listing",
        url=_lasting(document),
        title=title,
        score=0.3 + 0.5 * found.score,
        reasons=(*best.reasons, *(["goes on on further pages"] if found.next else [])),
        items=found.items,
    )


def sitemap_candidate(pages: Sequence[Stated], document: Document) -> Candidate:
    """The sitemap that `document` is; `pages` are what it and those it leads to list."""
    news = any(page.published for page in pages)
    dated = any(page.updated for page in pages)
    said = "of news" if news else "with times of change" if dated else "without dates"
    return Candidate(
        kind="sitemap",
        url=_lasting(document),
        title="",
        score=0.6 if news else 0.3 if dated else 0.15,
        reasons=(_count(pages, "page", "pages"), said),
        items=tuple(sorted(pages, key=_time, reverse=True)),
    )


def ranked(candidates: Sequence[Candidate], url: str) -> tuple[Candidate, ...]:
    """Best first, each list once. `url` is the page that was asked for.

    Below the home page, a feed with nothing of what the page lists is of something else.
    """
    listing = next((one for one in candidates if one.kind == "listing"), None)
    part = urlsplit(url).path.strip("/") and listing
    shown = _addresses(listing) if listing else set()
    judged = []
    for one in candidates:
        if part and one.kind == "feed" and one.url != url and not shown & _addresses(one):
            reasons = (*one.reasons, "lists nothing of what the page does")
            one = replace(one, score=one.score - 0.5, reasons=reasons)
        judged.append(replace(one, score=round(max(one.score, 0.01), 2)))
    best: dict[tuple[str, frozenset[str]], Candidate] = {}
    for one in sorted(judged, key=lambda one: -one.score):
        best.setdefault((one.kind, frozenset(_addresses(one)) or frozenset({one.url})), one)
    return tuple(best.values())


def _count(items: Sequence[Stated], one: str, many: str) -> str:
    return f"{len(items):,} {one if len(items) == 1 else many}"


def _addresses(candidate: Candidate) -> set[str]:
    return {match_url(item.url) for item in candidate.items if item.url}


def _lasting(document: Document) -> str:
    """Where it answered, unless that is another site's, which may be another one tomorrow."""
    moved = document.url and same_site(document.url, document.origin)
    return document.url if moved else document.origin


def _time(item: Stated) -> datetime:
    return item.published or item.updated or _OLDEST


def _usual_length(entries: Sequence[Stated]) -> float:
    """The words of the text of most entries."""
    texts = (text_of(parse_fragment(entry.html or entry.summary)) for entry in entries)
    return median([len(text.split()) for text in texts] or [0])


def _words(element: html.HtmlElement, name: str) -> set[str]:
    return set((element.get(name) or "").lower().split())


def _named_like_feed(link: html.HtmlElement) -> bool:
    try:
        parts = urlsplit((link.get("href") or "")[:2_000])
    except ValueError:
        return False
    return bool(_LIKE_FEED.search(parts.path) or _LIKE_FEED.search(parts.query))


def _absolute(references: Sequence[str | None], base: str) -> Iterator[str]:
    for reference in references:
        try:
            yield link_url(urljoin(base, (reference or "").strip())).partition("#")[0]
        except ValueError:
            continue
