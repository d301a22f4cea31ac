"""The query language: what is read, and what is said of what cannot be."""

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
