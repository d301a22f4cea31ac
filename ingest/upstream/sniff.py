"""What kind of document some bytes are, told by their first element and not by what they claim."""

import re

from ingest.errors import ReadError
from ingest.normalize.decode import decode

_HEAD = 65_536  # bytes in which the first element must come
_KINDS = {
    "rss": "feed", "feed": "feed", "channel": "feed", "rdf": "feed", "urlset": "sitemap",
    "sitemapindex": "sitemap", "opml": "opml", "html": "html", "head": "html", "body": "html",
}  # fmt: skip
_MARK = re.compile(
    r"<(?:(!--)|(!\[CDATA\[)|(!doctype\s{1,9}html)"
    rf"|(?:[\w.-]{{1,40}}:)?({'|'.join(_KINDS)})(?=[\s>/]))",
    re.IGNORECASE,
)
_RSS_IN_RDF = re.compile(r"purl\.org/rss|purl\.org/net/rss|netscape\.com/rdf", re.IGNORECASE)
_JSON_FEED = re.compile(r'"version"\s{0,99}:\s{0,99}"https?:\\?/\\?/(?:www\.)?jsonfeed\.org')
_JSON_TYPES = frozenset({"application/feed+json"})
_GZIP = b"\x1f\x8b"
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})


def sniff(body: bytes, media_type: str = "") -> str:
    """What `body` is: "feed", "sitemap", "html", "opml", or "" for anything else.

    Its first known element decides, wherever comments, white space or the complaints of a broken
    server put it; `media_type` is believed only of what does not show it. What is packed with gzip
    is a sitemap: nothing else is handed out so (sitemaps.org, "Sitemap index files").
    """
    if body.startswith(_GZIP):
        return "sitemap"
    head = body[:_HEAD]
    if len(body) > _HEAD:
        head = head[: head.rfind(b">") + 1] or head  # no character cut in two
    try:
        text = decode(head, xml=True).lstrip()
    except ReadError:
        return ""
    stated = media_type.partition(";")[0].strip().lower()
    if text[:1] in {"{", "["}:
        return "feed" if stated in _JSON_TYPES or _JSON_FEED.search(text) else ""
    kind, _ = first_element(text)
    return kind or ("html" if stated in _HTML_TYPES else "")


def first_element(text: str) -> tuple[str, int]:
    """The kind of the first element of `text` that tells one, and where it starts.

    ("", 0) when there is none. Comments and CDATA sections are passed over, an unclosed one hides
    the rest.
    """
    passed, document = 0, ""
    for mark in _MARK.finditer(text):
        comment, section, page, name = mark.groups()
        if mark.start() < passed:
            continue
        if comment or section:
            end = text.find("-->" if comment else "]]>", mark.end())
            if end < 0:
                break
            passed = end
        elif page:
            document = "html"  # unless a feed follows: some generators write it before any
        else:
            plain = name.lower() == "rdf" and not _RSS_IN_RDF.search(
                text, mark.start(), mark.end() + 9_999
            )
            return ("" if plain else _KINDS[name.lower()]), mark.start()
    return document, 0
