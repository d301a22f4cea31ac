import pytest

from ingest.upstream import sniff

ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom"/>'


@pytest.mark.parametrize(
    ("body", "media_type", "wanted"),
    [
        (b"<rss version='2.0'/>", "application/rss+xml", "feed"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><!-- <html> -->\n" + ATOM, "text/html", "feed"),
        (ATOM.decode().encode("utf-16"), "", "feed"),
        (b"<a10:feed xmlns:a10='http://www.w3.org/2005/Atom'/>", "", "feed"),
        (b"<rdf:RDF xmlns='http://purl.org/rss/1.0/'/>", "text/xml", "feed"),
        (b"<rdf:RDF xmlns:foaf='http://xmlns.com/foaf/0.1/'/>", "text/xml", ""),
        (b'{"version": "https://jsonfeed.org/version/1", "items": []}', "", "feed"),
        (b'{"version":"https:\\/\\/jsonfeed.org\\/version\\/1.1"}', "application/json", "feed"),
        (b'{"items": []}', "application/feed+json; charset=utf-8", "feed"),
        (b'{"items": []}', "application/json", ""),
        (b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>", "", "sitemap"),
        (b"<?xml version='1.0'?><sitemapindex>", "text/xml", "sitemap"),
        (b"<opml version='2.0'>", "text/x-opml", "opml"),
        (b"<!doctype html><title>A <rss> of old</title>", "", "feed"),
        (b"<!DOCTYPE HTML PUBLIC 'x'><HTML><pre><rss></pre>", "application/rss+xml", "html"),
        (b"<!doctype html><title>Home</title><p>Hello", "", "html"),
        (b"<p>Hello, a page without a head", "text/html; charset=utf-8", "html"),
        (b"<svg/>", "image/svg+xml", ""),
        (b"Just a text about <title>s", "text/plain", ""),
        (b"", "text/html", ""),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "application/rss+xml", ""),
        (b"<rss>" + "ü".encode() * 40_000, "", "feed"),
    ],
)
def test_what_a_document_is(body: bytes, media_type: str, wanted: str) -> None:
    assert sniff(body, media_type) == wanted
