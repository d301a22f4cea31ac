"""What the operator's rules for the pages of a host say about one page."""

from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime

from lxml import html

from ingest.markup import clean_line, text_of
from ingest.normalize.bylines import listed_in
from ingest.normalize.datelines import date_in
from ingest.normalize.reading import Reading
from ingest.normalize.rules import PageRules, Rules
from ingest.selectors import finder, picker
from ingest.traced import Traced


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """What the rules found on a page; `warnings` say which found nothing there."""

    title: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    body: html.HtmlElement | None = None
    warnings: tuple[str, ...] = ()

    def into(self, reading: Reading) -> Reading:
        """`reading` with what the rules found; what they did not find stays as it was read."""
        return replace(
            reading,
            title=Traced(self.title, "rules title") or reading.title,
            authors=Traced(self.authors, "rules author") or reading.authors,
            published=Traced(self.published, "rules date") or reading.published,
        )


def strip(page: html.HtmlElement, rules: PageRules | None) -> tuple[str, ...]:
    """Take out of `page` what the rules say is no part of its article; warnings, if any."""
    if rules is None:
        return ()
    failed = []
    for selector in rules.strip:
        try:
            found = finder(selector)(page)
        except ValueError as error:
            failed.append(f"rules of {rules.host}, `strip`: {error}")
            continue
        for element in found:
            if element.getparent() is not None and element.tag not in {"body", "head"}:
                element.drop_tree()
    return tuple(failed)


def pick(page: html.HtmlElement, mine: PageRules | None, rules: Rules, language: str) -> Picked:
    """Find on `page`, which is not changed, what `mine` select; `rules` are the source's."""
    if mine is None:
        return Picked()
    missed: list[str] = []

    def texts(key: str) -> list[str]:
        return [text for one in _found(page, mine, key, missed) if (text := _said(one, key))]

    titles, names, dates = texts("title"), texts("author"), texts("date")
    days = [day for text in dates if (day := date_in(text, rules.timezone, language))]
    if dates and not days:
        missed.append(f"`date`: no date can be read in {dates[0][:60]!r}")
    bodies = [
        one for one in _found(page, mine, "body", missed) if isinstance(one, html.HtmlElement)
    ]
    return Picked(
        title=titles[0] if titles else "",
        authors=tuple(dict.fromkeys(name for text in names for name in listed_in(text))),
        published=days[0] if days else None,
        body=_together(bodies),
        warnings=tuple(f"rules of {mine.host}, {why}" for why in missed),
    )


def _found(
    page: html.HtmlElement, mine: PageRules, key: str, missed: list[str]
) -> list[html.HtmlElement | str]:
    selector: str = getattr(mine, key)
    if not selector:
        return []
    try:
        found = picker(selector)(page)
    except ValueError as error:
        missed.append(f"`{key}`: {error}")
        return []
    found = [one for one in found if (_holds(one) if key == "body" else _said(one, key))]
    if not found:
        missed.append(f"`{key}` finds nothing ({selector[:60]}); it was looked for as usual")
    return found


def _holds(one: html.HtmlElement | str) -> bool:
    """Whether there is something to show in it."""
    return not isinstance(one, str) and bool(text_of(one) or one.find(".//img") is not None)


def _said(one: html.HtmlElement | str, key: str) -> str:
    """What an element says: to machines where it is made for that, else to readers."""
    if isinstance(one, str):
        return clean_line(one)
    machine = one.get("content") or (one.get("datetime") if key == "date" else "")
    return clean_line(machine or one.text_content())


def _together(found: list[html.HtmlElement]) -> html.HtmlElement | None:
    """A copy of the elements, in one; None of none. What stands in another is in its copy."""
    if not found:
        return None
    inside = set(found)
    holder = html.Element("div")
    for element in found:
        if inside.isdisjoint(element.iterancestors()):
            one = deepcopy(element)
            one.tail = None
            holder.append(one)
    return holder
