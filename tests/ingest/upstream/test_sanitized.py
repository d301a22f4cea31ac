"""What runs in a browser may come in any field of any feed, and gets no further than our gate."""

import json
import re
from html import escape

import pytest
from lxml import html

from ingest.normalize import sanitize
from ingest.upstream import parse_feed

URL = "https://example.org/feed.xml"
RUNS = (
    "<script>run()</script>",
    "<SCRIPT type='text/javascript' src='//evil.example/x.js'></SCRIPT>",
    "<scr<script></script>ipt>run()</script>",
    "<img src='a.jpg' onerror='run()'>",
    "<img src='a.jpg'onload=run()//",
    "<p onclick=\"run()\" ONMOUSEOVER='run()'>x</p>",
    "<a href='javascript:run()'>x</a>",
    "<a href=' jAvAsCrIpT&colon;run()'>x</a>",
    "<a href='java&#10;script&#58;run()'>x</a>",
    "<a href='&#x6a;avascript:run()'>x</a>",
    "<a href='vbscript:run()'>x</a><a href='data:text/html,<script>run()</script>'>y</a>",
    "<img src='data:image/svg+xml,<svg onload=run()>'>",
    "<div style='width: expression(run())'>x</div>",
    "<div style='background: url(javascript:run())'>x</div>",
    "<div style='-moz-binding: url(//evil.example/x.xml#a)'>x</div>",
    "<style>p { background: url(javascript:run()) }</style>",
    "<link rel='stylesheet' href='javascript:run()'><base href='//evil.example/'>",
    "<meta http-equiv='refresh' content='0; url=javascript:run()'>",
    "<iframe src='javascript:run()'></iframe><iframe srcdoc='<script>run()</script>'></iframe>",
    "<object data='javascript:run()'></object><embed src='javascript:run()'><applet code='X'>",
    "<form action='javascript:run()'><input onfocus='run()' autofocus><button formaction='x'>",
    "<svg><script>run()</script><a xlink:href='javascript:run()'>x</a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=run()></style></mglyph></table></math>",
    "<video src='v.mp4' poster='javascript:run()' onplay='run()'><source src='javascript:run()'>",
    "<noscript><p title='</noscript><img src=x onerror=run()>'></noscript>",
    "<!--><script>run()</script>--><![CDATA[<script>run()</script>]]>",
    "<marquee onstart='run()'>x</marquee><details ontoggle='run()' open>x</details>",
    "&lt;script&gt;run()&lt;/script&gt;",
)
NAMES = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>{}</entry></feed>'
RSS = f'<rss version="2.0" {NAMES}><channel><item><guid>1</guid>{{}}</item></channel></rss>'
XHTML = '<div xmlns="http://www.w3.org/1999/xhtml">'
CARRIERS = {
    "RSS description": lambda text: RSS.format(f"<description>{escape(text)}</description>"),
    "RSS content": lambda text: RSS.format(f"<content:encoded>{escape(text)}</content:encoded>"),
    "RSS between tags": lambda text: RSS.format(f"<description>{text}</description>"),
    "RSS in a section": lambda text: RSS.format(
        f"<description><![CDATA[{text.replace(']]>', '')}]]></description>"
    ),
    "Atom content": lambda text: ATOM.format(f'<content type="html">{escape(text)}</content>'),
    "Atom text": lambda text: ATOM.format(f"<summary>{escape(text)}</summary>"),
    "Atom XHTML": lambda text: ATOM.format(f'<content type="xhtml">{XHTML}{text}</div></content>'),
    "JSON content": lambda text: json.dumps(
        {"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "content_html": text}]}
    ),
    "JSON text": lambda text: json.dumps(
        {"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "content_text": text}]}
    ),
}
REFUSED = {
    *("script", "style", "link", "base", "meta", "iframe", "object", "embed", "applet", "form"),
    *("input", "button", "svg", "math", "marquee", "source", "noscript"),
}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_nothing_that_runs_passes_the_gate(carrier: str) -> None:
    for text in RUNS:
        body = CARRIERS[carrier](f"<p>before</p>{text}")
        [entry] = parse_feed(body.encode(), url=URL).entries
        shown = sanitize(entry.html or entry.summary, base=entry.base)
        assert "before" in shown
        for element in html.fromstring(f"<div>{shown}</div>").iter():
            assert element.tag not in REFUSED, text
            for name, value in ((str(n), str(v)) for n, v in element.attrib.items()):
                assert not name.startswith("on"), text
                assert name not in {"style", "srcdoc", "formaction"}, text
                assert not re.match(r"\W*(?:java|vb)script|data:", value, re.IGNORECASE), text


def test_a_title_is_text_without_what_runs() -> None:
    title = escape("a<script>run()</script> <b onclick='run()'>b</b><style>p {}</style> <i>")
    [entry] = parse_feed(RSS.format(f"<title>{title}</title>").encode(), url=URL).entries
    assert entry.title == "a b"


def test_addresses_lead_to_the_web_or_nowhere() -> None:
    for text in ("javascript:run()", "data:text/html,x", "file:///etc/passwd", *RUNS):
        said = escape(text)
        links = f'<link>{said}</link><enclosure url="{said}"/><image><url>{said}</url></image>'
        [entry] = parse_feed(RSS.format(links).encode(), url=URL).entries
        addresses = [entry.url, entry.image, *(one.url for one in entry.enclosures)]
        assert all(url.startswith("https://example.org/") for url in addresses if url)
