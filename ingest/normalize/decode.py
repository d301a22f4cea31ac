"""Bytes to text: which encoding, and whether it is text at all.

The order is that of the HTML standard (WHATWG, "determining the character encoding"), widened for
files that declare nothing: byte-order mark, declared charset, the document's own declaration,
strict UTF-8, statistics, windows-1252. But what is well-formed UTF-8 is UTF-8 whatever single-byte
encoding, which fits any bytes, is declared; and what is full of control characters is UTF-16 or
UTF-32 without a mark if it reads as text so, else no text.
"""

import codecs
import re
import unicodedata
from collections import Counter
from operator import itemgetter

from ingest.errors import ReadError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Labels that are read as a superset, as browsers do (WHATWG Encoding §4.2).
_SUPERSETS = {
    **dict.fromkeys(("iso8859-1", "ascii"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk"), "gb18030"),
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-9": "cp1254",
}
# Labels that browsers know and Python does not (WHATWG Encoding §4.2).
_LABELS = {
    **dict.fromkeys(("x-sjis", "windows-31j"), "cp932"),
    **dict.fromkeys(("x-gbk", "gb_2312-80"), "gb18030"),
    **{f"x-cp{number}": f"cp{number}" for number in range(1250, 1259)},
    **dict.fromkeys(("windows-874", "dos-874"), "cp874"),
    "windows-949": "cp949",
    "x-euc-jp": "euc_jp",
    "x-x-big5": "big5",
    "iso-8859-8-i": "iso8859_8",
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
}
# Codecs of Python that are no encoding of texts: host names, and source code with its escapes.
_NO_CHARSETS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape"})
# What undeclared texts are in, by the WHATWG's legacy encodings; statistics that may also choose
# among the code pages of DOS and old Macs choose them too often.
_LIKELY = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "iso8859_5",
    "iso8859_6", "koi8_r", "koi8_u", "gb18030", "big5", "cp932", "euc_jp", "cp949", "cp874",
)  # fmt: skip
_SIGNATURES = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "an image, sound or video"),
    (b"ID3", "a sound file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"SQLite format 3\x00", "a database"),
    (b"wOF", "a font"),
)
_DECLARED = re.compile(rb"""<meta[^>]{0,400}?charset\s{0,9}=[\s"']{0,9}([\w.:+-]{1,40})""", re.I)
_XML = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([\w.:+-]{1,40})""", re.I)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_XML_HEAD = 4_096  # bytes; before the declaration of a broken feed stand comments and PHP warnings
_FOREIGN = re.compile("[^\x00-\x7f]+")
_UPPER = bytes(range(0x80, 0x100))
_RARE = 20  # one broken character in so many others that are well-formed UTF-8 is a slip
_HEAD = 65_536  # bytes searched for a declaration; late ones exist, after long scripts
_SAMPLE = 8_192
_PROOF = 12  # characters that chance does not make a text of
_COMMON = frozenset(" \n.,-0123456789\u3002\u3001\uff0c")  # what texts in any script have
_ESCAPES = (b"\x1b$B", b"\x1b$@")  # ISO-2022-JP's, which no other text has
_STATISTICS = 200_000
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\x0c\r\x1b"))


def decode(body: bytes, charset: str = "", *, html: bool = False, xml: bool = False) -> str:
    """Decode a document. `charset` is what the server declared, "" when it declared nothing.

    Raises ReadError when the document is empty or not text. A declared encoding that does not fit
    the bytes is passed over. XML's own declaration goes before the server's: its author wrote it,
    servers add a default.
    """
    if not body.strip(b" \t\r\n\x0c\x00\xef\xbb\xbf\xfe\xff"):
        raise ReadError("it is empty")
    mark, wide = next(((mark, name) for mark, name in _BOMS if body.startswith(mark)), (b"", ""))
    body = body[len(mark) :]
    if wide == "utf-8":
        charset, wide = wide, ""
    elif not wide:
        wide = _unmarked(body)
    if wide:
        return _wide_text(body, wide)
    _refuse_binary(body)
    if any(sequence in body for sequence in _ESCAPES):
        charset = "iso2022_jp"  # in ASCII, so that it would also be anything else that is declared
    candidates = [charset, _declaration(body) if html else "", "utf-8"]
    if xml:
        declared = _XML.search(body[:_XML_HEAD])
        candidates = [declared[1].decode("ascii", "ignore") if declared else "", charset, "utf-8"]
    candidates.sort(key=_is_single_byte)  # stable
    for name in filter(None, map(_codec, candidates)):
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    return _slipped(body) or _guess(body)


def _codec(label: str) -> str:
    """The codec for a declared label; "" for unknown ones and those that are not text."""
    try:
        label = label.strip().strip("\"'").lower()
        name = codecs.lookup(_LABELS.get(label, label)).name
        b"a".decode(name)
    except (LookupError, ValueError):
        return ""
    if name in _NO_CHARSETS:
        return ""
    if name.startswith(("utf-16", "utf-32", "utf-7")):  # without a mark this is a wrong label
        return "utf-8"
    return _SUPERSETS.get(name, name)


def _declaration(body: bytes) -> str:
    head = body[:_HEAD]
    ended = head.rfind(b"-->") + 3  # behind it, each of many openings would be followed to the end
    head = _COMMENT.sub(b"", head[:ended]) + head[ended:]
    found = _DECLARED.search(head) or _XML.search(head[:_XML_HEAD])
    return found[1].decode("ascii", "ignore") if found else ""


def _is_single_byte(label: str) -> bool:
    name = _codec(label)
    upper = _UPPER.decode(name, "replace") if name else ""
    return len(upper) == len(_UPPER) > 2 * upper.count("\ufffd")


def _slipped(body: bytes) -> str:
    """UTF-8 with a slip, such as a character cut in two; "" when there is more to it."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    foreign = sum(len(run) for run in _FOREIGN.findall(text)) - broken
    return text if foreign >= _RARE * broken else ""


