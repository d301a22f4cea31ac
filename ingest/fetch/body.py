"""The body of an answer: read piece by piece, unpacked, and never larger than it may be.

Codings are undone here rather than by urllib3, which takes a packed body that ends in the middle
for a complete one: half an article would then replace the whole one.
"""

import zlib
from collections.abc import Iterator
from itertools import chain

from urllib3.response import BaseHTTPResponse

from ingest.errors import FetchError, TooLargeError
from ingest.fetch.watch import Watch

ACCEPTED = "gzip, deflate"
"""The content codings that can be undone, as Accept-Encoding tells it."""

_PIECE = 65_536
_MAX_CODINGS = 3
_SUSPICIOUS_RATIO = 100
_SUSPICIOUS_FROM = 1_000_000
_CUT = "the answer was cut short: its compressed data has no end"


def read_body(raw: BaseHTTPResponse, watch: Watch, max_bytes: int, *, whole: bool = True) -> bytes:
    """Read all of `raw` and undo its Content-Encoding; at most `max_bytes`, packed and unpacked.

    Unless `whole`, so many bytes are enough and the rest is not read.
    Raises TooLargeError beyond that, and for a body over 1 MB that was packed to less than a
    hundredth; FetchError for codings we did not ask for and broken ones; whatever the libraries
    raise for a broken connection. A `watch` that was cut may end the body early: its owner checks.
    Memory: the body and a few pieces.
    """
    if whole:
        _refuse_announced(raw.headers.get("content-length", ""), max_bytes)
    pieces = _wire(raw, watch, max_bytes if whole else max_bytes + _PIECE)
    for coding in reversed(_codings(raw.headers.get("content-encoding", ""))):
        pieces = _gunzip(pieces) if coding == "gzip" else _inflate(pieces)
    body = bytearray()
    try:
        for piece in pieces:
            body += piece
            if len(body) > max_bytes:
                if not whole:
                    return bytes(body[:max_bytes])
                raise _too_large(max_bytes)
            if _SUSPICIOUS_FROM < len(body) > _SUSPICIOUS_RATIO * raw.tell():
                raise TooLargeError("the answer unpacks to more than a hundred times its size")
    except zlib.error as error:
        raise FetchError("the compressed data of the answer is damaged") from error
    return bytes(body)


def _too_large(max_bytes: int) -> TooLargeError:
    return TooLargeError(f"the answer is larger than {max_bytes:,} bytes (fetch.max_bytes)")


def _refuse_announced(length: str, max_bytes: int) -> None:
    if length.isascii() and length.isdigit() and (len(length) > 18 or int(length) > max_bytes):
        raise _too_large(max_bytes)


def _codings(header: str) -> list[str]:
    """The codings in the order they were applied (RFC 9110 §8.4), `identity` left out."""
    names = [name.strip().lower() for name in header[:200].split(",")]
    codings = [name.removeprefix("x-") for name in names if name not in {"", "identity"}]
    if len(codings) > _MAX_CODINGS or set(codings) - {"gzip", "deflate"}:
        raise FetchError(f"the answer is packed in a way that was not asked for: {header[:60]!r}")
    return codings


def _wire(raw: BaseHTTPResponse, watch: Watch, max_bytes: int) -> Iterator[bytes]:
    # read1 gives what one read of the socket brought; read would wait for a full piece, through
    # any number of timely drops.
    while piece := raw.read1(_PIECE, decode_content=False):
        watch.check()
        if raw.tell() > max_bytes:
            raise _too_large(max_bytes)
        yield piece


def _gunzip(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Undo gzip: one member after the other (RFC 1952 §2.2), padding behind them left out."""
    engine = None
    for piece in pieces:
        rest = piece
        while rest:
            if engine is None or (engine.eof and rest.startswith(b"\x1f")):
                engine = zlib.decompressobj(16 + zlib.MAX_WBITS)
            elif engine.eof:
                break
            yield engine.decompress(rest, _PIECE)
            rest = engine.unconsumed_tail or engine.unused_data
    if engine is not None:
        yield from _finish(engine)


def _inflate(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Undo deflate: with the zlib header that RFC 9110 §8.4.1.2 asks for, or bare as some send."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) > 1:
            break
    if not head:
        return
    wrapped = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
    engine = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
    for piece in chain((head,), pieces):
        rest = piece
        while rest and not engine.eof:
            yield engine.decompress(rest, _PIECE)
            rest = engine.unconsumed_tail
    yield from _finish(engine)


def _finish(engine: "zlib._Decompress") -> Iterator[bytes]:
    # A piece may have been full while the engine held more than it was asked for.
    while not engine.eof:
        piece = engine.decompress(b"", _PIECE)
        if not piece:
            raise FetchError(_CUT)
        yield piece
