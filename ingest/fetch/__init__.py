"""HTTP: bounded, polite and careful fetching of single documents."""

from ingest.fetch.fetcher import Fetcher, NotModified
from ingest.fetch.guard import Resolver

__all__ = ["Fetcher", "NotModified", "Resolver"]
