"""The judge of what the gate lets through: independent of the gate's own parsers."""

import re
from urllib.parse import urlsplit

import html5lib

from ingest.normalize.elements import elements

_SCHEMES = frozenset({"http", "https", "mailto", "tel", "broadsheet"})
_ADDRESSES = frozenset({"href", "src", "poster"})
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff]"
)


def assert_clean(shown: str) -> None:
    """That `shown` is valid to a strict parser, and holds what allowed.toml lists and no more."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parseFragment(shown)
    known = elements()
    for element in tree.iter():
        if element is tree:
            continue
        assert element.tag in known.tags, element.tag
        for name, value in element.attrib.items():
            assert name in known.attributes.get(element.tag, set()) | {"lang", "dir"}, name
            if name in _ADDRESSES:
                parts = urlsplit(value)
                assert parts.scheme in _SCHEMES, value
                assert parts.netloc or parts.scheme not in {"http", "https"}, value
    assert not _CONTROLS.search(shown)
