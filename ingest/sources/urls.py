"""A list of web pages, each an article."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from ingest.article import Document, Found, NotModified, Validators
from ingest.sources import Listing, Seen

Fetch = Callable[[str, Validators, datetime], Document | NotModified]


class UrlsSource:
    """The pages at `urls`, asked one after the other. Origins are the URLs as configured."""

    def __init__(self, urls: Sequence[str], fetch: Fetch) -> None:
        self._urls = urls
        self._fetch = fetch

    def listing(self, seen: Mapping[str, Seen]) -> Listing:  # noqa: ARG002 - the server tells
        """List the URLs in the order of the configuration."""
        return Listing(found=tuple(Found(origin=url) for url in self._urls))

    def read(self, origin: str, validators: Validators, now: datetime) -> Document | Validators:
        """Fetch one page, or learn that it has not changed. Raises FetchError."""
        answer = self._fetch(origin, validators, now)
        return answer.validators if isinstance(answer, NotModified) else answer
