"""Summaries by a language model, through the whole product: asked, checked, paid once, marked."""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread
from time import sleep

import pytest
from click.testing import CliRunner, Result

from config.load import ConfigError, load
from feeds.cli import main
from feeds.context import reopened
from feeds.refresh import run_sources
from feeds.rules import looks
from ingest import reextract
from ingest.preview import preview
from ingest.store import written
from ingest.store.runs import RunReport
from tests.copied import article
from tests.model import Model, completion, model
from tests.newsroom import Newsroom

KEY = "sk-very-secret-0123456789"
CONFIG = """\
[site]
title = "Harbour News"
url = "https://example.org/"
[openai]
url = "{url}"
model = "tiny"
{more}
[[source]]
name = "inbox"
files = "articles/**/*.md"
summarizer = "openai"
learn = false
{source}
"""
TEXT = """\
# The harbour of {place} opens

The harbour of {place} opened again on Monday after four years of work. Mayor Ada Lindqvist cut the
ribbon before 1,200 guests, and fishermen from Saltwick sounded the horns of their boats for it.

The new quay cost 3.5 million euros and carries cranes of 40 metres. Ships with containers will call
there from May on, and the town expects eighty new jobs in the years to come. The old quay had been
closed since the storm of 2019, when the sea took away half of it in a single night of winter.
"""
GOOD = (
    "{place} has its harbour back after four years. Mayor Lindqvist cut the ribbon for 1200 guests."
)


def good(question: str) -> str:
    """A summary that the text bears out."""
    found = re.search(r"harbour of (\w+)", question)
    return GOOD.format(place=found[1] if found else "Kettleness")


@pytest.fixture
def server() -> Iterator[Model]:
    with model() as up:
        up.say = lambda question: completion(good(question))
        yield up


@pytest.fixture
def room(tmp_path: Path, server: Model) -> Newsroom:
    room = Newsroom(tmp_path, configured(server))
    room.write("kettleness.md", TEXT.format(place="Kettleness"))
    return room


def configured(server: Model, more: str = "", source: str = "") -> str:
    return CONFIG.format(url=server.url, more=more, source=source)


def run(room: Newsroom) -> RunReport:
    [report] = room.refresh().runs
    return report


def again(room: Newsroom) -> RunReport:
    """Re-extract everything."""
    with room.open() as context:
        [report] = run_sources(context, ["inbox"], task="re-extract")
    return report


def summaries(room: Newsroom) -> list[tuple[str, str]]:
    """What each entry says in short, and which model wrote it."""
    return [(entry.summary, entry.written_by) for entry in room.entries().values()]


def notes(report: RunReport) -> list[str]:
    return [trouble.reason for trouble in report.troubles]


def command(room: Newsroom, *args: str) -> Result:
    return CliRunner().invoke(main, ["--config", str(room.folder / "broadsheet.toml"), *args])


def test_a_summary_is_written_once_and_marked_wherever_it_stands(
    room: Newsroom, server: Model
) -> None:
    assert notes(run(room)) == []
    assert summaries(room) == [(good(""), "tiny")]
    marked = f"{good('')} (machine-written)"
    assert [entry.summary for entry in room.feed()] == [marked]
    assert [entry.summary for entry in room.feed("all.rss")]
    assert marked in room.bytes("all.rss").decode()
    assert marked in room.bytes("all.json").decode()
    page = room.bytes("articles/kettleness/index.html").decode()
    assert f'<p>{good("")}</p>\n<p class="machine" lang="en">machine-written' in page
    assert page.count(marked) == 3  # description, og:description, structured data
    assert marked in room.bytes("index.html").decode()
    shown = command(room, "show", "kettleness.md").output
    assert "Summary (written by tiny)" in shown
    room.later(hours=2)
    room.write("kettleness.md", TEXT.format(place="Kettleness") + "\n", at=room.now)
    run(room)
    assert len(server.questions) == 1
    assert [question["max_tokens"] for question in server.questions] == [340]


