"""`evaluate`: how good summaries and related links are on one's own articles."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

import click

from config.source import Source
from feeds.cli.common import Output, config_path, end_interrupted, fail, load_settings, speaks
from feeds.cli.completion import folders
from feeds.cli.output import RunTable, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feeds.evaluate import Evaluation, Linked, Summed
    from ingest.enrich.scores import Rouge

_WORST = 5  # articles shown, without -v
_WORDS = Source.model_fields["summary_words"].default


@click.command(
    epilog="""\b
Examples:
  broadsheet evaluate archive/
  broadsheet evaluate archive/ --words 40 --links 3
  broadsheet evaluate archive/ --json | jq .summaries.rouge_1

\b
FOLDER/expected.toml:
  ["news/bridge.txt"]  a table for each article whose answer is known, with:
  summary              a text, or a list of texts of which any will do
  related              a list of paths below FOLDER, in any order

\b
JSON:
  articles   how many were read
  summaries  null, or count, rouge_1, rouge_2, rouge_l (0 to 1), words (on
             average), lead (the same three scores for the first three
             sentences), judged (a list: path, summary and its scores)
  related    null, or count, precision, recall, without (how many got no
             link), judged (a list: path, shown, wrong)
  problems   what could not be read"""
)
@click.argument("folder", shell_complete=folders)
@click.option(
    "--words", type=click.IntRange(10, 500), default=_WORDS, show_default=True,
    help="How many words a summary may have.",
)  # fmt: skip
@click.option(
    "--links", type=click.IntRange(1, 10), default=5, show_default=True,
    help="How many related articles count.",
)  # fmt: skip
@speaks(json="Print one JSON object instead.", verbose="Show every article, not the worst alone.")
@click.pass_context
def evaluate(ctx: click.Context, output: Output, folder: str, words: int, links: int) -> None:
    """Score summaries and related articles on FOLDER, where you said what is right.

    Every article of FOLDER takes part, judged are those in its expected.toml: their summaries by
    ROUGE against yours, their related articles by how many are among yours. Nothing is stored.
    A configuration, where there is one, gives the time zone. Exit code 1 when anything could not be
    read.
    """
    from feeds.evaluate import evaluate as judge  # SQLAlchemy and lxml: 200 ms
    from ingest.errors import IngestError
    from ingest.normalize import Rules
    from ingest.workers import Workers

    settings = load_settings(ctx, sourceless=True) if config_path(ctx).exists() else None
    rules = (
        Rules(kind="files", timezone=settings.site.timezone) if settings else Rules(kind="files")
    )
    if not Path(folder).is_dir():
        fail(f"{folder}: there is no such folder")
    workers = Workers()
    try:
        with RunTable(output) as table:
            found = judge(
                Path(folder),
                words=words,
                links=links,
                rules=rules,
                now=datetime.now(UTC),
                workers=workers,
                progress=partial(table.progress, folder),
                max_bytes=Source.model_fields["max_bytes"].default,
            )
    except IngestError as error:
        fail(str(error))
    except KeyboardInterrupt:
        end_interrupted("Interrupted: nothing was changed.")
    finally:
        workers.close()
    if output.json:
        output.show(_json(found))
    else:
        _print(output, found)
    ctx.exit(int(bool(found.problems)))


def _print(output: Output, found: "Evaluation") -> None:
    output.say(f"Read {found.articles} articles")
    _print_summaries(output, found.summaries)
    _print_related(output, found.related)
    for problem in found.problems:
        click.echo(problem, err=True)


def _print_summaries(output: Output, judged: "Sequence[Summed]") -> None:
    if not judged:
        return
    length = fmean(one.words for one in judged)
    output.say(f"\nSummaries of {len(judged)} articles, {length:.0f} words on average\n")
    rows = [
        ("ours", _mean([one.score for one in judged])),
        ("the first three sentences", _mean([one.lead for one in judged])),
    ]
    cells = [[name, *(f"{100 * value:.1f}" for value in values)] for name, values in rows]
    print_table(output, ["F1 x 100", "ROUGE-1", "ROUGE-2", "ROUGE-L"], cells)
    output.say("\nSummaries that are farthest from what is expected\n")
    for one in sorted(judged, key=lambda one: (one.score, one.path))[: _shown(output)]:
        output.say(f"{100 * one.score.one:5.1f}  {one.path}: {one.text}")


def _print_related(output: Output, judged: "Sequence[Linked]") -> None:
    if not judged:
        return
    precision, recall, without = _found(judged)
    output.say(
        f"\nRelated articles of {len(judged)} articles: {100 * precision:.1f} % of those shown are"
        f" right, {100 * recall:.1f} % of the right ones are shown, {without} without any"
    )
    missed = [one for one in judged if one.wrong or not one.shown]
    if missed:
        output.say("\nRelated articles that were not expected\n")
    for one in sorted(missed, key=lambda one: (-len(one.wrong), one.path))[: _shown(output)]:
        output.say(f"{one.path}: {', '.join(one.wrong) or 'nothing was found'}")


def _shown(output: Output) -> int | None:
    return None if output.verbose else _WORST


def _mean(scores: "Sequence[Rouge]") -> tuple[float, ...]:
    return tuple(fmean(values) for values in zip(*scores, strict=True))


def _found(judged: "Sequence[Linked]") -> tuple[float, float, int]:
    """Precision and recall over all links, and how many articles have none."""
    right, shown = sum(one.right for one in judged), sum(len(one.shown) for one in judged)
    wanted = sum(one.asked for one in judged)
    return right / max(shown, 1), right / max(wanted, 1), sum(not one.shown for one in judged)


def _json(found: "Evaluation") -> dict[str, object]:
    return {
        "articles": found.articles,
        "summaries": _summaries_json(found.summaries),
        "related": _related_json(found.related),
        "problems": list(found.problems),
    }


def _summaries_json(judged: "Sequence[Summed]") -> dict[str, object] | None:
    if not judged:
        return None
    return {
        "count": len(judged),
        **_scores_json(_mean([one.score for one in judged])),
        "words": fmean(one.words for one in judged),
        "lead": _scores_json(_mean([one.lead for one in judged])),
        "judged": [
            {"path": one.path, "summary": one.text, **_scores_json(one.score)} for one in judged
        ],
    }


def _scores_json(scores: "Sequence[float]") -> dict[str, float]:
    return dict(zip(("rouge_1", "rouge_2", "rouge_l"), scores, strict=True))


def _related_json(judged: "Sequence[Linked]") -> dict[str, object] | None:
    if not judged:
        return None
    precision, recall, without = _found(judged)
    return {
        "count": len(judged),
        "precision": precision,
        "recall": recall,
        "without": without,
        "judged": [
            {"path": one.path, "shown": list(one.shown), "wrong": list(one.wrong)} for one in judged
        ],
    }
