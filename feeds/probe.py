"""What there is at an address to make a source of: a few polite requests, then a ranking."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from urllib.parse import urljoin

from lxml import html

from feeds.candidates import (
    Candidate,
    feed_candidate,
    feeds_on,
    listing_candidate,
    ranked,
    sitemap_candidate,
    well_known_feeds,
)
from ingest.article import Document, Stated
from ingest.detect import ListRules, detect
from ingest.detect.robots import sitemaps_in
from ingest.detect.sitemap import read_sitemap
from ingest.errors import FetchError, IngestError, ReadError
from ingest.markup import clean_line, parse_page
from ingest.normalize.decode import decode
from ingest.upstream import parse_feed, sniff

Ask = Callable[[str], Document]

MOST = 16
"""Requests that one probe makes, at most."""

_SECONDS = 60.0  # in which no request is begun any more
_SITEMAPS = 2  # sitemaps of a site that are read
_CHILDREN = 2  # sitemaps of an index that are read, the newest
_TITLE = 200  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What was found: candidates, best first, and what was none with the reason.

    `title` is that of the site, `refusal` why the page itself could not be fetched, both "" for
    none.
    """

    candidates: tuple[Candidate, ...]
    rejected: tuple[tuple[str, str], ...]
    title: str = ""
    refusal: str = ""


def probe(
    url: str,
    ask: Ask,
    now: datetime,
    rules: ListRules,
    *,
    clock: Callable[[], float] = monotonic,
) -> Probe:
    """Look at `url`: the feeds of its page, the list on it, the sitemaps of its site.

    `ask` fetches one document or raises FetchError; it is called at most MOST times. `rules` are
    for lists. `clock` counts seconds. What goes wrong is in the result.
    """
    looking = _Looking(ask=ask, now=now, rules=rules, until=clock() + _SECONDS, clock=clock)
    first = looking.get(url)
    kind = sniff(first.body, first.media_type) if first else ""
    if first and kind == "feed":
        looking.take(lambda: looking.feed(first, declared=True), url)
    elif first and kind == "sitemap":
        looking.take(lambda: looking.sitemap(first), url)
    elif first or looking.answered:
        looking.page(first, url)
    place = (first.url if first else "") or url
    return Probe(
        candidates=ranked(looking.candidates, place) if looking.candidates else (),
        rejected=tuple(looking.rejected.items()),
        title=looking.title,
        refusal="" if first else looking.rejected.get(url, ""),
    )


@dataclass(slots=True, kw_only=True)
class _Looking:
    """One probe under way. `answered`: the server said something, if only that it refuses."""

    ask: Ask
    now: datetime
    rules: ListRules
    until: float
    clock: Callable[[], float]
    answered: bool = False
    title: str = ""
    asked: set[str] = field(default_factory=set)
    candidates: list[Candidate] = field(default_factory=list)
    rejected: dict[str, str] = field(default_factory=dict)

    def get(self, url: str, *, expected: bool = True) -> Document | None:
        """The document at `url`, None when there is none; one not `expected` is not missed."""
        if url in self.asked:
            return None
        if len(self.asked) >= MOST or self.clock() > self.until:
            self.rejected[url] = f"was not asked: a probe ends after {MOST} requests or a minute"
            return None
        self.asked.add(url)
        try:
            return self.ask(url)
        except FetchError as error:
            self.answered = self.answered or bool(error.status)
            if expected or error.status != 404:
                self.rejected[url] = error.reason
            return None

    def take(self, look: Callable[[], Candidate], url: str) -> bool:
        """Note the candidate that `look` gives, or why there is none."""
        try:
            found = look()
        except IngestError as error:
            self.rejected[url] = error.reason
            return False
        if not found.items:
            self.rejected[url] = f"the {found.kind} lists nothing"
            return False
        self.candidates.append(found)
        self.title = self.title or found.title
        return True

    def page(self, first: Document | None, url: str) -> None:
        """Look at a page, or at the site of one that cannot be fetched."""
        place, declared = url, tuple[str, ...]()
        if first:
            place = first.url or url
            self.take(lambda: self.listing(first), place)
            declared = self.declared(first, place)
        if not self.feeds(declared, declared=True):
            self.feeds(well_known_feeds(place), declared=False)
        self.sitemaps(place)

    def declared(self, first: Document, place: str) -> tuple[str, ...]:
        """The feeds that a page names; its title is noted."""
        try:
            tree = parse_page(decode(first.body, first.charset, html=True))
        except IngestError:
            return ()
        self.title = _site_name(tree) or self.title
        return feeds_on(tree, place)

    def feeds(self, urls: Iterable[str], *, declared: bool) -> bool:
        """Look at these feeds; whether any is one. The first that is guessed right is enough."""
        found = False
        for url in urls:
            document = self.get(url, expected=declared)
            if document is None or (not declared and sniff(document.body) != "feed"):
                continue
            found |= self.take(lambda one=document: self.feed(one, declared=declared), url)  # type: ignore[misc]
            if found and not declared:
                break
        return found

    def feed(self, document: Document, *, declared: bool) -> Candidate:
        """Raises ReadError when it is no feed."""
        url = document.url or document.origin
        zone = self.rules.timezone
        feed = parse_feed(document.body, url=url, charset=document.charset, zone=zone)
        return feed_candidate(feed, document, self.now, declared=declared)

    def listing(self, document: Document) -> Candidate:
        """Raises IngestError when there is no list on the page; near misses are noted."""
        found = detect(document, self.rules)
        if not found.items:
            near = max(found.guesses, key=lambda guess: guess.score, default=None)
            what = f"; the likeliest, {near.count} links, {near.rejected}" if near else ""
            raise ReadError(f"no list of articles was found on the page{what}")
        return listing_candidate(found, document, self.title)

    def sitemaps(self, place: str) -> None:
        """Look at the sitemaps that robots.txt names, or where they usually are."""
        robots = self.get(urljoin(place, "/robots.txt"), expected=False)
        named = sitemaps_in(robots.body, robots.url or robots.origin) if robots else ()
        for url in (named or (urljoin(place, "/sitemap.xml"),))[:_SITEMAPS]:
            if document := self.get(url, expected=bool(named)):
                self.take(lambda one=document: self.sitemap(one), url)  # type: ignore[misc]

    def sitemap(self, document: Document) -> Candidate:
        """Raises ReadError when it is no sitemap."""
        return sitemap_candidate(list(self._pages(document)), document)

    def _pages(self, document: Document) -> Iterator[Stated]:
        found = read_sitemap(document.body, document.url or document.origin, self.rules.timezone)
        if found.feed:
            raise ReadError("it is a feed, not a sitemap")
        yield from found.entries
        dated = sorted(found.sitemaps, key=lambda one: str(one[1] or ""), reverse=True)
        for url, _ in dated[:_CHILDREN]:
            child = self.get(url)
            if child and not self._leads_on(child):
                yield from self._pages(child)

    def _leads_on(self, document: Document) -> bool:
        """Whether an index is in an index, which the protocol does not allow."""
        return b"<sitemapindex" in document.body[:2_000]


def _site_name(page: html.HtmlElement) -> str:
    named = page.xpath("//meta[@property='og:site_name']/@content")
    title = str(named[0]) if named else page.findtext(".//title") or ""
    return clean_line(title[: 2 * _TITLE])[:_TITLE]
