"""Sources that list their articles in a document of their own: a feed, a page, a sitemap.

That document is asked for conditionally and kept, so that it is read again only when it changed or
when something that it listed is still missing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from ingest.article import Document, Found, NotModified, Stated, Validators
from ingest.errors import FetchError, ReadError
from ingest.polling import NO_HINTS, Hints
from ingest.push import Offer
from ingest.sources import Listing, Seen
from ingest.sources.asking import Asking
from ingest.store.values import stated_text

Ask = Callable[[str], Document]

_OTHER = "give another address; `broadsheet probe` shows what is there"
_AGAIN = timedelta(days=1)  # a page that is still listed is asked for again after this


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One thing that an index lists, and where its page is; "" for none to fetch."""

    origin: str
    stated: Stated
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What an index lists, first things first.

    `troubles` are (origin, reason) pairs of what in it cannot be read, `warnings` of what could be
    all the same, `hints` is how often it asks to be looked at, `offer` who tells of its news.
    """

    listed: Sequence[Listed]
    troubles: tuple[tuple[str, str], ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()
    hints: Hints = NO_HINTS
    offer: Offer | None = None


class Lister(Protocol):
    """Reads one kind of index."""

    def __call__(self, first: Document, ask: Ask) -> Contents:
        """What `first` holds, and the documents it leads to, which `ask` gives.

        Raises IngestError when nothing can be read.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What the runs before left.

    `kept` gives a document, `kept_index` one of the index, as they are stored; `led_to` are the
    addresses of the index, as it was read last. `unfinished` tells that the index must be read even
    if it has not changed: the last run left something undone, or went by other rules.
    """

    kept: Callable[[str], Document | None]
    kept_index: Callable[[str], Document | None]
    led_to: Callable[[], Sequence[str]]
    unfinished: bool


class IndexSource:
    """The articles that the index at `url` lists, as `lister` reads it; at most `max_items`."""

    def __init__(
        self,
        url: str,
        lister: Lister,
        asking: Asking,
        before: Before,
        *,
        max_items: int,
        now: datetime,
    ) -> None:
        self.addresses = (url,)
        self._lister = lister
        self._asking = asking
        self._before = before
        self._max_items = max_items
        self._now = now
        self._listed: dict[str, Listed] = {}
        self._index: dict[str, tuple[Document | None, Document]] = {}
        self._unread: dict[str, FetchError] = {}

    def listing(self, seen: Mapping[str, Seen]) -> Listing:
        """List what the index holds now. Raises FetchError, ReadError and SourceError."""
        self._listed, self._index, self._unread = {}, {}, {}
        first = self._ask(self.addresses[0])
        if not (self._must_read() or self._renewed_beyond()):
            return Listing(found=(), complete=False, index=self._changed(), rests=True)
        try:
            contents = self._lister(first, self._ask)
        except ReadError as error:
            error.advice = _OTHER  # it is no article that could be corrected
            raise
        for one in contents.listed[: self._max_items]:
            self._listed.setdefault(one.origin, one)
        return Listing(
            found=tuple(
                Found(origin=origin, unchanged=self._rests(one, seen.get(origin)))
                for origin, one in self._listed.items()
            ),
            complete=False,  # what is not listed any more is not gone
            troubles=contents.troubles,
            warnings=contents.warnings,
            index=self._changed(),
            led_to=(*self._index, *self._unread),
            hints=contents.hints,
            offer=self._offer(contents),
        )

    def read(self, origin: str, validators: Validators, now: datetime) -> Document | NotModified:
        """The entry as it is listed, or its page with what is stated of it. Raises FetchError."""
        one = self._listed[origin]
        if not one.page:
            return self._alone(one, now)
        try:
            answer = self._asking.ask(one.page, validators, now, crawl=True)
        except FetchError:
            before = self._before.kept(origin)
            if (before and before.body) or not (one.stated.html or one.stated.summary):
                raise  # its page was read before: that is better than what the index says
            return self._alone(one, now)  # which is better than nothing
        if not isinstance(answer, NotModified):
            return replace(answer, origin=origin, stated=one.stated)
        before = self._before.kept(origin)
        if before is None or before.stated == one.stated:
            return answer
        return replace(before, stated=one.stated, validators=answer.validators)

    def _ask(self, url: str) -> Document:
        """One document of the index, as it is now; asked for once. Raises FetchError."""
        if url in self._index:
            return self._index[url][1]
        if url in self._unread:
            raise self._unread[url]
        before = self._before.kept_index(url)
        known = before.validators if before else Validators()
        try:
            answer = self._asking.ask(url, known, self._now)
        except FetchError as error:
            self._unread[url] = error
            raise
        if isinstance(answer, NotModified):
            assert before is not None  # validators were sent, so there is what they are of
            now = replace(before, validators=answer.validators)
        else:
            now = answer
        self._index[url] = (before, now)
        return now

    def _must_read(self) -> bool:
        """Whether any document of the index is another than the one that was kept, or one of what
        it lists is to be tried again."""
        renewed = any(b is None or b.body != now.body for b, now in self._index.values())
        return renewed or self._before.unfinished or self._asking.tries_again(self._now)

    def _renewed_beyond(self) -> bool:
        """Whether what the first document led to has changed: a sitemap index may never."""
        for url in self._before.led_to():
            try:
                self._ask(url)
            except FetchError:
                return True  # it is told when the index is read
            if self._must_read():
                return True
        return False

    def _offer(self, contents: Contents) -> Offer | None:
        """Who tells of news. What came as unchanged came without the headers that may say so."""
        before, now = self._index[self.addresses[0]]
        renewed = before is None or before.body is not now.body
        return contents.offer if renewed or (contents.offer and contents.offer.hubs) else None

    def _changed(self) -> tuple[Document, ...]:
        """The documents of the index that are to be stored anew."""
        return tuple(
            now
            for before, now in self._index.values()
            if before is None or (before.body, before.validators) != (now.body, now.validators)
        )

    def _rests(self, one: Listed, seen: Seen | None) -> bool:
        """Whether a page need not be asked for: it was lately, and what is stated is the same."""
        if not one.page or seen is None or self._asking.failing(one.page):
            return False
        recent = self._now - seen.fetched_at < _AGAIN
        return recent and seen.stated == stated_text(one.stated)

    def _alone(self, one: Listed, now: datetime) -> Document:
        return Document(
            origin=one.origin,
            body=b"",
            media_type="",
            fetched_at=now,
            url=one.stated.url or self.addresses[0],
            stated=one.stated,
        )
