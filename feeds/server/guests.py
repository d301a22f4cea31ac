"""Who asks for something private: the token in the address, or the password of Basic auth.

There are two addresses below `/private/`. `/private/TOKEN/…` opens to whoever knows it; anything
wrong with it is answered as any path where nothing is. `/private/NAME/…` asks for a password,
whatever the name, so that the question does not tell which feeds there are (RFC 7617).
"""

import base64
import binascii
import hmac
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from feeds.tokens import digest, may_be_token

PREFIX = "/private/"
"""What the paths begin with below which everything is private."""

Tokens = Callable[[], Mapping[str, str]]
"""Gives the name of the private feed that each token opens, by the token's digest."""

_FRESH = 0.5  # seconds for which tokens are believed: one that is revoked opens nothing after it


@dataclass(frozen=True, slots=True)
class Guest:
    """Who may read the private feed `feed`, and the path below that one's folder, from "/" on:
    "" where even that lacks."""

    feed: str
    path: str


@dataclass(frozen=True, slots=True)
class Stranger:
    """Who may not, or not with this; `asked`: is there a password to give?"""

    asked: bool


class Guests:
    """Tells guests from strangers. `former` maps former names of private feeds to present ones.

    `tokens` is asked at most every half second; what it raises is the caller's. `clock` in seconds.
    """

    def __init__(
        self,
        tokens: Tokens,
        former: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tokens = tokens
        self._former = former
        self._known: Mapping[str, str] = {}
        self._clock = clock
        self._read_at = -_FRESH
        self._lock = threading.Lock()

    def who(self, path: str, authorization: str) -> Guest | Stranger:
        """Who asks for `path`, decoded, which begins with the prefix. Takes a file to read.

        The work is the same whoever asks: one digest, and its comparison in constant time with
        that of every token there is.
        """
        first, slash, rest = path.removeprefix(PREFIX).partition("/")
        by_address = may_be_token(first)
        offered = digest(first if by_address else _password(authorization))
        with self._lock:
            self._look()
            known = self._known
        feed = ""
        for one, opened in known.items():
            if hmac.compare_digest(one, offered):
                feed = opened
        wanted = feed if by_address else self._former.get(first, first)
        if feed and feed == wanted:
            return Guest(feed, slash + rest)
        return Stranger(asked=not by_address)

    def _look(self) -> None:
        if (now := self._clock()) - self._read_at >= _FRESH:
            self._known, self._read_at = self._tokens(), now


def _password(authorization: str) -> str:
    """The password of an Authorization header of Basic auth, "" for anything else."""
    scheme, _, packed = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        pair = base64.b64decode(packed.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
    return pair.partition(":")[2]
