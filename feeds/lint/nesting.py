"""How HTML elements may stand in each other: the tree construction of HTML up to its first error.

HTML Living Standard §13.2.6 without what comes after an error, so no element is ever repaired; as
html5lib 1.1 judges, which is the W3C validator's parser.
"""

from feeds.lint.rules import data

_VOID = frozenset(data("facts")["void"].split())
_BLOCK = frozenset(data("facts")["block"].split())
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_FORMATTING = frozenset(data("facts")["formatting"].split())
_IMPLIED = frozenset(["dd", "dt", "li", "option", "optgroup", "p", "rp", "rt"])
_AT_END = frozenset(["dd", "dt", "li", "p"])
_SPECIAL = frozenset(data("facts")["special"].split())
_SCOPES = frozenset(["applet", "caption", "marquee", "object", "table", "td", "th"])
_BUTTON_SCOPES = _SCOPES | {"button"}
_TABLE_PARTS = frozenset(
    ["caption", "col", "colgroup", "tbody", "td", "tfoot", "th", "thead", "tr"]
)
_ROW_GROUPS = frozenset({"tbody", "tfoot", "thead"})
_CELLS = frozenset({"td", "th"})
_TABLE = frozenset({"table", "tr", "colgroup"}) | _ROW_GROUPS
_HOLDERS = _TABLE | _CELLS | {"caption", "select"}
_IN_SELECT = frozenset({"option", "optgroup", "script"})

_BREAKOUT = frozenset(data("facts")["breakout"].split())
_INTEGRATION = frozenset({"foreignobject", "desc", "title", "mi", "mo", "mn", "ms", "mtext"})

_DEEPEST = 512  # browsers close what is deeper, Chromium and WebKit at this depth


