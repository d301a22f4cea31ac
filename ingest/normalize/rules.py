"""What the operator set for a source, as far as normalizing needs it."""

from dataclasses import dataclass, field
from typing import Literal

from ingest.passages import NOTHING, Learned


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Picklable: it travels to worker processes with every document.

    `language`, `authors` and `tags` are the source's: language and authors hold where the document
    names none, tags are added. `timezone` names the zone of dates that state none. `site_url` is
    the publication's own address: a file's canonical URL must be of the same site. `learned` is
    what the source's articles share, which no document is read again for.
    """

    kind: Literal["files", "urls", "feed", "listing", "sitemap", "url"]
    language: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    timezone: str = "UTC"
    site_url: str = ""
    learned: Learned = field(default=NOTHING, repr=False)
