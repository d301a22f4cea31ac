"""Answers as they are sent: a status, headers, and bytes or a file; and those to guests."""

from dataclasses import dataclass, replace

from feeds.server.static import StaticFile

Pairs = tuple[tuple[bytes, bytes], ...]

SNIFF = (b"x-content-type-options", b"nosniff")
REVALIDATE = (b"cache-control", b"no-cache")
NOT_KEPT = (b"cache-control", b"no-store")
PASSWORD = (b"www-authenticate", b'Basic realm="Private feeds", charset="UTF-8"')
GUESTS_VARY = (b"vary", b"Accept-Encoding, Authorization")
GUESTS = (
    (b"referrer-policy", b"no-referrer"),  # the address may hold a token
    (b"x-robots-tag", b"noindex"),
)
"""What is said of whatever is private."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, its headers and what to send: bytes, or a file to close after sending."""

    status: int
    headers: Pairs
    body: bytes | StaticFile = b""


def plain(status: int, text: str, *headers: tuple[bytes, bytes]) -> Answer:
    """An answer of one line for people."""
    kind = (b"content-type", b"text/plain; charset=utf-8")
    return whole(status, f"{text}\n".encode(), (*headers, kind, SNIFF))


def whole(status: int, body: bytes, headers: Pairs) -> Answer:
    """An answer of these bytes, with their length."""
    return Answer(status, (*headers, (b"content-length", str(len(body)).encode())), body)


def for_guests(answer: Answer) -> Answer:
    """`answer` as guests get it: no cache that others share keeps it, and no address is told on."""
    headers = tuple(
        (name, b"private, no-cache") if (name, value) == REVALIDATE else (name, value)
        for name, value in answer.headers
    )
    vary = () if any(name == b"vary" for name, _ in headers) else (GUESTS_VARY,)
    return replace(answer, headers=(*headers, *vary, *GUESTS))
