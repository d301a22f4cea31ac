"""Pages that list articles, as the common systems and hands write them: twelve articles each."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest.article import Document
from ingest.detect import Detection, ListRules, detect

SITE = "https://www.millbrook.example"
URL = f"{SITE}/news/"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An article that a page lists."""

    path: str
    title: str
    day: datetime
    teaser: str

    @property
    def url(self) -> str:
        """Its address."""
        return SITE + self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a page writes its list: one of shapes.toml, which says what the fields mean."""

    item: str
    page: str
    dated: bool = True
    summed: bool = False
    furnished: bool = True


TITLES = (
    "Harbour opens after four years of work",
    "Council votes to keep the night bus",
    "Library roof now makes its own power",
    "Otters return to the upper river",
    "School garden feeds forty families",
    "Bridge closed until spring, engineers say",
    "New ferry timetable from Monday",
    "Storm takes the roofs of forty houses",
    "Museum shows letters of a lighthouse keeper",
    "Market square gets its fountain back",
    "Volunteers count swifts in the old town",
    "Goodbye",
)

ARTICLES = tuple(
    Listed(
        path=f"/2026/{title.lower().replace(',', '').replace(' ', '-')}/",
        title=title,
        day=datetime(2026, 11, 20, tzinfo=UTC) - timedelta(days=3 * number),
        teaser=f"What is known of it so far, and what the people of the town say of {title}.",
    )
    for number, title in enumerate(TITLES)
)

_HEADER = """<header class="site-header"><a href="/" class="logo">The Millbrook Paper</a>
<nav class="main-nav"><ul><li><a href="/news/">News</a></li>
<li><a href="/sport/">Sport and leisure</a></li><li><a href="/culture/">Culture</a></li>
<li><a href="/letters-to-the-editor/">Letters to the editor</a></li>
<li><a href="/about/">About us</a></li></ul></nav></header>"""
_SIDEBAR = """<aside class="sidebar widget-area"><section class="widget"><h3>Most read</h3><ol>
<li><a href="/2025/the-mayor-and-the-geese/">The mayor and the geese</a></li>
<li><a href="/2025/a-very-long-winter/">A very long winter in the valley</a></li>
<li><a href="/2025/how-to-bake-rye-bread/">How to bake rye bread at home</a></li></ol></section>
<section class="widget"><h3>Categories</h3><ul>
<li><a href="/category/town-hall/">Town hall and council</a></li>
<li><a href="/category/river/">River and harbour news</a></li></ul></section></aside>"""
_FOOTER = """<footer class="site-footer"><ul>
<li><a href="/contact/">Contact the newsroom</a></li>
<li><a href="/privacy-policy/">Privacy policy of this site</a></li>
<li><a href="/terms/">Terms and conditions of use</a></li>
<li><a href="https://www.facebook.com/millbrook">Follow us on Facebook</a></li></ul>
<p>© 2026 Millbrook</p></footer>"""

_READ = tomllib.loads(Path(__file__).with_name("shapes.toml").read_text("utf-8"))
SHAPES = {name: Shape(**shape) for name, shape in _READ.items()}


def a_page(shape: Shape, *, order: Sequence[int] = range(len(ARTICLES))) -> str:
    """The page of ARTICLES in `shape`, in `order`."""
    written = [
        shape.item.format(
            url=a.url, path=a.path, title=a.title, teaser=a.teaser, n=number,
            iso=f"{a.day:%Y-%m-%d}", words=f"{a.day.day} {a.day:%B} {a.day.year}",
        )
        for number, a in enumerate(ARTICLES, 1)
    ]  # fmt: skip
    items = "\n".join(written[number] for number in order)
    return a_body(shape.page.format(items=items), furnished=shape.furnished)


def a_body(body: str, *, head: str = "", lang: str = "en", furnished: bool = True) -> str:
    """A whole page with `body`, amid header, sidebar and footer if it is `furnished`."""
    inner = f"{_HEADER}{body}{_SIDEBAR}{_FOOTER}" if furnished else body
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>News</title>'
        f"{head}</head><body>{inner}</body></html>"
    )


def found(text: str, rules: ListRules | None = None, *, url: str = URL) -> Detection:
    """What is detected on the page `text`."""
    kind = "text/html; charset=utf-8"
    page = Document(origin=url, url=url, body=text.encode(), media_type=kind, fetched_at=NOW)
    return detect(page, rules or ListRules())
