import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.enrich.sentences import sentences
from tests.costs import no_runaway


def test_sentences_come_in_order_each_on_one_line() -> None:
    text = "Mr. Smith came at\nnoon. He left.\n\nNobody saw him!"
    assert sentences(text, "en") == ("Mr. Smith came at noon.", "He left.", "Nobody saw him!")


def test_headings_and_cut_off_lines_are_no_sentences() -> None:
    text = "Diplomatic cover\n\nThe talks began. They will go\n\nRelated stories:"
    assert sentences(text, "en") == ("The talks began.",)


def test_a_sentence_never_spans_two_blocks() -> None:
    assert sentences("It cost approx.\n\nFive came.", "en") == ("It cost approx.", "Five came.")


def test_what_goes_on_in_lower_case_is_the_same_sentence() -> None:
    assert sentences("Yahoo! bought it. All well.", "en") == ("Yahoo! bought it.", "All well.")


@pytest.mark.parametrize("closed", ["“We won.”", "(See below.)", "He said so.[12]", "Done…"])
def test_quotes_brackets_and_reference_marks_may_follow_the_end(closed: str) -> None:
    assert sentences(closed, "en") == (closed,)


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("今天天气很好。我们去公园吧！", "zh", 2),
        ("Am 3. Mai kam Dr. Müller. Er ging.", "de-AT", 2),
        ("هل وصل؟ نعم.", "ar", 2),
        ("สวัสดีครับ วันนี้อากาศดี", "th", 1),
        ("It came. It went.", "", 2),
        ("It came. It went.", "not a tag", 2),
    ],
)
def test_other_scripts_and_unknown_languages(text: str, language: str, count: int) -> None:
    assert len(sentences(text, language)) == count


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["en", "ru", "zh", "th", ""]))
def test_any_text_gives_pieces_of_itself(text: str, language: str) -> None:
    flat = "".join(text.split())
    assert all("".join(found.split()) in flat for found in sentences(text, language))


@pytest.mark.parametrize("unit", ["a. ", "(", ".", "\n", "A\n\n", "a.\n \n"])
def test_hostile_input_costs_little(unit: str) -> None:
    with no_runaway():
        assert len(sentences(unit * 400_000, "en")) <= 2_000
