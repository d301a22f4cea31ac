"""Being told of the news of upstream feeds by their hubs: who is asked, and what hubs may tell us.

We are a subscriber (WebSub, W3C Recommendation of 2018). A push only makes its source due: what is
published comes from the feed itself, so that a forged one gains nothing.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from config.settings import Settings
from feeds.hubs import SUBSCRIBE, UNSUBSCRIBE
from ingest.errors import StoreError
from ingest.push import fits
from ingest.store import Store, Transaction, outbox, pushes, sources, wakes
from ingest.store.pushes import Push
from ingest.store.sources import SourceState

if TYPE_CHECKING:
    from ingest.fetch.messenger import Reply

LEASE = timedelta(days=10)
"""How long we ask to be told for; what the Recommendation advises (§8.2)."""

_AT_ONCE = 100  # subscriptions that are looked after in one tick
_HOPS = 4  # places a hub may send us on to, one after the other
_UNSAID = timedelta(days=1)  # what a lease is taken for whose length is not said
_REASON = 200  # characters of what a hub says
_UNKNOWN = 404, "Not found"
_BROKEN = 503, "That cannot be noted at the moment."
_NOWHERE = (
    *("localhost", "local", "internal", "lan", "home.arpa", "test", "example", "invalid", "onion"),
    *("example.com", "example.net", "example.org"),
)
"""Names of which nobody on the internet finds the host (RFC 2606, 6761, 6762, 8375)."""


def unreachable(settings: Settings) -> str:
    """Why no hub can reach `site.url`, in words; "" when one may."""
    host = (urlsplit(settings.site.url).hostname or "").rstrip(".")
    try:
        address = ip_address(host)
    except ValueError:
        known = "." in host and not any(f".{host}".endswith(f".{name}") for name in _NOWHERE)
        return "" if known else f"no hub can reach {host} (site.url)"
    if address.is_global or any(address in network for network in settings.fetch.allow_private):
        return ""
    return f"no hub can reach {host} (site.url)"


def wanted(settings: Settings, name: str) -> bool:
    """Whether the hub of that source is to tell us of its news."""
    source = settings.by_name.get(name)
    return bool(source and source.pushed) and not unreachable(settings)


def follow(
    tx: Transaction, settings: Settings, states: Mapping[str, SourceState], now: datetime
) -> None:
    """Begin and end subscriptions as other settings want it."""
    ids = {states[name].id for name in states if wanted(settings, name)}
    for one in pushes.everything(tx):
        if one.leaving:
            continue
        elsewhere = one.base not in {"", settings.site.url}
        if not one.resting and (elsewhere or one.source not in ids):
            pushes.part(tx, one, now)
        if one.source in ids and (elsewhere or one.resting):
            pushes.begin(tx, one, now)


def look(store: Store, settings: Settings, now: datetime) -> None:
    """See to what is due: ask hubs, renew, give up waiting. Raises StoreError."""
    with store.read() as tx:
        if not pushes.due(tx, now, 1):
            return
    with store.write() as tx:
        for one in pushes.due(tx, now, _AT_ONCE):
            _see_to(tx, settings, one, now)


def _see_to(tx: Transaction, settings: Settings, one: Push, now: datetime) -> None:
    if one.leaving and one.asked:
        pushes.drop(tx, one)
    elif not one.leaving and not wanted(settings, _name(tx, one)):
        pushes.part(tx, one, now)
    elif one.asked:
        _failed(tx, one, "it did not confirm what it was asked for", now)
    else:
        pushes.asking(tx, one, one.base if one.leaving else settings.site.url, now)
        kind = UNSUBSCRIBE if one.leaving else SUBSCRIBE
        outbox.post(tx, kind, [(one.place, one.token)], now)


def asked(tx: Transaction, token: str, kind: str) -> Push | None:
    """What a hub is to be asked for now; None when that is over."""
    one = pushes.of_token(tx, token)
    fitting = one and one.asked and one.leaving == (kind == UNSUBSCRIBE)
    return one if fitting else None


def form(one: Push) -> dict[str, str]:
    """The fields of a request (§5.1). The secret goes to hubs without TLS too: whoever reads it
    there can have us look at a feed, as everybody could without one."""
    fields = {
        "hub.callback": f"{one.base}websub/{one.token}",
        "hub.mode": "unsubscribe" if one.leaving else "subscribe",
        "hub.topic": one.topic,
        "hub.verify": "async",  # PubSubHubbub 0.3 demanded it
    }
    if not one.leaving:
        fields["hub.lease_seconds"] = str(int(LEASE.total_seconds()))
        fields["hub.secret"] = one.secret
    return fields


def answered(tx: Transaction, token: str, reply: "Reply", now: datetime) -> None:
    """Take the answer of a hub; what it confirmed before it answered stays in force."""
    one = pushes.of_token(tx, token)
    if one is None or one.leaving or not one.asked:
        return
    insecure = one.place.startswith("https:") and not reply.location.startswith("https:")
    if not reply.failure:
        pushes.taken(tx, one, now)
    elif fits(reply.location) and not insecure and one.tries < _HOPS:
        pushes.moved(tx, one, reply.location, now)
    else:
        _failed(tx, one, reply.failure, now, reply.retry_after)


class Callbacks:
    """What hubs may tell us, for the server. Answers are an HTTP status and a text."""

    def __init__(self, store: Store, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock

    @property
    def most(self) -> int:
        """The bytes of a push that is taken."""
        return self._settings.fetch.max_bytes

    def confirm(self, token: str, query: Mapping[str, str]) -> tuple[int, str]:
        """Answer whether we want what a hub was asked for in our name (§5.3), or hear that it does
        not do that (§5.2)."""
        try:
            with self._store.read() as tx:
                if pushes.of_token(tx, token) is None:
                    return _UNKNOWN
            return self._store.together(lambda tx: self._confirm(tx, token, query))
        except StoreError:
            return _BROKEN

    def secret(self, token: str) -> tuple[int, str]:
        """What pushes of a subscription are signed with, as the text of status 200."""

        try:
            with self._store.read() as tx:
                one = pushes.of_token(tx, token)
        except StoreError:
            return _BROKEN
        if one is None or not (one.leaving or one.until):
            return _UNKNOWN
        return (410, "This subscription has ended.") if one.leaving else (200, one.secret)

    def take(self, token: str, proof: str, why: str) -> tuple[int, str]:
        """Take a push by its proof; without one, note `why` it is not believed."""

        def note(tx: Transaction) -> tuple[int, str]:
            one = pushes.of_token(tx, token)
            if one and not one.leaving:
                if proof:
                    wakes.take(tx, one, proof, self._clock())
                else:
                    wakes.refused(tx, one, why)
            return 202, ""

        try:
            return self._store.together(note)
        except StoreError:
            return _BROKEN

    def _confirm(self, tx: Transaction, token: str, query: Mapping[str, str]) -> tuple[int, str]:
        one, now = pushes.of_token(tx, token), self._clock()
        mode, challenge = query.get("hub.mode"), query.get("hub.challenge", "")
        if one is None or query.get("hub.topic") != one.topic:
            return _UNKNOWN
        if mode == "denied" and not one.leaving and (one.asked or one.live(now)):
            said = " ".join(query.get("hub.reason", "").split())[:_REASON]
            pushes.denied(tx, one, f"it denies it: {said}" if said else "it denies it", now)
            return 200, ""
        if mode == "unsubscribe" and one.leaving and challenge:
            pushes.drop(tx, one)
            return 200, challenge
        if mode != "subscribe" or one.leaving or not challenge:
            return _UNKNOWN
        if one.asked:
            if pushes.confirmed(tx, one, _lease(query), now):
                _log().info("its hub tells of news", source=_name(tx, one), hub=one.hub)
        elif not one.live(now):
            return _UNKNOWN
        return 200, challenge  # a hub may make sure of what it has: that alone lengthens nothing


def _failed(
    tx: Transaction, one: Push, why: str, now: datetime, wait: timedelta | None = None
) -> None:
    if pushes.failed(tx, one, why, now, wait):
        told = "its hub does not tell of news; it is polled as usual"
        if one.live(now):
            told = "its hub does not renew what ends before long; it is asked again"
        _log().info(told, source=_name(tx, one), hub=one.hub, why=why)


def _name(tx: Transaction, one: Push) -> str:
    return sources.state(tx, one.source).name


def _lease(query: Mapping[str, str]) -> timedelta:
    said = query.get("hub.lease_seconds", "")
    usable = said.isascii() and said.isdigit() and len(said) <= 12
    return timedelta(seconds=min(int(said), 10**9)) if usable else _UNSAID


def _log() -> Any:
    import structlog  # 100 ms that commands which tell nobody do not pay

    return structlog.get_logger()
