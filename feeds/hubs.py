"""Which hubs hear of which feed, and what they are told."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from config.feed import Feed, Format
from config.settings import Settings
from ingest.store import Transaction, outbox

ANNOUNCE = "announce"
"""The kind of a message that tells a hub (its target) which address (its topic) has changed."""


def hubs_of(settings: Settings, feed: Feed) -> tuple[str, ...]:  # noqa: ARG001 - asked per feed
    """The hubs that `feed` names to subscribers, and that are told when it changes.

    The one place that decides it: what must not be heard of elsewhere has no hub here.
    """
    return settings.site.hubs


def announce(
    tx: Transaction, settings: Settings, feed: Feed, changed: Sequence[Format], now: datetime
) -> None:
    """Have the hubs of `feed` told of the formats `changed`; in the transaction that notes the
    edition, so that no crash loses it and nothing unchanged is told."""
    topics = [settings.feed_url(feed, format_) for format_ in changed]
    pairs = [(hub, topic) for hub in hubs_of(settings, feed) for topic in topics]
    outbox.post(tx, ANNOUNCE, pairs, now)


def announced(settings: Settings) -> Iterator[tuple[str, str]]:
    """Every (hub, topic) that is ever announced."""
    for feed in settings.feeds:
        for hub in hubs_of(settings, feed):
            yield from ((hub, settings.feed_url(feed, format_)) for format_ in feed.formats)
