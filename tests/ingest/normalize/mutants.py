"""Pages damaged at random: what is cut off, repeated, put in and overwritten."""

from collections.abc import Sequence
from random import Random

_MOST = 60_000  # bytes of a mutant: the cost of judging one is the judge's
_MARKS = (
    b"<", b">", b'"', b"'", b"</", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&#0;", b"&#x110000;",
    b"<template>", b"<svg>", b"<math>", b"<table>", b"</p>", b"</body>", b"</html>", b"<plaintext>",
    b"<frameset>", b"<select>", b"<title>", b"<textarea>", b"<noscript>", b"\0", b"\xff\xfe",
    b"<base href=javascript:x>", b"<base href='//['>", b"<meta charset=utf-16>", b'<a href=">',
)  # fmt: skip
_TAGS = (b"<b>", b"<p>", b"<a href=x>", b"<li>", b"<td>", b"</div>", b"<font color=1>", b"<div>")


def mutant(page: bytes, chance: Random, hostile: Sequence[str]) -> bytes:
    """`page` after a few changes; `hostile` are pieces of HTML to put in."""
    body = page
    for _ in range(chance.randint(1, 12)):
        start = chance.randrange(len(body) + 1)
        end = start + chance.randrange(1, 400)
        put = (
            b"",
            body[start:end] * chance.randint(2, 20),
            body[start:end] + chance.choice(hostile).encode("utf-8", "surrogatepass"),
            chance.randbytes(end - start),
            body[start:end] + chance.choice(_MARKS),
            body[start:end] + b"<div>" * chance.choice([5, 300, 3_000]),
            body[start:end] + b"".join(chance.choices(_TAGS, k=chance.choice([5, 200]))),
            body[start:end] + body[chance.randrange(len(body) + 1) :][:2_000],
        )
        body = (body[:start] + chance.choice(put) + body[end:])[:_MOST] or b"<p>"
    return body
