"""The whole configuration: frozen, typed, validated. Nothing else reads configuration.

Beside this module stand those of its parts; together they know every option, default and limit.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from pydantic import Field, field_validator

from config.feed import Feed, Format
from config.notify import Notify
from config.openai import OpenAI
from config.pages import PageRules
from config.site import Site
from config.source import Source
from config.values import Count, Duration, Flag, Network, Section, Timeout

_WITH_PORT = re.compile(r"(?:[^:]*|\[.*\]):[0-9]*")


class Fetch(Section):
    """How the outside is asked: limits in time and bytes, and which private networks are allowed.

    `deadline` bounds one fetch from the first look-up to the last byte, redirects included.
    `max_bytes` is counted after decompression. `gap` is the pause between two requests to one host.
    """

    allow_private: tuple[Network, ...] = ()
    connect_timeout: Timeout = timedelta(seconds=5)
    read_timeout: Timeout = timedelta(seconds=15)
    deadline: Timeout = timedelta(seconds=30)
    max_bytes: Count = Field(default=10_000_000, ge=10_000, le=100_000_000)
    max_redirects: Count = Field(default=5, ge=0, le=20)
    gap: Duration = timedelta(seconds=2)


class Server(Section):
    """Where `run` and `serve` listen, and what they bear.

    `unconditional_per_hour` is how often an address may have one feed without a condition, 0 for
    as often as it likes. What `trusted_proxies` say of whom they ask for is believed.
    """

    address: str = Field(default="127.0.0.1", min_length=1)
    port: Count = Field(default=8000, ge=0, le=65535)
    unconditional_per_hour: Count = Field(default=60, ge=0, le=100_000)
    trusted_proxies: tuple[Network, ...] = ()

    @field_validator("address")
    @classmethod
    def _no_port(cls, value: str) -> str:
        if "/" in value or _WITH_PORT.fullmatch(value):
            raise ValueError("write the address alone, such as 0.0.0.0; `port` says the port")
        return value

    @field_validator("unconditional_per_hour")
    @classmethod
    def _bearable(cls, value: int) -> int:
        if 0 < value < 12:
            raise ValueError(
                "write 12 or more, for honest readers come as often, or 0 for no limit"
            )
        return value


class Settings(Section):
    """The whole configuration. `folder` is the one of the file: relative paths start there.

    `rules` are those for the pages of single hosts, which have files of their own. `made` are the
    names of those of `feeds` that were made of one with `each`, once they are.
    """

    site: Site
    output: Path = Path("public")
    data: Path = Path("data")
    reload: Flag = False
    fetch: Fetch = Fetch()
    server: Server = Server()
    openai: OpenAI | None = None
    sources: tuple[Source, ...] = Field(alias="source", default=())
    feeds: tuple[Feed, ...] = Field(alias="feed", default=(Feed(name="all"),))
    notify: tuple[Notify, ...] = ()
    folder: Path = Field(default=Path(), exclude=True)
    rules: tuple[PageRules, ...] = Field(default=(), exclude=True)
    made: Mapping[str, str] = Field(default={}, exclude=True)
    makers: tuple[Feed, ...] = Field(default=(), exclude=True)

    def with_made(self, feeds: Sequence[Feed], made: Mapping[str, str]) -> "Settings":
        """These settings with `feeds`, of which `made` says who makes them, by name.

        Their makers stay among those that decide what is private: one may have made none yet.
        """
        makers = tuple(feed for feed in self.feeds if feed.each)
        whole = self.model_copy(update={"feeds": tuple(feeds), "made": made, "makers": makers})
        for name in ("private_sources", "public_feeds", "_reserved"):
            whole.__dict__.pop(name, None)  # what was derived from the other feeds is copied too
        return whole

    @cached_property
    def by_name(self) -> dict[str, Source]:
        """The sources by their names."""
        return {source.name: source for source in self.sources}

    def feed_title(self, feed: Feed) -> str:
        """What readers call `feed`."""
        whole = feed.name == "all"
        return feed.title or (self.site.title if whole else f"{self.site.title}: {feed.name}")

    def sources_of(self, feed: Feed) -> tuple[str, ...]:
        """The names of the sources that `feed` shows."""
        kept = frozenset[str]() if feed.private else self._reserved
        return feed.sources or tuple(n for n in self.by_name if n not in kept)

    @cached_property
    def private_sources(self) -> dict[str, frozenset[str]]:
        """The names of the sources that private feeds alone show, each with those of its feeds."""
        shown: dict[str, set[str]] = {}
        for feed in (*self.feeds, *self.makers):
            if feed.private:
                for name in self.sources_of(feed):
                    shown.setdefault(name, set()).add(feed.name)
        for feed in self.public_feeds if shown else ():
            for name in self.sources_of(feed):
                shown.pop(name, None)
        return {name: frozenset(feeds) for name, feeds in shown.items()}

    @cached_property
    def public_feeds(self) -> tuple[Feed, ...]:
        """The feeds that everybody may read."""
        return tuple(feed for feed in self.feeds if not feed.private)

    @property
    def named_feeds(self) -> tuple[Feed, ...]:
        """Those of the public feeds that every page names: of those that are made there may be
        hundreds, and one more must not rewrite all pages."""
        return tuple(feed for feed in self.public_feeds if feed.name not in self.made)

    @cached_property
    def _reserved(self) -> frozenset[str]:
        """The sources that private feeds name and no public one."""
        whole = (*self.feeds, *self.makers)
        named = {name for feed in whole if feed.private for name in feed.sources}
        public = (feed.sources for feed in whole if not feed.private)
        return frozenset(named.difference(*public)) if named else frozenset()

    def base_of(self, feed: Feed) -> str:
        """The address below which everything of `feed` is found: the site's, or its own."""
        return self.site.url + (f"private/{feed.name}/" if feed.private else "")

    def folder_of(self, feed: Feed) -> Path:
        """The folder that is found at `base_of`: the output folder, or one of the feed's own."""
        return self.private_folder / feed.name if feed.private else self.output_folder

    def feed_url(self, feed: Feed, format_: Format) -> str:
        """Where `feed` is found in a format: an absolute URL. No secret is in it."""
        return f"{self.base_of(feed)}{feed.name}.{format_}"

    def archive_url(self, feed: Feed, page: int, format_: Format) -> str:
        """Where one of the archives of `feed` is found in a format: an absolute URL."""
        return f"{self.base_of(feed)}archive/{feed.name}/{page}.{format_}"

    @staticmethod
    def feed_page(feed: Feed) -> str:
        """The path of the page that shows `feed` to people, below its folder; "" for the index."""
        return "" if feed.private or feed.name in {"all", "index"} else f"{feed.name}.html"

    @property
    def output_folder(self) -> Path:
        """Where subscribers' files are written."""
        return self.folder / self.output

    @property
    def data_folder(self) -> Path:
        """Where the store, its namespace and the editions' manifests lie."""
        return self.folder / self.data

    @property
    def private_folder(self) -> Path:
        """Where private feeds lie, a folder each: only our server reads it."""
        return self.data_folder / "private"

    @property
    def rules_folder(self) -> Path:
        """Where the rules for pages of single hosts lie, a file each."""
        return self.data_folder / "rules"
