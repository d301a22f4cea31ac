import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from pydantic import BaseModel

from config.feed import Feed
from config.load import load
from config.notify import Notify
from config.openai import OpenAI
from config.settings import Fetch, Server, Settings
from config.site import Site
from config.source import Source
from config.wording import options

EXAMPLE = files("config").joinpath("example.toml").read_text(encoding="utf-8")
EVERYTHING = re.sub(r"^#(?=[a-z\[])", "", EXAMPLE, flags=re.MULTILINE)
TABLES: dict[str, type[BaseModel]] = {
    "": Settings,
    "site": Site,
    "fetch": Fetch,
    "server": Server,
    "openai": OpenAI,
    "source": Source,
    "feed": Feed,
    "notify": Notify,
}


def loaded(folder: Path, text: str) -> Settings:
    for name in (
        *("openai.key", "archive.secret"),
        *("icon.png", "logo.png", "town.png", "town-wide.png"),
    ):
        (folder / name).touch()
    path = folder / "broadsheet.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, {"CHAT_HOOK": "bridge", "CHAT_SECRET": "s3cret"})


def test_it_loads_as_it_is(tmp_path: Path) -> None:
    assert loaded(tmp_path, EXAMPLE).sources[0].files == "articles/**/*.{txt,md,html}"


def test_it_loads_with_every_option_taken_up(tmp_path: Path) -> None:
    settings = loaded(tmp_path, EVERYTHING)
    assert [source.kind for source in settings.sources] == [
        "files",
        "urls",
        "feed",
        "listing",
        "sitemap",
        "url",
    ]
    assert settings.sources[1].cron


def keys() -> Iterator[tuple[str, str]]:
    table = ""
    for line in EVERYTHING.splitlines():
        if header := re.fullmatch(r"\[+([a-z]+)\]+", line):
            table = header[1]
        elif key := re.match(r"([a-z_]+) = ", line):
            yield table, key[1]


@pytest.mark.parametrize("table", TABLES)
def test_it_shows_every_option(table: str) -> None:
    shown = {key for where, key in keys() if where == table}
    assert shown == set(options(TABLES[table])) - (set() if table else set(TABLES))


def test_the_defaults_it_states_are_the_defaults(tmp_path: Path) -> None:
    settings = loaded(tmp_path, EVERYTHING)
    assert settings.fetch.model_copy(update={"allow_private": ()}) == Fetch()
    assert settings.server.model_copy(update={"trusted_proxies": ()}) == Server()
    assert settings.openai
    same = {"timeout", "tokens_per_day"}
    least = OpenAI(url="http://127.0.0.1:11434/v1", model="llama3.2")
    assert settings.openai.model_dump(include=same) == least.model_dump(include=same)
    assert (settings.output, settings.data) == (Path("public"), Path("data"))
    same = {"limit", "backlog", "tags", "content", "related", "related_links", "formats"}
    plain = Feed(name="news")
    assert settings.feeds[0].model_dump(include=same) == plain.model_dump(include=same)
    same = {"summary_words", "summarizer", "on_change", "max_bytes"}
    files_source = Source(name="a", files="a/*")
    assert settings.sources[0].most == files_source.most
    assert settings.sources[0].model_dump(include=same) == files_source.model_dump(include=same)
    same = {"fulltext", "follow", "max_pages"}
    for source in settings.sources[2:]:
        listing = Source(name="a", listing="https://example.org/")
        assert source.model_dump(include=same) == listing.model_dump(include=same)
    assert settings.sources[0].interval == files_source.interval
    assert settings.sources[0].watched == files_source.watched
    assert settings.sources[0].removes_gone == files_source.removes_gone
