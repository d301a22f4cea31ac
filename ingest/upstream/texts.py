"""Texts of feeds: titles that are HTML or are not, content of many types, and people's names."""

import base64
import re
from copy import deepcopy
from html import escape, unescape

from lxml import etree

from ingest.markup import clean_line, serialize
from ingest.upstream.fields import text_of

_LONGEST = 5_000  # characters of a line that are read; what is published is cut to far fewer
_INLINE = (
    "a|abbr|b|big|br|cite|code|del|dfn|div|em|font|h[1-6]|i|img|ins|kbd|mark|p|q|s|small|span|strike"
    "|strong|sub|sup|tt|u|wbr"
)
_TAG = re.compile(rf"</?({_INLINE})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style)\b[^<>]*>.*?</\1>", re.IGNORECASE | re.DOTALL)
_CLOSED = re.compile(rf"</(?:{_INLINE})>|<br\s?/?>", re.IGNORECASE)
_SPACED = frozenset({"br", "div", "p", "img", "h1", "h2", "h3", "h4", "h5", "h6"})
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TWICE = re.compile(
    r"&(?:amp|quot|apos|nbsp|[lr][sd]quo|hellip|[mn]dash|#\d{1,7}|#x[0-9a-f]{1,6});"
)
_MARKUP = re.compile(
    r"</(?:p|a|b|i|div|span|em|strong|li|ul|ol|table|blockquote|h[1-6]|pre|code|figure)\s?>"
    r"|<(?:br|img|p|hr)[\s/>]",
    re.IGNORECASE,
)
_HTML_TYPES = frozenset({"html", "xhtml", "text/html", "application/xhtml+xml"})
_TEXT_TYPES = frozenset({"", "text", "text/plain"})
_LOCAL = re.compile(r"[A-Za-z][A-Za-z0-9]*\Z")
_MAIL = re.compile(r"<?(?:mailto:)?[^\s<>()@]{1,200}@[^\s<>()@]{1,200}>?")
_NOBODY = frozenset({"unknown", "undefined", "null", "none", "n/a", "anonymous"})


def plain(text: str, *, literal: bool = False) -> str:
    """The text of a title on one line, whether it came as text, as HTML or escaped once too often.

    Only tags of inline elements go, so that "List<int>" stays; of a `literal` text, which says that
    it is none of HTML, only those of elements that are closed.
    """
    line = _HIDDEN.sub("", text[:_LONGEST])
    if "<" in line and not (literal and not _CLOSED.search(line)):
        line = _TAG.sub(lambda tag: " " if tag[1].lower() in _SPACED else "", line)
    if "&" in line:
        line = _ENTITY.sub(lambda found: unescape(found[0]), line)
        if _TWICE.search(line):
            line = _ENTITY.sub(lambda found: unescape(found[0]), line)
    return clean_line(line)


def title_of(name: str, element: etree._Element) -> str:
    """The plain text of the title or line `element` of that name; of Atom's, by its type."""
    literal = name.startswith("atom:") and (element.get("type") or "text").lower() in _TEXT_TYPES
    return plain(_text(element), literal=literal)


def html_of(name: str, element: etree._Element) -> str:
    """The HTML that `element` of that name holds: escaped, as XHTML, or text made HTML of.

    "" when it holds something else, such as a picture. Elements of RSS hold HTML, Atom's what their
    type says, but a text full of tags is HTML all the same.
    """
    kind = (element.get("type") or "").partition(";")[0].strip().lower()
    if len(element):
        return "" if kind and kind not in _HTML_TYPES | _TEXT_TYPES else _inner(element)
    text = _text(element)
    if "/" in kind and kind not in _HTML_TYPES | _TEXT_TYPES and not kind.startswith("text/"):
        return ""
    if not name.startswith(("atom:", "media:")) or kind in _HTML_TYPES or _MARKUP.search(text):
        return text
    return from_text(text)


def from_text(text: str) -> str:
    """HTML that shows `text`: paragraphs where it has blank lines, line breaks kept."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    shown = (escape(block, quote=False).replace("\n", "<br>\n") for block in blocks if block)
    return "\n".join(f"<p>{block}</p>" for block in shown)


def person(text: str) -> str:
    """The name in "mail (name)", "name <mail>" or "name"; "" for a mail address, which is none."""
    name = plain(text)
    if "@" in name:
        name = re.sub(r"\(\s*\)", "", _MAIL.sub(" ", name, count=3)).strip(" ,;")
        if enclosed := re.fullmatch(r"\((.*)\)", name):
            name = enclosed[1].strip()
    if quoted := re.fullmatch(r"([\"'])(.*)\1", name):
        name = quoted[2].strip()
    return "" if name.lower() in _NOBODY or "://" in name else name


def people(*texts: str) -> tuple[str, ...]:
    """The names in `texts`, each once, in order."""
    return tuple(dict.fromkeys(name for text in texts if (name := person(text))))


def _inner(element: etree._Element) -> str:
    """What is inside `element` as HTML, without the namespaces of XHTML; the `div` or `body` that
    only wraps it taken off."""
    holder = deepcopy(element)
    for inside in holder.iter("{*}*"):
        local = _LOCAL.search(inside.tag)
        inside.tag = local[0] if local else "span"
    etree.cleanup_namespaces(holder)
    while len(holder) == 1 and holder[0].tag in {"div", "body"} and not _said(holder):
        holder = holder[0]
    return serialize(holder)


def _said(holder: etree._Element) -> bool:
    return bool((holder.text or "").strip() or (holder[0].tail or "").strip())


def _text(element: etree._Element) -> str:
    """The text of `element`, which Atom 0.3 may have in Base64."""
    text = text_of(element)
    if (element.get("mode") or "").lower() != "base64":
        return text
    try:
        return base64.b64decode(text).decode("utf-8", "replace").strip()
    except ValueError:
        return ""
