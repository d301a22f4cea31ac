from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.article import Draft
from ingest.enrich.sentences import sentences
from ingest.enrich.summarize import Summary, count_words, summarize
from ingest.enrich.terms import terms
from tests.costs import no_runaway

STORY = (
    "Workers have finished repairing the harbour wall that winter storms broke in January. "
    "The sky was grey. Fishing boats can moor at the northern quay again from Monday.\n\n"
    "What it cost\n\n"
    "The port authority paid two million euros for the harbour wall. "
    "Write to us at desk@example.org. "
    "Skippers of fishing boats had landed their catch in the next town since the storms. "
    "Repairing the harbour wall that winter storms broke in January is finished, workers said. "
    "A band played on the quay in the evening and children ate ice cream."
)

LONG = (
    f"{STORY}\n\nThe mayor opened the quay on Friday evening with a short speech. "
    "She said that the town had waited long enough for its boats. "
    "Engineers from two universities had measured the waves that broke the old stones. "
    "Their report asked for blocks of thirty tonnes instead of twelve. "
    "A quarry in the next valley cut three hundred of them in ten weeks. "
    "Lorries brought the blocks at night, because the road through the village is narrow. "
    "Neighbours complained about the noise until the council paid for thicker windows. "
    "Insurance covers half of the damage, the ministry of transport most of the rest. "
    "Restaurants along the promenade hope that visitors return before Easter. "
    "Fishermen want the auction hall to be repaired next, for its roof leaks. "
    "He could not say when that will be, the harbour master answered. "
    "Scientists expect stronger storms on this coast in the coming decades."
)


def summary(
    text: str = STORY, *, words: int = 35, title: str = "", own: str = "", language: str = "en"
) -> str:
    return summarized(text, words=words, title=title, own=own, language=language).text


def summarized(
    text: str, *, words: int = 35, title: str = "", own: str = "", language: str = "en"
) -> Summary:
    draft = Draft(origin="a", title=title, html="", text=text, summary=own, language=language)
    return summarize(draft, words=words, sentences=sentences, terms=terms)


def test_whole_sentences_in_their_order_within_the_budget() -> None:
    found = sentences(summary(), "en")
    every = sentences(STORY, "en")
    assert set(found) <= set(every)
    assert [every.index(sentence) for sentence in found] == sorted(map(every.index, found))
    assert 20 <= count_words(summary()) <= 35


def test_the_lead_is_kept_and_not_said_twice() -> None:
    assert summary().startswith("Workers have finished repairing the harbour wall")
    assert "workers said" not in summary()


def test_no_heading_and_no_address() -> None:
    assert "cost" not in summary(words=90)
    assert "@" not in summary(words=90)


def test_the_title_is_not_said_again() -> None:
    text = f"Boats return.\n\n{STORY}"
    assert "Boats return" not in summary(text, words=100, title="Boats return!")


def test_the_publishers_own_summary_wins() -> None:
    assert summary(own="Boats are back.") == "Boats are back."


def test_a_publishers_summary_far_over_the_budget_is_cut_to_whole_sentences() -> None:
    long = "Boats are back at the quay. " * 10
    assert summary(own=long, words=13) == "Boats are back at the quay. Boats are back at the quay."


def test_a_short_article_is_its_own_summary() -> None:
    assert summary("Boats return. All is well.") == "Boats return. All is well."


def test_a_first_sentence_over_the_budget_stands_alone() -> None:
    long = "The harbour " + "very " * 40 + "old wall fell."
    assert summary(f"{long} {long}", words=20) == long


def test_a_dateline_is_left_out() -> None:
    opening = "Workers have finished repairing the harbour wall."
    for place in ("(CNN)", "OSLO (Reuters) - ", "OSLO, May 3 (AP) — "):
        assert summary(f"{place}{opening} A band played on.") == f"{opening} A band played on."
    assert summary("The wall (Norwegian) fell. It was old.").startswith("The wall (Norwegian)")


def test_a_pronoun_comes_only_after_the_sentence_it_leans_on() -> None:
    said = "He said the harbour wall repair that winter storms made needful was done for boats."
    text = f"{STORY}\n\nThe mayor, Ida Berg, came too late to speak to anybody there. {said}"
    for words in range(20, 90, 5):
        found = sentences(summary(text, words=words), "en")
        assert said not in found or found[found.index(said) - 1].startswith("The mayor")


