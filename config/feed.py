"""A feed: an output, with every option it has."""

from typing import Literal

from pydantic import Field

from config.values import Category, Count, Flag, Name, Names, Picture, Section

Format = Literal["rss", "atom", "json"]


class Feed(Section):
    """An output: which articles, how shown, in which formats. No `sources`, no `tags`: all, but in
    a public feed nothing of sources that private feeds alone name.

    `icon` and `logo` are its own instead of the site's; `podcast` is Apple's category, with " > "
    before a part of it. `was` are the names it had before, oldest first: it keeps its id, and they
    lead to it.
    """

    name: Name
    was: Names = ()
    private: Flag = False
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
    icon: Picture = ""
    logo: Picture = ""
    podcast: Category = ""
    archive: Flag = True
    formats: tuple[Format, ...] = Field(default=("rss", "atom", "json"), min_length=1)
