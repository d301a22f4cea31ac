import pytest

from ingest.normalize.standfirst import is_standfirst

TITLE = "Harbour wall repaired before the spring fishing"
TEXT = (
    "Workers have finished repairing the harbour wall that winter storms broke in January. "
    "Fishing boats can moor at the northern quay again from Monday, the port authority said."
)


@pytest.mark.parametrize(
    "summary",
    [
        "Boats return to the northern quay after three months of work on the harbour wall.",
        "Boats return to the northern quay after three months of work on the harbour wall",
        "Winter storms broke it in January: workers have finished and boats can moor again.",
        "Now they can all go in and out again.",  # no word that tells what it is about
    ],
)
def test_prose_about_the_article_is_one(summary: str) -> None:
    assert is_standfirst(summary, TITLE, TEXT)


@pytest.mark.parametrize(
    "summary",
    [
        TITLE + ".",
        "Harbour, boats, storms",
        "Workers have finished repairing the harbour wall that winter",
        "Workers have finished repairing the harbour wall that…",
        "The harbour wall has been repaired, as everybody on the quay expected,",
        "Your daily source of independent journalism, sports results and weather forecasts.",
    ],
)
def test_the_title_again_a_cut_and_a_slogan_are_none(summary: str) -> None:
    assert not is_standfirst(summary, TITLE, TEXT)


def test_inflected_words_are_the_same() -> None:
    assert is_standfirst(
        "Рабочие закончили восстановление гавани и причалов после зимних штормов.",
        "Восстановленная гавань открыта",
        "Лодки снова стоят у причала.",
    )
