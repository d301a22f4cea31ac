"""What subscribers should see as a change, and what they should not."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.article import Draft, Image
from ingest.entry import Entry
from ingest.markup import parse_fragment, text_of
from ingest.significance import difference, significant
from ingest.similarity import words

WORDS = [f"word{number}" for number in range(100)]

_DRAFT = Draft(
    origin="a.md",
    title="The bridge",
    html=f"<p>{' '.join(WORDS)}</p>",
    text=" ".join(WORDS),
    authors=("Ada",),
)


def a_draft(**over: object) -> Draft:
    return replace(_DRAFT, **over)  # type: ignore[arg-type]


def an_entry(draft: Draft) -> Entry:
    return Entry(
        article="urn:uuid:5f0c1a52-0d0a-5c0e-9a53-0c6a4a1f0001",
        source="s",
        number=1,
        slug="a",
        url="",
        published=1,
        updated=2,
        title=draft.title,
        authors=draft.authors,
        language="",
        html=draft.html,
        summary="",
        image=None,
        tags=(),
        related=(),
        assets=(),
        judged=1,
    )


def test_one_character_of_a_language_without_spaces_is_one_word() -> None:
    text = "昨天市议会讨论了新桥的建设计划并决定明年春天开工。" * 2
    entry = an_entry(a_draft(html=f"<p>{text}</p>", text=text))
    assert not significant(entry, a_draft(text=text.replace("春", "秋", 1)))
    assert significant(entry, a_draft(text=text.replace("春天开工", "秋季完成", 1)))


def test_what_is_no_change_for_a_reader() -> None:
    entry = an_entry(_DRAFT)
    few = " ".join(["other"] * 5 + WORDS[5:])
    assert not significant(entry, _DRAFT)
    assert not significant(entry, a_draft(text=_DRAFT.text.upper().replace(" ", ",\n")))
    assert not significant(entry, a_draft(text=few))
    assert not significant(entry, a_draft(image=Image(url="https://e.org/a.png"), tags=("x",)))


@pytest.mark.parametrize(
    "draft",
    [
        a_draft(title="The bridges"),
        a_draft(authors=("Ada", "Bo")),
        a_draft(text=" ".join(["other"] * 6 + WORDS[6:])),
        a_draft(text=" ".join(WORDS[6:])),
        a_draft(text=_DRAFT.text + " " + "x" * 201),
        a_draft(text=""),
    ],
    ids=["title", "authors", "other words", "fewer words", "200 characters", "no text"],
)
def test_what_a_reader_is_shown_as_a_change(draft: Draft) -> None:
    assert significant(an_entry(_DRAFT), draft)


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_what_was_frozen_is_no_change_of_itself(body: str) -> None:
    html = f"<p>{body}</p>"
    draft = a_draft(html=html, text=text_of(parse_fragment(html)))
    assert not significant(an_entry(draft), draft)


texts = st.lists(st.sampled_from(["a", "B", "b", "c", "ß"]), max_size=12).map(" ".join)


@given(texts, texts)
@settings(max_examples=200, deadline=None)
def test_the_laws_of_a_difference(before: str, after: str) -> None:
    gone, come = difference(before, after)
    assert not gone & come
    assert Counter(words(before)) - gone + come == Counter(words(after))
    assert difference(after, before) == (come, gone)
