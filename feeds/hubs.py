"""Which hubs hear of which feed, and who is told when it changes."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from config.feed import Feed, Format
from config.settings import Settings
from ingest.store import Transaction, outbox, subscriptions, webhooks

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


def hubs_of(settings: Settings, feed: Feed) -> tuple[str, ...]:  # noqa: ARG001 - asked per feed
    """The hubs that `feed` names to subscribers, and that are told when it changes.

    The one place that decides it: what must not be heard of elsewhere has no hub here.
    """
    return settings.site.hub_urls


def hooks_of(settings: Settings, feed: Feed) -> Iterator[str]:
    """The names of the webhooks that are told of new entries of `feed`."""
    yield from (hook.name for hook in settings.notify if feed.name in (hook.feeds or (feed.name,)))


def post_changes(
    tx: Transaction, settings: Settings, feed: Feed, changed: Sequence[Format], now: datetime
) -> None:
    """Have everybody told of the formats `changed` of `feed`; in the transaction that notes the
    edition, so that no crash loses it and nothing unchanged is told."""
    topics = [settings.feed_url(feed, format_) for format_ in changed]
    own = settings.site.own_hub
    hubs = hubs_of(settings, feed)
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
    wanted, topics, hooks = set[tuple[str, str]](), set[str](), set[tuple[str, str]]()
    for feed in settings.feeds:
        hooks.update((hook, feed.name) for hook in hooks_of(settings, feed))
        for hub in hubs_of(settings, feed):
            urls = [settings.feed_url(feed, format_) for format_ in feed.formats]
            if hub == settings.site.own_hub:
                topics.update(urls)
            else:
                wanted.update((hub, url) for url in urls)
    outbox.keep(tx, ANNOUNCE, wanted)
    outbox.keep(tx, NOTIFY, hooks)
    webhooks.keep(tx, hooks)
    subscriptions.keep(tx, topics)
    subscriptions.expire(tx, now)


def topic_of(settings: Settings, url: str) -> tuple[Feed, Format] | None:
    """The feed and format whose address is `url`, where our own hub distributes it."""
    name, _, wanted = url.removeprefix(settings.site.url).rpartition(".")
    for feed in settings.feeds:
        if feed.name == name and settings.site.own_hub in hubs_of(settings, feed):
            for format_ in feed.formats:
                if format_ == wanted and settings.feed_url(feed, format_) == url:
                    return feed, format_
    return None
