"""Asks the addresses of one source in one run, by what is known of each, and keeps the books."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from ingest.address import Address, Answer, answered, failed
from ingest.article import Document, NotModified, Validators
from ingest.errors import FetchError

Fetch = Callable[..., Document | NotModified]
"""Fetcher.fetch."""

_NOTHING = Address()
_PASSWORD = re.compile(rb"""<input\b[^>]{0,1000}\btype\s*=\s*["']?password""", re.IGNORECASE)


class Asking:
    """Asks what may be asked, where it is now. For one run, in one thread.

    `known` is what is known of addresses from the runs before, by the address as it was given;
    `failed` whether any failed in this run, or still does.
    """

    def __init__(self, fetch: Fetch, known: Mapping[str, Address]) -> None:
        self.known = known
        self.failed = False
        self._fetch = fetch
        self._answers: dict[str, Answer | FetchError] = {}

    @property
    def asked(self) -> Collection[str]:
        """The addresses that were asked: all may have been known to be as they were."""
        return self._answers.keys()

    @property
    def offline(self) -> bool:
        """Whether our own network was down."""
        errors = (one for one in self._answers.values() if isinstance(one, FetchError))
        return any(error.offline for error in errors)

    def fresh(self, url: str, now: datetime) -> bool:
        """Whether `url` is well and not to be asked yet: it is what it was."""
        known = self.known.get(url, _NOTHING)
        return not known.failures and known.waits(now)

    def failing(self, url: str) -> bool:
        """Whether `url` failed when it was asked last."""
        return bool(self.known.get(url, _NOTHING).failures)

    def tries_again(self, now: datetime) -> bool:
        """Whether any address that failed may be asked again."""
        return any(one.failures and not one.waits(now) for one in self.known.values())

    def ask(
        self, url: str, validators: Validators, now: datetime, *, crawl: bool = False
    ) -> Document | NotModified:
        """Fetch `url`, or the place it has moved to for good. Documents have `url` as their origin.

        Raises FetchError: as before, without asking, while what failed is not to be asked.
        """
        known = self.known.get(url, _NOTHING)
        error = known.last_error()
        if error and known.waits(now):
            self.failed = True
            raise error
        try:
            found = self._fetch(known.instead or url, validators, now, crawl=crawl)
        except FetchError as error:
            error.origin = url
            self._answers[url] = error
            self.failed = True
            raise
        fits = _fits(found, url)
        self._answers[url] = Answer(fresh_for=found.fresh_for, moved_to=found.moved_to, fits=fits)
        return replace(found, origin=url) if isinstance(found, Document) else found

    def after(
        self,
        now: datetime,
        *,
        base: timedelta,
        fresh: Collection[str],
        failed_in: Collection[str],
    ) -> dict[str, Address]:
        """What is known of each address now. Of those in `failed_in` no article could be made.

        `base` is the time between two looks at the source; those of `fresh` are left alone while
        their servers say that nothing changes.
        """
        found = dict(self.known)
        moves = [one.moved_to for one in self._answers.values() if isinstance(one, Answer)]
        shared = {target for target, times in Counter(moves).items() if times > 1}
        for url, answer in self._answers.items():
            before = found.get(url, _NOTHING)
            if isinstance(answer, FetchError):
                found[url] = failed(before, answer, now, base=base)
                continue
            fits = answer.fits and url not in failed_in and answer.moved_to not in shared
            good_for = answer.fresh_for if url in fresh else timedelta()
            found[url] = answered(before, replace(answer, fits=fits, fresh_for=good_for), now)
        return found


def _fits(found: Document | NotModified, url: str) -> bool:
    """Whether what was found elsewhere can be the page, and no form to log in or home page."""
    if _is_home(found.url) and not _is_home(url):
        return False
    return isinstance(found, NotModified) or not _PASSWORD.search(found.body)


def _is_home(url: str) -> bool:
    return urlsplit(url).path in {"", "/"}
