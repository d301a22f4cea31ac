"""What an operator may not mean who makes feeds private, or public again."""

from collections.abc import Iterator

from config.settings import Settings
from ingest.store import Transaction, privacy, sources


def not_so_private(settings: Settings) -> Iterator[str]:
    """The sources that a private feed names, and that everybody may read all the same."""
    for feed in settings.feeds:
        for name in feed.sources if feed.private else ():
            others = [one.name for one in settings.public_feeds if name in one.sources]
            if others:
                yield (
                    f"feed {feed.name!r} is private and its source {name!r} is public: the feed "
                    f"{others[0]!r} names it too"
                )


def becoming_public(tx: Transaction, settings: Settings) -> Iterator[str]:
    """The sources that were private and, by `settings`, are not any more, in words."""
    known = privacy.audiences(tx)
    for name, state in sources.states(tx).items():
        if state.id in known and name in settings.by_name and name not in settings.private_sources:
            yield (f"source {name!r} was private: the next publish shows its articles to everybody")
