"""Every option, default and limit: frozen, typed, validated. Nothing else reads configuration."""

import re
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from config.openai import OpenAI
from config.pages import PageRules
from config.values import (
    Address,
    Count,
    Duration,
    Flag,
    Language,
    Name,
    Names,
    Network,
    Section,
    Timeout,
)

_WITH_PORT = re.compile(r"(?:[^:]*|\[.*\]):[0-9]*")

Format = Literal["rss", "atom", "json"]
Kind = Literal["files", "urls", "feed", "listing", "sitemap", "url"]
KINDS: tuple[Kind, ...] = ("files", "urls", "feed", "listing", "sitemap", "url")
_EXAMPLE = 'files = "articles/**/*.md" or url = "https://example.org/news"'

_LISTS: tuple[Kind, ...] = ("listing", "url")
_ONLY_FOR: dict[str, tuple[Kind, ...]] = {
    "fulltext": ("feed", "url"),
    "max_bytes": ("files",),
    "ignore_robots_tag": ("urls", "feed", "listing", "sitemap", "url"),
    **dict.fromkeys(("include", "exclude"), ("listing", "sitemap", "url")),
    **dict.fromkeys(("follow", "max_pages", "item", "link", "title", "date", "next"), _LISTS),
}
"""The options that only some kinds of source have; what does nothing would be believed to."""


def split_root(pattern: str) -> tuple[str, str]:
    """Split a glob into the folder above its first wildcard and the rest: `("a", "**/*.md")`.

    Without a wildcard the rest is the last component. The folder is "." when there is none.
    """
    parts = pattern.split("/")
    wild = (number for number, part in enumerate(parts) if any(sign in part for sign in "*?[{"))
    cut = min(next(wild, len(parts)), len(parts) - 1)
    root, rest = "/".join(parts[:cut]), "/".join(parts[cut:])
    return root or ("/" if cut else "."), rest


class Site(Section):
    """The publication itself. `url` is the public address its feeds and pages are reached at."""

    title: str = Field(min_length=1)
    url: Address
    language: Language = Field(default="en", min_length=2)
    author: str = ""
    timezone: str = "UTC"
    contact: str = ""

    @field_validator("url")
    @classmethod
    def _absolute(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("an address without ?query, #fragment or password is needed")
        if not value.isascii() or " " in value:
            raise ValueError("write it in ASCII, as a browser's address bar copies it")
        return value.rstrip("/") + "/"

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("not a known time zone; write one such as Europe/Berlin") from None
        return value


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
    """Where `run` and `serve` listen."""

    address: str = Field(default="127.0.0.1", min_length=1)
    port: Count = Field(default=8000, ge=0, le=65535)

    @field_validator("address")
    @classmethod
    def _no_port(cls, value: str) -> str:
        if "/" in value or _WITH_PORT.fullmatch(value):
            raise ValueError("write the address alone, such as 0.0.0.0; `port` says the port")
        return value


class Source(Section):
    """Where articles come from: one of `files` (a glob), `urls` (a list of pages), `feed`,
    `listing` and `sitemap` (an address each), or `url`, of which we find out what it is."""

    name: Name
    files: str = Field(default="", max_length=1000)
    urls: tuple[Address, ...] = ()
    feed: Address = ""
    listing: Address = ""
    sitemap: Address = ""
    url: Address = ""
    fulltext: Flag = False
    follow: Literal["articles", "none"] = "articles"
    max_pages: Count = Field(default=1, ge=1, le=50)
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    item: str = ""
    link: str = ""
    title: str = ""
    date: str = ""
    next: str = ""
    ignore_robots_tag: Flag = False
    every: Duration | None = Field(default=None, ge=timedelta(seconds=10))
    cron: str = ""
    language: Language = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    summary_words: Count = Field(default=60, ge=10, le=500)
    summarizer: Literal["extractive", "openai"] = "extractive"
    learn: Flag = True
    on_change: Literal["bump", "silent", "new"] = "bump"
    on_gone: Literal["keep", "remove"] | None = None
    watch: Flag | None = None
    max_items: Count | None = Field(default=None, ge=1, le=1_000_000)
    max_bytes: Count = Field(default=10_000_000, ge=1_000, le=100_000_000)

    @property
    def kind(self) -> Kind:
        """The source's kind, told by the option that is set."""
        return next(kind for kind in KINDS if getattr(self, kind))

    @property
    def locator(self) -> str:
        """What tells this source from the others when its name changes."""
        found = getattr(self, self.kind)
        return found if isinstance(found, str) else "\n".join(found)

    @cached_property
    def host(self) -> str:
        """Whom it asks first, without port; "" for nobody."""
        return "" if self.files else urlsplit(self.locator.partition("\n")[0]).hostname or ""

    @property
    def most(self) -> int:
        """`max_items`, or what the kind usually bears: pages of a list are fetched one by one."""
        lists = self.follow == "articles" and self.kind in {"listing", "sitemap", "url"}
        return self.max_items or (100 if lists else 100_000)

    @property
    def interval(self) -> timedelta | None:
        """`every`, or a minute for files; None: by `cron`, or as often as the source changes."""
        return self.every or (timedelta(minutes=1) if self.files and not self.cron else None)

    @property
    def watched(self) -> bool:
        """`watch`, or whether it is a folder without a `cron`: that one asks for set times."""
        return bool(self.files) and (not self.cron if self.watch is None else self.watch)

    @property
    def removes_gone(self) -> bool:
        """`on_gone`, or removal for files and keeping for everything else."""
        return (self.on_gone or ("remove" if self.files else "keep")) == "remove"

    @field_validator("files")
    @classmethod
    def _names_files(cls, value: str) -> str:
        if value.endswith("/"):
            raise ValueError(f'name the files in it, such as "{value}**/*.md"')
        if ".." in split_root(value)[1].split("/"):
            raise ValueError(".. cannot stand behind a wildcard")
        return value

    @field_validator("urls")
    @classmethod
    def _once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) < len(value):
            raise ValueError("an address is listed twice")
        return value

    @model_validator(mode="after")
    def _one_kind(self) -> "Source":
        given = [kind for kind in KINDS if getattr(self, kind)]
        if len(given) != 1:
            raise ValueError(f"give one of {', '.join(KINDS)}, such as {_EXAMPLE}")
        if self.cron and self.every:
            raise ValueError("give either `every` or `cron`, not both")
        if self.watch and not self.files:
            raise ValueError("only folders can be watched; take `watch` out")
        for option in sorted(self.model_fields_set & _ONLY_FOR.keys()):
            if given[0] not in _ONLY_FOR[option]:
                kinds = " and ".join(f"`{kind}`" for kind in _ONLY_FOR[option])
                raise ValueError(f"`{option}` does nothing here: it is for {kinds}; take it out")
        return self


