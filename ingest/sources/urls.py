"""A list of web pages, each an article."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from ingest.article import Document, Found, NotModified, Validators
from ingest.sources import Listing, Seen
from ingest.sources.asking import Asking


class UrlsSource:
    """The pages at `addresses`, asked one after the other. Origins are the URLs as configured."""

    def __init__(self, addresses: Sequence[str], asking: Asking) -> None:
        self.addresses = addresses
        self._asking = asking

    def listing(self, seen: Mapping[str, Seen]) -> Listing:  # noqa: ARG002 - the server tells
        """List the URLs in the order of the configuration."""
        return Listing(found=tuple(Found(origin=url) for url in self.addresses))

    def read(self, origin: str, validators: Validators, now: datetime) -> Document | NotModified:
        """Fetch one page, or learn that it has not changed. Raises FetchError."""
        return self._asking.ask(origin, validators, now)
