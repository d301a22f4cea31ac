"""HTTP over the published folder: feeds from their manifests, pages and assets from disk."""

from feeds.server.app import Closed, create_app
from feeds.server.guests import Guests
from feeds.server.process import PortTakenError, Server, ServerError

__all__ = ["Closed", "Guests", "PortTakenError", "Server", "ServerError", "create_app"]
