"""What publishing did: a value that the daemon can also leave for whoever asked it."""

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReport:
    """What publishing did to one feed. `files` are the paths, relative to the output folder,
    or that of private feeds where it is `private`; `maker` is the feed that asks for one each, ""
    for none."""

    name: str
    entries: int
    files: tuple[str, ...]
    changed: bool
    error: str = ""
    maker: str = ""
    private: bool = False


@dataclass(slots=True, kw_only=True)
class PublishReport:
    """What publishing did. `waiting` feeds have no edition yet: a source of theirs never ran.

    `errors` concern no single feed.
    """

    feeds: list[FeedReport] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    pages: int = 0
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether a feed or page could not be published."""
        return bool(self.errors) or any(feed.error for feed in self.feeds)


_KEPT = 200  # warnings of one report that are stored


def dumps(report: PublishReport) -> str:
    """The report as JSON text."""
    values = asdict(report)
    return json.dumps(values | {"warnings": report.warnings[:_KEPT]}, ensure_ascii=False)


def loads(text: str) -> PublishReport:
    """What `dumps` wrote; a report of nothing for ""."""
    values = json.loads(text or "{}")
    found = [FeedReport(**one | {"files": tuple(one["files"])}) for one in values.pop("feeds", [])]
    return PublishReport(feeds=found, **values)
