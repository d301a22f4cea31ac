"""How the web is asked: the fetcher that settings make, and who it says it is."""

from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from config.settings import Fetch, Settings

if TYPE_CHECKING:
    from ingest.fetch import Fetcher


@cache
def product_version() -> str:
    """The version that is installed."""
    return version("broadsheet")


def contact(settings: Settings) -> str:
    """Where whoever we ask can reach the operator."""
    return settings.site.contact or settings.site.url


def open_fetcher(settings: Settings | None) -> "Fetcher":
    """A fetcher within the limits of `settings`, or within the usual ones."""
    from ingest.fetch import Fetcher  # requests: 66 ms

    limits = settings.fetch if settings else Fetch()
    me = contact(settings) if settings else ""
    return Fetcher(limits, contact=me, version=product_version())
