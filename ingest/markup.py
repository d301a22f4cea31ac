"""The only place that constructs lxml parsers, and the one filter every text passes.

lxml's HTML parser at its defaults loses the rest of a page silently after 256 nested tags or a
token of 10 MB; the parsers here lift both limits (the caller caps the bytes) and report what was
still lost. XML is parsed without entities, DTD and network.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import escape
from io import BytesIO

from lxml import etree, html

from ingest.errors import ExtractError

_C1 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
_DROPPED = {code: "" for code in range(0x20) if code not in {0x09, 0x0A, 0x0D}}
_DROPPED |= dict.fromkeys(range(0xD800, 0xE000), "")
_DROPPED |= dict.fromkeys(range(0xFDD0, 0xFDF0), "")
_DROPPED |= {plane + low: "" for plane in range(0, 0x110000, 0x10000) for low in (0xFFFE, 0xFFFF)}
_MAPPED = {**_C1, **_DROPPED, 0x7F: "", 0xFFFD: "", 0xFEFF: ""}
_SUSPECT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffd-\uffff"
    "\U0001fffe-\U0010ffff]"
)
# Not fit at a glance: below U+0300 all is NFC (UAX #15 §9), and so are quotation marks and dashes.
_ODD = re.compile("[^\xa0-\u02ff\u2010-\u2027]|[\xc2-\xf4][\xa0-\xbf]")
_USUAL = bytes((0x09, 0x0A, *range(0x20, 0x7F)))
_SPACE = re.compile(r"\s+")
_GONE = "unwrapped"  # the name of no element
_ANGLE = re.compile("([<>])")
_SEGMENT = re.compile(r"[^<>&\n]+")
_ENDS = re.compile(r"</(?:body|html)[\s/]{0,9}>", re.IGNORECASE)
_DOUBLED = re.compile("[\xc2-\xf4][\x80-\xbf]")


def clean(text: str) -> str:
    """Make `text` fit for XML and HTML: any string in, the same string out when it was fit.

    C1 controls become what windows-1252 means by them, other controls, lone surrogates,
    noncharacters, the byte-order mark and U+FFFD go, line ends become `\\n`, UTF-8 that was encoded
    twice is decoded, and the result is in NFC, except that `<` and `>` compose with nothing: they
    end a tag. Idempotent. XML 1.0 §2.2; the W3C feed validator's BadCharacters.
    """
    if not _ODD.search(unusual(text)):
        return text
    text = _fit(text)
    while _DOUBLED.search(unusual(text)):  # each round halves what was doubled
        single = _fit(_SEGMENT.sub(_decoded, text))
        if single == text:
            break
        text = single
    return text


def clean_line(text: str) -> str:
    """`clean`, on one line: runs of white space become one space, ends stripped. Idempotent."""
    text = clean(text)
    line = " ".join(text.split())
    return line if line == text or clean(line) == line else clean_line(line)


def _fit(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _SUSPECT.search(unusual(text)):
        text = text.translate(_MAPPED)
    if "\u0338" in text:  # the one mark that composes with them: "<p>" and U+0338 make "<p≯"
        return "".join(unicodedata.normalize("NFC", part) for part in _ANGLE.split(text))
    return unicodedata.normalize("NFC", text)


def unusual(text: str) -> str:
    """What `text` holds beside printable ASCII: of a page little, and found in a moment."""
    return (
        text.encode("utf-8", "surrogatepass")
        .translate(None, _USUAL)
        .decode("utf-8", "surrogatepass")
    )


def _decoded(segment: re.Match[str]) -> str:
    """Decode a stretch of text that is all Latin-1 and, as bytes, UTF-8: "Ã©" for "é".

    By stretches between markup, as the W3C validator judges it; a single foreign or lone accented
    letter in one proves that it was not encoded twice. White space at its ends may hide that.
    """
    text = segment[0]
    if not _DOUBLED.search(text):
        return text
    for core in (text, text.lstrip(), text.rstrip(), text.strip()):
        try:
            single = core.encode("iso-8859-1").decode("utf-8")
        except UnicodeError:
            continue
        if single != core:
            return text.replace(core, single, 1)
    return text


def parse_page(body: bytes | str, encoding: str = "utf-8") -> html.HtmlElement:
    """Parse a whole HTML page. Raises ExtractError when there is nothing in it.

    A long page survives whole, and a deep one down to 2,047 levels: `huge_tree` lifts libxml2's
    own limits of 10 MB and 256. What lies below is lost, which `parse_shallow` tells. What stands
    behind the end tags of body and html belongs to the body, as in browsers (HTML §13.2.6.4.19 and
    22).
    """
    data = _ENDS.sub("", body).encode(encoding, "replace") if isinstance(body, str) else body
    try:
        return _parsed(data, _html_parser(encoding))
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ExtractError("there is no HTML in it") from error


def parse_shallow(text: str, depth: int) -> html.HtmlElement | None:
    """`parse_page`, but None when a part of `text` would be lost or nests too deeply.

    `depth` is how many elements may stand in each other in the body.
    """
    parser = _html_parser("utf-8")
    try:
        page = _parsed(_ENDS.sub("", text).encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        return None
    return None if page.xpath(f"boolean(body/{'*/' * depth}*)") else page


def _parsed(data: bytes, parser: html.HTMLParser) -> html.HtmlElement:
    return html.document_fromstring(data, parser=parser, ensure_head_body=True)


def walk_xml(body: bytes) -> Iterator[tuple[str, etree._Element]]:
    """The elements of an XML document as they are read: ("start" or "end", element).

    Entities are not resolved, nothing is loaded. What cannot be read is passed over, and nothing
    is raised; the caller clears what it has seen, and stops when it has enough.
    """
    walk = etree.iterparse(
        BytesIO(body),
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    while True:
        try:
            event, element = next(walk)
        except (StopIteration, etree.XMLSyntaxError):
            return
        yield event, element


def parse_fragment(text: str) -> html.HtmlElement:
    """Parse an HTML fragment into a `div` that holds all of it; an empty one for empty text.

    Stray end tags lose nothing: what libxml2 puts after a `div` closed too early is moved back.
    """
    wrapped = f"<html><body><div>{text}</div></body></html>".encode("utf-8", "ignore")
    body = html.document_fromstring(wrapped, parser=_html_parser("utf-8")).body  # type: ignore[attr-defined]
    holder: html.HtmlElement = body[0]
    if holder.tail:
        last = holder[-1] if len(holder) else None
        if last is None:
            holder.text = (holder.text or "") + holder.tail
        else:
            last.tail = (last.tail or "") + holder.tail
        holder.tail = None
    holder.extend(body[1:])
    return holder


def parse_xml(text: str, *, recover: bool = False) -> etree._Element:
    """Parse an XML document from its root element on: `text` is without declaration and DTD.

    Raises ExtractError saying where it is not well-formed; with `recover` only when nothing at all
    can be read, and what libxml2 understands is kept.
    """
    parser = _xml_parser(recover=recover)
    try:
        root = etree.fromstring(text.encode("utf-8", "ignore"), parser)
    except etree.XMLSyntaxError as error:
        raise ExtractError(f"line {error.lineno}: {_fault(error)}") from error
    if root is None:
        raise ExtractError("there is no XML in it")
    return root


def parse_broken_xml(text: str) -> tuple[etree._Element | None, tuple[tuple[int, str], ...]]:
    """What libxml2 understands of XML that is not well-formed, and each fault: its line, and why.

    As `parse_xml` with `recover`, but nothing is raised; lxml keeps the first 100 faults. Elements
    whose names are none are called `unnamed`, and such attributes are left out.
    """
    parser = _xml_parser(recover=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "ignore"), parser)
    except etree.XMLSyntaxError:
        root = None
    log = parser.error_log.filter_from_errors()
    faults = [(max(one.line, 1), one.message.partition("\n")[0]) for one in log]
    for element in root.iter(etree.Element) if root is not None else ():
        if not _is_name(str(element.tag)):
            element.tag = "unnamed"
        for name in element.attrib:
            if not _is_name(str(name)):
                del element.attrib[name]
    return root, tuple(dict.fromkeys(faults))


@lru_cache(maxsize=1024)
def _is_name(tag: str) -> bool:
    try:
        etree.QName(tag)
    except ValueError:
        return False
    return True


def _xml_parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )


def _fault(error: etree.XMLSyntaxError) -> str:
    return str(error.msg or "").partition(", line ")[0]


def serialize(element: etree._Element) -> str:
    """Write the children of `element` as HTML: void elements without end tags, `&` escaped."""
    parts = [escape(element.text or "", quote=False)]
    parts += [etree.tostring(child, method="html", encoding="unicode") for child in element]
    return "".join(parts).strip()


def unwrap(root: etree._Element, elements: Iterable[etree._Element]) -> None:
    """Put what each of `elements` below `root` holds in its place.

    Linear: lxml's `drop_tag` counts all siblings before an element to find its place.
    """
    for element in elements:
        element.tag = _GONE
    etree.strip_tags(root, _GONE)


def text_of(element: html.HtmlElement) -> str:
    """The text of `element`: one line a block, blank lines between, no markup."""
    lines = (_SPACE.sub(" ", line).strip() for line in _blocks(element).split("\n"))
    return "\n\n".join(line for line in lines if line)


_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "br", "caption", "dd", "details", "div"),
        *("dl", "dt", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table"),
        *("tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    )
)


def _blocks(element: html.HtmlElement) -> str:
    parts: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if not isinstance(node.tag, str):
            continue
        block = node.tag in _BLOCKS
        if event == "start":
            parts += ["\n" if block else "", _SPACE.sub(" ", node.text or "")]
        else:
            parts.append("\n" if block else "")
            if node is not element:
                parts.append(_SPACE.sub(" ", node.tail or ""))
    return "".join(parts)


def _html_parser(encoding: str) -> html.HTMLParser:
    parser = html.HTMLParser(
        encoding=encoding, huge_tree=True, remove_comments=True, remove_pis=True, no_network=True
    )
    # lxml.html asks Python for the class of each element it hands out, which costs more than
    # parsing; without comments there is only one that matters.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=html.HtmlElement))
    return parser