class Nesting:
    """The open elements of a fragment; each method tells what is wrong, "" for nothing."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._foreign: list[str] = []  # the same of SVG or MathML, while in one
        self._parts = False  # there was a table or a list to choose from

    def start(self, name: str, *, closed: bool) -> str:
        """An element begins; `closed` if its tag ends in a slash."""
        if self._foreign or name in {"svg", "math"}:
            return self._start_foreign(name, closed=closed)
        fault = self._place(name)
        if fault:
            return fault
        if name in _VOID:
            return ""
        self._open.append(name)
        if len(self._open) > _DEEPEST:
            return f"elements are nested more than {_DEEPEST} deep"
        self._parts = self._parts or name in _HOLDERS
        return f"<{name}/> does not close the element" if closed else ""

    def end(self, name: str) -> str:
        """An element ends."""
        if self._foreign:
            if name == self._foreign[-1]:
                self._foreign.pop()
                return ""
            return "" if self._holds_html() else f"</{name}> before </{self._foreign[-1]}>"
        top = self._open[-1] if self._open else ""
        if name == top:
            self._open.pop()
            return ""
        wrong = (
            f"</{name}> closes nothing" if name not in self._open else f"</{name}> before </{top}>"
        )
        if name in _FORMATTING or name not in self._open or name == "br":
            return wrong
        return self._end_outer(name, wrong)

    def finish(self) -> str:
        """The text ends."""
        rest = [name for name in reversed(self._open) if name not in _AT_END]
        rest += self._foreign[:1]
        return f"<{rest[0]}> is not closed" if rest else ""

    def _start_foreign(self, name: str, *, closed: bool) -> str:
        """An element in SVG or MathML. HTML can stand in some of theirs only, and is not judged."""
        if self._holds_html():
            closed = closed or name in _VOID
        elif self._foreign and name in _BREAKOUT:
            return f"<{name}> in <{self._foreign[-1]}>"
        if not closed:
            self._foreign.append(name)
        return ""

    def _holds_html(self) -> bool:
        return not _INTEGRATION.isdisjoint(self._foreign)

    def _end_outer(self, name: str, wrong: str) -> str:
        """Close `name` and what may end with it without saying so."""
        depth = len(self._open) - 1
        while self._open[depth] != name:
            inner = self._open[depth]
            if inner in _SPECIAL and name not in _SPECIAL:
                return wrong
            if inner not in _IMPLIED and not self._ends_with(inner, name):
                return wrong
            depth -= 1
        del self._open[depth:]
        return ""

    @staticmethod
    def _ends_with(inner: str, outer: str) -> bool:
        """Whether the end of a part of a table is the end of what stands in it."""
        if inner in _CELLS:
            return outer in {"tr", "table"} | _ROW_GROUPS
        if inner == "tr":
            return outer == "table" or outer in _ROW_GROUPS
        return inner in _ROW_GROUPS | {"colgroup"} and outer == "table"

    def _place(self, name: str) -> str:
        """Make room for an element where it may stand."""
        holder = ""
        if self._parts:
            holder = next((n for n in reversed(self._open) if n in _HOLDERS), "")
        if holder == "select":
            return self._in_select(name)
        if holder in _TABLE and name not in {"script", "style"}:
            return self._in_table(name, holder)
        if name in _TABLE_PARTS:
            return self._cell_ends(name, holder)
        if name in {"html", "head", "body", "frameset", "image", "isindex"}:
            return f"<{name}> cannot stand here"
        return self._in_body(name)

    def _in_body(self, name: str) -> str:
        top = self._open[-1] if self._open else ""
        if name in {"a", "nobr", "button", "form"} and self._within(
            name, _SCOPES if name != "form" else frozenset()
        ):
            return f"<{name}> in <{name}>"
        if name in {"li", "dd", "dt"}:
            fault = self._next_item({"li"} if name == "li" else {"dd", "dt"})
            if fault:
                return fault
        if name in {"option", "optgroup"} and top == "option":
            self._open.pop()
        if name in {"rp", "rt"} and self._within("ruby", _SCOPES):
            while self._open[-1] in _IMPLIED:
                self._open.pop()
            if self._open[-1] != "ruby":
                return f"<{name}> in <{self._open[-1]}>"
        if name in _BLOCK | _HEADINGS or name in {"li", "dd", "dt", "table", "hr"}:
            fault = self._end_paragraph(name)
            top = self._open[-1] if self._open else ""
            if fault:
                return fault
            if name in _HEADINGS and top in _HEADINGS:
                return f"<{name}> in <{top}>"
        return ""

    def _within(self, name: str, scopes: frozenset[str]) -> bool:
        for inner in reversed(self._open):
            if inner == name:
                return True
            if inner in scopes:
                return False
        return False

    def _end_paragraph(self, name: str) -> str:
        if not self._within("p", _BUTTON_SCOPES):
            return ""
        while self._open[-1] in _IMPLIED and self._open[-1] != "p":
            self._open.pop()
        if self._open[-1] != "p":
            return f"<{name}> ends a paragraph inside of <{self._open[-1]}>"
        self._open.pop()
        return ""

    def _next_item(self, names: set[str]) -> str:
        for depth in range(len(self._open) - 1, -1, -1):
            inner = self._open[depth]
            if inner in names:
                rest = [n for n in self._open[depth + 1 :] if n not in _IMPLIED]
                if rest:
                    return f"<{inner}> ends inside of <{rest[-1]}>"
                del self._open[depth:]
                return ""
            if inner in _SPECIAL and inner not in {"address", "div", "p"}:
                return ""
        return ""

    def _in_select(self, name: str) -> str:
        if name not in _IN_SELECT:
            return f"<{name}> in <select>"
        if name != "script":
            while self._open[-1] == "option" or (
                name == "optgroup" and self._open[-1] == "optgroup"
            ):
                self._open.pop()
        return ""

    def _in_table(self, name: str, holder: str) -> str:
        if name in _CELLS and holder == "tr":
            return ""
        if name == "tr" and holder in {"table", "tr"} | _ROW_GROUPS:
            if holder == "table":
                self._open.append("tbody")
            if holder == "tr":
                self._open.pop()
            return ""
        if name in _ROW_GROUPS | {"caption", "colgroup"} and holder != "colgroup":
            while self._open[-1] != "table":
                self._open.pop()
            return ""
        if holder == "colgroup":
            if name == "col":
                return ""
            self._open.pop()
            return self._in_table(name, "table")
        if name == "col" and holder == "table":
            self._open.append("colgroup")
            return ""
        return f"<{name}> in <{holder}>"

    def _cell_ends(self, name: str, holder: str) -> str:
        """A cell or caption ends where the next part of its table begins."""
        if holder not in _CELLS | {"caption"}:
            return f"<{name}> outside of a table"
        while self._open[-1] in _IMPLIED:
            self._open.pop()
        if self._open[-1] != holder:
            return f"<{name}> inside of <{self._open[-1]}>"
        self._open.pop()
        inner = self._open[-1]
        return self._in_table(name, inner) if inner in _TABLE else ""
