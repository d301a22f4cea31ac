"""The laws of learning: what is compared, what recurs, what goes and what never does."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.article import Document, Draft
from ingest.learning import AROUND, learn, neighbourhoods
from ingest.normalize import Rules, normalize, sanitize
from ingest.passages import (
    NOTHING,
    Learned,
    Passage,
    Place,
    Trait,
    left_out,
    pack,
    passage,
    picture,
    unpack,
)
from tests.copied import CALL, FOOTER, HEADER, article
from tests.costs import no_runaway

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PROSE = "Nobody on the quay had seen the {} since the storm, and few went to look for it in spring."


def said(*texts: str, titled: bool = False) -> tuple[Passage, ...]:
    """The passages that these lines are."""
    return tuple(one for text in texts if (one := passage(text, titled=titled)))


def key(text: str) -> int:
    (one,) = said(text)
    return one.key


def own(number: int) -> str:
    """A paragraph of its own."""
    return PROSE.format(f"boat number{'x' * number}")


def learned_of(articles: Sequence[Sequence[Passage]]) -> dict[int, Place]:
    """What is learned of articles that come all at once."""
    order = [str(number) for number in range(len(articles))]
    found: dict[int, Place] = {}
    for stretch in neighbourhoods(order, set(order)):
        found |= learn([articles[int(origin)] for origin in stretch], found)
    return found


def document(body: str, kind: str = "text/html", origin: str = "a.html") -> Document:
    return Document(origin=origin, body=body.encode(), media_type=kind, fetched_at=NOW)


def draft(body: str, learned: Learned = NOTHING, kind: str = "text/html") -> Draft:
    return normalize(document(body, kind), Rules(kind="files", learned=learned), NOW)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Read  the\tOBSERVER.", "read the observer"),
        ("5 min read", "12 min read"),
        ("© 2025 Dock Press", "© 2026 Dock Press!"),
        ("Page 3 of 12", "Page 4 of 7"),
        ("© 2025 Dock Press. All rights reserved.", "© 2026 Dock Press. All rights reserved."),
        ("All rights reserved by Dock Press, 2025.", "All rights reserved by Dock Press, 2026."),
    ],
)
def test_what_makes_no_difference(one: str, other: str) -> None:
    assert said(one) == said(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The euro stands at 1.08 dollars", "The euro stands at 1.11 dollars"),
        ("Turnout was 54 %", "Turnout was 61 %"),
        ("Only £1 a month", "Only £2 a month"),
        ("The index closed at 4933 points.", "The index closed at 4926 points."),
        ("Of the crew 3 died and 5 were hurt.", "Of the crew 1 died and 2 were hurt."),
        (PROSE.format("10 boats"), PROSE.format("12 boats")),
        ("Bake for 40 minutes at 180 degrees.", "Bake for 55 minutes at 180 degrees."),
        ("Subscribe to us", "Subscribed to us"),
    ],
)
def test_what_does(one: str, other: str) -> None:
    assert key(one) != key(other)


def test_the_numbers_of_a_list_are_what_it_says() -> None:
    assert passage("2 eggs", item=True) != passage("3 eggs", item=True)
    assert [passage(text) for text in ("", "* * *", "12.03.2026", "—")] == [None] * 4


@pytest.mark.parametrize(
    ("line", "between"),
    [
        ("Why it matters", False),
        ("How to make it", False),
        ("Preparation time: 20 minutes", False),
        ("Sign up for the Morning Brief", True),
        ("Enjoying this? Read on tomorrow!", True),
        ("Join 12 million readers who get our Friday letter", True),
    ],
)
def test_between_paragraphs_headings_stay_and_calls_go(line: str, between: bool) -> None:
    every = [said(own(n), line, own(n + 99), line, own(n + 199)) for n in range(30)]
    assert learned_of(every) == ({key(line): "text"} if between else {})


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("Part of our island stories series.", "intro"),
        ("This is the island series, in which we look at how people live by the sea.", "intro"),
        ("Subscribe to the Observer and never miss a story.", "head"),
        ("Bitte unterstützen Sie uns mit einem kleinen Abo.", "head"),
        ("The voice of the waterfront", "head"),
    ],
)
def test_what_calls_readers_introduces_nothing(line: str, place: Place) -> None:
    every = [said(line, own(n), own(n + 99)) for n in range(30)]
    assert learned_of(every) == {key(line): place}


def test_an_address_that_differs_is_passed_over() -> None:
    every = [
        said(
            own(n),
            own(n + 99),
            "Printed by Dock Press",
            f"First seen at https://a.example/{'x-' * 9}{n}",
        )
        for n in range(30)
    ]
    assert learned_of(every) == {key("Printed by Dock Press"): "tail"}


passages = st.builds(Passage, st.integers(0, 9), st.integers(0, 255), words=st.integers(1, 40))
places = st.dictionaries(st.integers(0, 9), st.sampled_from(["head", "intro", "text", "tail"]))


@settings(deadline=None)
@given(st.lists(st.builds(Passage, st.integers(0, 2**63 - 1), st.integers(0, 511))))
def test_passages_are_stored_as_they_are_and_of_a_long_article_both_ends(
    found: list[Passage],
) -> None:
    assert list(unpack(pack(found))) == found
    many = [Passage(number, 0) for number in range(500)]
    assert [one.key for one in unpack(pack(many))] == [*range(40), *range(460, 500)]


@settings(deadline=None)
@given(st.lists(passages, max_size=12), places, st.frozensets(st.integers(0, 9)))
def test_an_article_is_never_emptied(
    found: list[Passage], where: dict[int, Place], kept: frozenset[int]
) -> None:
    out = left_out(found, Learned(places=where, kept=kept), "a.txt")
    rest = [one for index, one in enumerate(found) if index not in out]
    assert all(found[index].key in where and found[index].key not in kept for index in out)
    assert not any(found[index].traits & Trait.FIXED for index in out)
    if out:
        assert sum(one.words for one in rest) * 3 >= sum(one.words for one in found)
        assert (
            any(one.traits & (Trait.LONG | Trait.FIXED) for one in rest)
            or len(rest) > 1
            or (rest[0].words >= 30)
        )


@settings(deadline=None)
@given(places, st.sampled_from(["text/html", "text/plain", "text/markdown"]))
def test_what_is_kept_is_as_if_it_had_never_been_learned(
    where: dict[int, Place], kind: str
) -> None:
    one = article(4)
    body = one.page() if kind == "text/html" else one.text()
    before = draft(body, kind=kind)
    known: dict[int, Place] = {p.key: where.get(n, "tail") for n, p in enumerate(before.passages)}
    after = draft(body, Learned(places=known, kept=frozenset(known)), kind)
    assert (after.title, after.html, after.text) == (before.title, before.html, before.text)
    assert after.passages == before.passages


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [f"<p>{CALL}</p>", f"<ul><li>{CALL}</li></ul>",
             f"<blockquote><p>{CALL}</p></blockquote>",
             f"<p>{own(1)}</p>", f"<h2>{HEADER[0]}</h2>", "<figure><img src='https://a.b/c.png'>"
             f"<figcaption>{FOOTER[0]}</figcaption></figure>", "<p><img src='https://a.b/l.png'></p>",
             "<hr>", "<pre>code</pre>", f"<p>{HEADER[1]}<br>{CALL}</p>", "loose <b>text</b>"]
        ),
        max_size=3,
    )
)  # fmt: skip
def test_what_is_left_is_as_clean_as_it_was(blocks: list[str]) -> None:
    body = f"<h1>A title</h1>{''.join(blocks)}<p>{own(2)}</p><p>{own(3)}</p>"
    every = draft(body)
    known: dict[int, Place] = {
        key(CALL): "text",
        key(HEADER[0]): "head",
        key(FOOTER[0]): "tail",
        picture("https://a.b/l.png").key: "head",
    }
    found = draft(body, Learned(places=known))
    assert sanitize(found.html, base="file") == found.html
    assert found.passages == every.passages
    assert own(2) in found.text
    assert own(3) in found.text
    if "<blockquote>" not in body:
        assert f"<p>{CALL}</p>" not in found.html
        assert "<ul></ul>" not in found.html


@settings(deadline=None, max_examples=30)
@given(st.permutations(range(24)), st.integers(1, 24))
def test_the_order_of_arrival_changes_nothing_that_is_learned(
    arrival: list[int], at_once: int
) -> None:
    every = [
        said(*HEADER, f"Title {'x' * n} of it", own(n), own(n + 50), *FOOTER, titled=True)
        for n in range(24)
    ]
    wanted = learned_of(every)
    assert set(wanted) == {key(line) for line in (*HEADER, *FOOTER)}
    found: dict[int, Place] = {}
    for start in range(0, len(arrival), at_once):
        there = sorted(arrival[: start + at_once])
        new = {str(number) for number in arrival[start : start + at_once]}
        for stretch in neighbourhoods([str(number) for number in there], new):
            found |= learn([every[int(origin)] for origin in stretch], found)
    assert found == wanted


def test_a_large_archive_learns_nothing_by_its_size() -> None:
    every = [said(own(n), own(n + 9_000)) for n in range(3_000)]
    for number in range(0, 3_000, 7):
        every[number] = (*every[number], *said("Nobody was injured."))
    with no_runaway():
        assert learned_of(every) == {}


def test_what_a_site_printed_for_a_month_is_learned_of_that_month_for_ever() -> None:
    every = [said(own(n), own(n + 2_000)) for n in range(1_000)]
    for number in range(500, 520):
        every[number] = (*every[number], *said("Vote for us in the town awards"))
    assert learned_of(every) == {key("Vote for us in the town awards"): "tail"}


def test_a_sentence_that_follow_ups_repeat_now_and_then_stays() -> None:
    background = PROSE.format("bridge that was closed in May")
    every = [said(own(n), background if n % 9 == 0 else own(n + 99)) for n in range(60)]
    assert learned_of(every) == {}


def test_only_what_is_new_is_looked_at_with_its_neighbours() -> None:
    order = [str(number) for number in range(10_000)]
    assert list(neighbourhoods(order, set())) == []
    (stretch,) = neighbourhoods(order, {"9999"})
    assert stretch == order[-AROUND - 1 :]
    first, second = neighbourhoods(order, {"0", "1", "5000"})
    assert (len(first), len(second)) == (AROUND + 2, 2 * AROUND + 1)
    every = list(neighbourhoods(order, set(order)))
    assert max(map(len, every)) <= 2_500
    assert {origin for stretch in every for origin in stretch} == set(order)


@pytest.mark.parametrize(
    "lines",
    [("Logbook",), ("Notes from the old lighthouse",), ("Week {n}",), ("Logbook", "By Jo Bloggs")],
)
def test_what_all_texts_begin_with_is_their_title_when_there_is_no_other(
    lines: tuple[str, ...],
) -> None:
    every = [
        said(*(line.format(n=n) for line in lines), own(n), own(n + 90), titled=True)
        for n in range(30)
    ]
    assert learned_of(every) == {}
    titled = [(*said(*HEADER, f"Week {n}", titled=True), *every[n][1:]) for n in range(30)]
    assert {key(line) for line in HEADER} <= set(learned_of(titled))


def test_words_in_a_script_without_spaces_are_learned_too() -> None:
    call = "请订阅我们的新闻通讯，每天早上收到最新消息。"
    every = [
        said(f"{'字' * (n + 3)}的故事", f"{'水' * (n + 20)}在城里流过了很长的时间。", call)
        for n in range(12)
    ]
    assert learned_of(every) == {key(call): "tail"}
