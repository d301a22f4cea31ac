"""What is found: each finding with its rule and place, and the sheet they are noted on."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from feeds.lint.rules import LEVELS, Level, Rule, rules
from feeds.lint.tree import line_of

_MOST = 200  # findings of one rule
_SHOWN = 100  # characters of a value


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong. `line` counts from 1, 0 is the document as a whole.

    `path` is where: "/rss/channel/item[2]/pubDate". `element` and `attribute` are what it is about,
    which may be missing there; `found` the value at fault, shortened, or "". `entry` is the number
    of the item or entry it is in, from 1, and 0 for the head. `doubtful` is what stands after the
    first place where the document is not well-formed, and may be found for that alone.
    """

    rule: Rule
    line: int
    path: str
    element: str
    attribute: str = ""
    found: str = ""
    entry: int = 0
    doubtful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The verdict on a document. `format` is such as "RSS 2.0", "" when it is no feed."""

    format: str
    entries: int
    findings: tuple[Finding, ...]

    def count(self, level: Level) -> int:
        """How many findings there are of a level."""
        return sum(finding.rule.level == level for finding in self.findings)

    @property
    def worst(self) -> Level | None:
        """The gravest level found, None when nothing was."""
        return next((level for level in LEVELS if self.count(level)), None)


@dataclass(slots=True)
class Sheet:
    """Where findings are noted; the walk keeps `trail`, `line` and `entry` at its place.

    `damaged` is the first line that is not well-formed, 0 for none; `behind` whether the walk has
    come to it.
    """

    findings: list[Finding] = field(default_factory=list)
    trail: list[str] = field(default_factory=list)
    line: int = 0
    entry: int = 0
    damaged: int = 0
    behind: bool = False
    counts: Counter[str] = field(default_factory=Counter)

    def note(
        self, name: str, *, element: str = "", attribute: str = "", found: str = "", line: int = 0
    ) -> None:
        """Note a finding of the rule `name` at the present place, or at `line` of it."""
        self.counts[name] += 1
        if self.counts[name] > _MOST + 1:
            return
        if self.counts[name] > _MOST:
            name, found = "too-many-findings", name
        here = self.trail[-1].partition("[")[0] if self.trail else ""
        self.findings.append(
            Finding(
                rule=rules()[name],
                line=line or self.line,
                path="/" + "/".join(self.trail),
                element=element or here,
                attribute=attribute,
                found=found if len(found) <= _SHOWN else found[:_SHOWN] + "…",
                entry=self.entry,
                doubtful=self.behind or 0 < self.damaged <= (line or self.line),
            )
        )

    def leave(self, element: etree._Element) -> None:
        """Know whether `element` ends before the damage, from where the next one begins."""
        if not self.damaged or self.behind:
            return
        inner: etree._Element | None = element
        while inner is not None:
            after = inner.getnext()
            if after is not None:
                self.behind = line_of(after) > self.damaged
                return
            inner = inner.getparent()
        self.behind = True

    def sorted(self) -> Iterator[Finding]:
        """The findings in the order of the document."""
        return iter(sorted(self.findings, key=lambda finding: finding.line))
