"""The lead image of a page, and what stands in for pictures in its text."""

import pytest

from ingest.article import Image
from ingest.normalize.embeds import source_of
from ingest.normalize.sanitize import sanitize
from tests.ingest.normalize.documents import NEWS, page

HOST = "https://www.news.example"


def og(url: str, **facts: object) -> str:
    more = [f'<meta property="og:image:{name}" content="{value}">' for name, value in facts.items()]
    return f'<meta property="og:image" content="{url}">' + "".join(more)


def data(value: str, more: str = "") -> str:
    article = f'{{"@type": "NewsArticle", "image": {value}}}'
    return f'<script type="application/ld+json">[{article}{more}]</script>'


LEAD = Image(url=f"{HOST}/i/lead.jpg", media_type="image/jpeg")
SIZED = Image(url=f"{HOST}/i/lead.jpg", media_type="image/jpeg", width=1200, height=630)


@pytest.mark.parametrize(
    ("head", "image"),
    [
        (og("/i/lead.jpg"), LEAD),
        (og("/i/lead.jpg", width=1200, height=630), SIZED),
        (og("/i/lead.jpg", width="1200px", height="630.0"), SIZED),
        (og("/i/lead.jpg", width=1200), LEAD),
        (og("/i/lead.jpg", width=1200, height="large"), LEAD),
        (og("/i/lead", type="image/png"), Image(url=f"{HOST}/i/lead", media_type="image/png")),
        (og("/i/lead", type="text/html"), Image(url=f"{HOST}/i/lead")),
        (og("/i/a.png", width=9, height=9) + og("/i/lead.jpg", width=1200, height=630), SIZED),
        ('<meta name="twitter:image" content="/i/t.jpg">' + og("/i/lead.jpg"), LEAD),
        ('<meta name="twitter:image:src" content="/i/lead.jpg">', LEAD),
        (data('"/i/lead.jpg"'), LEAD),
        (data('["/i/lead.jpg", "/i/b.jpg"]'), LEAD),
        (data('{"url": "/i/lead.jpg", "width": "1200", "height": {"value": 630}}'), SIZED),
        (data('{"@type": "ImageObject", "contentUrl": ["/i/lead.jpg"]}'), LEAD),
        (
            data(
                '{"@id": "#lead"}',
                ', {"@id": "#lead", "url": "/i/lead.jpg", "width": 1200, "height": 630}',
            ),
            SIZED,
        ),
        (data('{"@id": "#nowhere"}'), None),
        (og("/i/lead.jpg") + data('{"url": "/i/lead.jpg", "width": 1200, "height": 630}'), SIZED),
        ('<link rel="image_src" href="/i/lead.jpg">', LEAD),
        (og("data:image/png;base64,AAAA") + og("javascript:x"), None),
        (og("http://[bad") + og("/i/lead.jpg"), LEAD),
        ("", None),
    ],
)
def test_the_lead_image_has_what_is_known_of_it(head: str, image: Image | None) -> None:
    assert page(NEWS, head).image == image


@pytest.mark.parametrize(
    "url",
    [
        "/a.svg", "/favicon.ico", "/img/logo.png", "/img/news_og_logo-2.png", "/logos/paper.jpg",
        "/data/avatars/m/13.jpg", "/apple-touch-icon@2.png", "/opengraph_default.png",
        "/img/no-image-placeholder.gif", "/1/blank.gif", "/spacer.gif", "/i/NewsLogo.png",
        "https://secure.gravatar.example/blavatar/55bf.png",
    ],
)  # fmt: skip
def test_logos_icons_faces_and_stand_ins_are_no_lead_image(url: str) -> None:
    assert page(NEWS, og(url)).image is None
    draft = page(NEWS, og(url) + data('"/i/lead.jpg"'))
    assert (draft.image, draft.origins["image"]) == (LEAD, "structured data image")


def test_what_the_page_calls_its_logo_is_no_lead_image() -> None:
    publisher = ', {"@type": "Organization", "logo": {"url": "/i/paper.png"}}'
    assert page(NEWS, og("/i/paper.png") + data('"/i/lead.jpg"', publisher)).image == LEAD
    icon = '<link rel="shortcut icon" href="/i/p.png">'
    assert page(NEWS, icon + og("/i/p.png")).image is None


@pytest.mark.parametrize(
    "url", ["/i/alibaba-logo-getty.jpg", "/i/silicon-valley.jpg", "/i/logotypes-of-1920.jpg",
            "/sites/default/files/storm.jpg", "/i/blank-stare.jpg", "/im-128022/social"],
)  # fmt: skip
def test_pictures_of_things_so_called_are_pictures(url: str) -> None:
    image = page(NEWS, og(url)).image
    assert image is not None
    assert image.url == HOST + url


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("<img src=/blank.gif>", ""),
        ("<img src=/i/1x1.png>", ""),
        ("<img src=/lazy-16x9.png data-lazy=/a.jpg>", "/a.jpg"),
        ("<img src=/lazy.gif data-url=true data-original=/a.jpg>", "/a.jpg"),
        ("<img src=/a.jpg data-src=data:image/gif;base64,R0lG>", "/a.jpg"),
        ("<img src=/a.jpg srcset='data:image/gif;base64,R0lG,AA== 1w'>", "/a.jpg"),
        ("<img src=/a.jpg srcset='/a.jpg 1x, /b.jpg 2x'>", "/b.jpg"),
        ("<img src=/a.jpg width=1>", ""),
        ("<img src=/a.jpg width=0 height=0>", ""),
        ("<img src=/a.jpg width=1 height=400>", "/a.jpg"),
        ("<picture><source data-srcset='/s.jpg 400w'><source data-srcset='/l.jpg 900w'>"
         "<img src=data:,x></picture>", "/l.jpg"),
        ("<picture><source srcset='/s.jpg 400w, /l.jpg 900w'></picture>", "/l.jpg"),
        ("<picture><source srcset='/s.jpg 400w'><img src=x srcset='/o.jpg 900w'></picture>",
         "/o.jpg"),
        ("<picture><source srcset=/s.jpg></picture><noscript><img src=/n.jpg></noscript>",
         "/s.jpg /n.jpg"),
        ("<amp-img src=/a.jpg width=4 height=3></amp-img>", "/a.jpg"),
        ("<iframe src=about:blank data-src=https://v.example/1></iframe>", "https://v.example/1"),
        ("<iframe src=https://count.example/ns.html width=0 height=0></iframe>", ""),
        ("<iframe src=javascript:x></iframe>", ""),
        ("<object data=https://v.example/2><embed src=https://v.example/2></object>",
         "https://v.example/2"),
    ],
)  # fmt: skip
def test_pictures_of_the_text_are_those_that_readers_would_see(body: str, wanted: str) -> None:
    found = sanitize(body, base="https://e.example/").replace("https://e.example", "")
    links = [part.partition('"')[0] for part in found.replace("href=", "src=").split('src="')[1:]]
    assert " ".join(links) == wanted


def test_no_address_makes_choosing_fail() -> None:
    from lxml import html

    for value in ("http://[", "\x00", "%", "//", "a" * 9_000, "?", "data:", "  "):
        image = html.Element("img", {"src": value.replace("\x00", ""), "data-src": "http://[/."})
        assert isinstance(source_of(image), str)
