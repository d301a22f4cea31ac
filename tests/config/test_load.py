import os
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.load import MAX_BYTES, ConfigError, Problem, load

LEAST = """\
[site]
title = "T"
url = "https://example.org"
[[source]]
name = "inbox"
files = "articles/**/*.md"
"""


def problems(folder: Path, text: str, **environ: str) -> list[str]:
    """The problems of a configuration, without the file's path."""
    path = folder / "broadsheet.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path, environ)
    return [str(problem).removeprefix(f"{folder}{os.sep}") for problem in caught.value.problems]


def test_four_options_are_enough(tmp_path: Path) -> None:
    path = tmp_path / "broadsheet.toml"
    path.write_text(LEAST)
    loaded = load(path, {})
    assert loaded.site.url == "https://example.org/"
    assert loaded.folder == tmp_path
    assert loaded.output_folder == tmp_path / "public"
    assert [feed.name for feed in loaded.feeds] == ["all"]
    assert loaded.sources[0].interval == timedelta(minutes=1)


def test_a_byte_order_mark_and_windows_line_ends_are_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "broadsheet.toml"
    path.write_bytes(b"\xef\xbb\xbf" + LEAST.replace("\n", "\r\n").encode())
    assert load(path, {}).site.title == "T"


def test_every_problem_is_told_at_once_with_its_line_and_a_suggestion(tmp_path: Path) -> None:
    text = """\
titel = 1
[site]
title = 5
url = "example.org"
timezone = "Mars"
[fetch]
allow_private = [
  "10.0.0.0/8",
  "ten",
]
[[source]]
name = "a"
urls = ["https://a.example/", "ftp://b.example/"]
[[source]]
name = "b"
files = "b/*.md"
evry = "1h"
every = "soon"
max_items = "many"
on_gone = "burn"
[[feed]]
name = "News!"
related_links = "yes"
limit = 0
formats = []
tags = "town"
"""
    assert problems(tmp_path, text) == [
        "broadsheet.toml:1: titel: there is no such option; did you mean `site`?",
        "broadsheet.toml:3: site.title: write a text in quotes",
        "broadsheet.toml:4: site.url: write the whole address, such as https://example.org/news",
        "broadsheet.toml:5: site.timezone: not a known time zone; write one such as Europe/Berlin",
        "broadsheet.toml:9: fetch.allow_private[2]: write a network, such as 192.168.0.0/16 "
        "or fd00::/8",
        "broadsheet.toml:13: source[1].urls[2]: write the whole address, such as "
        "https://example.org/news",
        "broadsheet.toml:17: source[2].evry: there is no such option; did you mean `every`?",
        'broadsheet.toml:18: source[2].every: write a number and a unit, such as "15 minutes", '
        '"1h" or "1 day"',
        "broadsheet.toml:19: source[2].max_items: write a whole number, without quotes",
        'broadsheet.toml:20: source[2].on_gone: write "keep" or "remove"',
        "broadsheet.toml:22: feed[1].name: write it in small letters and digits, "
        "with - or _ between them",
        "broadsheet.toml:23: feed[1].related_links: write true or false, without quotes",
        "broadsheet.toml:24: feed[1].limit: must be at least 1",
        "broadsheet.toml:25: feed[1].formats: must not be empty",
        'broadsheet.toml:26: feed[1].tags: write a list, such as ["one", "two"]',
    ]


def test_a_wrong_address_is_one_problem(tmp_path: Path) -> None:
    text = '[site]\ntitle = "T"\nurl = "https://a.example/"\n[[source]]\nname = "a"\n'
    assert problems(tmp_path, text + 'feed = "a.example/feed"\n') == [
        "broadsheet.toml:6: source[1].feed: write the whole address, such as "
        "https://example.org/news"
    ]


