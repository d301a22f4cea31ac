"""The next page of a list: by relation, by words, by numbers; never a wrong one."""

import pytest

from ingest.detect.paging import next_page
from ingest.markup import parse_page

URL = "https://www.millbrook.example/news/"


def following(body: str, url: str = URL) -> str:
    return next_page(parse_page(f"<html><body>{body}</body></html>"), url)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<link rel="next" href="/news/page/2/">', "/news/page/2/"),
        ('<a rel="nofollow next" href="?page=1">›</a>', "/news/?page=1"),
        ('<a href="/news/page/2/">Older posts</a>', "/news/page/2/"),
        ('<a href="/news/page/2/"><span>←</span> Older Entries</a>', "/news/page/2/"),
        ('<a href="/news/2.html">Next »</a><a href="/x">Next to nothing</a>', "/news/2.html"),
        ('<a href="seite-2.html">Nächste Seite &gt;</a>', "/news/seite-2.html"),
        ('<a href="?p=2">Page suivante</a>', "/news/?p=2"),
        ('<a href="?p=2">Siguiente</a>', "/news/?p=2"),
        ('<a href="?p=2">次へ</a>', "/news/?p=2"),
        ('<a href="?p=2">下一页</a>', "/news/?p=2"),
        ('<a href="?p=2">Следующая</a>', "/news/?p=2"),
        ('<a href="?p=2" aria-label="Next page"><i></i></a>', "/news/?p=2"),
        ('<b>1</b> <a href="/news/page/2/">2</a> <a href="/news/page/3/">3</a>', "/news/page/2/"),
        ('<a href="/news/?page=2">2</a> <a href="/news/?page=9">9</a>', "/news/?page=2"),
        ('<a href="/news/2/">2</a>', "/news/2/"),
    ],
)  # fmt: skip
def test_the_first_page_leads_to_the_second(body: str, expected: str) -> None:
    assert following(body) == f"https://www.millbrook.example{expected}"


@pytest.mark.parametrize(
    ("url", "body", "expected"),
    [
        ("/news/page/2/", '<a href="/news/">1</a><a href="/news/page/3/">3</a>', "/news/page/3/"),
        ("/news/?page=2&q=a", '<a href="?q=a&page=3">3</a>', "/news/?q=a&page=3"),
        ("/news/?paged=9", '<a href="?paged=10">10</a>', "/news/?paged=10"),
    ],
)
def test_numbers_go_on_from_the_page_itself(url: str, body: str, expected: str) -> None:
    assert following(body, f"https://www.millbrook.example{url}").endswith(expected)


@pytest.mark.parametrize(
    "body",
    [
        "",
        '<a href="#slide-2">Next</a>',
        '<a href="javascript:next()">Next</a>',
        '<a rel="next" href="https://elsewhere.example/2">Next</a>',
        f'<a rel="next" href="{URL}">Next</a>',
        '<a href="/news/the-next-generation/">Next generation moves in</a>',
        '<a href="/2026/two/">2</a>',
        '<a href="/sport/page/2/">2</a>',
        '<a href="/news/page/3/">2</a>',
        '<a href="http://[broken">Next</a>',
        '<a href="/news/page/0/">Newer posts</a><a href="/x">Previous</a>',
    ],
)
def test_there_is_none_when_nothing_leads_on(body: str) -> None:
    assert following(body) == ""
