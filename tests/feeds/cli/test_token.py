import json
import os
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from config.load import load
from feeds.data import open_data
from feeds.tokens import digest
from ingest.store import tokens
from tests.feeds.cli.commands import broadsheet, documented_json
from tests.feeds.processes import broadsheet as in_process
from tests.feeds.processes import running
from tests.feeds.vault import PRIVATE, PUBLIC, SITE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("wire", "vault"):
        (tmp_path / "articles" / name).mkdir(parents=True)
    (tmp_path / "broadsheet.toml").write_text(SITE + PUBLIC + PRIVATE)
    return tmp_path


def run(folder: Path, *args: str, code: int = 0) -> str:
    done = broadsheet(folder, "token", *args)
    assert done.exit_code == code, done.output
    return done.stdout if code == 0 else done.stderr


def opened(folder: Path) -> dict[str, str]:
    with open_data(load(folder / "broadsheet.toml", {})) as store, store.read() as tx:
        return tokens.feeds_by_digest(tx)


def secret(said: str) -> str:
    first = said.splitlines()[0]
    assert first.startswith("https://example.org/private/T")
    assert first.endswith("/board.rss")
    return first.split("/")[-2]


def test_a_token_is_printed_once_and_only_its_digest_is_kept(folder: Path) -> None:
    said = run(folder, "add", "board", "Ann  Example ")
    token = secret(said)
    assert said.splitlines()[-1] == f"  password {token}"
    assert "https://example.org/private/board/board.atom" in said
    assert opened(folder) == {digest(token): "board"}
    assert "Ann Example" in run(folder, "list")
    assert token not in run(folder, "list") + run(folder, "list", "--json", "board")
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert [path for path in files if token.encode() in path.read_bytes()] == []


def test_rotating_makes_a_new_one_and_revoking_none(folder: Path) -> None:
    old = secret(run(folder, "add", "board", "Ann"))
    run(folder, "add", "club", "Ann")
    new = secret(run(folder, "rotate", "board", "Ann"))
    assert old != new
    assert set(opened(folder)) >= {digest(new)}
    assert digest(old) not in opened(folder)
    assert "cannot read board any more" in run(folder, "revoke", "board", "Ann")
    assert set(opened(folder).values()) == {"club"}


def test_json_has_the_documented_keys(folder: Path) -> None:
    found = json.loads(run(folder, "add", "board", "Ann", "--json"))
    assert set(found) == documented_json("token")
    [made] = found["subscribers"]
    assert [url.rpartition(".")[2] for url in made["addresses"]] == ["rss", "atom", "json"]
    assert all(made["password"] in url for url in made["addresses"])
    [listed] = json.loads(run(folder, "list", "--json"))["subscribers"]
    assert listed == {key: made[key] for key in ("feed", "name", "made")}
    assert datetime.fromisoformat(listed["made"]).tzinfo == UTC
    assert json.loads(run(folder, "revoke", "board", "Ann", "--json")) == {"subscribers": []}


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("add", "all", "Ann"), 2, "is public; `private = true`"),
        (("add", "bord", "Ann"), 2, "did you mean 'board'"),
        (("add", "board"), 2, "Give FEED and NAME"),
        (("add", "board", "x" * 101), 2, "Give FEED and NAME"),
        (("add", "board", "a\x1b[1m"), 2, "Give FEED and NAME"),
        (("list", "board", "Ann"), 2, "takes no NAME"),
        (("rotate", "board", "Bo"), 1, "has no token"),
        (("revoke", "board", "Bo"), 1, "has no token"),
        (("add", "board", "Cy"), 1, "has a token for board"),
    ],
)
def test_what_cannot_be_done_is_said(
    folder: Path, args: tuple[str, ...], code: int, words: str
) -> None:
    run(folder, "add", "board", "Cy")
    before = opened(folder)
    assert words in run(folder, *args, code=code)
    assert opened(folder) == before


def test_check_and_status_tell_what_is_private(folder: Path) -> None:
    said = broadsheet(folder, "check").stdout
    assert "vault: private, shown by board, club alone" in said
    assert "board (private)" in said
    found = json.loads(broadsheet(folder, "check", "--json").stdout)
    assert found["private"] == {"feeds": ["board", "club"], "sources": ["vault"]}
    assert "Private sources: vault" in broadsheet(folder, "status").stdout
    status = json.loads(broadsheet(folder, "status", "--json").stdout)
    assert status["private"] == found["private"]


def test_check_says_what_is_not_private_or_will_not_be(folder: Path) -> None:
    broadsheet(folder, "refresh")
    config = folder / "broadsheet.toml"
    config.write_text(SITE + PUBLIC)
    assert "source 'vault' was private" in broadsheet(folder, "check").stderr
    config.write_text(SITE + PUBLIC + PRIVATE + '[[feed]]\nname = "x"\nsources = ["vault"]\n')
    said = broadsheet(folder, "check").stderr
    assert "feed 'board' is private and its source 'vault' is public: the feed 'x' names it" in said


def test_lists_for_other_readers_name_public_feeds_alone(folder: Path) -> None:
    said = broadsheet(folder, "export", "--opml", "--published").stdout
    assert "all.rss" in said
    assert "board" not in said


def test_serve_alone_opens_to_a_token_that_another_process_made(folder: Path) -> None:
    (folder / "articles/vault/a.md").write_text("# A secret\n\nNobody knows of it yet.\n")
    config = folder / "broadsheet.toml"
    config.write_text("[server]\nport = 0\n" + config.read_text())
    os.utime(folder / "articles/vault/a.md", (1e9, 1e9))
    os.utime(folder / "articles/vault", (1e9, 1e9))
    assert broadsheet(folder, "refresh").exit_code == 0
    done = in_process(folder, "token", "add", "board", "Ann")
    token = secret(done.stdout)
    with running(folder, "serve") as server:
        url = f"{server.url}private/{token}/board.atom"
        with urlopen(Request(url), timeout=10) as reply:
            assert b"A secret" in reply.read()
        assert token not in server.said() + server.first


def test_the_feeds_that_a_private_one_makes_have_tokens_of_their_own(folder: Path) -> None:
    made = '[[feed]]\nname = "team"\neach = "tag"\nat_least = 1\nprivate = true\n'
    with (folder / "broadsheet.toml").open("a") as file:
        file.write(made + 'sources = ["vault"]\n')
    said = run(folder, "add", "team", "Ann", code=2)
    assert "'team' has made no feed yet; a publish makes them" in said
    with (folder / "broadsheet.toml").open("a") as file:
        file.write('[[feed]]\nname = "on"\neach = "tag"\n')
    assert "the feed 'on' is public" in run(folder, "list", "on", code=2)
    article = folder / "articles/vault/a.md"
    article.write_text("---\ntags: [budget]\n---\n# A secret\n\nNobody knows of it yet.\n")
    for path in (article, article.parent):
        os.utime(path, (1e9, 1e9))
    done = broadsheet(folder, "refresh").stdout  # which tells where they are
    (where,) = [line.split()[1] for line in done.splitlines() if "team-budget.rss" in line]
    assert where == str(folder / "data/private/team-budget/team-budget.rss")
    assert Path(where).is_file()
    said = run(folder, "add", "team", "Ann", code=2)
    assert "each with tokens of its own; give one for a feed" in said
    assert said.endswith("such as 'team-budget'\n")
    run(folder, "add", "team-budget", "Ann")
    run(folder, "add", "board", "Eve")
    assert "Ann" in run(folder, "list", "team")
    assert "Eve" not in run(folder, "list", "team")
