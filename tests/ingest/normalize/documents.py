"""Documents of each kind, normalized: what the tests of normalizing begin with."""

from datetime import UTC, datetime

from ingest.article import Document, Draft
from ingest.normalize import Rules, normalize

NOW = datetime(2026, 11, 23, tzinfo=UTC)
FILES = Rules(kind="files", timezone="Europe/Berlin", site_url="https://site.example/")
URLS = Rules(kind="urls")
PAGE = "https://www.news.example/2026/01/05/storm"
PROSE = "The storm reached the coast on Monday night and took the roofs of forty houses with it."


def make(
    body: str | bytes,
    kind: str = "text/markdown",
    *,
    origin: str = "notes/a.md",
    url: str = "",
    rules: Rules = FILES,
) -> Draft:
    data = body.encode() if isinstance(body, str) else body
    document = Document(origin=origin, body=data, media_type=kind, fetched_at=NOW, url=url)
    return normalize(document, rules, NOW)


def page(body: str, head: str = "", *, rules: Rules = URLS, url: str = PAGE) -> Draft:
    text = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    return make(text, "text/html; charset=utf-8", origin=url or "a.html", url=url, rules=rules)


NEWS = f"""<header><a href="/">Home</a></header><nav><a href="/a">Sections</a></nav>
<article><h1>Storm takes forty roofs</h1><p>{PROSE}</p><p>{PROSE} Use <code>make</code>.</p>
<pre>a
  b</pre><p>{PROSE} See <a href="../more">more</a>.</p><p>Share this article</p></article>
<aside><p>Buy now</p></aside><footer>Imprint</footer>"""
HEAD = f"""<title>Storm takes forty roofs | The News</title><meta property="og:site_name"
content="The News"><meta property="og:title" content="Storm takes forty roofs">
<meta property="og:image" content="/i/lead.jpg"><meta name="description" content="{PROSE}">
<meta name="keywords" content="storm, coast"><link rel="canonical" href="/2026/storm?fbclid=1">"""
JSON_LD = """<script type="application/ld+json">{"@graph": [{"@type": "WebSite"}, {"@type":
"NewsArticle", "headline": "Storm takes forty roofs", "author": [{"name": "By Ann Bee"}],
"datePublished": "2026-01-05T10:00:00+01:00", "dateModified": "2026-01-06T10:00:00Z",
"inLanguage": "en-GB", "articleSection": "Weather"}]}</script>"""
