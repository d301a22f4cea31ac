"""How many articles have each value: counting what changed comes to what counting all does."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from ingest.article import Article
from ingest.query import parse
from ingest.store import Transaction, articles, counts, members, next_change, removal, schema, view
from ingest.store.choice import ArticleQuery
from ingest.store.engine import Store, open_store
from ingest.store.made import Kind
from ingest.store.matching import Asking
from tests.costs import calls

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
KINDS: list[Kind] = ["tag", "author", "source", "language", "section"]
RULES = ["", "tag:b", "has:story", "age>1h", "age<2h AND NOT source:wire", "age<1h OR text:mill"]
_FEW = st.sampled_from(range(5))  # articles
_DONE = ["hide", "unhide", "remove", "release", "tell", "untell"]
_HOURS = st.sampled_from([-2, 0, 1, 2, 50]).map(lambda hours: timedelta(hours=hours))
_VALUES = st.lists(st.sampled_from("abc"), max_size=2, unique=True).map(tuple)

_articles = st.builds(
    lambda n, source, tags, authors, text, language, age, draft: Article(
        id=f"urn:uuid:00000000-0000-5000-8000-{n:012}",
        key=f"k{n}",
        source=source,
        origin=f"{n}.txt",
        title="t",
        html="<p>x</p>",
        text=text,
        tags=tags,
        authors=authors,
        section="".join(tags),
        language=language,
        published=NOW - age,
        first_seen=NOW,
        unpublished=draft,
    ),
    _FEW,
    st.sampled_from("wi"),
    _VALUES,
    _VALUES,
    st.sampled_from(["the mill", "a harbour"]),
    st.sampled_from(["", "en", "en-GB", "de"]),
    _HOURS,
    st.booleans(),
)
_asked = st.tuples(
    st.sampled_from(RULES), st.sampled_from([("w", "i"), ("i",)]), st.sampled_from(KINDS)
)
_steps = st.one_of(
    st.tuples(st.just("put"), _articles, st.none() | _HOURS),
    st.tuples(
        st.sampled_from(["hide", "unhide", "remove", "release", "tell", "untell"]), _FEW, st.none()
    ),
    st.tuples(st.just("wait"), _HOURS, st.none()),
    st.tuples(st.just("ask"), _asked, st.none()),
)


class _UndoneError(Exception):
    """Takes back all that an example did."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(tmp_path_factory.mktemp("store") / "broadsheet.db")
    with store.write() as tx:
        for id_, name in (("w", "wire"), ("i", "inbox")):
            row = {"id": id_, "name": name, "kind": "files", "locator": "*"}
            tx.execute(insert(schema.source).values(row | {"next_due": 0, "settled": True}))
    yield store
    store.close()


def counted(
    tx: Transaction, template: str, asked: tuple[str, tuple[str, ...], Kind], now: datetime
) -> Counter[str]:
    rule, sources, kind = asked
    circumstances = Asking(now=now, zone=ZoneInfo("UTC"), sources={"wire": "w", "inbox": "i"})
    node = parse(rule) if rule else None
    query = ArticleQuery(sources=sources, rule=node, asking=circumstances)
    counts.count(tx, template, kind, query, repr(asked))
    return counts.counts(tx, template, kind, query, 1)


def step(tx: Transaction, what: str, given: object, now: datetime, held: timedelta | None) -> None:
    ids = [f"urn:uuid:00000000-0000-5000-8000-{given:012}"] if isinstance(given, int) else []
    match what:
        case "put":
            assert isinstance(given, Article)
            articles.put_all(tx, [(given, "", now + held if held else None)])
        case "hide":
            view.hide(tx, ids, now)
        case "unhide":
            view.unhide(tx, ids)
        case "remove":
            removal.remove(tx, ids, now)
        case "tell" | "untell":
            members.put(tx, dict.fromkeys(ids, int(what == "tell")), next_change(tx, "article"))
        case "release":
            articles.release_held(tx, now)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(_asked, st.lists(st.tuples(_steps, st.booleans()), min_size=1, max_size=12))
def test_what_changed_comes_to_what_all_comes_to(
    store: Store,
    asked: tuple[str, tuple[str, ...], Kind],
    steps: list[tuple[tuple[str, object, timedelta | None], bool]],
) -> None:
    with suppress(_UndoneError), store.write() as tx:
        now = NOW
        for number, ((what, given, held), count) in enumerate(steps):
            if what == "wait":
                assert isinstance(given, timedelta)
                now += given
            elif what == "ask":
                asked = given  # type: ignore[assignment]
            else:
                step(tx, what, given, now, held)
            if count or number == len(steps) - 1:
                whole = counted(tx, f"anew {number}", asked, now)
                assert counted(tx, "on", asked, now) == whole
        raise _UndoneError


def test_only_what_changed_is_looked_at(store: Store) -> None:
    def one(n: int) -> Article:
        name = f"urn:uuid:00000000-0000-5000-8000-{n:012}"
        return Article(
            id=name,
            key=f"k{n}",
            source="w",
            origin=f"{n}.txt",
            title="t",
            html="<p>x</p>",
            text="x",
            tags=("a",),
            published=NOW - timedelta(hours=n),
            first_seen=NOW,
        )

    with suppress(_UndoneError), store.write() as tx:
        articles.put_all(tx, [(one(n), "", None) for n in range(2_000)])
        asked: tuple[str, tuple[str, ...], Kind] = ("age>1h", ("w",), "tag")
        first = calls(lambda: counted(tx, "on", asked, NOW))
        assert counted(tx, "on", asked, NOW) == {"a": 1_998}
        articles.put_all(tx, [(one(9_000), "", None)])
        later = calls(lambda: counted(tx, "on", asked, NOW + timedelta(hours=1)))
        assert counted(tx, "on", asked, NOW + timedelta(hours=1)) == {"a": 2_000}
        assert later < first / 2
        raise _UndoneError


def test_what_is_counted_for_nobody_is_forgotten(store: Store) -> None:
    with suppress(_UndoneError), store.write() as tx:
        for template in ("on", "by"):
            counted(tx, template, ("", ("w",), "tag"), NOW)
        counts.forget_others(tx, ["by"])
        assert counts.last_count(tx, "on") is None
        assert counts.last_count(tx, "by") is not None
        raise _UndoneError
