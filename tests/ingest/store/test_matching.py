"""Queries and the store: the same articles as a filter in plain Python finds."""

import random
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert

from ingest.article import Article, Enclosure, Image
from ingest.query import AllOf, AnyOf, Node, Not, QueryError, Term, parse
from ingest.similarity import words
from ingest.store import articles, choice, members, schema
from ingest.store.choice import ArticleQuery
from ingest.store.engine import Store, open_store
from ingest.store.facts import fold_host
from ingest.store.matching import Asking

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
SOURCES = {"wire": "w", "inbox": "i"}
ASKING = Asking(now=NOW, zone=ZONE, sources=SOURCES)

TAGS = ["Energy", "energy policy", "Straße", "STRASSE", "c++", "ﬁnance", "50%", "a_b", "İzmir"]
NAMES = ["Ada Lindqvist", "ada LINDQVIST", "Zoë O'Neill", "山田太郎", "Jean-Luc Ode", "Ὀδυσσεύς"]
TITLES = [
    "The Harbour opens",
    "harbour-side mill: 50% sold",
    "東京都の橋",
    "ΣΊΣΥΦΟΣ",
    "Ｗｉｄｅ mill",
    "?!",
]
TEXTS = [
    "",
    "The wind farm opens.",
    "A wind-farm; the mill",
    "Straße und Mühle " * 30,
    "橋の上",
    "a\nb",
]
URLS = [
    "",
    "https://example.org/News/1",
    "https://www.example.org/b",
    "http://bücher.example/%C3%A9",
]
LANGUAGES = ["", "en", "en-GB", "de", "eng"]
SECTIONS = ["", "Sport", "sport ", "Sport / Ski"]


def _stored() -> list[tuple[Article, bool]]:
    """Articles of every mixture, each with whether it may be shown."""
    found = []
    rng = random.Random(11)
    for n in range(120):
        draft = rng.random() < 0.06
        published = NOW - timedelta(hours=7 * n, minutes=n)
        one = Article(
            id=f"urn:uuid:00000000-0000-5000-8000-{n:012}",
            key=f"k{n:03}",
            source="wi"[n % 2],
            origin=f"{n}.txt",
            title=rng.choice(TITLES),
            html="<p>x</p>",
            text=rng.choice(TEXTS),
            url=rng.choice(URLS),
            authors=tuple(rng.sample(NAMES, rng.randrange(3))),
            tags=tuple(rng.sample(TAGS, rng.randrange(4))),
            section=rng.choice(SECTIONS),
            language=rng.choice(LANGUAGES),
            summary=rng.choice(["s", ""]),
            image=Image(url="https://example.org/i.png") if rng.random() < 0.3 else None,
            enclosures=(Enclosure(url="https://example.org/e.mp3"),) if rng.random() < 0.3 else (),
            published=published,
            updated=published + timedelta(days=n % 9) if rng.random() < 0.5 else None,
            first_seen=published,
            unpublished=draft,
        )
        found.append((one, not draft))
    return found


STORED = _stored()
STORIES = {one.id: n % 7 for n, (one, _) in enumerate(STORED) if n % 3}  # 0: in none any more


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(tmp_path_factory.mktemp("store") / "broadsheet.db")
    with store.write() as tx:
        for name, id_ in SOURCES.items():
            row = {"id": id_, "name": name, "kind": "files", "locator": "*"}
            tx.execute(insert(schema.source).values(row | {"next_due": 0, "settled": True}))
        articles.put_all(tx, [(one, "", None) for one, _ in STORED])
        members.put(tx, STORIES, 1)
    yield store
    store.close()


def ask(store: Store, node: Node, asking: Asking = ASKING) -> list[str]:
    query = ArticleQuery(sources=("w", "i"), rule=node, asking=asking)
    with store.read() as tx:
        return choice.search(tx, query, limit=1_000)


# --- the judge: what a query means, said once more and otherwise -------------------------------


def same(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split())


