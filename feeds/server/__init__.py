"""HTTP over the published folder: feeds from their manifests, pages and assets from disk."""

from feeds.server.app import Closed, create_app
from feeds.server.guests import Guests
from feeds.server.hub import Take
from feeds.server.limits import Limits
from feeds.server.process import PortTakenError, Server, ServerError

__all__ = [
    "Closed",
    "Guests",
    "Limits",
    "PortTakenError",
    "Server",
    "ServerError",
    "Take",
    "create_app",
]