def test_an_empty_file_lacks_a_site_and_a_source(tmp_path: Path) -> None:
    assert problems(tmp_path, "") == [
        "broadsheet.toml:1: site: is missing",
        "broadsheet.toml:1: source: there must be at least one [[source]]",
    ]


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ('every = "5s"', "source[1].every: must be at least 10 seconds"),
        ("every = 60", 'source[1].every: write the unit too, in quotes, such as "15 minutes"'),
        ('every = "100 ms"', 'source[1].every: write a number and a unit, such as "15 minutes", '
                             '"1h" or "1 day"'),
        ('every = "999999999 weeks"', "source[1].every: write at most a year"),
        ("max_bytes = true", "source[1].max_bytes: write a whole number, without quotes"),
        ("timezone = 'UTC'", "source[1].timezone: there is no such option here; "
                             "it belongs below [site]"),
        ("output = 'x'", "source[1].output: there is no such option here; "
                         "it stands above the first [table]"),
        ("'a\\u001b' = 1", 'source[1]."a\\\\u001b": there is no such option'),
        ('language = "e!"', "source[1].language: write a language tag, such as en, pt-BR "
                            "or zh-Hant"),
        ('language = "english"', "source[1].language: write a language tag, such as en, pt-BR "
                                 "or zh-Hant"),
        ('tags = ["a\\u0000"]', "source[1].tags[1]: has control characters in it"),
        ("[site2]", "site2: there is no such option; did you mean `site`?"),
        ("[[server]]", "server: write a table: a line [server], its options below"),
        ("[feed]", "feed: begin each feed with a line [[feed]]"),
    ],
)  # fmt: skip
def test_mistakes_in_words_an_operator_understands(
    tmp_path: Path, added: str, expected: str
) -> None:
    assert problems(tmp_path, LEAST + added) == [f"broadsheet.toml:7: {expected}"]