def runs(inside: str, value: str) -> bool:
    """Whether the words of `value` stand in a row in `inside`, the last one perhaps cut short."""
    here, sought = words(same(inside)), words(same(value))
    size = len(sought)
    for start in range(len(here) - size + 1):
        part = here[start : start + size]
        if part == sought:
            return True
        cut = value.endswith("*") and part[:-1] == sought[:-1]
        if cut and part[-1].startswith(sought[-1]):
            return True
    return False


def host(url: str) -> str:
    name = url.partition("//")[2].partition("/")[0].lower()
    return name.encode("idna").decode() if name else ""


def day_after(text: str) -> tuple[datetime, datetime]:
    """A stated day of the zone: its beginning, and that of the next."""
    first = date.fromisoformat(text)
    midnights = (datetime.combine(d, time(), ZONE) for d in (first, first + timedelta(days=1)))
    start, end = midnights
    return start, end


def compare(operator: str, value: float, bound: float) -> bool:
    return {
        ":": value == bound,
        "=": value == bound,
        ">": value > bound,
        ">=": value >= bound,
        "<": value < bound,
        "<=": value <= bound,
    }[operator]


def holds(term: Term, one: Article) -> bool:
    if term.operator == "!=":
        return not holds(Term(field=term.field, operator="=", value=term.value), one)
    value, whole = term.value, term.operator == "="
    match term.field:
        case "tag":
            return same(value) in {same(tag) for tag in one.tags}
        case "author" if whole:
            return words(same(value)) in [words(same(name)) for name in one.authors]
        case "author":
            return any(runs(name, value) for name in one.authors)
        case "source":
            return SOURCES.get(value) == one.source
        case "language":
            tag, wanted = one.language.lower(), value.lower()
            return tag == wanted or (not whole and tag.startswith(wanted + "-"))
        case "section":
            return same(one.section) == same(value)
        case "title" if whole:
            return words(same(one.title)) == words(same(value))
        case "title":
            return runs(one.title, value)
        case "text":
            return runs(one.text, value)
        case "url":
            here, wanted = same(one.url), same(value)
            return here == wanted if whole else wanted in here
        case "site":
            here, wanted = host(one.url), value.lower().encode("idna").decode()
            return here == wanted or (not whole and here.endswith("." + wanted))
        case "words":
            return compare(term.operator, len(words(same(one.text))), int(value))
        case "age":
            assert one.published
            return compare(term.operator, (NOW - one.published).total_seconds(), _hours(value))
        case "published" | "updated":
            moment = one.published if term.field == "published" else one.updated
            return moment is not None and _dated(term.operator, moment, value)
        case "story":
            return STORIES.get(one.id) == int(value)
        case "has" if value == "story":
            return STORIES.get(one.id, 0) != 0
        case "has":
            name = {"author": "authors", "enclosure": "enclosures", "tag": "tags"}.get(value, value)
            return bool(getattr(one, name))
    raise AssertionError(term)


def _hours(value: str) -> float:
    return int(value.removesuffix("h")) * 3_600


def _dated(operator: str, moment: datetime, value: str) -> bool:
    start, end = day_after(value)
    return {
        ":": start <= moment < end,
        "=": start <= moment < end,
        ">": moment >= end,
        ">=": moment >= start,
        "<": moment < start,
        "<=": moment < end,
    }[operator]


def matches(node: Node, one: Article) -> bool:
    if isinstance(node, Term):
        return holds(node, one)
    if isinstance(node, Not):
        return not matches(node.node, one)
    join = all if isinstance(node, AllOf) else any
    return join(matches(part, one) for part in node.nodes)


# --- generated queries --------------------------------------------------------------------------


def _forms(text: str) -> set[str]:
    """How people may write it, and a part of it."""
    cut = text[:4] if words(same(text[:4])) else text
    return {text, text.upper(), text.lower(), unicodedata.normalize("NFD", text), cut}


def _of(
    field: str, values: list[str], operators: tuple[str, ...], *, as_it_is: bool = False
) -> st.SearchStrategy[str]:
    forms = values if as_it_is else sorted({form for value in values for form in _forms(value)})
    value = st.sampled_from(forms)
    return st.builds(lambda o, v: _written(field, o, v), st.sampled_from(operators), value)


def _written(field: str, operator: str, value: str) -> str:
    text = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{field}{operator}"{text}"'


