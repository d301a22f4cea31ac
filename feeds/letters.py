"""What a letter of the outbox says, by its kind, and what the answer to it means."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from config.settings import Settings
from feeds.hubs import ANNOUNCE, DISTRIBUTE, VERIFY, links_of, topic_of
from feeds.press import MEDIA_TYPES
from feeds.web import contact, product_version
from ingest.store import Store, Transaction, subscriptions
from ingest.store.outbox import Letter

if TYPE_CHECKING:
    from ingest.fetch.messenger import Message, Reply

_FORM = "application/x-www-form-urlencoded"
_GONE = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A letter as it is sent.

    `judge` tells why the reply to it is none to be content with, "" if it is, and notes what else
    follows from it.
    """

    message: "Message"
    judge: Callable[[Transaction, "Reply", datetime], str]


def write(letter: Letter, settings: Settings, store: Store, now: datetime) -> Written | None:
    """What is sent for `letter` now; None when nobody needs to be told any more.

    Raises OSError when the document it should bring cannot be read.
    """
    return _KINDS[letter.kind](letter, settings, store, now)


def _announcement(
    letter: Letter, settings: Settings, _store: Store, _now: datetime
) -> Written | None:
    # WebSub leaves open (§6) what a publisher says: some hubs read the one name, some the other
    told = {"hub.mode": "publish", "hub.url": letter.topic, "hub.topic": letter.topic}
    message = _message(settings, letter.target, urlencode(told).encode(), {"Content-Type": _FORM})
    return Written(message=message, judge=lambda _tx, reply, _now: reply.failure)


def _distribution(
    letter: Letter, settings: Settings, store: Store, now: datetime
) -> Written | None:
    """The whole document at a topic, signed if the subscriber wants that (WebSub §7)."""
    callback, topic = letter.target, letter.topic
    with store.read() as tx:
        known = subscriptions.in_force(tx, callback, topic, now)
    found = topic_of(settings, topic)
    if known is None or found is None:
        return None
    feed, format_ = found
    body = (settings.output_folder / f"{feed.name}.{format_}").read_bytes()
    digest = hashlib.sha256(body).hexdigest()
    if digest == known.told:  # it changed again while it was brought, and went along
        return None
    links = links_of(settings, feed, format_)
    headers = {
        "Content-Type": f"{MEDIA_TYPES[format_]}; charset=utf-8",
        "Link": ", ".join(f'<{url}>; rel="{relation}"' for url, relation in links),
    }
    if known.secret:
        headers["X-Hub-Signature"] = signature(known.secret, body)

    def judge(tx: Transaction, reply: "Reply", _now: datetime) -> str:
        if reply.status == _GONE:
            subscriptions.drop(tx, callback, topic)
        elif reply.failure:
            return reply.failure
        else:
            subscriptions.told(tx, callback, topic, digest)
        return ""

    return Written(message=_message(settings, callback, body, headers), judge=judge)


def _verification(
    letter: Letter, settings: Settings, store: Store, now: datetime
) -> Written | None:
    """The question whether a callback wants what was asked in its name (WebSub §5.3)."""
    with store.read() as tx:
        ask = subscriptions.asked(tx, letter.target, letter.topic)
    if ask is None:
        return None
    challenge = secrets.token_urlsafe(32)
    query = {"hub.mode": ask.mode, "hub.topic": ask.topic, "hub.challenge": challenge}
    if ask.mode == "subscribe":
        query["hub.lease_seconds"] = str(ask.lease)
    joint = "&" if "?" in ask.callback else "?"
    url = f"{ask.callback}{joint}{urlencode(query)}"

    def judge(tx: Transaction, reply: "Reply", _now: datetime) -> str:
        confirmed = not reply.failure and reply.body == challenge.encode()
        subscriptions.settle(tx, ask, now, confirmed=confirmed)
        return ""  # whoever wants it after all asks again

    return Written(message=_message(settings, url, None, {}), judge=judge)


def signature(secret: str, body: bytes) -> str:
    """What proves that `body` comes from who knows the secret: method=hexadecimal (WebSub §7.1)."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def _message(
    settings: Settings, url: str, body: bytes | None, headers: Mapping[str, str]
) -> "Message":
    """A POST of `body`; of None, a GET whose answer is read."""
    from ingest.fetch.fetcher import user_agent  # requests: 66 ms
    from ingest.fetch.messenger import Message

    return Message(
        url=url,
        method="GET" if body is None else "POST",
        body=body or b"",
        headers={"User-Agent": user_agent(product_version(), contact(settings)), **headers},
        wants_answer=body is None,
    )


_KINDS = {ANNOUNCE: _announcement, DISTRIBUTE: _distribution, VERIFY: _verification}
