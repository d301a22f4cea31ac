import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.globs import expand_braces, match, reaches, split_root
from tests.costs import no_runaway


@pytest.mark.parametrize(
    ("pattern", "root", "rest"),
    [
        ("articles/**/*.{txt,md}", "articles", "**/*.{txt,md}"),
        ("*.md", ".", "*.md"),
        ("/srv/a b/x.md", "/srv/a b", "x.md"),
        ("/*.md", "/", "*.md"),
        ("../up/{a/b,c}/*.md", "../up", "{a/b,c}/*.md"),
        ("a/[ab]/c", "a", "[ab]/c"),
        ("one.md", ".", "one.md"),
    ],
)
def test_the_root_ends_before_the_first_wildcard(pattern: str, root: str, rest: str) -> None:
    assert split_root(pattern) == (root, rest)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.{txt,md,html}", ["*.txt", "*.md", "*.html"]),
        ("{a,b}/{c,d{e,f}}", ["a/c", "a/de", "a/df", "b/c", "b/de", "b/df"]),
        ("a{,s}", ["a", "as"]),
        ("{a,a}", ["a"]),
        ("{a}", ["{a}"]),
        ("{a,b", ["{a,b"]),
        ("a,b}", ["a,b}"]),
        ("[{]a,b}", ["[{]a,b}"]),
    ],
)
def test_braces_expand_as_in_a_shell(pattern: str, expected: list[str]) -> None:
    assert list(expand_braces(pattern)) == expected


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("**/*.md", "a.md"),
        ("**/*.md", "x/y/a.md"),
        ("**", "x/y"),
        ("a/**/b", "a/b"),
        ("a/**/b", "a/x/y/b"),
        ("a/**/**/b", "a/b"),
        ("*.{txt,md}", "a b.md"),
        ("?[0-9][!x].md", "a1y.md"),
        ("?[^x].md", "ay.md"),
        ("./a.md", "a.md"),
        (".*/a", ".hidden/a"),
        ("u\u0308*.md", "\u00fcber.md"),
        ("\u00fc.md", "u\u0308.md"),
    ],
)
def test_it_matches(pattern: str, path: str) -> None:
    assert match(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*.md", "x/a.md"),
        ("*.md", "a.MD"),
        ("**/*.md", ".git/a.md"),
        ("**/*.md", "x/.a.md"),
        ("?", ".a"),
        ("a/**/b", "a/x/c"),
        ("*.{txt,md}", "a.html"),
        ("[ab]", "c"),
        ("a.md", "axmd"),
        ("", "a"),
    ],
)
def test_it_does_not_match(pattern: str, path: str) -> None:
    assert not match(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "folder", "expected"),
    [
        ("**/*.md", "a/b", True),
        ("**", "a/b", True),
        ("*.md", "a", False),
        ("*.md", "a.md", False),
        ("a/*.md", "a", True),
        ("a/*.md", "b", False),
        ("a/*.md", "a/b", False),
        ("{a,b}/{c,d/e}.md", "b/d", True),
        ("{a,b}/{c,d/e}.md", "b/e", False),
        ("x/**/*.md", "y/z", False),
    ],
)
def test_it_reaches_below_a_folder(pattern: str, folder: str, expected: bool) -> None:
    assert reaches(pattern, folder) == expected


def test_no_pattern_takes_long() -> None:
    with no_runaway():
        assert not match("**/a*a*a*a*a*a*b/" * 20 + "x", "/".join(["a" * 200] * 40) + "/x")
        assert not match("*a" * 60 + "b", "a" * 4000)
    with pytest.raises(ValueError, match="more than 1000"):
        expand_braces("{a,b}" * 100)


names = st.text("ab.", min_size=1, max_size=4).filter(lambda name: not name.startswith("."))


@settings(max_examples=60, deadline=None)
@given(st.lists(names, min_size=1, max_size=4))
def test_a_path_matches_itself_and_the_globs_made_of_it(parts: list[str]) -> None:
    path = "/".join(parts)
    assert match(path, path)
    assert match("**", path)
    assert match(f"**/{parts[-1]}", path)
    assert match("/".join("*" for _ in parts), path)
    assert not match("/".join("*" for _ in [*parts, ""]), path)
    for pattern in (path, "**", f"**/{parts[-1]}", "/".join("*" for _ in parts)):
        assert all(reaches(pattern, "/".join(parts[:end])) for end in range(1, len(parts)))