EQUAL = (":", "=", "!=")
ORDER = (">", ">=", "<", "<=")
PHRASES = [
    "harbour",
    "the mill",
    "harb*",
    "wind farm",
    "橋",
    "の上",
    "σίσυφοσ",
    "wide",
    "muhle",
    "b",
]
DAYS = [f"2026-05-{day:02}" for day in (1, 9, 20, 31)] + ["2026-06-01"]
TERM = st.one_of(
    _of("tag", [*TAGS, "%", "_", "energ", "izmir"], EQUAL),
    _of("author", [*NAMES, "lindqvist", "ada*", "luc ode"], EQUAL),
    _of("source", ["wire", "inbox", "gone"], EQUAL, as_it_is=True),
    _of("language", ["en", "en-GB", "de", "e"], EQUAL),
    _of("section", ["sport", "Sport / Ski", "ski"], EQUAL),
    _of("title", [*TITLES[:-1], *PHRASES], EQUAL),
    _of("text", PHRASES, (":",)),
    _of("url", ["example.org", "/news/1", "%", "_", "https://www.example.org/b"], EQUAL),
    _of("site", ["example.org", "www.example.org", "bücher.example", "org", "ample.org"], EQUAL),
    _of("words", ["0", "4", "5", "90"], (*EQUAL, *ORDER), as_it_is=True),
    _of("age", [f"{n}h" for n in (0, 7, 100, 300, 9_000)], ORDER, as_it_is=True),
    _of("story", ["1", "3", "6", "7", "999"], EQUAL, as_it_is=True),
    _of("published", DAYS, (*EQUAL, *ORDER), as_it_is=True),
    _of("updated", DAYS, (*EQUAL, *ORDER), as_it_is=True),
    st.sampled_from(
        ["image", "enclosure", "summary", "tag", "author", "url", "updated", "story"]
    ).map(lambda what: f"has:{what}"),
)
QUERY = st.recursive(
    TERM,
    lambda inner: st.one_of(
        inner.map(lambda q: f"NOT ({q})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda qs: f"({' AND '.join(qs)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda qs: f"({' OR '.join(qs)})"),
    ),
    max_leaves=6,
)


@settings(
    max_examples=1_000,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(query=QUERY)
def test_a_query_finds_what_plain_python_finds(store: Store, query: str) -> None:
    node = parse(query)
    wanted = [one for one, shown in STORED if shown and matches(node, one)]
    in_order = sorted(wanted, key=lambda one: (one.published, one.key), reverse=True)
    assert ask(store, node) == [one.id for one in in_order]


@pytest.mark.parametrize("query", ["tga:x", "words>1; DROP TABLE article", "(", "words>1 OR", ""])
def test_what_is_malformed_never_reaches_sql(store: Store, query: str) -> None:
    sent: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    engine = store._engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        with pytest.raises(QueryError):
            ask(store, parse(query))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert not sent


def test_values_are_parameters_and_no_patterns(store: Store) -> None:
    assert ask(store, parse('tag:"x\' OR 1=1 --"')) == []
    assert len(ask(store, parse("tag:50%"))) == len(
        [one for one, shown in STORED if shown and "50%" in one.tags]
    )


def test_a_host_is_compared_as_addresses_have_it() -> None:
    assert fold_host("Straße.example.") == "xn--strae-oqa.example"
    assert fold_host("XN--STRAE-OQA.example") == "xn--strae-oqa.example"
    assert fold_host("Not a host") == "not a host"


def test_thousands_of_terms_are_asked_at_once(store: Store) -> None:
    many = [Term(field="tag", operator=":", value=f"no{n}") for n in range(3_000)]
    energy = Term(field="tag", operator=":", value="energy")
    found = ask(store, energy)
    assert found
    assert ask(store, AnyOf((*many, energy))) == found
    assert ask(store, AllOf((*map(Not, many), energy))) == found


def test_an_unknown_source_matches_nothing(store: Store) -> None:
    assert ask(store, parse("source:gone")) == []
    assert len(ask(store, parse("source!=gone"))) == sum(shown for _, shown in STORED)
