"""Characters that a wrong conversion leaves behind, and where they stand."""

import re
from collections.abc import Iterator

from lxml import etree

from feeds.lint.notes import Sheet
from feeds.lint.tree import attributes_of, line_of

_SUSPECT = re.compile("[\x80-\x9f\ufffd]")
_DOUBLED = re.compile("[\xc2-\xf4][\x80-\xbf]")
_REFERENCE = re.compile(r"&#(?:1[2-5]\d|x[89][0-9a-f]|xfffd|65533);", re.IGNORECASE)


def check_characters(root: etree._Element, text: str, sheet: Sheet) -> None:
    """Note elements whose text or attributes hold C1 controls, U+FFFD or UTF-8 encoded twice."""
    if not (_SUSPECT.search(text) or _DOUBLED.search(text) or _REFERENCE.search(text)):
        return
    for element in root.iter(etree.Element):
        for attribute, value in _values(element):
            if _is_bad(value):
                names = [etree.QName(outer).localname for outer in element.iterancestors()]
                sheet.trail = [*reversed(names), etree.QName(element).localname]
                line = line_of(element)
                sheet.note("bad-characters", attribute=attribute, found=value.strip(), line=line)
                break
    sheet.trail = []


def _values(element: etree._Element) -> Iterator[tuple[str, str]]:
    yield "", element.text or ""
    for child in element:
        yield "", child.tail or ""
    for name, value in attributes_of(element).items():
        yield etree.QName(name).localname, value


def _is_bad(value: str) -> bool:
    if value.isascii():
        return False
    if _SUSPECT.search(value):
        return True
    if not _DOUBLED.search(value):
        return False
    try:
        value.encode("iso-8859-1").decode("utf-8")
    except UnicodeError:
        return False
    return True
