"""Taking requests to subscribe with our own hub (WebSub, W3C Recommendation of 2018, §5).

Nothing is in force before the callback itself has confirmed it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import get_args
from urllib.parse import urlsplit

from config.settings import Settings
from config.values import address
from feeds.hubs import VERIFY, topic_of
from ingest.store import Store, Transaction, outbox, subscriptions, tokens
from ingest.store.subscriptions import Ask, Mode

LEASE = timedelta(days=10)
"""How long a subscription lasts where nobody says; what the Recommendation advises (§8.2)."""

SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=30)
"""Between which a lease is kept, whatever a subscriber asks for."""

_MOST = 10_000  # subscriptions
_MOST_OF_HOST = 500
_MOST_ASKED = 1_000  # that wait to be confirmed
_LONGEST_URL = 2_000
_SECRET = 200  # bytes, and it must have less (§5.1)


class RefusedError(Exception):
    """A request is not taken: the HTTP status to answer, and why in plain words."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason


def take(form: Mapping[str, str], settings: Settings, store: Store, now: datetime) -> None:
    """Take a request to subscribe or unsubscribe, given the fields of its form.

    Its callback is asked before long whether it wants that. Fields that nobody knows are ignored.
    Raises RefusedError, and StoreError.
    """
    ask = _asked(form)
    with store.read() as tx:
        opens = tokens.feeds_by_digest(tx)
    if ask.mode == "subscribe" and topic_of(settings, ask.topic, opens) is None:
        raise RefusedError(404, "hub.topic is no feed of this site; it is the address in rel=self")
    store.together(lambda tx: _note(tx, ask, now))


def _note(tx: Transaction, ask: Ask, now: datetime) -> None:
    if not subscriptions.known(tx, ask.callback, ask.topic):
        if ask.mode == "unsubscribe":
            raise RefusedError(404, "there is no such subscription")
        subscriptions.expire(tx, now)
        counts = subscriptions.count(tx, ask.host)
        if counts.all >= _MOST or counts.asked >= _MOST_ASKED:
            raise RefusedError(503, "there are too many subscriptions; try again later")
        if counts.host >= _MOST_OF_HOST:
            raise RefusedError(429, f"{ask.host} has {_MOST_OF_HOST} subscriptions, and no more")
    subscriptions.ask(tx, ask)
    outbox.post(tx, VERIFY, [(ask.callback, ask.topic)], now)


def _asked(form: Mapping[str, str]) -> Ask:
    mode, topic = form.get("hub.mode", ""), form.get("hub.topic", "")
    if mode not in get_args(Mode):
        raise RefusedError(400, "hub.mode is subscribe or unsubscribe here")
    if not topic or len(topic) > _LONGEST_URL:
        raise RefusedError(400, "hub.topic is the address of a feed")
    secret = form.get("hub.secret", "")
    if len(secret.encode()) >= _SECRET:
        raise RefusedError(400, f"hub.secret has less than {_SECRET} bytes")
    callback, host = _callback(form.get("hub.callback", ""))
    if mode == "unsubscribe":
        return Ask(mode="unsubscribe", callback=callback, topic=topic, host=host)
    lease = _lease(form.get("hub.lease_seconds", ""))
    return Ask(
        mode="subscribe", callback=callback, topic=topic, host=host, secret=secret, lease=lease
    )


def _callback(url: str) -> tuple[str, str]:
    """The callback, exactly as it came, and its host."""
    try:
        parts = urlsplit(address(url))
    except ValueError:
        raise RefusedError(400, "hub.callback is a whole http or https address") from None
    plain = url.isascii() and url.isprintable() and not set(url) & set(' "<>\\^`{|}')
    if not plain or len(url) > _LONGEST_URL or parts.fragment or "@" in parts.netloc:
        raise RefusedError(
            400,
            f"hub.callback has a #fragment, a password, or what is not part of an address; "
            f"or more than {_LONGEST_URL} characters",
        )
    return url, (parts.hostname or "").rstrip(".")


def _lease(asked: str) -> int:
    if not asked:
        return int(LEASE.total_seconds())
    if not (asked.isascii() and asked.isdigit() and asked.strip("0") and len(asked) <= 12):
        raise RefusedError(400, "hub.lease_seconds is a number of seconds")
    wanted = timedelta(seconds=min(int(asked), 10**9))
    return int(min(max(wanted, SHORTEST), LONGEST).total_seconds())
