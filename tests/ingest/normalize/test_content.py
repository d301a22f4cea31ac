"""Which part of a page is the article: what stays, what goes, and at what cost."""

import pytest

from ingest.markup import parse_page
from ingest.normalize.content import main_content, matched
from ingest.normalize.outline import outline
from tests.costs import no_runaway
from tests.ingest.normalize.documents import HEAD, JSON_LD, PROSE, page

ARTICLE = '<meta property="og:type" content="article">'
CARD = (
    '<div class="card"><h3><a href="/{0}">The story of number {0}</a></h3><p>Teaser {0}.</p></div>'
)


def test_an_article_keeps_its_structure() -> None:
    body = f"""<article><h1>Storm</h1><p>{PROSE} <a href="/a">Forty</a> roofs, <code>make</code>.
    </p><h2>What next</h2><ul><li>{PROSE}</li><li>{PROSE} Again.</li></ul>
    <blockquote>{PROSE} He said.</blockquote><pre>a\n  b</pre><p>{PROSE} Once more.</p>
    <figure><img src="/i.jpg" alt="Roofs">
    <figcaption>The roofs of the town</figcaption></figure><p>{PROSE} At last.</p></article>"""
    html = page(body, ARTICLE).html
    assert '<a href="https://www.news.example/a">Forty</a> roofs, <code>make</code>.' in html
    assert "<h2>What next</h2>" in html
    assert html.count("<li>") == 2
    assert "<pre>a\n  b</pre>" in html
    assert "<blockquote>" in html
    assert "<figcaption>The roofs of the town</figcaption>" in html
    assert 'src="https://www.news.example/i.jpg"' in html


def test_furniture_around_an_article_goes() -> None:
    paragraphs = "".join(f"<p>{PROSE} Part {n}.</p>" for n in range(5))
    body = f"""<div class="cookie-banner"><p>{PROSE} Cookies.</p></div>
    <nav><a href="/">Home</a></nav><article><h1>Storm</h1>{paragraphs}
    <div class="newsletter-signup"><p>{PROSE} Mail.</p></div>
    <p><a href="/b">Related: the other storm</a></p></article>
    <footer><p>{PROSE} Imprint.</p></footer>"""
    text = page(body, ARTICLE).text
    assert [
        word for word in ("Cookies", "Home", "Mail", "Related", "Imprint") if word in text
    ] == []
    assert text.count("Part") == 5


def test_every_member_of_a_list_is_kept() -> None:
    cards = "".join(CARD.format(n) for n in range(30))
    draft = page(f'<nav><a href="/">Home</a></nav><h1>News</h1><div id="list">{cards}</div>')
    assert [n for n in range(30) if f"story of number {n}" not in draft.text] == []
    assert "Home" not in draft.text
    assert draft.origins["text"] == "body without furniture"


def test_every_post_of_a_thread_is_kept() -> None:
    posts = "".join(f'<div class="comment"><p>{PROSE} Post {n}.</p></div>' for n in range(12))
    kind = '<script type="application/ld+json">{"@type": "DiscussionForumPosting"}</script>'
    text = page(f"<h1>A question</h1>{posts}", kind).text
    assert [n for n in range(12) if f"Post {n}." not in text] == []


def test_comments_below_an_article_are_none_of_it() -> None:
    article = "".join(f"<p>{PROSE} Part {n}.</p>" for n in range(5))
    body = (
        f'<article><h1>Storm</h1>{article}</article><div id="comments"><p>{PROSE} Troll.</p></div>'
    )
    assert "Troll" not in page(body, HEAD + JSON_LD).text


def test_what_is_shown_only_without_scripts_is_read() -> None:
    text = page(f"<noscript><p>{PROSE}</p><p>{PROSE} Again.</p></noscript>").text
    assert "Again." in text


def test_a_button_left_open_takes_nothing_with_it() -> None:
    # An accordion's headings are buttons; one without an end tag holds the rest of the page.
    body = f"<button><h2>Plants</h2><p>{PROSE}</p><p>{PROSE} Again.</p>"
    assert "Again." in page(body).text


def test_references_follow_the_base_that_the_page_declares() -> None:
    draft = page(f'<p>{PROSE} <a href="x">More of it</a>.</p>', '<base href="/elsewhere/">')
    assert 'href="https://www.news.example/elsewhere/x"' in draft.html


def test_the_page_itself_is_not_changed() -> None:
    whole = parse_page(f"<nav>Home</nav><h1>Storm</h1><p>{PROSE}</p>")
    before = whole.text_content()
    main_content(whole)
    assert whole.text_content() == before


def test_short_blocks_are_found_only_in_their_order() -> None:
    body = parse_page(f"<p>Other</p><p>{PROSE}</p><p>Storm</p><p>Other</p>").find("body")
    assert body is not None
    assert matched(outline(body), f"{PROSE * 5} Storm, Other") == [False, True, True, True]


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 140 + PROSE + "</div>" * 140 + "<p>x</p>" * 5_000,
        "".join(f"<p>{PROSE} {n}</p>" for n in range(4_000)),
        "<button>" * 2_000,
        "<b class='a b c'>x</b> " * 10_000,
        "".join(f"<noscript>{n}<img src=x></noscript>" for n in range(60_000)),
        f"<p class='{'a-' * 100_000}'>{PROSE}</p>",
    ],
)
def test_no_page_makes_it_run_away(body: str) -> None:
    with no_runaway():
        main_content(parse_page(f"<body>{body}</body>"))
