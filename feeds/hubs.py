"""Which hubs hear of which feed, and who is told when it changes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from config.feed import Feed, Format
from config.settings import Settings
from feeds.tokens import digest, may_be_token
from ingest.store import Transaction, outbox, subscriptions, tokens, webhooks

ANNOUNCE = "announce"
"""The kind of a message that tells a hub (its target) which address (its topic) has changed."""

DISTRIBUTE = "distribute"
"""That of one that brings a subscriber of our own hub (a callback) the document at a topic."""

VERIFY = "verify"
"""That of one that asks a callback whether it wants what is asked in its name."""

SUBSCRIBE = "subscribe"
"""That of one that asks the hub of an upstream feed (its address) to tell us of news, by the token
of our callback; UNSUBSCRIBE to have that end."""

UNSUBSCRIBE = "unsubscribe"

NOTIFY = "notify"
"""That of one that tells a webhook (by its name) of the new entries of a feed (by its name)."""


def hubs_of(settings: Settings, feed: Feed) -> tuple[str, ...]:
    """The hubs that `feed` names to subscribers, and that are told when it changes.

    The one place that decides it: what must not be heard of elsewhere has no hub here.
    """
    own = settings.site.own_hub
    return tuple(hub for hub in settings.site.hub_urls if hub == own or not feed.private)


def hooks_of(settings: Settings, feed: Feed) -> Iterator[str]:
    """The names of the webhooks that are told of new entries of `feed`.

    Of a private one those that name it. Of one that is made those that name its maker: an entry may
    be in a hundred of them.
    """
    name = settings.made.get(feed.name, feed.name)
    named = () if feed.private or feed.name in settings.made else (name,)
    yield from (hook.name for hook in settings.notify if name in (hook.feeds or named))


def post_changes(
    tx: Transaction, settings: Settings, feed: Feed, changed: Sequence[Format], now: datetime
) -> None:
    """Have everybody told of the formats `changed` of `feed`; in the transaction that notes the
    edition, so that no crash loses it and nothing unchanged is told."""
    own, hubs = settings.site.own_hub, hubs_of(settings, feed)
    topics = [settings.feed_url(feed, format_) for format_ in changed]
    if feed.private and own in hubs:  # each subscriber knows it by an address of their own
        found = _topics(tx, settings)
        topics = [url for url, what in found.items() if what in [(feed, f) for f in changed]]
    announcements = [(hub, topic) for hub in hubs if hub != own for topic in topics]
    outbox.post(tx, ANNOUNCE, announcements, now)
    if own in hubs:
        outbox.post(tx, DISTRIBUTE, subscriptions.subscribers(tx, topics, now), now)
    hooks = hooks_of(settings, feed)
    behind = [(hook, feed.name) for hook in hooks if webhooks.untold(tx, hook, feed.name, 1)]
    outbox.post(tx, NOTIFY, behind, now)


def forget_others(tx: Transaction, settings: Settings, now: datetime) -> None:
    """Forget what waits for hubs and webhooks that are no longer configured, and who subscribed to
    what is no topic of ours any more."""
    wanted, hooks = set[tuple[str, str]](), set[tuple[str, str]]()
    for feed in settings.feeds:
        hooks.update((hook, feed.name) for hook in hooks_of(settings, feed))
        for hub in hubs_of(settings, feed):
            if hub != settings.site.own_hub:
                wanted.update((hub, settings.feed_url(feed, format_)) for format_ in feed.formats)
    outbox.keep(tx, ANNOUNCE, wanted)
    outbox.keep(tx, NOTIFY, hooks)
    webhooks.keep(tx, hooks)
    forget_closed(tx, settings)
    subscriptions.expire(tx, now)


def forget_closed(tx: Transaction, settings: Settings) -> None:
    """Forget who subscribed to what is no topic of ours any more, as when its token is gone."""
    subscriptions.keep(tx, _topics(tx, settings).keys())


def topic_of(settings: Settings, url: str, opens: Mapping[str, str]) -> tuple[Feed, Format] | None:
    """The feed and format whose address is `url`, where our own hub distributes it.

    `opens` maps digests of tokens to names of private feeds: only with a token is one a topic.
    """
    name, _, wanted = url.rpartition("/")[2].rpartition(".")
    for feed in settings.feeds:
        if feed.name == name and settings.site.own_hub in hubs_of(settings, feed):
            for format_ in feed.formats:
                if format_ == wanted and url in _addresses(settings, feed, format_, url, opens):
                    return feed, format_
    return None


def _addresses(
    settings: Settings, feed: Feed, format_: Format, url: str, opens: Mapping[str, str]
) -> tuple[str, ...]:
    """At which address `feed` is a topic; of a private one that with the token in `url`, if it
    opens that feed."""
    if not feed.private:
        return (settings.feed_url(feed, format_),)
    base = f"{settings.site.url}private/"
    token = url.removeprefix(base).partition("/")[0]
    here = may_be_token(token) and opens.get(digest(token)) == feed.name
    return (f"{base}{token}/{feed.name}.{format_}",) if here else ()


def _topics(tx: Transaction, settings: Settings) -> dict[str, tuple[Feed, Format]]:
    """What is subscribed to with our hub and a topic of it still."""
    opens = tokens.feeds_by_digest(tx)
    found = ((url, topic_of(settings, url, opens)) for url in subscriptions.topics(tx))
    return {url: what for url, what in found if what}