def _guess(body: bytes) -> str:
    """By statistics; windows-1252 unless another encoding reads strictly better."""
    from charset_normalizer import from_bytes  # seldom needed, and slow to import

    matches = from_bytes(body[:_STATISTICS], cp_isolation=list(_LIKELY))
    best = matches.best()
    names = [best.encoding] if best else []
    for match in matches:
        western = "cp1252" in {match.encoding, *match.could_be_from_charset}
        if best and western and match.chaos <= best.chaos and match.coherence >= best.coherence:
            names = ["cp1252"]
    for name in names:
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    return body.decode("cp1252", "replace")


def _unmarked(body: bytes) -> str:
    """UTF-16 or UTF-32 without its mark: "" for what has no more control characters than a text
    may have, and for what reads as text in neither."""
    sample = body[:_SAMPLE]
    half = len(sample) // 2
    if half < 4 or _controls(sample) <= 0.05 * len(sample):
        return ""
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if max(even, odd) > 0.4 and min(even, odd) < 0.05:  # every other byte: letters of the West
        return "utf-16-le" if odd > even else "utf-16-be"
    found = [("", -1)]
    for name in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        width = 4 if "32" in name else 2
        try:
            text = sample[: len(sample) // width * width].decode(name)
        except UnicodeDecodeError as error:
            if error.start < len(sample) - 2 * width:  # but for a pair that the sample cuts in two
                continue
            text = sample[: error.start].decode(name)
        if len(text) >= _PROOF and _is_prose(text):
            found.append((name, sum(char in _COMMON for char in text)))
    return max(found, key=itemgetter(1))[0]


def _is_prose(text: str) -> bool:
    """Whether nine characters in ten are of two scripts, and all are characters at all."""
    for char in set(text) - {"\t", "\n", "\r"}:
        if unicodedata.category(char) in {"Cc", "Cn", "Co", "Cs"}:
            return False
    scripts = Counter(map(_script, text))
    return sum(count for _, count in scripts.most_common(2)) >= 0.9 * len(text)


def _script(char: str) -> int:
    """Where a character is from, coarsely: what texts mix with any script is with Latin."""
    code = ord(char)
    if char.isspace() or 0x2000 <= code < 0x2070 or 0x3000 <= code < 0x3040 or code >= 0xFF00:
        return 0
    if 0x3040 <= code < 0xA000:
        return 0x4E
    return 0xAC if 0xAC00 <= code < 0xD7B0 else code >> 8


def _wide_text(body: bytes, name: str) -> str:
    """`body` in UTF-16 or UTF-32. Raises ReadError when it is something else, whatever its mark."""
    text = body.decode(name, "replace")
    sample = text[:_SAMPLE]
    kinds = Counter(map(unicodedata.category, sample))
    odd = sample.count("\ufffd") + sum(kinds[kind] for kind in ("Cn", "Co", "Cs"))
    controls = kinds["Cc"] - sum(sample.count(char) for char in "\t\n\r\x0c")
    if odd + controls > max(1, 0.05 * len(sample)):
        raise ReadError(f"it is not a text, though it begins like {name[:6].upper()}")
    return text


def _refuse_binary(body: bytes) -> None:
    kind = next((name for start, name in _SIGNATURES if body.startswith(start)), "")
    sample = body[:_SAMPLE]
    controls = _controls(sample)
    # A stray NUL or form feed in a text is dropped later; data has one control byte in ten.
    if kind and (controls or b"\x00" in body[:_SAMPLE] or not _is_utf8(sample)):
        raise ReadError(f"it is not a text but looks like {kind}")
    if controls > 0.05 * len(sample) and controls > 2:
        raise ReadError("it is not a text but binary data")


def _controls(sample: bytes) -> int:
    return len(sample) - len(sample.translate(None, _CONTROLS))


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True
