"""HTTP over the published folder: feeds from their manifests, pages and assets from disk."""

from feeds.server.app import create_app
from feeds.server.process import Server, ServerError

__all__ = ["Server", "ServerError", "create_app"]