def test_pages_speak_the_readers_language(room: Newsroom, server: Model) -> None:
    text = TEXT.format(place="Kettleness").replace("# ", "---\nlanguage: de\n---\n# ")
    room.write("kettleness.md", text)
    run(room)
    assert "(maschinell verfasst)" in room.bytes("all.atom").decode()
    assert "maschinell verfasst" in room.bytes("articles/kettleness/index.html").decode()
    assert "(de)" in server.questions[0]["messages"][0]["content"]


def test_without_the_option_nobody_is_asked_and_nothing_is_marked(
    room: Newsroom, server: Model
) -> None:
    room.configure(configured(server).replace('summarizer = "openai"', ""))
    run(room)
    [(summary, written_by)] = summaries(room)
    assert summary.startswith("The harbour of Kettleness opened again on Monday after four years")
    assert (written_by, server.questions) == ("", [])
    assert b"machine" not in room.bytes() + room.bytes("articles/kettleness/index.html")


def test_what_needs_no_summary_of_ours_is_not_sent(room: Newsroom, server: Model) -> None:
    text = TEXT.format(place="Kettleness")
    real = "The town of Kettleness has opened its new harbour, and ships will call there from May."
    room.write("kettleness.md", f"---\nsummary: {real}\n---\n{text}")
    room.write("draft.md", f"---\ndraft: true\n---\n{TEXT.format(place='Saltburn')}")
    room.write("short.md", "# A short one\n\nThe quay is closed on Tuesday for repairs.\n")
    run(room)
    assert server.questions == []


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (GOOD.replace("Lindqvist", "Lindgren"), "the answer has a name that the article has not"),
        (GOOD.replace("1200", "1300"), "the answer has a number that the article has not"),
        (f"**Summary:** {GOOD}", "the answer is not plain text"),
        (
            "Nach vier Jahren Bauzeit ist der Hafen wieder offen, und die Stadt erwartet dort von "
            "nun an viele neue Schiffe und eine gute Zeit für alle ihre Menschen.",
            "the answer is in another language",
        ),
    ],
)
def test_a_refused_answer_is_told_once_and_not_paid_again(
    room: Newsroom, server: Model, answer: str, why: str
) -> None:
    room.write("saltburn.md", TEXT.format(place="Saltburn"))
    server.say = lambda _: completion(answer.format(place="Kettleness"))
    report = run(room)
    assert notes(report) == [f"summaries that tiny did not write: 2; {why}"]
    assert (report.outcome, report.failed, report.new) == ("ok", 0, 2)
    assert {who for _, who in summaries(room)} == {""}
    again(room)
    assert len(server.questions) == 2


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (500, "500 from 127.0.0.1: it has a problem of its own"),
        (401, "401 from 127.0.0.1: it does not take the key"),
        (429, "429 from 127.0.0.1: it is asked too often, or its quota is used up"),
        (307, "307 from 127.0.0.1: it redirects to another address, which is not followed"),
    ],
)
def test_a_failure_leaves_our_own_summary_and_is_told_without_the_key(
    room: Newsroom, server: Model, status: int, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    (room.folder / "openai.key").write_text(f"{KEY}\n")
    room.configure(configured(server, 'key_file = "openai.key"'))
    server.say = lambda _: (status, {"Location": "http://127.0.0.1:1/"}, KEY.encode())
    report = run(room)
    assert server.keys == [f"Bearer {KEY}"]
    assert notes(report) == [f"summaries that tiny did not write: 1; {why}"]
    assert [who for _, who in summaries(room)] == [""]
    assert KEY not in repr(report) + caplog.text + command(room, "history", "--json").output
    with room.open() as context:
        assert KEY not in repr(context.task("inbox"))


def test_after_failures_the_model_is_left_alone_for_a_while(room: Newsroom, server: Model) -> None:
    for number in range(12):
        room.write(f"{number}.md", TEXT.format(place=f"Port{number}ville"))
    server.say = lambda _: (503, {}, b"")
    [note] = notes(run(room))
    assert note.startswith("summaries that tiny did not write: 13; 503 from 127.0.0.1")
    assert 3 <= len(server.questions) <= 6  # what was under way when the third failed


def test_a_missing_summary_is_told_once_also_where_the_run_learns(
    room: Newsroom, server: Model
) -> None:
    config = configured(server).replace("learn = false", "").replace("*.md", "*.txt")
    room.configure(config)
    for number in range(12):
        room.write(f"{number}.txt", article(number).text())
    server.say = lambda _: (401, {}, b"")
    learns, misses = sorted(notes(run(room)), key=lambda note: note.startswith("summaries"))
    assert learns.startswith("7 passages that its articles share")
    assert misses.startswith("summaries that tiny did not write: 12; 401")


def test_it_is_asked_again_when_it_has_rested(room: Newsroom, server: Model) -> None:
    server.say = lambda _: (429, {}, b"")
    with room.open() as context:
        run_sources(context, ["inbox"])
        server.say = lambda question: completion(good(question))
        for minutes, asked in ((4, 1), (2, 2)):
            room.later(minutes=minutes)
            run_sources(context, ["inbox"], task="re-extract")
            assert len(server.questions) == asked


def test_a_key_that_cannot_be_sent_is_not_shown(room: Newsroom, server: Model) -> None:
    key = room.folder / "openai.key"
    for text in (f"{KEY}\r\nX-Evil: 1", "", f"{KEY}\N{SNOWMAN}"):
        key.write_text(text, encoding="utf-8")
        room.configure(configured(server, 'key_file = "openai.key"'))
        [note] = notes(run(room))
        assert "openai.key_file" in note
        assert KEY not in note
        room.write("kettleness.md", TEXT.format(place="Kettleness") + f"\nAlso {len(text)}.\n")
        room.later(hours=1)
    assert server.questions == []


def test_the_day_has_its_tokens_and_no_more(room: Newsroom, server: Model) -> None:
    for place in ("Saltburn", "Whitby", "Staithes"):
        room.write(f"{place}.md", TEXT.format(place=place))
    room.configure(configured(server, "tokens_per_day = 2_000"))
    server.say = lambda question: completion(good(question), tokens=900)
    [note] = notes(run(room))
    assert note.endswith("the tokens of the day are used up (openai.tokens_per_day)")
    spent = 900 * len(server.questions)
    assert 0 < spent <= 2_000
    with room.open() as context, context.store.read() as tx:
        assert written.spent(tx, room.now) == spent
        assert written.spent(tx, room.now + timedelta(days=1)) == 0
    for hours, more in ((1, 0), (24, 2)):
        asked = len(server.questions)
        room.later(hours=hours)
        again(room)
        assert len(server.questions) == asked + more


def test_tokens_that_nobody_counts_are_estimated(room: Newsroom, server: Model) -> None:
    server.say = lambda question: completion(good(question), tokens=None)
    run(room)
    with room.open() as context, context.store.read() as tx:
        assert 500 < written.spent(tx, room.now) < 1_500


def test_one_that_hangs_holds_up_a_run_no_longer_than_its_timeout(
    room: Newsroom, server: Model
) -> None:
    for number in range(12):
        room.write(f"{number}.md", TEXT.format(place=f"Port{number}ville"))
    room.configure(configured(server, 'timeout = "1s"'))
    server.hang = True
    [note] = notes(run(room))
    assert note.endswith("13; no answer from 127.0.0.1 within 1 second")
    assert len(server.questions) <= 4
    assert len(summaries(room)) == 13


def test_a_run_takes_no_more_time_for_summaries_than_it_may(
    room: Newsroom, server: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.machine._PATIENCE", -1)
    [note] = notes(run(room))
    assert note == "summaries that tiny did not write: 1; no time was left for it in this run"
    assert server.questions == []
    monkeypatch.undo()
    again(room)
    assert len(server.questions) == 1


def test_a_reload_takes_the_model_up(room: Newsroom, server: Model) -> None:
    config = configured(server)
    room.configure(config.replace('summarizer = "openai"', ""))
    with room.open() as context:
        room.configure(config)
        room.rest()
        told = reopened(context, load(room.folder / "broadsheet.toml", {}))
        assert looks(told.settings, told.states) != looks(context.settings, context.states)
        run_sources(told, ["inbox"])
        told.stop()
    assert len(server.questions) == 1


def test_a_run_that_is_told_to_stop_ends_and_goes_on_later(room: Newsroom, server: Model) -> None:
    server.hang = True
    stopping: list[bool] = []
    reports: list[RunReport] = []
    with room.open() as context:
        room.rest()

        def work() -> None:
            reports.extend(run_sources(context, ["inbox"], stopping=lambda: bool(stopping)))

        thread = Thread(target=work)
        thread.start()
        while not server.questions:
            sleep(0.01)
        stopping.append(True)
        context.stop()
        thread.join(20)
    assert [report.outcome for report in reports] == ["cut short"]
    server.hang = False
    run(room)
    assert summaries(room) == [(good(""), "tiny")]


def test_previews_ask_nobody_and_know_what_was_written(room: Newsroom, server: Model) -> None:
    with room.open() as context:
        [seen] = preview(context.task("inbox"), context.surroundings())
    assert (seen.origins["summary"], server.questions) == ("computed", [])
    run(room)
    with room.open() as context:
        [found] = reextract.preview(context.task("inbox"), context.surroundings())
    assert (found.documents, found.differences, len(server.questions)) == (1, (), 1)


def test_another_model_or_none_has_every_document_read_again(room: Newsroom, server: Model) -> None:
    run(room)
    room.configure(configured(server).replace('"tiny"', '"large"'))
    room.later(hours=1)
    assert run(room).updated == 1
    assert [question["model"] for question in server.questions] == ["tiny", "large"]
    room.configure(configured(server).replace('"openai"', '"extractive"'))
    room.later(hours=1)
    assert run(room).updated == 1
    assert len(server.questions) == 2
    assert summaries(room) == [(good(""), "tiny")]  # what is published stays still


def test_the_origin_that_is_trusted_opens_nothing_to_sources(room: Newsroom, server: Model) -> None:
    pages = f'[[source]]\nname = "pages"\nurls = ["{server.url}/page"]\n'
    room.configure(configured(server) + pages)
    reports = {report.source: report for report in room.refresh().runs}
    assert "private" in notes(reports["pages"])[0] or "this machine" in notes(reports["pages"])[0]
    assert [who for _, who in summaries(room)] == ["tiny"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (('[openai]\nurl = "URL"\nmodel = "tiny"\n', ""), "8: source[1].summarizer: needs a table"),
        (('model = "tiny"', ""), "4: openai.model: is missing"),
        (("http://", "http://me:pw@"), "5: openai.url: write the address alone"),
        (('"tiny"', '"tiny"\nkey_file = "no.key"'), "7: openai.key_file: there is no such file"),
        (
            ('"tiny"', '"tiny"\nkey_file = "public/a.key"'),
            "7: openai.key_file: lies in the output folder",
        ),
    ],
)
def test_what_is_wrong_with_the_configuration_is_told_with_its_place(
    tmp_path: Path, change: tuple[str, str], problem: str
) -> None:
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "a.key").touch()
    config = CONFIG.format(url="http://127.0.0.1:1/v1", more="", source="")
    before, after = (part.replace("URL", "http://127.0.0.1:1/v1") for part in change)
    assert before in config
    path = tmp_path / "broadsheet.toml"
    path.write_text(config.replace(before, after, 1))
    with pytest.raises(ConfigError) as wrong:
        load(path, {})
    assert str(wrong.value).startswith(f"{path}:{problem}")
