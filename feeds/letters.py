"""What a letter of the outbox says, by its kind, and what the answer to it means."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin, urlsplit

from config.feed import Feed
from config.settings import Settings
from feeds import pushes
from feeds.hubs import (
    ANNOUNCE,
    DISTRIBUTE,
    NOTIFY,
    SUBSCRIBE,
    UNSUBSCRIBE,
    VERIFY,
    topic_of,
)
from feeds.press import (
    MEDIA_TYPES,
    Reach,
    feed_path,
    feeds_folder,
    file_links,
    reach_of,
    resolved_image,
)
from feeds.web import contact, product_version, read_secret
from feeds.words import marked
from ingest.entry import Entry
from ingest.store import (
    Store,
    Transaction,
    outbox,
    privacy,
    published,
    subscriptions,
    tokens,
    webhooks,
)
from ingest.store.outbox import Letter

if TYPE_CHECKING:
    from ingest.fetch.messenger import Message, Reply

_FORM = "application/x-www-form-urlencoded"
_GONE = 410
_AT_ONCE = 100  # entries in one message to a webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A letter as it is sent.

    `judge` tells why the reply to it is none to be content with, "" if it is, and notes what else
    follows from it.
    """

    message: "Message"
    judge: Callable[[Transaction, "Reply", datetime], str]


class UnsentError(Exception):
    """A letter cannot be written now. The message says why, in plain words."""


def host_of(letter: Letter, settings: Settings) -> str:
    """Who is spoken to when `letter` is sent; "" when that is nobody any more."""
    if letter.kind != NOTIFY:
        return urlsplit(letter.target).hostname or ""
    return next((hook.host for hook in settings.notify if hook.name == letter.target), "")


def write(letter: Letter, settings: Settings, store: Store, now: datetime) -> Written | None:
    """What is sent for `letter` now; None when nobody needs to be told any more.

    Raises UnsentError when it cannot be written.
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
        opens = tokens.feeds_by_digest(tx)
    found = topic_of(settings, topic, opens)
    if known is None or found is None:
        return None
    feed, format_ = found
    try:
        body = (feeds_folder(settings, feed) / feed_path(feed, format_)).read_bytes()
    except OSError as error:
        raise UnsentError(f"the document cannot be read: {error.strerror}") from error
    digest = hashlib.sha256(body).hexdigest()
    if digest == known.told:  # it changed again while it was brought, and went along
        return None
    # Of a private feed they are relative: `self` must be the topic, which has the token in it.
    links = [(urljoin(topic, url), rel) for url, rel in file_links(settings, feed, format_)]
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


def _request(letter: Letter, settings: Settings, store: Store, _now: datetime) -> Written | None:
    """The request to the hub of an upstream feed to tell us of its news, or no longer."""
    with store.read() as tx:
        one = pushes.asked(tx, letter.topic, letter.kind)
    if one is None or one.place != letter.target:
        return None

    def judge(tx: Transaction, reply: "Reply", now: datetime) -> str:
        pushes.answered(tx, letter.topic, reply, now)
        return ""  # it is asked again when that is due

    body = urlencode(pushes.form(one)).encode()
    message = _message(settings, letter.target, body, {"Content-Type": _FORM})
    return Written(message=message, judge=judge)


def _notification(
    letter: Letter, settings: Settings, store: Store, _now: datetime
) -> Written | None:
    """The entries of a feed that a webhook was not told of yet, as JSON."""
    name = letter.target
    hook = next((one for one in settings.notify if one.name == name), None)
    feed = next((one for one in settings.feeds if one.name == letter.topic), None)
    if hook is None or feed is None:
        return None
    with store.read() as tx:
        exposures = webhooks.untold(tx, name, feed.name, _AT_ONCE)
        entries = published.entries(tx, [one.article for one in exposures])
        reach = reach_of(settings, feed, privacy.audiences(tx))
    if not exposures:
        return None
    told = [entries[one.article] for one in exposures]
    body = json.dumps(notice(settings, feed, reach, told), ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json"}
    secret, problem = hook.secret, ""
    if hook.secret_file:
        secret, problem = read_secret(settings.folder / hook.secret_file)
    if problem:
        raise UnsentError(f"the file with its secret {problem} (notify.secret_file)")
    if secret:
        headers["X-Hub-Signature-256"] = signature(secret, body)

    def judge(tx: Transaction, reply: "Reply", now: datetime) -> str:
        if not reply.failure:
            webhooks.told(tx, name, feed.name, exposures[-1].number)
            if webhooks.untold(tx, name, feed.name, 1):
                outbox.post(tx, NOTIFY, [(name, feed.name)], now)
        return reply.failure

    return Written(message=_message(settings, hook.url, body, headers), judge=judge)


def notice(
    settings: Settings, feed: Feed, reach: Reach, entries: Sequence[Entry]
) -> dict[str, Any]:
    """What a webhook is told of new `entries` of `feed`; what is empty is left out."""
    addresses = {format_: settings.feed_url(feed, format_) for format_ in feed.formats}
    return {
        "feed": {
            "name": feed.name,
            "title": settings.feed_title(feed),
            "url": settings.base_of(feed) + settings.feed_page(feed),
            "formats": addresses,
        },
        "entries": [_told(reach, entry) for entry in entries],
    }


def _told(reach: Reach, entry: Entry) -> dict[str, Any]:
    image = resolved_image(reach, entry)
    values = {
        "id": entry.article,
        "url": reach.address(entry),
        "title": entry.title,
        "summary": marked(entry.summary, entry.written_by, entry.language),
        "published": _time(entry.published),
        "updated": _time(entry.updated),
        "authors": list(entry.authors),
        "tags": list(entry.tags),
        "language": entry.language,
        "image": image.url if image else "",
    }
    return {name: value for name, value in values.items() if value}


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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


_KINDS = {
    ANNOUNCE: _announcement,
    DISTRIBUTE: _distribution,
    VERIFY: _verification,
    SUBSCRIBE: _request,
    UNSUBSCRIBE: _request,
    NOTIFY: _notification,
}
