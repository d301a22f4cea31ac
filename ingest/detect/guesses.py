"""Values: what was found on a page that lists articles, and what else might have been its list."""

from dataclasses import dataclass

from ingest.article import Stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """CSS selectors, each "" when detection is to decide.

    `item` holds one article; `link`, `title` and `date` are looked for in it. `link` may also stand
    alone. `next` leads to the next page.
    """

    item: str = ""
    link: str = ""
    title: str = ""
    date: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRules:
    """What the operator set for a list.

    `include` and `exclude` are globs over addresses (`patterns.wanted`): with `include` all links
    it matches are articles, without it detection finds the list among what is not excluded.
    `timezone` names the zone of dates that state none; `language` holds where the page states none.
    """

    timezone: str = "UTC"
    language: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    selectors: Selectors = Selectors()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """Links that may be the page's list of articles, or part of it.

    `how` they were found: "links", "structured data", "state of scripts", "addresses" (those the
    operator included) or "selectors"; `where` is a CSS selector for them, "" when they were not
    found by place. `score`, 0 to 1, and `reasons` say what speaks for them; `rejected` why they
    were not taken, "" when they were. `items` are all `count` that were taken, else the first five.
    """

    how: str
    where: str = ""
    score: float
    reasons: tuple[str, ...]
    rejected: str = ""
    count: int
    items: tuple[Stated, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What a page lists: the articles in page order, each address once, and how they were chosen.

    `guesses` are the likeliest, those taken first; `next` is the address of the page on which the
    list goes on, "" when there is none.
    """

    items: tuple[Stated, ...] = ()
    guesses: tuple[Guess, ...] = ()
    next: str = ""

    @property
    def score(self) -> float:
        """How likely the likeliest guess is."""
        return max((guess.score for guess in self.guesses), default=0.0)
