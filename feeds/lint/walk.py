"""The walk over a feed's tree: one pass that asks the tables what may stand where it is."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin

from lxml import etree

from feeds.lint import values
from feeds.lint.addresses import international, same
from feeds.lint.extensions import CHECKED
from feeds.lint.names import XML, Names, prefix_of
from feeds.lint.notes import Sheet
from feeds.lint.tree import line_of
from feeds.lint.vocabulary import (
    ATOM_ATTRIBUTES,
    ATOM_NAMES,
    ATTRIBUTES,
    RSS_HEAD,
    SAME_HEAD,
    SAME_ITEM,
    TABLES,
)

_HEADS = frozenset({"channel", "rdf-channel"})
_ITEMS = frozenset({"item", "rdf-item"})
_ENTRIES = frozenset({"item", "entry"})


@dataclass(frozen=True, slots=True)
class Link:
    """An Atom link, as the rules on sets of links need it."""

    rel: str
    href: str
    kind: str
    hreflang: str


@dataclass(slots=True)
class State:
    """An element that has children, while they are walked. `lang` and `base` are inherited."""

    table: str
    element: etree._Element
    parent: "State | None"
    lang: str = ""
    base: str = ""
    seen: Counter[str] = field(default_factory=Counter)
    texts: dict[str, str] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    items: list[int] = field(default_factory=list)
    podcast: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """An element whose value is checked: `text` is stripped, `raw` as it stands."""

    name: str
    element: etree._Element
    text: str
    raw: str
    lang: str
    base: str


Check = Callable[["Walk", Leaf, State], None]
End = Callable[["Walk", State], None]


class Walk:
    """Walks a document of one `kind` ("rss", "atom" or "rdf") and notes on `sheet`."""

    def __init__(
        self,
        sheet: Sheet,
        names: Names,
        *,
        kind: str,
        text: str,
        urls: tuple[str, str],
        now: datetime,
        checks: Mapping[str, Check],
        ends: Mapping[str, End],
    ) -> None:
        self.sheet = sheet
        self.kind = kind
        self.url = urls[0]
        self._urls = tuple(filter(None, urls))
        self.now = now
        self.version = "2.0"
        self.entries = 0
        self.podcast = False
        self.profiled = False  # the feed says to keep to the profile
        self.unique: dict[str, Counter[str]] = {}
        self._names = names
        self._lines = text.split("\n") if "&#x" in text else []
        self._checks = checks
        self._ends = ends
        self._plans: dict[tuple[str, str], tuple[tuple[str, ...], frozenset[str], str]] = {}

    def is_spelt(self, line: int) -> bool:
        """Whether a hexadecimal reference stands on a line: RSS's sign that text is plain."""
        return 0 < line <= len(self._lines) and "&#x" in self._lines[line - 1]

    def is_elsewhere(self, address: str) -> bool:
        """Whether `address` is not where the document was found, as far as that is known."""
        return bool(self._urls) and not any(same(address, url) for url in self._urls)

    def repeats(self, scope: str, value: str) -> bool:
        """Whether `value` was there before in its scope."""
        counts = self.unique.setdefault(scope, Counter())
        counts[value] += 1
        return counts[value] > 1

    def visit(self, element: etree._Element, table: str, parent: State | None) -> State:
        """Walk the children of `element`, then check it as a whole."""
        state = State(table, element, parent)
        if parent:
            state.lang, state.base = parent.lang, parent.base
        self._inherit(element, state)
        if element.text and element.text.strip():
            self.sheet.note("unexpected-text", found=element.text.strip())
        for child in element:
            self._child(child, state)
            if child.tail and child.tail.strip():
                self.sheet.leave(child)
                self.sheet.note("unexpected-text", found=child.tail.strip())
        self.sheet.line = line_of(element)
        self.sheet.leave(element)
        if end := self._ends.get(table):
            end(self, state)
        return state

    def _child(self, child: etree._Element, state: State) -> None:
        name = self._names(child.tag)
        short = name if not name.startswith("{") else name.rpartition("}")[2]
        state.seen[name] += 1
        count = state.seen[name]
        numbered = count > 1 or name in _ENTRIES
        self.sheet.trail.append(f"{short}[{count}]" if numbered else short)
        self.sheet.line = line_of(child) or self.sheet.line
        if name in _ENTRIES and state.table != "media:group":
            self.entries = self.sheet.entry = count
        planned = TABLES[state.table].get(name)
        if child.attrib:
            eaten = planned is None or "eat" in planned.split() or name.startswith("{")
            self.attributes(child, name, eaten=eaten)
        if planned is None:
            self._unknown(child, name)
            if name.startswith("atom:") and name in TABLES["channel"]:
                self._planned(child, name, state, count, table="channel")
        else:
            self._planned(child, name, state, count, table=state.table)
        if name in _ENTRIES and state.table in {"channel", "feed"}:
            self.sheet.entry = 0
        self.sheet.trail.pop()

    def _planned(
        self, child: etree._Element, name: str, state: State, count: int, *, table: str
    ) -> None:
        checks, flags, inner = self._plan(table, name)
        if count > 1 and "once" in flags:
            self.sheet.note("duplicate-element")
        if "newer" in flags:
            self.sheet.note("newer-element")
        self._order(name, state)
        if name.startswith("itunes:"):
            state.podcast = self.podcast = True
            if state.parent and state.table in _ENTRIES:
                state.parent.podcast = True
        if inner:
            self.visit(child, inner, state)
            return
        if "eat" in flags:
            return
        self.sheet.leave(child)
        raw = child.text or ""
        if len(child) and not name.startswith("itunes:category"):
            raw += "".join(inside.tail or "" for inside in child)
        leaf = Leaf(
            name=name,
            element=child,
            text=raw.strip(),
            raw=raw,
            lang=child.get(f"{XML}lang", state.lang),
            base=self._base(child, state.base),
        )
        state.texts[name] = leaf.text
        if "filled" in flags and not leaf.text:
            self.sheet.note("blank")
        if "trim" in flags and raw != leaf.text:
            self.sheet.note("unexpected-space")
        for check in checks:
            self._checks[check](self, leaf, state)

    def _plan(self, table: str, name: str) -> tuple[tuple[str, ...], frozenset[str], str]:
        """What a table says of a name: checks, flags, and the table of its own children."""
        key = (table, name)
        if key not in self._plans:
            words = TABLES[table][name].split()
            flags = frozenset(words) & {"once", "filled", "trim", "eat", "newer"}
            inner = next((word[3:] for word in words if word.startswith("in:")), "")
            checks = tuple(w for w in words if w not in flags and not w.startswith("in:"))
            self._plans[key] = (checks, flags, inner)
        return self._plans[key]

    def _order(self, name: str, state: State) -> None:
        """What stands in the wrong place, or says again what another element has said."""
        if state.table == "channel":
            if name == "item":
                state.items.append(self.sheet.line)
            elif name in RSS_HEAD:
                for line in state.items:
                    self.sheet.note("misplaced-item", element="item", line=line)
                state.items.clear()
        elif state.table == "feed" and state.seen["entry"] and ":" not in name and name != "entry":
            self.sheet.note("misplaced-metadata")
        if state.table in _HEADS:
            self._same(name, state, SAME_HEAD, "same-meaning")
        elif state.table in _ITEMS:
            self._same(name, state, SAME_ITEM, "same-meaning-item")

    def _same(self, name: str, state: State, pairs: Mapping[str, str], rule: str) -> None:
        others = [pairs[name]] if name in pairs else [o for o, own in pairs.items() if own == name]
        for other in others:
            if state.seen[other] and state.seen[name] == 1:
                self.sheet.note(rule, found=f"{name}, {other}")

    def _unknown(self, child: etree._Element, name: str) -> None:
        if name.startswith("{"):
            return  # an extension that nobody here knows: told once, by its namespace
        prefix = name.partition(":")[0] if ":" in name else ""
        if not prefix and self.kind != "rss" and not etree.QName(child).namespace:
            self.sheet.note("not-in-namespace")
        elif prefix == "xhtml":
            self.sheet.note("misplaced-xhtml")
        elif prefix == "atom" and name.partition(":")[2] in ATOM_NAMES:
            self.sheet.note("misplaced-atom")
        elif prefix in CHECKED | {"", "atom"}:
            self.sheet.note("unknown-element")

    def attributes(self, child: etree._Element, name: str, *, eaten: bool = False) -> None:
        """Note what is wrong with the attributes of an element."""
        if (language := child.get(f"{XML}lang")) and (fault := values.language(language)):
            self.sheet.note(fault, attribute="xml:lang", found=language)
        if base := child.get(f"{XML}base"):
            self.sheet.note("xml-base", found=base)
            if fault := international(base):
                self.sheet.note(fault, attribute="xml:base", found=base)
        if eaten:
            return
        atom = self.kind == "atom" or name.startswith("atom:")
        known = (ATOM_ATTRIBUTES if atom else ATTRIBUTES).get(name.removeprefix("atom:"))
        known = known if known is not None else ATTRIBUTES.get(name, frozenset())
        for key in child.attrib:
            text = str(key)
            if text in known or text.startswith(XML):
                continue
            uri, _, local = text[1:].partition("}") if text.startswith("{") else ("", "", text)
            prefix = prefix_of(uri) if uri else ""
            if prefix in {"rdf", "thr", "indexing"} and self._is_allowed(prefix, name):
                continue
            if not uri or prefix:
                self.sheet.note("unknown-attribute", attribute=f"{prefix}:{local}".lstrip(":"))
            elif self.kind == "rss" and ":" not in name:
                self.sheet.note("extension-attribute", attribute=local)

    def _is_allowed(self, prefix: str, name: str) -> bool:
        if prefix == "thr":
            return name.removeprefix("atom:") == "link"
        return prefix == "indexing" or self.kind == "rdf" or name in {"entry", "author"}

    def _inherit(self, element: etree._Element, state: State) -> None:
        state.lang = element.get(f"{XML}lang", state.lang)
        state.base = self._base(element, state.base or self.url)

    @staticmethod
    def _base(element: etree._Element, outer: str) -> str:
        base = element.get(f"{XML}base")
        if base is None:
            return outer
        try:
            return urljoin(outer, base)
        except ValueError:
            return outer
