"""From the text of a feed to an XML tree, broken feeds too.

A well-formed document is parsed as it is. One that is not is mended first where feeds of the wild
break: bare ampersands and HTML's entities, characters that XML does not know, attributes without
quotes, prefixes that nothing declares, HTML between tags where it ought to be escaped; libxml2
makes of the rest what it can.
"""

import re
from bisect import bisect
from html import escape
from html.entities import html5

from lxml import etree

from ingest import markup
from ingest.errors import ExtractError
from ingest.upstream.fields import namespaces

_OPEN, _CLOSE = "<![CDATA[", "]]>"
_LEAF = re.compile(
    r"<((?:atom:|media:|itunes:|dc:)?(?:title|description|summary|subtitle|tagline|content)"
    r"|content:encoded)(\s[^<>]{0,1000})?(?<!/)>"
)
_ENTRY = re.compile(r"<(/?)(?:[\w.-]{1,20}:)?(?:item|entry)(?=[\s>/])")
_END = re.compile(r"</(?:[\w.-]{1,20}:)?(?:rss|rdf|feed|channel|opml)\s{0,9}>", re.IGNORECASE)
_TAIL = 1_000  # characters; after the root element follow at most comments
_REFERENCE = re.compile(
    r"&(?:#([0-9]{1,7});|#[xX]([0-9a-fA-F]{1,6});|([A-Za-z][A-Za-z0-9]{0,31};))?"
)
_TAG = re.compile(r"<[A-Za-z][^<>]{0,5000}>")
_ATTRIBUTE = re.compile(r"""(\s+[A-Za-z_][\w:.-]*)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'<>]+))?""")
_NAME = re.compile(r"<[\w:.-]+")
_PREFIX = re.compile(r"[<\s]([A-Za-z][\w.-]{0,30}):[A-Za-z][\w.-]*[\s=/>]", re.ASCII)
_XMLNS = re.compile(r"\sxmlns:([\w.-]{1,31})\s*=")
_PREFIXES = 100
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_XML = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})


def parse(text: str, start: int) -> tuple[etree._Element, tuple[str, ...]]:
    """Parse `text` from `start`, where its root element begins; the root and what was wrong.

    What is before it, a declaration or DTD, is not looked at: there are no entities to expand.
    Raises ExtractError when nothing can be read.
    """
    text = "\n" * text.count("\n", 0, start) + text[start:]  # faults are told by line
    try:
        return markup.parse_xml(text), ()
    except ExtractError as error:
        fault = f"it is not well-formed XML and was mended ({error.reason})"
    mended = _declared(_UNFIT.sub("", _outside(_enclosed(text))))
    root = markup.parse_xml(mended, recover=True)
    return root, (fault, *_unfinished(text, root))


def _unfinished(text: str, root: etree._Element) -> list[str]:
    """Take away the last entry of a feed that breaks off in it: next time it will be whole."""
    marks = list(_ENTRY.finditer(text))
    if not marks or marks[-1][1] or _END.search(text[-_TAIL:]):
        return []
    for element in list(root.iter("{*}item", "{*}entry"))[-1:]:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    return ["it ends in the middle of an entry, which was left out"]


def _enclosed(text: str) -> str:
    """`text` with the content of every leaf that holds tags in a CDATA section. Linear.

    A leaf without its end tag must not take the next entry for its content.
    """
    entries = [mark.start() for mark in _ENTRY.finditer(text)] + [len(text)]
    closes: dict[str, int] = {}
    kept, end = [], 0
    for leaf in _LEAF.finditer(text):
        if leaf.start() < end:
            continue
        if 0 <= closes.get(leaf[1], 0) < leaf.end():
            closes[leaf[1]] = text.find(f"</{leaf[1]}", leaf.end())
        close = closes[leaf[1]]
        if not 0 <= close <= entries[bisect(entries, leaf.start())]:
            continue
        inner = text[leaf.end() : close].replace(_OPEN, "")
        if "<" in inner:
            kept += [text[end : leaf.end()], _OPEN, inner.replace(_CLOSE, ""), _CLOSE]
            end = close
    return "".join([*kept, text[end:]])


def _outside(text: str) -> str:
    """`text` with references and attributes as XML has them, CDATA sections left alone. Linear."""
    kept, end = [], 0
    while (start := text.find(_OPEN, end)) >= 0:
        close = text.find(_CLOSE, start)
        kept.append(_plain(text[end:start]))
        if close < 0:
            return "".join([*kept, text[start:], _CLOSE])
        kept.append(text[start:close])
        end = close
    return "".join([*kept, _plain(text[end:])])


def _plain(text: str) -> str:
    return _TAG.sub(lambda tag: _ATTRIBUTE.sub(_quoted, tag[0]), _REFERENCE.sub(_known, text))


def _quoted(attribute: re.Match[str]) -> str:
    name, value = attribute.groups()
    value = name.strip() if value is None else value
    return f"{name}={value}" if value[0] in "\"'" else f'{name}="{value}"'


def _declared(text: str) -> str:
    """`text` with every prefix declared at its root that it uses and does not declare."""
    missing = set(_PREFIX.findall(text)) - set(_XMLNS.findall(text)) - {"xml", "xmlns"}
    known = {prefix: namespace for namespace, prefix in reversed(namespaces().items())}
    root = _NAME.search(text)
    end = root.end() if root else 0
    declarations = (f' xmlns:{p}="http://{known.get(p, p)}"' for p in sorted(missing)[:_PREFIXES])
    return f"{text[:end]}{''.join(declarations)}{text[end:]}"


def _known(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return match[0] if name in _XML else escape(html5.get(name, f"&{name}"), quote=False)
    if not (decimal or hexadecimal):
        return "&amp;"
    code = int(decimal) if decimal else int(hexadecimal, 16)
    fit = code <= 0x10FFFF and (code > 0x1F or code in {9, 10, 13}) and not _UNFIT.match(chr(code))
    return match[0] if fit else ""