@pytest.mark.parametrize(
    ("kind", "option", "kinds"),
    [
        ('listing = "https://a.example/"', "fulltext = true", "`feed` and `url`"),
        ('feed = "https://a.example/"', 'exclude = ["/a"]', "`listing` and `sitemap` and `url`"),
        ('urls = ["https://a.example/"]', "max_bytes = 100_000", "`files`"),
        ('sitemap = "https://a.example/"', 'title = "h2"', "`listing` and `url`"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(
    tmp_path: Path, kind: str, option: str, kinds: str
) -> None:
    found = problems(tmp_path, f'{LEAST}[[source]]\nname = "other"\n{kind}\n{option}\n')
    name = option.partition(" ")[0]
    assert found == [
        f"broadsheet.toml:7: source[2]: `{name}` does nothing here: it is for {kinds}; take it out"
    ]


def test_a_source_is_of_one_kind(tmp_path: Path) -> None:
    both = problems(tmp_path, LEAST + 'urls = ["https://a.example/"]')
    assert both == [
        "broadsheet.toml:4: source[1]: give one of files, urls, feed, listing, sitemap, url, "
        'such as files = "articles/**/*.md" or url = "https://example.org/news"'
    ]


@pytest.mark.parametrize(
    ("options", "watched"),
    [
        ("", True),
        ('every = "1 day"', True),
        ('cron = "0 6 * * *"', False),
        ('cron = "0 6 * * *"\nwatch = true', True),
        ("watch = false", False),
    ],
)
def test_folders_are_watched_unless_they_are_not_to_be(
    tmp_path: Path, options: str, watched: bool
) -> None:
    path = tmp_path / "broadsheet.toml"
    path.write_text(f"{LEAST}{options}\n")
    assert load(path, {}).sources[0].watched == watched


def test_pages_cannot_be_watched(tmp_path: Path) -> None:
    pages = '[[source]]\nname = "pages"\nurls = ["https://a.example/"]\n'
    assert problems(tmp_path, LEAST + pages + "watch = true\n") == [
        "broadsheet.toml:7: source[2]: only folders can be watched; take `watch` out"
    ]
    path = tmp_path / "broadsheet.toml"
    for option in ("", "watch = false\n"):
        path.write_text(LEAST + pages + option)
        assert not load(path, {}).sources[1].watched


def test_names_are_unique_and_feeds_name_known_sources(tmp_path: Path) -> None:
    text = LEAST + (
        '[[source]]\nname = "inbox"\nurls = ["https://a.example/"]\n'
        '[[feed]]\nname = "all"\nsources = ["inbox",\n "inbix"]\n[[feed]]\nname = "all"\n'
    )
    assert problems(tmp_path, text) == [
        "broadsheet.toml:8: source[2].name: has the same name as source[1]; names are unique",
        "broadsheet.toml:13: feed[1].sources[2]: no source has this name; did you mean `inbox`?",
        "broadsheet.toml:15: feed[2].name: has the same name as feed[1]; names are unique",
    ]


@pytest.mark.parametrize(
    ("folders", "key"),
    [
        ('output = "x"\ndata = "./x/"\n', "output"),
        ('output = "x"\ndata = "x/data"\n', "data"),
        ('output = "data/x"\n', "output"),
        ('output = "."\ndata = "../elsewhere"\n', "output"),
        ('output = "articles"\n', "source[1].files"),
        ('data = "articles"\n', "source[1].files"),
    ],
)
def test_folders_do_not_get_in_each_others_way(tmp_path: Path, folders: str, key: str) -> None:
    (told,) = problems(tmp_path, folders + LEAST)
    assert told.split(": ")[1] == key


def test_output_inside_a_source_is_allowed_for_it_is_never_read(tmp_path: Path) -> None:
    path = tmp_path / "broadsheet.toml"
    path.write_text(LEAST.replace("articles/**", "**"))
    assert load(path, {}).sources[0].files == "**/*.md"


def test_a_link_does_not_hide_that_two_folders_are_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "other").symlink_to(tmp_path / "real")
    (told,) = problems(tmp_path, 'output = "real"\ndata = "other"\n' + LEAST)
    assert "is the data folder too" in told


def test_secrets_come_from_the_environment_once_and_stay_out_of_messages(tmp_path: Path) -> None:
    path = tmp_path / "broadsheet.toml"
    path.write_text(LEAST.replace('"T"', '"a ${WORD} $${WORD} ${NEXT}"'))
    assert load(path, {"WORD": "${NEXT}", "NEXT": "b"}).site.title == "a ${NEXT} ${WORD} b"
    path.write_text(LEAST.replace("https://example.org", "ftp://${SECRET}/"))
    with pytest.raises(ConfigError) as caught:
        load(path, {"SECRET": "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_a_missing_variable_is_a_problem_with_its_line(tmp_path: Path) -> None:
    assert problems(tmp_path, LEAST.replace('"T"', '"${NOPE}${}"')) == [
        "broadsheet.toml:2: site.title: the environment has no variable NOPE",
        "broadsheet.toml:2: site.title: write ${NAME} for a variable, "
        "$${ for the characters themselves",
    ]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("a = 1\nb = = 2\n", "broadsheet.toml:2: is not valid TOML: Invalid value"),
        ('a = 1\n\nb = "', "broadsheet.toml:3: the text that begins here has no closing quote"),
        (
            'a = 1\nb = "x\nc = 2',
            "broadsheet.toml:2: the text that begins here has no closing quote",
        ),
        ("a = 'x\nb = 2\n", "broadsheet.toml:1: the text that begins here has no closing quote"),
        ('a = """x\n\\"""\n', "broadsheet.toml:1: the text that begins here has no closing quote"),
        ('a = "x”\n', "broadsheet.toml:1: the text that begins here has no closing quote"),
        (
            "a = \"it's\" # don't\nb = “x”",
            'broadsheet.toml:2: write texts in straight quotes: "so"',
        ),
        ("a = It's", 'broadsheet.toml:1: write texts in straight quotes: "so"'),
        ("a = ['x', ~/y]", 'broadsheet.toml:1: write texts in straight quotes: "so"'),
        ("a = \nb = 'x", "broadsheet.toml:1: is not valid TOML: "),
        ("[a]\n[a]\n", "broadsheet.toml:2: is not valid TOML: "),
        ("a = " + "9" * 5000, "broadsheet.toml: is not valid TOML: a value is out of range"),
        ("a = " + "[" * 100_000, "broadsheet.toml: is nested too deep"),
    ],
)
def test_what_is_not_toml_is_told_with_its_line(tmp_path: Path, text: str, start: str) -> None:
    (told,) = problems(tmp_path, text)
    assert told.startswith(start)


def test_what_is_no_configuration_file_is_told_plainly(tmp_path: Path) -> None:
    def told(path: Path) -> str:
        with pytest.raises(ConfigError) as caught:
            load(path, {})
        return str(caught.value).removeprefix(str(path))

    (tmp_path / "big.toml").write_bytes(b"#" * (MAX_BYTES + 1))
    (tmp_path / "latin.toml").write_bytes(b"a = 1\nb = '\xe9'\n")
    os.mkfifo(tmp_path / "pipe.toml")
    assert "broadsheet init" in told(tmp_path / "none.toml")
    assert told(tmp_path) == ": is not a file"
    assert told(tmp_path / "pipe.toml") == ": is not a file"
    assert told(tmp_path / "latin.toml") == ":2: is not UTF-8 text; save it as UTF-8"
    assert "is larger than" in told(tmp_path / "big.toml")
    assert "cannot be read" in told(tmp_path / ("n" * 300))
    assert "cannot be read" in told(Path("a\0b"))


def test_thousands_of_problems_are_not_all_printed(tmp_path: Path) -> None:
    text = LEAST + "".join(f"x{number} = 1\n" for number in range(500))
    path = tmp_path / "broadsheet.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    assert len(caught.value.problems) == 500
    assert str(caught.value).splitlines()[-1] == "… and 450 more"


def test_an_impossible_cron_is_told_beside_the_other_problems(tmp_path: Path) -> None:
    def read_cron(expression: str) -> None:
        if expression != "@daily":
            raise ValueError("no such thing")

    path = tmp_path / "broadsheet.toml"
    path.write_text(LEAST + 'cron = "@daily"\n')
    assert load(path, {}, {"cron": read_cron}).sources[0].cron == "@daily"
    path.write_text(LEAST.replace("title", "tittle") + 'cron = "x"\n')
    with pytest.raises(ConfigError) as caught:
        load(path, {}, {"cron": read_cron})
    assert f"{path}:7: source[1].cron: no such thing" in str(caught.value).splitlines()
    assert len(caught.value.problems) > 1


def test_networks_are_read(tmp_path: Path) -> None:
    path = tmp_path / "broadsheet.toml"
    path.write_text(LEAST + '[fetch]\nallow_private = ["10.0.0.0/8", "fd00::/8"]\n')
    allowed = load(path, {}).fetch.allow_private
    assert allowed == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


PIECES = """
[site]
[[source]]
[[feed]]
[fetch]
title = 1
url = "https://a/"
every = []
name = "a"
name = {a = 1}
files = 'x'
source = 3
feed = [1, {}]
site = []
sources = [[1]]
every = "1s"
output = 'data'
a.b.c = 1
x = '''
'''
]
"
urls = ["${A}", "${
urls = [1979-05-27]
allow_private = [{}]
limit = 1e400
"""
toml = st.sampled_from(PIECES.splitlines())


@example("[[feed]]\nname = {a = 1}")
@settings(max_examples=150, deadline=None)
@given(st.lists(toml, max_size=8).map("\n".join) | st.text(max_size=60))
def test_no_file_brings_anything_but_settings_or_problems(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    found: tuple[Problem, ...] = ()
    try:
        assert load(path, {}).sources
    except ConfigError as error:
        found = error.problems or pytest.fail("an error without a problem")
    assert all(0 <= problem.line <= text.count("\n") + 1 for problem in found)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ("articles", 'is a folder; name the files in it: "articles/**/*.{txt,md,html}"'),
        ("./articles", 'is a folder; name the files in it: "./articles/**/*.{txt,md,html}"'),
        ("~/notes/*.md", "write ${HOME} for your home folder instead of ~"),
    ],
)
def test_what_a_shell_would_take_for_a_folders_files_is_refused(
    tmp_path: Path, files: str, expected: str
) -> None:
    (tmp_path / "articles").mkdir()
    text = LEAST.replace("articles/**/*.md", files)
    assert files in text
    assert problems(tmp_path, text) == [f"broadsheet.toml:6: source[1].files: {expected}"]


def test_a_single_file_and_a_folder_that_is_not_there_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "articles.md").write_text("")
    for files in ("articles.md", "nosuch"):
        path = tmp_path / "broadsheet.toml"
        path.write_text(LEAST.replace("articles/**/*.md", files))
        assert load(path, {}).sources[0].files == files


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ("true", 'write a network in quotes, such as "192.168.0.0/16"'),
        ("5", 'write a network in quotes, such as "192.168.0.0/16"'),
        ('"localhost"', "write 127.0.0.0/8 and ::1/128 for it"),
    ],
)
def test_a_network_is_never_guessed(tmp_path: Path, network: str, expected: str) -> None:
    found = problems(tmp_path, LEAST + f"[fetch]\nallow_private = [{network}]\n")
    assert found == [f"broadsheet.toml:8: fetch.allow_private[1]: {expected}"]


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8000", "localhost:80", "[::1]:8000", "http://localhost", "host:"]
)
def test_an_address_to_listen_at_has_no_port(tmp_path: Path, address: str) -> None:
    found = problems(tmp_path, LEAST + f'[server]\naddress = "{address}"\n')
    told = "server.address: write the address alone, such as 0.0.0.0; `port` says the port"
    assert found == [f"broadsheet.toml:8: {told}"]