def test_where_all_say_the_same_the_first_is_no_better_than_any() -> None:
    praise = [
        f"The {noun} of this small hotel room was clean and the bathroom {more}."
        for noun, more in zip(
            ("floor", "carpet", "window", "desk", "wardrobe", "bed"),
            ("nice", "modern", "bright", "tidy", "warm", "large"),
            strict=True,
        )
    ]
    odd = "Our small room was a hotel mess where trams rattled past until four every morning."
    assert odd not in summary(" ".join([odd, *praise]), words=30)


def test_a_text_without_sentences_has_no_summary() -> None:
    assert summary("") == summary("Only a heading") == ""


def test_two_characters_of_an_unspaced_script_count_as_a_word() -> None:
    assert count_words("北京大学 is old") == 4
    text = "今天天气很好。" * 3 + "我们去公园看花和鸟。" * 3
    assert 0 < count_words(summary(text, words=8, language="zh")) <= 8


def test_a_story_stops_when_enough_is_said() -> None:
    told = summary(LONG, words=60)
    assert 30 <= count_words(told) < 60
    assert told.startswith("Workers have finished repairing")


def test_a_long_story_has_key_points_that_say_different_things() -> None:
    said = summarized(LONG)
    points = said.key_points
    assert not any(point in said.text for point in points)
    assert 3 <= len(points) <= 5
    assert len({*points}) == len(points)
    assert all(point in LONG and 6 <= count_words(point) <= 35 for point in points)
    assert sorted(points, key=LONG.index) == list(points)
    assert not any(point.startswith(("He ", "She ")) for point in points)


def test_a_short_story_and_a_chorus_have_no_key_points() -> None:
    assert summarized(STORY).key_points == ()
    clean = [f"The room {number} of this small hotel was clean and warm." for number in range(40)]
    assert summarized(" ".join(clean)).key_points == ()


def test_the_publishers_summary_leaves_the_key_points() -> None:
    own = "Boats return to the northern quay after three months of work."
    found = summarized(LONG, own=own)
    assert (found.text, len(found.key_points) >= 3) == (own, True)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(STORY.split(". ")), max_size=12), st.integers(5, 60))
def test_never_over_the_budget_but_for_one_sentence(parts: list[str], words: int) -> None:
    found = summary(" ".join(f"{part.strip()}." for part in parts), words=words)
    assert count_words(found) <= words or len(sentences(found, "en")) == 1


def test_a_very_long_article_costs_little() -> None:
    with no_runaway():
        assert summary(STORY * 2_000)


@pytest.mark.parametrize(
    "aside",
    [
        "As an Amazon Associate we earn from qualifying purchases of harbour walls.",
        "Subscribe to the letter of the northern quay and read about the harbour wall first.",
        "Photo by Ada of the harbour wall and the fishing boats at the northern quay.",
    ],
)
def test_what_is_said_beside_the_article_is_no_summary(aside: str) -> None:
    assert aside not in summary(f"{aside} {LONG}", words=60)
    assert aside in summary(f"{aside} {LONG}", words=60, title=f"Why you should {aside.lower()}")


def test_captions_and_code_are_no_summary() -> None:
    caption = "The harbour wall and the northern quay on the day the fishing boats came back."
    code = "Print the harbour wall and the northern quay with the fishing boats."
    html = f"<figure><img src=x><figcaption>{caption}</figcaption></figure><pre>{code}</pre>"
    html += "".join(f"<p>{part}</p>" for part in LONG.split("\n\n"))
    text = f"{caption}\n\n{code}\n\n{LONG}"
    draft = Draft(origin="a", title="", html=html, text=text, language="en")
    found = summarize(draft, words=60, sentences=sentences, terms=terms)
    said = " ".join((found.text, *found.key_points))
    assert said
    assert caption not in said
    assert code not in said
    alone = replace(draft, html=f"<pre>{code}</pre>", text=code)
    assert summarize(alone, words=60, sentences=sentences, terms=terms).text == code


def test_a_sentence_comes_once() -> None:
    found = summary("On sale today in all our shops! " * 30 + LONG, words=60)
    assert found.count("On sale") <= 1
