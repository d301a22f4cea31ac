"""HTTP: bounded, polite and careful fetching of single documents."""

from ingest.article import NotModified
from ingest.fetch.fetcher import Fetcher
from ingest.fetch.guard import Resolver

__all__ = ["Fetcher", "NotModified", "Resolver"]
