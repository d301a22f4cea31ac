"""What the articles of a source share goes from them: folders and pages, run after run."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from ingest.article import Article, Document
from ingest.errors import StoreError
from ingest.filing import Verdict, file_again
from ingest.store import Transaction, articles, learned, sources
from ingest.store.learned import Line
from tests.copied import CALL, FOOTER, HEADER, INTRO, Copied, article
from tests.newsroom import NOON, Newsroom

SITE = '[site]\ntitle = "Harbour News"\nurl = "https://example.org/"\n'
INBOX = SITE + '[[source]]\nname = "inbox"\nfiles = "articles/*"\n'
LIMIT = '[[feed]]\nname = "all"\nlimit = 100\n'
LINES = {*HEADER, CALL, *FOOTER}


def write(room: Newsroom, number: int, text: str) -> None:
    """The article of that number, the later the higher."""
    room.write(f"{number:02}.txt", text, at=NOON - timedelta(days=60 - number))


def stored(room: Newsroom, source: str = "inbox") -> dict[str, Article]:
    """Every article by its document."""
    with room.open() as context, context.store.read() as tx:
        known = sources.known(tx, context.states[source].id)
        found = articles.many(tx, [one.article for one in known.values() if one.article])
        return {origin: found[one.article] for origin, one in known.items() if one.article}


def lines(room: Newsroom, source: str = "inbox") -> dict[str, Line]:
    """What was learned, by its text."""
    with room.open() as context, context.store.read() as tx:
        return {line.text: line for line in learned.counted(tx, context.states[source].id)}


def own(one: Copied, *before: str) -> str:
    return "\n\n".join([*before, *one.paragraphs])


def decide(room: Newsroom, *texts: str, keep: bool) -> None:
    """As the command does, beside a daemon."""
    known = lines(room)
    with room.open() as context, context.store.write() as tx:
        numbers = [known[text].number for text in texts]
        learned.decide(tx, context.states["inbox"].id, numbers, keep=keep)


def do(room: Newsroom, source: str = "inbox") -> None:
    """Carry out what was decided, and publish."""
    with room.open() as context:
        report = context.run(source, "learn")
        assert report.outcome == "ok"
    room.publish()


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path, INBOX + LIMIT)


@pytest.fixture
def clean(room: Newsroom) -> Newsroom:
    """A folder of 14 copied articles, read once."""
    for number in range(14):
        write(room, number, article(number).text())
    assert not room.refresh().failed
    return room


def test_a_folder_copied_from_one_site_comes_out_clean_in_its_first_run(room: Newsroom) -> None:
    for number in range(40):
        write(room, number, article(number).text())
    (run,) = room.refresh().runs
    assert (run.new, run.updated, run.outcome) == (40, 0, "ok")
    found = stored(room)
    for number in range(40):
        mine, one = article(number), found[f"{number:02}.txt"]
        assert (one.title, one.authors, one.text) == (mine.title, (mine.author,), own(mine))
        assert not any(line in one.summary for line in LINES)
    assert {text: line.articles for text, line in lines(room).items()} == dict.fromkeys(LINES, 40)
    for name in ("all.atom", "all.rss", "all.json"):
        assert not any(line.encode() in room.bytes(name) for line in (*LINES,))


def test_the_only_author_of_a_folder_stays_its_author(room: Newsroom) -> None:
    for number in range(12):
        mine = article(number)
        write(room, number, "\n\n".join([f"{mine.title}\nBy Jo Bloggs", *mine.paragraphs]))
    room.refresh()
    for number in range(12):
        one = stored(room)[f"{number:02}.txt"]
        assert (one.authors, one.text) == (("Jo Bloggs",), own(article(number)))


def test_the_run_that_learns_says_so_once_and_the_next_one_changes_nothing(room: Newsroom) -> None:
    for number in range(14):
        write(room, number, article(number).text())
    (run,) = room.refresh().runs
    assert [one.reason for one in run.troubles if not one.failed] == [
        "7 passages that its articles share are left out of them now; "
        "`broadsheet show-source inbox` shows which"
    ]
    before = room.state()
    room.later(hours=1)
    (run,) = room.refresh().runs
    assert (run.unchanged, run.updated, run.troubles) == (14, 0, ())
    assert room.state() == before


def test_a_series_introduction_stays_in_its_first_article_and_that_is_told(room: Newsroom) -> None:
    for number in reversed(range(20)):
        write(room, number, article(number).text(header=(), intro=INTRO, call="", footer=()))
    (run,) = room.refresh().runs
    assert [one.reason for one in run.troubles] == [
        "1 passage that its articles share is left out of them now (what opens a series stays in "
        "00.txt); `broadsheet show-source inbox` shows which"
    ]
    found = stored(room)
    assert found["00.txt"].text == own(article(0), INTRO)
    assert all(found[f"{n:02}.txt"].text == own(article(n)) for n in range(1, 20))
    (line,) = lines(room).values()
    assert (line.text, line.place, line.first, line.articles) == (INTRO, "intro", "00.txt", 20)


def test_when_the_first_article_goes_the_next_one_keeps_the_introduction(room: Newsroom) -> None:
    for number in range(12):
        write(room, number, article(number).text(header=(), intro=INTRO, call="", footer=()))
    room.refresh()
    (room.folder / "articles" / "00.txt").unlink()
    room.refresh()
    found = stored(room)
    assert found["01.txt"].text == own(article(1), INTRO)
    assert found["02.txt"].text == own(article(2))
    assert lines(room)[INTRO].first == "01.txt"


def test_a_series_among_other_articles_keeps_its_introduction_in_its_first(room: Newsroom) -> None:
    for number in range(40):
        intro = INTRO if number % 6 == 2 else ""
        write(room, number, article(number).text(header=(), intro=intro, call="", footer=()))
    room.refresh()
    found = stored(room)
    assert [o for o, one in found.items() if INTRO in one.text] == ["02.txt"]


def test_what_is_learned_later_goes_without_a_word_to_subscribers(room: Newsroom) -> None:
    for number in range(30):
        write(room, number, article(number).text(header=(), call="", footer=()))
    room.refresh()
    for number in range(30, 38):
        write(room, number, article(number).text(header=(), call="", footer=(CALL, FOOTER[0])))
        if number == 36:
            room.later(hours=1)
            room.refresh()
    before = {one.title: one.updated for one in room.feed()}
    assert CALL in room.bytes().decode()
    room.later(hours=1)
    room.refresh()
    assert CALL not in room.bytes().decode()
    assert FOOTER[0] not in room.bytes().decode()
    after = {one.title: one.updated for one in room.feed()}
    assert {title: after[title] for title in before} == before
    assert next(iter(after)) == article(37).title
    state = room.state()
    room.later(hours=1)
    write(room, 33, article(33).text(header=(), call="", footer=(CALL,)).replace("four", "five"))
    room.refresh()
    assert room.state() == state, "the next small change is judged by the clean text"


def test_an_update_that_is_news_stays_one_when_something_is_learned_beside_it(
    room: Newsroom,
) -> None:
    for number in range(7):
        write(room, number, article(number).text(header=(), call="", footer=FOOTER))
    write(room, 7, article(7).text(header=(), call="", footer=()))
    for number in range(20, 24):
        write(room, number, article(number).text(header=(), call="", footer=()))
    room.refresh()
    assert not lines(room)
    before = {one.title: one.updated for one in room.feed()}
    room.later(hours=1)
    write(room, 7, article(7).text(header=(), call=INTRO, footer=FOOTER))
    room.refresh()
    assert set(lines(room)) == {*FOOTER}
    after = {one.title: one.updated for one in room.feed()}
    assert [title for title in after if after[title] != before[title]] == [article(7).title]


def test_what_an_operator_keeps_is_back_at_once_and_not_learned_again(clean: Newsroom) -> None:
    dates = {one.title: (one.id, one.updated) for one in clean.feed()}
    before = clean.state()
    clean.later(hours=1)
    decide(clean, CALL, FOOTER[0], keep=True)
    do(clean)
    first = article(0).paragraphs[0]
    assert stored(clean)["00.txt"].text == (
        own(article(0)).replace(first, f"{first}\n\n{CALL}") + f"\n\n{FOOTER[0]}"
    )
    assert {one.title: (one.id, one.updated) for one in clean.feed()} == dates
    clean.write("new.txt", article(3).text().replace("closes", "opens"))
    clean.refresh()
    assert CALL in stored(clean)["new.txt"].text
    (clean.folder / "articles" / "new.txt").unlink()
    clean.refresh()
    decide(clean, CALL, FOOTER[0], keep=False)
    do(clean)
    assert stored(clean)["00.txt"].text == own(article(0))
    assert clean.bytes() == before["all.atom"][0]


def test_what_was_decided_and_not_carried_out_is_done_by_the_next_run(clean: Newsroom) -> None:
    decide(clean, CALL, keep=True)
    (run,) = clean.refresh().runs
    assert (run.updated, run.unchanged) == (14, 14)
    assert all(CALL in one.text for one in stored(clean).values())
    (run,) = clean.refresh().runs
    assert run.updated == 0


def test_a_source_that_learns_no_more_forgets_and_has_its_text_back(clean: Newsroom) -> None:
    dates = {one.title: one.updated for one in clean.feed()}
    clean.configure(INBOX + "learn = false\n" + LIMIT)
    clean.later(hours=1)
    clean.refresh()
    found = stored(clean)
    assert all(FOOTER[1] in one.text and CALL in one.text for one in found.values())
    assert {one.title for one in found.values()} == {HEADER[0]}
    assert not lines(clean)
    clean.configure(INBOX + LIMIT)
    clean.refresh()
    assert {one.title for one in stored(clean).values()} == set(dates)
    assert set(lines(clean)) == LINES


def test_a_large_folder_is_cleaned_while_it_is_read_and_little_is_done_again(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    again: list[int] = []

    def counting(tx: Transaction, documents: list[Document], *others: Any) -> list[Verdict]:
        again.append(len(documents))
        return file_again(tx, documents, *others)

    monkeypatch.setattr("ingest.relearn.file_again", counting)
    monkeypatch.setattr("ingest.pipeline.BATCH", 10)
    for number in range(40):
        intro = INTRO if number in (3, 11, 24, 30, 39) else ""
        text = article(number).text(intro=intro, call="")
        room.write(f"{number:02}.txt", text, at=NOON - timedelta(days=60 + number))
    room.refresh()
    found = stored(room)
    assert found["39.txt"].text == own(article(39), INTRO), "the oldest, which is read last"
    assert all(found[f"{n:02}.txt"].text == own(article(n)) for n in range(39))
    assert sum(again) == 10 + 4
    assert {line.articles for text, line in lines(room).items() if text != INTRO} == {40}


def test_a_run_that_fails_while_it_takes_out_is_finished_by_the_next_one(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., list[Verdict]] = file_again
    asked: list[int] = []

    def failing(*args: object) -> list[Verdict]:
        asked.append(1)
        if len(asked) == 2:
            raise StoreError("the disk is full", origin="broadsheet.db")
        return real(*args)

    monkeypatch.setattr("ingest.relearn.file_again", failing)
    monkeypatch.setattr("ingest.again.BATCH", 9)
    for number in range(14):
        write(room, number, article(number).text())
    (run,) = room.refresh().runs
    assert run.outcome == "failed"
    assert sum(one.text == own(article(int(o[:2]))) for o, one in stored(room).items()) == 9
    room.refresh()
    assert all(one.text == own(article(int(o[:2]))) for o, one in stored(room).items())


def test_the_only_paragraphs_of_an_article_never_go(room: Newsroom) -> None:
    for number in range(12):
        write(room, number, article(number).text())
    short = "\n\n".join([*HEADER, "Closed today", CALL, *FOOTER])
    write(room, 20, short)
    room.refresh()
    assert stored(room)["20.txt"].text == "\n\n".join([HEADER[1], "Closed today", CALL, *FOOTER])
    assert stored(room)["00.txt"].text == own(article(0))


def test_headings_and_items_that_recur_stay(room: Newsroom) -> None:
    for number in range(20):
        one = article(number)
        body = (
            f"# {one.title}\n\n{one.paragraphs[0]}\n\n## Ingredients\n\n- {number} eggs\n- 1 tsp "
            f"salt\n- butter\n\n## Method\n\n{one.paragraphs[1]}\n\n> To be or not to be, that is "
            f"the question which is asked here.\n\n{one.paragraphs[2]}\n"
        )
        room.write(f"{number:02}.md", body)
    room.refresh()
    assert not lines(room)


def test_an_untitled_kind_of_note_keeps_its_title(room: Newsroom) -> None:
    for number in range(20):
        room.write(f"{number:02}.txt", "\n\n".join(["Logbook", *article(number).paragraphs]))
    room.refresh()
    assert {one.title for one in stored(room).values()} == {"Logbook"}


def test_pages_of_a_site_lose_what_they_share(tmp_path: Path, httpserver: HTTPServer) -> None:
    urls = []
    for number in range(12):
        path = f"/news/{number}"
        httpserver.expect_request(path).respond_with_data(
            article(number).page(), content_type="text/html; charset=utf-8"
        )
        urls.append(httpserver.url_for(path).replace("localhost", "127.0.0.1"))
    config = (
        f'{SITE}[fetch]\nallow_private = ["127.0.0.0/8"]\ngap = "0s"\n'
        f'[[source]]\nname = "town"\nurls = {urls}\n'
    )
    room = Newsroom(tmp_path, config)
    (run,) = room.refresh("town").runs
    assert (run.new, run.failed) == (12, 0)
    found = stored(room, "town")
    assert [found[url].text for url in urls] == [own(article(n)) for n in range(12)]
    assert all(CALL not in one.html for one in found.values())
    asked = len(httpserver.log)
    known = lines(room, "town")
    with room.open() as context, context.store.write() as tx:
        learned.decide(tx, context.states["town"].id, [known[CALL].number], keep=True)
    do(room, "town")
    assert all(CALL in one.text for one in stored(room, "town").values())
    assert len(httpserver.log) == asked, "what is stored is enough"
