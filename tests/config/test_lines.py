import tomllib

from config.lines import key_lines
from tests.costs import no_runaway

TEXT = '''\
# a comment [not] = 1
title = "x" # y = 1
[site] # [no]
"ti\\u0074le" = """
a "quoted" text # not a comment
url = 5
""""
url = 'h#t'

[[source]]
urls = [ # a comment
  "x",
  [1.5, 2,
   3], { a = 1, b.c = [1] },
]
when = 2026-01-01T10:00:00.5Z
[[ source ]]
opts = { q = 1, "r s" = { t = 2 } }
[source.sub]
k = 1
[[source.deep]]
z = 1
[[source.deep]]
a.b = 2
last = []'''


def test_each_key_is_found_where_it_stands() -> None:
    tomllib.loads(TEXT)
    assert key_lines(TEXT) == {
        (): 1,
        ("title",): 2,
        ("site",): 3,
        ("site", "title"): 4,
        ("site", "url"): 8,
        ("source",): 10,
        ("source", 0): 10,
        ("source", 0, "urls"): 11,
        ("source", 0, "urls", 0): 12,
        ("source", 0, "urls", 1): 13,
        ("source", 0, "urls", 1, 0): 13,
        ("source", 0, "urls", 1, 1): 13,
        ("source", 0, "urls", 1, 2): 14,
        ("source", 0, "urls", 2): 14,
        ("source", 0, "urls", 2, "a"): 14,
        ("source", 0, "urls", 2, "b"): 14,
        ("source", 0, "urls", 2, "b", "c"): 14,
        ("source", 0, "urls", 2, "b", "c", 0): 14,
        ("source", 0, "when"): 16,
        ("source", 1): 17,
        ("source", 1, "opts"): 18,
        ("source", 1, "opts", "q"): 18,
        ("source", 1, "opts", "r s"): 18,
        ("source", 1, "opts", "r s", "t"): 18,
        ("source", 1, "sub"): 19,
        ("source", 1, "sub", "k"): 20,
        ("source", 1, "deep"): 21,
        ("source", 1, "deep", 0): 21,
        ("source", 1, "deep", 0, "z"): 22,
        ("source", 1, "deep", 1): 23,
        ("source", 1, "deep", 1, "a"): 24,
        ("source", 1, "deep", 1, "a", "b"): 24,
        ("source", 1, "deep", 1, "last"): 25,
    }


def test_hostile_texts_take_linear_time() -> None:
    with no_runaway():
        for piece in ('"', "'", '"""', "'''", "[", "{", "a.", "\\", '"\\', "[[", "a=[", "a={b="):
            key_lines(piece * 20_000)
