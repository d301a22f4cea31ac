"""How good summaries and related links are on an operator's own articles.

The articles go the way of every run, into a store that is thrown away afterwards.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import NAMESPACE_URL, uuid5

from feeds.relations import related_to
from ingest.article import Article, Document, Draft
from ingest.enrich.scores import Rouge, rouge
from ingest.enrich.sentences import sentences
from ingest.enrich.summarize import count_words
from ingest.errors import IngestError, ReadError
from ingest.normalize import Rules
from ingest.sources.files import TYPES, read_file
from ingest.sources.folder import NOT_TEXT, is_text, plain, shown
from ingest.store import configured, open_store, postings
from ingest.store.articles import put_all
from ingest.workers import Prepared, Workers

EXPECTED = "expected.toml"
"""The file that says what is right, beside the articles."""

_SOURCE = "evaluated"
_LEAD = 3  # sentences of the summary that ours must beat
_BATCH = 100
_EXAMPLE = '["bridge.txt"], and in it summary = "The bridge is open." and related = ["canal.txt"]'


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is right for one article: summaries of which any will do, paths of related articles."""

    summaries: tuple[str, ...] = ()
    related: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summed:
    """A summary of so many words with its scores, and those of the article's first sentences."""

    path: str
    text: str
    words: int
    score: Rouge
    lead: Rouge


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """The related articles shown with one, best first; `asked` is how many could be right."""

    path: str
    shown: tuple[str, ...]
    wrong: tuple[str, ...]
    asked: int

    @property
    def right(self) -> int:
        """How many of those shown were expected."""
        return len(self.shown) - len(self.wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All that was judged, how many articles there were, and what could not be read."""

    summaries: tuple[Summed, ...]
    related: tuple[Linked, ...]
    articles: int
    problems: tuple[str, ...]


def expected(folder: Path) -> dict[str, Wanted]:
    """What `expected.toml` of `folder` says, by the path of each article below it.

    Raises ReadError when it is not there, is no TOML, or says something else.
    """
    file = folder / EXPECTED
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        reason = f"cannot be read: {plain(error)}; write a table for each article: {_EXAMPLE}"
        raise ReadError(reason, origin=str(file)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ReadError(f"is no TOML: {error}", origin=str(file)) from error
    return {path: _wanted(file, folder, path, table) for path, table in said.items()}


def _wanted(file: Path, folder: Path, path: str, table: object) -> Wanted:
    def wrong(reason: str) -> ReadError:
        return ReadError(f'["{path}"] {reason}; write {_EXAMPLE}', origin=str(file))

    if not isinstance(table, dict):
        raise wrong("is no table")
    if unknown := table.keys() - {"summary", "related"}:
        raise wrong(f"has an unknown key: {min(unknown)}")
    summary, related = table.get("summary", []), table.get("related", [])
    summaries = [summary] if isinstance(summary, str) else summary
    for named in (summaries, related):
        if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
            raise wrong("summary is a text or a list of texts, related a list of paths")
    for other in (path, *related):
        if not _is_file(folder / other):
            raise wrong(f"names a file that is not there: {other}")
    return Wanted(summaries=tuple(summaries), related=tuple(related))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # no file can be called so, or it is in a folder that we may not enter
        return False


def evaluate(
    folder: Path,
    *,
    words: int,
    links: int,
    rules: Rules,
    now: datetime,
    workers: Workers,
    progress: Callable[[int, int], None],
    max_bytes: int,
) -> Evaluation:
    """Summarize in at most `words` words and relate every article of `folder`, and judge it.

    At most `links` related articles are judged, fewer where fewer are expected. Raises ReadError
    as `expected` does.
    """
    wanted = expected(folder)
    there = sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.suffix.lower() in TYPES and _is_file(path)
    )
    paths = [path for path in there if is_text(path)]
    problems = [f"{shown(path)}: {NOT_TEXT}" for path in there if not is_text(path)]
    found: dict[str, Prepared] = {}
    for start in range(0, len(paths), _BATCH):
        batch = list(_read(folder, paths[start : start + _BATCH], now, max_bytes, problems))
        for document, outcome in zip(
            batch, workers.submit(batch, rules, words, now).results(), strict=True
        ):
            if isinstance(outcome, Prepared):
                found[document.origin] = outcome
            else:
                problems.append(f"{document.origin}: {outcome.reason}")
        progress(min(start + _BATCH, len(paths)), len(paths))
    asked = {path: wanted[path] for path in wanted if path in found}
    linked = _related(found, [path for path, one in asked.items() if one.related], now)
    return Evaluation(
        summaries=tuple(
            _summed(path, found[path].draft, one.summaries)
            for path, one in asked.items()
            if one.summaries
        ),
        related=tuple(_linked(path, shown, asked[path], links) for path, shown in linked.items()),
        articles=len(found),
        problems=tuple(problems),
    )


def _read(
    folder: Path, paths: Sequence[str], now: datetime, max_bytes: int, problems: list[str]
) -> Iterator[Document]:
    for path in paths:
        try:
            yield read_file(folder / path, origin=path, now=now, max_bytes=max_bytes)
        except IngestError as error:
            problems.append(str(error))


def _related(
    found: Mapping[str, Prepared], asked: Sequence[str], now: datetime
) -> dict[str, tuple[str, ...]]:
    """The paths of what each of `asked` is related to, in a store of all that was found."""
    made = {path: _article(path, one.draft, now) for path, one in found.items()}
    paths = {article.id: path for path, article in made.items()}
    with TemporaryDirectory() as place:
        store = open_store(Path(place) / "broadsheet.sqlite3")
        with store.write() as tx:
            configured.sync(tx, [(_SOURCE, "files", "*")], lambda name, _: name, now)
            numbers = put_all(tx, [(article, "", None) for article in made.values()])
            postings.put_terms(
                tx, [(numbers[made[path].id], one.terms) for path, one in found.items()]
            )
            while postings.post_pending(tx):
                pass
            everything = frozenset(paths)
            chosen = {
                path: related_to(tx, made[path], everything, now=now)
                for path in asked
                if path in made
            }
        store.close()
    return {path: tuple(paths[id_] for id_, *_ in links) for path, links in chosen.items()}


def _article(path: str, draft: Draft, now: datetime) -> Article:
    values = {field.name: getattr(draft, field.name) for field in fields(Draft)}
    values["published"] = draft.published or now
    id_ = f"urn:uuid:{uuid5(NAMESPACE_URL, path)}"
    return Article(**values, id=id_, key=f"path:{path}", source=_SOURCE, first_seen=now)


def _summed(path: str, draft: Draft, references: Sequence[str]) -> Summed:
    lead = " ".join(sentences(draft.text, draft.language)[:_LEAD])
    return Summed(
        path=path,
        text=draft.summary,
        words=count_words(draft.summary),
        score=rouge(draft.summary, references),
        lead=rouge(lead, references),
    )


def _linked(path: str, shown: Sequence[str], wanted: Wanted, links: int) -> Linked:
    most = min(links, len(wanted.related))
    wrong = [one for one in shown[:most] if one not in wanted.related]
    return Linked(path=path, shown=tuple(shown[:most]), wrong=tuple(wrong), asked=most)
