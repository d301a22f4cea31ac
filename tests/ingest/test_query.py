"""The query language: what is read, and what is said of what cannot be."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.query import QueryError, ages, parse, terms
from ingest.query.fields import FIELDS, HAD, OPERATORS
from ingest.query.parse import MAX_DEPTH, MAX_LENGTH, MAX_TERMS, MAX_VALUE


@pytest.mark.parametrize(
    ("query", "read"),
    [
        ("tag:energy", 'tag:"energy"'),
        ("TAG : energy", 'tag:"energy"'),
        ("words > 200", 'words>"200"'),
        ("tag:a tag:b OR tag:c", '((tag:"a" AND tag:"b") OR tag:"c")'),
        ("tag:a AND (tag:b OR tag:c)", '(tag:"a" AND (tag:"b" OR tag:"c"))'),
        ("NOT NOT tag:a", 'NOT NOT tag:"a"'),
        ("NOT (tag:a OR tag:b)", 'NOT (tag:"a" OR tag:"b")'),
        ("author:'Ada Lindqvist'", 'author:"Ada Lindqvist"'),
        (r'title:"the \"old\" mill"', r'title:"the \"old\" mill"'),
        ("author:O'Neill", 'author:"O\'Neill"'),
        ("url:https://example.org/a?b=c", 'url:"https://example.org/a?b=c"'),
        ("harbour", '(title:"harbour" OR text:"harbour")'),
        ("HAS:Image", 'has:"image"'),
        ('tag:"a,b*"', 'tag:"a,b*"'),
        ('language:"english"', 'language:"english"'),
        ("harbour, x", '((title:"harbour," OR text:"harbour,") AND (title:"x" OR text:"x"))'),
        ('"AND"', '(title:"AND" OR text:"AND")'),
    ],
)
def test_what_is_read(query: str, read: str) -> None:
    assert str(parse(query)) == read
    assert str(parse(read)) == read


@pytest.mark.parametrize(
    ("query", "reason", "marked"),
    [
        ("", "is empty", ""),
        ("   ", "is empty", "   "),
        ("tga:energy", "no field `tga`; did you mean `tag`?", "tga"),
        ("colour:red", "the fields are tag, author", "colour"),
        ("tag>a", "`tag` takes : = !=, such as tag:energy", ">"),
        ("text=a", "`text` takes :, such as", "="),
        ("age=3d", "`age` takes > >= < <=, such as age<30d", "="),
        ("tag:", "`tag` has no value", "tag:"),
        ('tag:""', "`tag` has no value", 'tag:""'),
        ('tag:"a', "no closing quote", '"a'),
        ("'a b", "no closing quote", "'a b"),
        ("words>many", "write a whole number", "many"),
        ("words>1234567890", "write a whole number", "1234567890"),
        ("age<30", "write a number and a unit", "30"),
        ("age<3 months", "write a number and a unit", "3"),
        ("published>yesterday", "write a date as 2026", "yesterday"),
        ("published>2026-02-30", "there is no such date", "2026-02-30"),
        ("published>0000", "there is no such date", "0000"),
        ("has:imge", "did you mean `image`?", "imge"),
        ("has:wings", "write one of author", "wings"),
        ('title:"!?"', "there is no word in this", '"!?"'),
        ("source:wier", "no source is called `wier`; did you mean `wire`?", "wier"),
        ("tag:a AND", "a term is missing at the end", ""),
        ("NOT", "a term is missing at the end", ""),
        ("OR tag:a", "a term is missing before this OR", "OR"),
        ("tag:a AND OR tag:b", "a term is missing before this OR", "OR"),
        ("()", "a term is missing before this )", ")"),
        ("(tag:a", "this parenthesis is not closed", "("),
        ("tag:a)", "this parenthesis closes none", ")"),
        ("tag:a and tag:b", "write AND in capitals", "and"),
        ("tag:a && tag:b", "write AND for `&&`", "&&"),
        ("tag:a | tag:b", "write OR for `|`", "|"),
        ("tag:a, tag:b", "no `,` stands between terms", "a,"),
        ("!tag:a", "write NOT before a term for `!`", "!"),
        ("tag:a -tag:b", "write NOT before a term for `-`", "-tag"),
        ("NOT:tag:a", "write NOT with a space behind it", "NOT"),
        ("tag==a", "this is no operator; write tag:energy", "=a"),
        ("words=>200", "this is no operator; write words>200", ">200"),
        ("title~a", "`~` is no operator", "title~a"),
        ("{tag:a}", "terms are put together with ( )", "{tag"),
        ("tag:(a OR b)", "write (tag:… OR tag:…)", "tag:"),
        ("tag:a,b", "write (tag:a OR tag:b), or quotes", "a,b"),
        ("“wind farm”", "write straight quotes", "“wind"),
        ("title:“mill", "write straight quotes", "“mill"),
        ("text!=a", "for the contrary write NOT", "!="),
        ("category:a", "did you mean `section`?", "category"),
        ("date>2026", "did you mean `published`?", "date"),
        ("image:yes", "write has:image", "image"),
        ("tag:en*", "a star stands at the end of words", "en*"),
        ("title:ha*r", "a star stands at the end of words", "ha*r"),
        ("site:https://a.example/", "write the host alone", "https://a.example/"),
        ("language:english", "write the code of a language", "english"),
        ("age<30 days", 'or "30 days" in quotes', "30"),
        ("age<1y", "a month is 30d, a year 365d", "1y"),
        ("age<2026-05-01", "write published>=2026-05-01", "2026-05-01"),
        ("published<7d", "write age<7d", "7d"),
        ("published:today", "write age<1d", "today"),
        ("story:abc", "write the number of a story", "abc"),
        ("story:0", "write the number of a story", "0"),
        (">5", "no field stands before this", ">"),
        ("(" * (MAX_DEPTH + 2) + "tag:a", "nested more than", "("),
        ("NOT " * (MAX_DEPTH + 2) + "tag:a", "nested more than", "NOT"),
        ("tag:a " * (MAX_TERMS + 1), "has more than 100 terms", "tag:a"),
        ("tag:" + "a" * (MAX_VALUE + 1), "is longer than 200 characters", "a" * (MAX_VALUE + 1)),
        ("a" * (MAX_LENGTH + 1), "is longer than 2,000 characters", ""),
    ],
)
def test_what_is_wrong_is_told_with_its_place(query: str, reason: str, marked: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query, frozenset({"wire", "inbox"}))
    start, end = caught.value.place
    assert reason in caught.value.reason
    assert query[start:end] == marked


def test_the_place_is_marked_below_the_query() -> None:
    with pytest.raises(QueryError) as caught:
        parse("tag:a AND\ntga:b")
    why, shown, mark = str(caught.value).splitlines()
    assert why.startswith("there is no field")
    assert shown[mark.index("^") :].startswith("tga:b")


def test_every_field_takes_its_example_and_all_its_operators() -> None:
    for name, field in FIELDS.items():
        assert next(terms(parse(field.example))).field == name
        value = field.example[len(name) :].lstrip(":=<>")
        for operator in OPERATORS[field.kind] if name != "text" else ":":
            (term,) = terms(parse(f"{name}{operator}{value}"))
            assert (term.field, term.operator) == (name, operator)
    for name in HAD:
        parse(f"has:{name}")


def test_the_ages_that_time_may_bring() -> None:
    node = parse("age>1d OR (tag:a AND NOT age<=2h) OR published:2026")
    assert [age.total_seconds() for age in ages(node)] == [7_200, 86_400]


def test_the_manual_s_queries_are_read() -> None:
    text = (Path(__file__).parents[2] / "docs" / "queries.md").read_text(encoding="utf-8")
    table = text.partition("| what is wanted | query |")[2].partition("\n\n")[0]
    found = re.findall(r"`([^`]+)`", table)
    assert len(found) > 15
    names = {term.field for query in found for term in terms(parse(query, frozenset({"wire"})))}
    assert names >= set(FIELDS) - {"story"}


_PIECES = st.sampled_from(
    [
        "tag",
        "age",
        ":",
        "<",
        "!=",
        "(",
        ")",
        "AND",
        "OR",
        "NOT",
        '"',
        "'",
        "\\",
        "30d",
        " ",
        "é",
        "\n",
    ]
)


@given(st.lists(_PIECES, max_size=30).map("".join) | st.text(max_size=60))
def test_whatever_is_written_is_read_or_refused(query: str) -> None:
    wrong = None
    try:
        node = parse(query)
    except QueryError as error:
        wrong = error
    if wrong:
        start, end = wrong.place
        assert 0 <= start <= end <= len(query)
        assert str(wrong)
    else:
        assert str(parse(str(node))) == str(node)
