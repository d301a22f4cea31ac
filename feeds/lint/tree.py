"""What the stubs of lxml do not know of an element."""

from typing import Any

from lxml import etree


def line_of(element: etree._Element) -> int:
    """The line an element begins on, 0 if that is not known."""
    line: Any = element.sourceline
    return int(line or 0)


def attributes_of(element: etree._Element) -> dict[str, str]:
    """An element's attributes, those of other namespaces as "{namespace}name"."""
    return {str(name): str(value) for name, value in element.attrib.items()}
