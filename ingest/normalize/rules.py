"""What the operator set for a source, as far as normalizing needs it."""

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from ingest.passages import NOTHING, Learned


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRules:
    """Selectors (see ingest.selectors) for the pages of `host` and of the hosts below it.

    "" where there is none. `strip` is taken out of a page before anything else is looked for.
    """

    host: str
    title: str = ""
    author: str = ""
    date: str = ""
    body: str = ""
    strip: tuple[str, ...] = ()

    def are_for(self, host: str) -> bool:
        """Whether they are for the pages of `host`."""
        return host == self.host or host.endswith("." + self.host)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Picklable: it travels to worker processes with every document.

    `language`, `authors` and `tags` are the source's: language and authors hold where the document
    names none, tags are added. `site_language` tells the function words of a text whose language is
    not known. `timezone` names the zone of dates that state none. `site_url` is
    the publication's own address: a file's canonical URL must be of the same site.
    `pages` are the rules for pages of single hosts. `ignore_robots_tag`: pages are shown in full
    whatever they ask. `learned` is what the source's articles share, which no document is read
    again for.
    """

    kind: Literal["files", "urls", "feed", "listing", "sitemap", "url"]
    language: str = ""
    site_language: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    timezone: str = "UTC"
    site_url: str = ""
    learned: Learned = field(default=NOTHING, repr=False)
    pages: tuple[PageRules, ...] = ()
    ignore_robots_tag: bool = False

    def of_page(self, url: str) -> PageRules | None:
        """The rules for the page at `url`: those of the longest host; None without any."""
        host = (urlsplit(url).hostname or "") if self.pages and url else ""
        fitting = [rules for rules in self.pages if rules.are_for(host)]
        return max(fitting, key=lambda rules: len(rules.host), default=None)