class Feed(Section):
    """An output: which articles, how shown, in which formats. No `sources`, no `tags`: all.

    `was` are the names it had before, oldest first: it keeps its id, and they lead to it.
    """

    name: Name
    was: Names = ()
    title: str = ""
    description: str = ""
    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    limit: Count = Field(default=50, ge=1, le=1000)
    backlog: Count = Field(default=10, ge=0, le=1000)
    duplicates: Literal["all", "first", "story"] = "all"
    content: Literal["full", "summary", "lead"] = "full"
    related: Count = Field(default=5, ge=0, le=10)
    related_links: Flag = True
    formats: tuple[Format, ...] = Field(default=("rss", "atom", "json"), min_length=1)


class Settings(Section):
    """The whole configuration. `folder` is the one of the file: relative paths start there.

    `rules` are those for the pages of single hosts, which have files of their own.
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
    folder: Path = Field(default=Path(), exclude=True)
    rules: tuple[PageRules, ...] = Field(default=(), exclude=True)

    @cached_property
    def by_name(self) -> dict[str, Source]:
        """The sources by their names."""
        return {source.name: source for source in self.sources}

    def feed_title(self, feed: Feed) -> str:
        """What readers call `feed`."""
        whole = feed.name == "all"
        return feed.title or (self.site.title if whole else f"{self.site.title}: {feed.name}")

    def feed_url(self, feed: Feed, format_: Format) -> str:
        """Where `feed` is found in a format: an absolute URL."""
        return f"{self.site.url}{feed.name}.{format_}"

    @staticmethod
    def feed_page(name: str) -> str:
        """The path of the page that shows the feed `name` to people; "" for the index."""
        return "" if name in {"all", "index"} else f"{name}.html"

    @property
    def output_folder(self) -> Path:
        """Where subscribers' files are written."""
        return self.folder / self.output

    @property
    def data_folder(self) -> Path:
        """Where the store, its namespace and the editions' manifests lie."""
        return self.folder / self.data

    @property
    def rules_folder(self) -> Path:
        """Where the rules for pages of single hosts lie, a file each."""
        return self.data_folder / "rules"
