"""A feed: an output, with every option it has."""

from typing import Literal

from pydantic import Field

from config.filter import Filter
from config.values import Category, Count, Flag, Name, Names, Picture, Section

Format = Literal["rss", "atom", "json"]


class Feed(Section):
    """An output: which articles, how shown, in which formats. No `sources`, no `tags`: all, but in
    a public feed nothing of sources that private feeds alone name.

    `where` is a query that its articles match (`ingest.query`). `was` are the names it had before,
    oldest first: it keeps its id, and they lead to it. With `each` it is no feed itself but one for
    each value that `at_least` articles have, `at_most` of them.
    `icon` and `logo` are its own instead of the site's; `podcast` is Apple's category, with " > "
    before a part of it. `was` are the names it had before, oldest first: it keeps its id, and they
    lead to it.
    """

    name: Name
    each: Literal["", "tag", "author", "source", "language", "section", "story"] = ""
    at_least: Count = Field(default=3, ge=1, le=1000)
    at_most: Count = Field(default=100, ge=1, le=1000)
    was: Names = ()
    private: Flag = False
    title: str = ""
    description: str = ""
    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    where: str = ""
    filters: tuple[Filter, ...] = ()
    limit: Count = Field(default=50, ge=1, le=1000)
    backlog: Count = Field(default=10, ge=0, le=1000)
    duplicates: Literal["all", "first", "story"] = "all"
    content: Literal["full", "summary", "lead"] = "full"
    related: Count = Field(default=5, ge=0, le=10)
    related_links: Flag = True
    icon: Picture = ""
    logo: Picture = ""
    podcast: Category = ""
    archive: Flag = True
    formats: tuple[Format, ...] = Field(default=("rss", "atom", "json"), min_length=1)
