"""Who wrote the article of a page: names of persons, several, and none rather than a wrong one."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from importlib import resources
from itertools import islice

from lxml import html

from ingest.markup import clean_line
from ingest.normalize.metadata import Head, is_home, is_product
from ingest.normalize.surroundings import Surroundings
from ingest.traced import Traced, joined

_META = (
    "author", "article:author", "dc.creator", "dcterms.creator", "parsely-author",
    "citation_author", "sailthru.author", "byl",
)  # fmt: skip
_MARKED = (
    "//*[@rel='author' or @itemprop='author' or @class or @data-testid or @id][@rel='author'"
    " or @itemprop='author' or contains(@class, 'uthor') or contains(@class, 'yline')"
    " or contains(@class, 'sername') or contains(@class, 'contributor') or contains(@id, 'uthor')"
    " or contains(@data-testid, 'uthor') or contains(@data-testid, 'yline')]"
)
_LONGEST, _WORDS = 60, 5  # characters and words of a name
_LINE = 200  # characters of an element that holds names and little else
_MOST = 40  # elements that are looked at
_SPLIT = re.compile(r"\s*[,;/&|•·\n]\s*|\s+[–—-]\s+")
_NAMED = frozenset({"author", "author-name", "username", "itemprop=author", "creator"})
_MARKUP = frozenset("{}<>»›@*")
_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"\d")
_PERSON = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class _Words:
    by: re.Pattern[str]
    before: re.Pattern[str]
    joints: re.Pattern[str]
    none: frozenset[str]
    company: frozenset[str]
    end: frozenset[str]


def authors_of(
    head: Head, around: Surroundings, url: str, is_site: Callable[[str], bool]
) -> Traced[tuple[str, ...]]:
    """Names of structured data, else of `meta`, else of what the page marks as its byline.

    A name that `is_site` is nobody's, unless it is like a person's: many sites are called as who
    writes them. Addresses of profiles, roles and labels are no names.
    """

    def tidy(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(n for n in people(names) if _like_a_person(n) or not is_site(n))

    stated = head.data.texts("author", "creator").map(tidy)
    stated = stated or joined(*(names.map(tidy) for names in head.lists(_META)))
    if stated or is_product(head) or is_home(url):
        return stated
    return Traced(tidy(_marked(head.page, around) or _spoken(around)), "byline")


def byline_in(line: str) -> tuple[str, ...]:
    """The names in a line that is a byline and nothing else ("By Jo Bloggs"); () for others."""
    words = _words()
    start = words.by.match(line)
    if not start or not (start[0].rstrip()[-1:] == ":" or words.before.fullmatch(start[0].strip())):
        return ()
    parts = _SPLIT.split(words.joints.sub(" ; ", line[start.end() :].strip(" .")))
    names = tuple(_names_in(line.strip(" .")))
    return names if names == tuple(map(clean_line, parts)) else ()


def listed_in(line: str) -> tuple[str, ...]:
    """The names in a text that is known to hold names and nothing else."""
    words = _words()
    return people(_SPLIT.split(words.joints.sub(" ; ", words.by.sub("", line))))


def people(names: Iterable[str]) -> tuple[str, ...]:
    """The names among `names`, each once, cleaned: no "By", no addresses, no roles for names."""
    tidy = (_words().by.sub("", clean_line(unescape(name))).strip(" :,|-") for name in names)
    return tuple(dict.fromkeys(name for name in tidy if _is_name(name)))


def _is_name(name: str) -> bool:
    return (
        bool(_PERSON.search(name))
        and "://" not in name
        and "www." not in name
        and not _MARKUP.intersection(name)
        and _words().company.isdisjoint(_WORD.findall(name.casefold()))
        and name.casefold().strip(".:") not in _words().none
    )


def _marked(page: html.HtmlElement, around: Surroundings) -> tuple[str, ...]:
    """The names of the first element of the page that is marked as its byline and holds any."""
    marked = set(page.xpath(_MARKED)[:_MOST])
    for index, element in enumerate(around.elements if marked else ()):
        if element not in marked:
            continue
        line = clean_line(" ".join(element.itertext())) if len(element) < 30 else ""
        if line and len(line) <= _LINE and not around.is_beside(element, index):
            found = tuple(dict.fromkeys(_names_in(line)))
            if not found and _NAMED & {*(element.get("class") or "").split(), _property(element)}:
                found = people((line,)) if len(line.split()) == 1 else ()
            if found:
                return found
    return ()


def _property(element: html.HtmlElement) -> str:
    return f"itemprop={element.get('itemprop')}"


def _spoken(around: Surroundings) -> tuple[str, ...]:
    """The names of the first short text that begins as bylines do ("By Jo Bloggs")."""
    by = _words().by
    starts = (
        (i, e) for i, e in enumerate(around.elements) if by.match((e.text or "").strip() + " ")
    )
    for index, element in islice(starts, _MOST):
        line = clean_line(" ".join(element.itertext())) if len(element) < 10 else ""
        short = line and len(line) <= _LINE // 2
        found = tuple(dict.fromkeys(_names_in(line))) if short else ()
        if found and not around.is_beside(element, index):
            return found
    return ()


def _names_in(line: str) -> Iterator[str]:
    words = _words()
    rest = words.by.sub("", line)
    for part in _SPLIT.split(words.joints.sub(" ; ", rest)):
        name = words.by.sub("", part).strip(" :.,|-")
        kept = []
        for word in name.split():
            if word.casefold().strip(".,:()") in words.end or _DIGITS.search(word):
                break
            kept.append(word)
        name = " ".join(kept)
        if not _like_a_person(name):
            return
        yield name


def _like_a_person(name: str) -> bool:
    parts = name.split()
    return (
        2 <= len(parts) <= _WORDS
        and len(name) <= _LONGEST
        and all(part[0].isupper() or not part[0].isalpha() or len(part) < 4 for part in parts)
        and parts[0][0].isupper()
        and parts[0].casefold() != "the"
        and _is_name(name)
    )


@cache
def _words() -> _Words:
    text = resources.files("ingest.normalize").joinpath("names.toml").read_text("utf-8")
    data = tomllib.loads(text)
    by = "|".join(map(re.escape, sorted(data["by"], key=len, reverse=True)))
    joints = "|".join(map(re.escape, data["and"]))
    return _Words(
        by=re.compile(rf"^(?:{by})(?:\s*:\s*|\s+|(?=[^\W\d_a-z]))", re.IGNORECASE),
        before=re.compile(
            rf"(?:.* )?(?:{'|'.join(map(re.escape, data['before']))})", re.IGNORECASE
        ),
        joints=re.compile(rf"\s+(?:{joints})\s+", re.IGNORECASE),
        none=frozenset(data["none"]),
        company=frozenset(data["company"]),
        end=frozenset(data["end"]),
    )
