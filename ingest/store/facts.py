"""What queries ask of articles, folded once when an article is stored.

Folding is done here and never by the database, so that a query means the same in every database,
and in Python. Values of a list stand between line feeds, and words between spaces: one LIKE finds
them whole.
"""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Boolean, Column, Integer, Table, Text, select

from ingest.article import Article
from ingest.similarity import words
from ingest.store import schema
from ingest.store.engine import Transaction, replacing
from ingest.urls import host_name

facts = Table(
    "article_facts",
    schema.metadata,
    Column("article", Integer, primary_key=True, autoincrement=False),  # article.number
    Column("title", Text, nullable=False),  # its words
    Column("authors", Text, nullable=False),  # each one's words, a line each
    Column("tags", Text, nullable=False),  # a line each
    Column("section", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("site", Text, nullable=False),  # host of the URL, a dot before it
    Column("language", Text, nullable=False),  # tag, a dash behind it
    Column("words", Integer, nullable=False),
    Column("image", Boolean, nullable=False),
    Column("enclosure", Boolean, nullable=False),
    Column("summary", Boolean, nullable=False),
)

# Apart from the others: those of all articles are read for most searches.
article_words = Table(
    "article_words",
    schema.metadata,
    Column("article", Integer, primary_key=True, autoincrement=False),  # article.number
    Column("text", Text, nullable=False),  # its words
)

_A = schema.article.c
_FILLED = 200  # articles at a time


def fold(text: str) -> str:
    """`text` as it is compared: NFKC, casefolded, white space as single spaces.

    The method is that of Unicode's NFKC_Casefold but for ignorable characters, which cleaning took.
    """
    wide = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", wide).split())


def fold_words(text: str) -> str:
    """The folded words of `text` with a space before and behind each; "" when it has none."""
    found = words(fold(text))
    return f" {' '.join(found)} " if found else ""


def fold_host(host: str) -> str:
    """A host's name as addresses have it; merely folded where it is none."""
    try:
        return host_name(host)
    except ValueError:
        return fold(host)


def put(tx: Transaction, found: Iterable[tuple[int, Article]]) -> None:
    """Note the facts of articles, each with its number."""
    _put(
        tx,
        [
            {
                "article": number,
                "title": one.title,
                "text": one.text,
                "authors": one.authors,
                "tags": one.tags,
                "section": one.section,
                "url": one.url,
                "language": one.language,
                "image": one.image is not None,
                "enclosure": bool(one.enclosures),
                "summary": bool(one.summary),
            }
            for number, one in found
        ],
    )


def fill(tx: Transaction) -> None:
    """Note the facts of every article, for a store that has none."""
    columns = (_A.number, _A.title, _A.text, _A.authors, _A.tags, _A.section, _A.url)
    more = (_A.language, _A.image, _A.enclosures, _A.summary)
    last = -1
    while True:
        statement = select(*columns, *more).where(_A.number > last).order_by(_A.number)
        rows = tx.execute(statement.limit(_FILLED)).mappings().all()
        if not rows:
            return
        last = rows[-1]["number"]
        _put(tx, [_from_row(dict(row)) for row in rows])


def _from_row(row: dict[str, Any]) -> dict[str, Any]:
    lists = {name: json.loads(row[name]) for name in ("authors", "tags")}
    has = {"image": bool(row["image"]), "summary": bool(row["summary"])}
    enclosed = row["enclosures"] != "[]"
    return row | lists | has | {"article": row["number"], "enclosure": enclosed}


def _put(tx: Transaction, found: Sequence[dict[str, Any]]) -> None:
    rows, texts = [], []
    for one in found:
        text = fold_words(one["text"])
        rows.append({name: one[name] for name in ("article", "image", "enclosure", "summary")})
        rows[-1] |= {
            "title": fold_words(one["title"]),
            "authors": _lines(fold_words(name) for name in one["authors"]),
            "tags": _lines(fold(tag) for tag in one["tags"]),
            "section": fold(one["section"]),
            "url": fold(one["url"]),
            "site": _site(one["url"]),
            "language": f"{fold(one['language'])}-" if one["language"] else "",
            "words": text.count(" ") - 1 if text else 0,
        }
        texts.append({"article": one["article"], "text": text})
    if rows:
        tx.execute(replacing(facts, ["article"]), rows)
        tx.execute(replacing(article_words, ["article"]), texts)


def _lines(values: Iterator[str]) -> str:
    found = [value for value in values if value]
    return "\n".join(["", *found, ""]) if found else ""


def _site(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return f".{fold_host(host)}" if host else ""
