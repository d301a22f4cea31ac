"""A source: where articles come from, with every option it has."""

from datetime import timedelta
from functools import cached_property
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from config.values import Address, Count, Duration, Flag, Language, Name, Section

Kind = Literal["files", "urls", "feed", "listing", "sitemap", "url"]
KINDS: tuple[Kind, ...] = ("files", "urls", "feed", "listing", "sitemap", "url")
_EXAMPLE = 'files = "articles/**/*.md" or url = "https://example.org/news"'

_LISTS: tuple[Kind, ...] = ("listing", "url")
_ONLY_FOR: dict[str, tuple[Kind, ...]] = {
    "fulltext": ("feed", "url"),
    "max_bytes": ("files",),
    "push": ("feed", "url"),
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
    push: Flag | None = None
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
    def pushed(self) -> bool:
        """`push`, or whether it is a feed without a `cron`: that one asks for set times."""
        return bool(self.feed or self.url) and (not self.cron if self.push is None else self.push)

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
