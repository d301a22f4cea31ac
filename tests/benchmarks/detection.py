"""What finding the articles of a listing page costs beside parsing it.

`python -m tests.benchmarks.detection [--articles 60]` makes a page of so many articles with dates,
images, summaries and share buttons among navigation, a tag cloud and a footer (60 make 140 kB), and
times both. Compare what one run prints: the milliseconds are those of the machine.
"""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from statistics import median

from ingest.article import Document
from ingest.detect import ListRules, detect
from ingest.markup import parse_page

_URL = "https://news.example.org/"
_DAY = date(2026, 5, 1)
_MENU = "".join(f'<li><a href="/section-{n}/">Section {n}</a></li>' for n in range(30))
_TAGS = "".join(f'<a class="tag" href="/tag/word-{n}/">word {n}</a> ' for n in range(60))
_CARD = """\
<article class="card teaser"><a class="image" href="/{day:%Y/%m}/{slug}/">
<img src="/i/{n}-640.jpg" srcset="/i/{n}-320.jpg 320w, /i/{n}-1280.jpg 1280w" alt=""></a>
<h3 class="title"><a href="/{day:%Y/%m}/{slug}/">{title}</a></h3>
<p class="meta"><span class="author">By Ann Bee</span>
<time datetime="{day}">{day:%d %B %Y}</time></p>
<p class="summary">The council met on the quay and spoke of the {thing}, its price and colour.
Nobody knew who would pay for it, and when; the mayor promised to ask until it is known.</p>
<ul class="share">{share}</ul>
</article>
"""


_WHO = ("council", "mayor", "ferry", "school", "market", "harbour", "baker", "choir", "museum")
_DOES = ("opens", "closes", "repairs", "sells", "paints", "moves", "finds", "loses", "counts")
_WHAT = ("bridge", "tower", "garden", "clock", "bell", "road", "station", "fountain", "archive")
_ICON = '<path d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm1 15h-2v-6h2zm0-8h-2V7h2z"></path>'
_SHARE = "".join(
    f'<li class="share-item share-item--{n} icon"><a class="share-link" rel="nofollow noopener" '
    f'href="https://social-{n}.example/share?u=1"><svg viewBox="0 0 24 24">{_ICON}</svg></a></li>'
    for n in range(6)
)


def _card(number: int) -> str:
    who, does = _WHO[number % 9], _DOES[number // 9 % 9]
    thing = f"{_WHAT[number * 7 % 9]} of {_WHO[number * 4 % 9]} street"
    title = f"The {who} {does} the {thing} again"
    slug = title.lower().replace(" ", "-")
    day = _DAY - timedelta(days=number)
    return _CARD.format(n=number, day=day, title=title, slug=slug, thing=thing, share=_SHARE)


def a_page(articles: int) -> str:
    """A listing page of so many articles."""
    cards = "".join(map(_card, range(articles)))
    return (
        f"<!DOCTYPE html><html lang=en><head><title>News</title></head><body>"
        f"<header><nav><ul>{_MENU}</ul></nav></header><main><h1>News</h1>{cards}</main>"
        f"<aside><h2>Tags</h2>{_TAGS}</aside><footer><ul>{_MENU}</ul></footer></body></html>"
    )


def _milliseconds(work: Callable[[], object]) -> float:
    def took() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    work()  # what is read once
    return 1_000 * median(took() for _ in range(15))


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=60)
    count = parser.parse_args().articles
    text = a_page(count)
    page = Document(
        origin=_URL,
        url=_URL,
        body=text.encode(),
        media_type="text/html",
        fetched_at=datetime.now(UTC),
    )
    found = detect(page, ListRules())
    print(f"{len(text) / 1_000:.0f} kB, {len(found.items)} of {count} articles found")
    parsing = _milliseconds(lambda: parse_page(text))
    print(f"parsing {parsing:.1f} ms")
    print(f"finding {_milliseconds(lambda: detect(page, ListRules())) - parsing:.1f} ms more")


if __name__ == "__main__":
    _main()
