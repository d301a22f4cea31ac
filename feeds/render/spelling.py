"""How plain text is spelt in XML so that validators and readers take it for plain text.

RSS does not say whether a title is text or HTML. The RSS Advisory Board's profile asks for `<` and
`&` as hexadecimal references, which lxml cannot write: the text carries stand-ins instead,
noncharacters that `markup.clean` takes out of every field, and `finish` replaces their bytes.
Line ends are spelt likewise, for the W3C validator looks for such references on an element's
first line only.
"""

import re

_SPELT = {"<": ("\ufdd0", b"&#x3C;"), "&": ("\ufdd1", b"&#x26;"), "\n": ("\ufdd2", b"&#xA;")}
_LEAD = b"\xef"  # each stand-in begins with it in UTF-8, and one byte is found fastest
_REFERENCES = {stand_in.encode()[1:]: reference for stand_in, reference in _SPELT.values()}
_STAND_INS = str.maketrans({character: stand_in for character, (stand_in, _) in _SPELT.items()})
_END_TAG = re.compile(r"<(?=/\w+>)")
_WORD_JOINER = "\u2060"


def plain(text: str) -> str:
    """`text`, cleaned, with stand-ins for what must become a hexadecimal reference."""
    return text.translate(_STAND_INS)


def finish(document: bytes) -> bytes:
    """The serialized document with every stand-in replaced by its reference."""
    first, *parts = document.split(_LEAD)
    return first + b"".join(
        _REFERENCES.get(part[:2], _LEAD + part[:2]) + part[2:] for part in parts
    )


def styled(document: bytes, sheet: str) -> bytes:
    """The document with the style sheet `sheet`, relative to it, for browsers.

    feedgen knows no processing instructions. https://www.w3.org/TR/xml-stylesheet/
    """
    declaration, end, rest = document.partition(b"?>\n")
    instruction = f'<?xml-stylesheet type="text/css" href="{sheet}"?>\n'
    return declaration + end + instruction.encode() + rest


def looks_like_html(text: str) -> bool:
    """Tell whether a validator takes `text` for HTML however it is spelt: it holds an end tag."""
    return _END_TAG.search(text) is not None


def defused(text: str) -> str:
    """`text` with an invisible word joiner in each end tag, for fields that have no HTML form."""
    return _END_TAG.sub("<" + _WORD_JOINER, text) if "</" in text else text


def as_html(text: str) -> str:
    """The HTML that shows `text`; `text` itself when it needs no escaping."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
