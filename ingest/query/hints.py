"""What people write who do not know the language yet, and what they mean: for messages only."""

import difflib
import re
from collections.abc import Iterable, Mapping

from ingest.query.fields import FIELDS, Field

_OTHER_NAMES: Mapping[str, str] = {
    "body": "text",
    "by": "author",
    "category": "section",
    "content": "text",
    "date": "published",
    "day": "published",
    "domain": "site",
    "feed": "source",
    "headline": "title",
    "host": "site",
    "keyword": "tag",
    "label": "tag",
    "lang": "language",
    "length": "words",
    "link": "url",
    "locale": "language",
    "time": "published",
    "topic": "tag",
    "writer": "author",
}
_SIGNS: Mapping[str, str] = {"&": "AND", "&&": "AND", "+": "AND", "|": "OR", "||": "OR", ",": "OR"}
_HAD_ALONE = frozenset({"image", "enclosure", "summary"})
_CURLY = "“”„‟«»‘‚‛"  # no ’, which stands in words
_MONTHS = re.compile(r"[0-9]+\s*(mo|month|y|yr|year)s?", re.IGNORECASE)
_LENGTH = re.compile(r"[0-9]+\s*[a-z]+|today|yesterday|now", re.IGNORECASE)


def nearest(word: str, known: Iterable[str]) -> str:
    """A question that names the one of `known` which is most like `word`; "" when none is."""
    found = difflib.get_close_matches(word[:100], sorted(known), n=1, cutoff=0.65)
    return f"; did you mean `{found[0]}`?" if found else ""


def field(name: str) -> str:
    """What may be meant by a field `name`, which there is not, to be put behind that."""
    if name.upper() in {"AND", "OR", "NOT"}:
        return f"; write {name.upper()} with a space behind it, before a term"
    if name in _HAD_ALONE:
        return f"; write has:{name}"
    if name in _OTHER_NAMES:
        return f"; did you mean `{_OTHER_NAMES[name]}`?"
    return nearest(name, FIELDS) or f"; the fields are {', '.join(FIELDS)}"


def alone(text: str) -> str:
    """What is wrong with a word that stands for itself; "" when nothing is."""
    if text in _SIGNS:
        return f"write {_SIGNS[text]} for `{text}`"
    if text[0] in "-+" and len(text) > 1:
        meant = "NOT before a term" if text[0] == "-" else "the term without it"
        return f"write {meant} for `{text[0]}`, or put the word in quotes"
    if text[0] in "[{":
        return "terms are put together with ( )"
    if text[0] in _CURLY:
        return "write straight quotes, \"so\" or 'so'"
    name = re.match(r"[a-z]+(?=[~!;])", text.lower())
    if name and name[0] in FIELDS:
        return f"`{text[name.end()]}` is no operator; write {FIELDS[name[0]].example}"
    return ""


def value(name: str, known: Field, text: str) -> str:
    """What is wrong with a value of the field `name` that stands in no quotes; "" when nothing is.

    In quotes everything stands for itself.
    """
    if text[0] in "=<>:!~":
        return f"this is no operator; write {known.example}, or put the value in quotes"
    if text[0] in _CURLY:
        return "write straight quotes, \"so\" or 'so'"
    if known.kind == "part":
        return ""
    if text[-1] in ",;":
        return f"no `{text[-1]}` stands between terms; write AND or OR, or quotes if it is meant"
    if name in {"tag", "source", "section", "language", "has"} and "," in text:
        first, _, second = text[:60].strip("[]").partition(",")
        return f"write ({name}:{first} OR {name}:{second}), or quotes if the comma is a part of it"
    if name == "site" and "/" in text:
        return "write the host alone, such as site:example.org; `url` takes parts of addresses"
    if name == "language" and len(text.partition("-")[0]) > 3:
        return "write the code of a language, such as en, de or en-GB"
    if "*" in (text[:-1] if known.kind == "words" else text):
        return "a star stands at the end of words of author, title and text; put it in quotes else"
    return ""


def period(text: str) -> str:
    """What else may be meant by a date that is none, to be put behind that."""
    days = "1d" if text.isalpha() else text.replace(" ", "")
    return f"; for a length of time write age<{days}" if _LENGTH.fullmatch(text) else ""


def duration(text: str) -> str:
    """Likewise by a length of time that is none."""
    if _MONTHS.fullmatch(text):
        return "; a month is 30d, a year 365d"
    if re.match(r"[0-9]{4}-", text):
        return f"; for a date write published>={text}"
    return ', or "30 days" in quotes' if text.isdigit() else ""
