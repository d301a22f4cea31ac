"""From bytes to a tree: encoding, prolog, entities, well-formedness. Any bytes give an answer.

Nothing is loaded and no entity is expanded: the document type is cut off before parsing, and what
only it could explain is told.
"""

import codecs
import re
from dataclasses import dataclass
from html.entities import html5

from lxml import etree

from feeds.lint.notes import Sheet
from feeds.lint.rules import data
from ingest.errors import ExtractError
from ingest.markup import parse_broken_xml, parse_xml

_ENDLESS = (
    ("Comment not terminated", "<!--", "-->"),
    ("ParsePI: ", "<?", "?>"),
    ("CData section not finished", "<![CDATA[", "]]>"),
)
_LARGE = 5_000_000  # bytes that the W3C validator reads
_LARGEST = 30_000_000  # bytes beyond which nothing is looked at
_BOMS = (
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xfe\xff", "utf-16"),
    (b"\xff\xfe", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
_WIDE = ((b"\x00<\x00?", "utf-16-be"), (b"<\x00?\x00", "utf-16-le"))
_DECLARED = re.compile(
    r"<\?xml\s+version\s*=\s*[\"'][-\w.:]+[\"']\s+encoding\s*=\s*[\"']([-A-Za-z0-9._]+)[\"']"
)
_VERSION = re.compile(r"<\?xml\s+version\s*=\s*[\"']([-\w.:]*)[\"']")
_COMMON = frozenset(data("facts")["common_encodings"].split())
_PASSED = re.compile(r"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)
_DOCTYPE = re.compile(
    r"<!DOCTYPE\s+[^\s\[>]+(?P<id>[^\[>]*)(?:\[(?P<inner>(?:[^\]\"']|\"[^\"]*\"|'[^']*')*+)\]\s*)?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"<!ENTITY\s+(%\s+)?([\w.-]+)")
_LITERAL = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|&([A-Za-z_:][\w.:-]*);", re.DOTALL)
_UNDEFINED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z_:][\w.:-]*;")
_PREDEFINED = frozenset({"amp", "lt", "gt", "quot", "apos"})
_RSS_091 = "-//Netscape Communications//DTD RSS 0.91//EN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document: its text, whose lines count from 1, and the name of its encoding."""

    text: str
    encoding: str


def decode(body: bytes, sheet: Sheet, charset: str = "") -> Source | None:
    """The text of `body`, noting what is wrong with its encoding; None when it is too large.

    `charset` is that of the HTTP header, which wins. XML 1.0 appendix F, RFC 7303.
    """
    if len(body) > _LARGE:
        sheet.note("too-large", found=f"{len(body)} bytes")
    if len(body) > _LARGEST:
        return None
    marked = next((name for bom, name in _BOMS if body.startswith(bom)), "")
    wide = next((name for start, name in _WIDE if body.startswith(start)), "")
    head = body[:512].decode(marked or wide or "latin-1", "replace").lstrip("\ufeff")
    found = _DECLARED.match(head)
    declared = found[1] if found else ""
    if declared and _codec(declared):
        _tell(declared, sheet)
    if charset and declared and charset.lower() != declared.lower():
        sheet.note("encoding-mismatch", found=f"{charset}, {declared}", line=1)
    wanted = charset or (declared if not marked else "") or marked or wide
    if not wanted and head.startswith("<?xml"):
        wanted = "utf-8"  # XML 1.0 §4.3.3
    if not wanted:
        sheet.note("encoding-missing", line=1)
    elif not _codec(wanted):
        sheet.note("encoding-unknown", found=wanted, line=1)
        wanted = "utf-8"
    encoding = "utf-8-sig" if _codec(wanted or "utf-8") == "utf-8" else wanted
    if wide and _codec(encoding) == "utf-16":
        encoding = wide
    try:
        text = body.decode(encoding)
    except (UnicodeError, ValueError) as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        sheet.note("encoding-bytes", line=body.count(b"\n", 0, start) + 1, found=encoding)
        text = body.decode(encoding, "replace") if _codec(encoding) else ""
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return Source(text=text, encoding=declared or wanted or "utf-8")


def _codec(name: str) -> str:
    """Python's name of an encoding of text, "" for what is none."""
    try:
        info = codecs.lookup(name)
        "".encode(name).decode(name)
    except (LookupError, ValueError, TypeError):
        return ""
    return info.name.replace("_", "-").removesuffix("-sig")


def _tell(declared: str, sheet: Sheet) -> None:
    name = declared.lower()
    if name in {"utf-8", "utf-16"}:
        return
    sheet.note("encoding-other" if name in _COMMON else "encoding-obscure", found=declared, line=1)


def parse(source: Source, sheet: Sheet) -> etree._Element | None:
    """The root element of an XML document: what can be read, with findings, if it is ill-formed.

    None when nothing can be read.
    """
    text = source.text
    if not text.strip():
        sheet.note("empty")
        return None
    version = _VERSION.match(text)
    if version and version[1] != "1.0":
        sheet.note("xml-version", found=version[1], line=1)
    text, declared = _without_doctype(text, sheet)
    if declared is None:
        return None
    text = _without_entities(text, declared, sheet)
    try:
        return parse_xml(text)
    except ExtractError as error:
        reason = str(error)
    if "depth" in reason:
        at, _, why = reason.removeprefix("line ").partition(": ")
        sheet.note("too-deep", line=int(at) if at.isdigit() else 1, found=why)
        return None
    root, faults = parse_broken_xml(text)
    for line, found in sorted((_opened(text, said) or line, said) for line, said in faults):
        sheet.note("not-well-formed", line=line, found=found)
        sheet.damaged = sheet.damaged or line
    if not faults:
        sheet.note("not-well-formed", line=1, found=reason)
    return root


def _opened(text: str, said: str) -> int:
    """The line where a comment or the like begins that never ends; 0 for any other fault.

    libxml2 tells where the document ends.
    """
    for word, begin, end in _ENDLESS:
        if said.startswith(word):
            start = text.find(begin, text.rfind(end) + 1)
            return text.count("\n", 0, start) + 1 if start >= 0 else 0
    return 0


def _without_doctype(text: str, sheet: Sheet) -> tuple[str, frozenset[str] | None]:
    """`text` without its document type but with its lines, and the entities that it declares.

    None for these, with a finding, when the document type cannot be read.
    """
    position = 0
    while found := _PASSED.match(text, position):
        position = found.end()
    doctype = _DOCTYPE.match(text, position)
    line = text.count("\n", 0, position) + 1
    if not doctype:
        if not text.startswith("<!DOCTYPE", position):
            return text, frozenset()
        sheet.note("not-well-formed", line=line, found="the document type cannot be read")
        return text, None
    inner = doctype["inner"] or ""
    names = frozenset(found[2] for found in _ENTITY.finditer(inner))
    if _RSS_091 in doctype["id"]:
        if "my.netscape.com" in doctype["id"]:
            sheet.note("doctype-deprecated", element="rss", line=line)
    elif doctype["id"].strip() or names:
        sheet.note("doctype", line=line, found=doctype[0])
    if names:
        sheet.note("entity-declared", line=line, found=", ".join(sorted(names)))
    gap = "\n" * doctype[0].count("\n")
    return text[:position] + gap + text[doctype.end() :], names


def _without_entities(text: str, declared: frozenset[str], sheet: Sheet) -> str:
    """`text` with undefined entities told and written out, so that the rest can be read."""
    if not _UNDEFINED.search(text):
        return text

    line, counted = 1, 0

    def written(found: re.Match[str]) -> str:
        nonlocal line, counted
        name = found[1]
        if name is None or name in _PREDEFINED:
            return found[0]
        if name not in declared:
            line += text.count("\n", counted, found.start())
            counted = found.start()
            sheet.note("undefined-entity", found=found[0], line=line)
        character = html5.get(f"{name};", "")
        return "".join(f"&#{ord(one)};" for one in character)

    return _LITERAL.sub(written, text)
