"""Internal links: resolved, or taken away without taking more with them."""

import pytest

from feeds.links import file_path, linked_files, rewrite


def nothing(_link: str) -> str:
    return ""


def test_what_has_no_internal_link_stays_byte_for_byte() -> None:
    html = "<p>a <a href='https://example.org/'>b</a><br>"
    assert rewrite(html, nothing) == html


def test_every_kind_of_link_is_resolved() -> None:
    html = (
        '<p><a href="broadsheet:file/a.md">a</a><img src="broadsheet:file/b.png" alt="b"></p>'
        '<video poster="broadsheet:file/c.png" src="broadsheet:file/d.mp4" controls></video>'
        '<blockquote cite="broadsheet:file/e.md">e</blockquote>'
    )
    found = rewrite(html, lambda link: "https://example.org/" + link.rpartition("/")[2])
    assert "broadsheet:" not in found
    assert [f"https://example.org/{n}" in found for n in ("a.md", "b.png", "c.png", "d.mp4")]
    assert linked_files(html) == {"a.md", "b.png", "c.png", "d.mp4", "e.md"}


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ('<p>x <a href="broadsheet:file/a.md">an <b>a</b></a> y</p>', "<p>x an <b>a</b> y</p>"),
        ('<p>x <img src="broadsheet:file/a.png" alt="A view"> y</p>', "<p>x A view y</p>"),
        ('<p><b>x</b><img src="broadsheet:file/a.png">y</p>', "<p><b>x</b>y</p>"),
        (
            '<video poster="broadsheet:file/a.png" src="https://example.org/v.mp4"></video>',
            '<video src="https://example.org/v.mp4"></video>',
        ),
        ('<blockquote cite="broadsheet:file/a.md">q</blockquote>', "<blockquote>q</blockquote>"),
    ],
)
def test_a_link_to_nothing_leaves_its_words(html: str, left: str) -> None:
    assert rewrite(html, nothing) == left


def test_candidates_that_are_not_there_leave_the_set() -> None:
    html = (
        '<img src="https://example.org/a.png" '
        'srcset="broadsheet:file/gone.png 2x, broadsheet:file/b.png 3x">'
    )
    found = rewrite(html, lambda link: "https://example.org/b.png" if "b.png" in link else "")
    assert 'srcset="https://example.org/b.png 3x"' in found
    assert "srcset" not in rewrite(html, nothing)


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("broadsheet:file/a%20b/%C3%BC.md#part", "a b/ü.md"),
        ("broadsheet:file/a%23b.md", "a#b.md"),
        ("broadsheet:article/123", ""),
        ("https://example.org/a.md", ""),
        ("", ""),
    ],
)
def test_the_path_a_link_names(link: str, path: str) -> None:
    assert file_path(link) == path