@pytest.mark.parametrize("address", ["::", "::1", "0.0.0.0", "localhost", "fe80::1%eth0"])
def test_an_address_without_one_may_have_colons(tmp_path: Path, address: str) -> None:
    path = tmp_path / "broadsheet.toml"
    path.write_text(LEAST + f'[server]\naddress = "{address}"\n')
    assert load(path, {}).server.address == address


def test_of_a_misspelt_option_that_is_required_only_the_misspelling_is_told(tmp_path: Path) -> None:
    for right, wrong in (("title", "titel"), ("[site]", "[stie]"), ("[[source]]", "[[sources]]")):
        (told,) = problems(tmp_path, LEAST.replace(right, wrong))
        assert f"did you mean `{right.strip('[]')}`?" in told
    (told,) = problems(tmp_path, LEAST.replace("title", "nosuch"))[:1]
    assert told.endswith("site.title: is missing")


def test_what_private_feeds_alone_show_is_private(tmp_path: Path) -> None:
    def private(*feeds: str) -> dict[str, frozenset[str]]:
        sources = "".join(f'[[source]]\nname = "{n}"\nfiles = "{n}/*.txt"\n' for n in "abc")
        tables = "".join(f"[[feed]]\n{feed}\n" for feed in feeds)
        text = f'[site]\ntitle = "T"\nurl = "https://example.org/"\n{sources}{tables}'
        (tmp_path / "broadsheet.toml").write_text(text)
        settings = load(tmp_path / "broadsheet.toml", {})
        shown = {name for feed in settings.public_feeds for name in settings.sources_of(feed)}
        assert shown.isdisjoint(settings.private_sources)
        return settings.private_sources

    everything = 'name = "all"'
    of_a = 'name = "x"\nprivate = true\nsources = ["a"]'
    assert private() == {}
    assert private(everything) == {}
    assert private(of_a) == {"a": {"x"}}
    assert private(everything, of_a) == {"a": {"x"}}
    assert private(everything, of_a, 'name = "y"\nprivate = true') == {"a": {"x", "y"}}
    assert private('name = "y"\nprivate = true') == {name: {"y"} for name in "abc"}
    assert private(of_a, 'name = "y"\nsources = ["a", "b"]') == {}
    assert private(everything, of_a, 'name = "y"\nsources = ["a"]') == {}
    assert private(of_a, 'name = "y"\ntags = ["t"]') == {"a": {"x"}}
