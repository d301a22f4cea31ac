"""Passages: an article's paragraphs, lines and headings as they are compared with those of others.

What is the same in many articles of a source is told by the keys of passages and by how near they
stand to an article's ends. The same walk from the ends tells what can be learned and what goes.
"""

import hashlib
import re
import struct
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Literal

Place = Literal["head", "intro", "text", "tail"]
"""Where a passage recurs: before or right below the title, as the article's opening sentence,
between its paragraphs, at its end."""

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d+")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_FIGURE = re.compile(r"\d[.,]\d|[%£$€¥]|https?://")
_URL = re.compile(r"https?://\S+")
_WIDE = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_STOPS = (".", "!", "?", "…", "。", "！", "？", "।", "۔", ".”", ".“", '."', ".»", ".)", "!)")
_PROSE, _LONG, _WEIGHTY, _WORDY, _SPOKEN, _SENTENCE, _LABEL = 8, 12, 12, 6, 4, 5, 2  # words
_PASSED = 3  # short passages of the article itself between an end and what recurs there
_ENDS = 40  # passages kept of each end of an article
_RECORD = struct.Struct(">QH")


class Trait:
    """What is remembered of a passage beside its key, a bit each: plain ints, which are quick."""

    TITLED = 1  # of a text whose first own line is its title
    PROSE = 2  # a sentence of eight words or more
    LONG = 4  # prose, or more than twelve words: the article has begun
    WEIGHTY = 8  # prose of twelve words or more: nobody writes it twice by accident
    WORDY = 16  # more than a heading: may be learned between paragraphs
    LABEL = 32  # a heading, or two words: what stands below it tells whether it is furniture
    FIXED = 64  # a quotation, code, a table: never goes
    NUMBERED = 128  # a short line whose numbers make no difference
    OPENING = 256  # a sentence that may introduce a series


@dataclass(frozen=True, slots=True)
class Passage:
    """63 bits of a digest of what it says, its traits, and its words (unknown when stored)."""

    key: int
    traits: int
    words: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What a source's articles share: the place of each key.

    `first` maps the key of an opening to the origin of the document that keeps it; `kept` are the
    keys that an operator wants to stay everywhere. `pending`: there are documents
    to learn from, or articles to be made as this says.
    """

    places: Mapping[int, Place] = field(default_factory=dict)
    first: Mapping[int, str] = field(default_factory=dict)
    kept: frozenset[int] = frozenset()
    pending: bool = False

    def stays(self, key: int, origin: str) -> bool:
        """Whether the learned passage `key` stays in the document `origin` all the same."""
        return key in self.kept or self.first.get(key) == origin


NOTHING = Learned()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The passages of a document as it came; of what is learned in it, key and text."""

    passages: tuple[Passage, ...] = ()
    shared: tuple[tuple[int, str], ...] = ()


def passage(
    text: str, *, label: bool = False, item: bool = False, fixed: bool = False, titled: bool = False
) -> Passage | None:
    """The passage that `text` is; None when it says nothing in letters.

    Case, punctuation and white space make no difference, and in a short line neither do whole
    numbers ("5 min read"); in a sentence years alone, for what else it counts may be the news. The
    numbers of an `item` of a list are what it says, and those with a
    decimal point, a percent sign or a currency are figures, those of an address a part of it.
    """
    words = _WORD.findall(text.casefold())
    if all(word.isdecimal() for word in words):
        return None
    count = len(_WORD.findall(_URL.sub("url", text))) + len(_WIDE.findall(text)) // 2
    stops = text.rstrip().endswith(_STOPS)
    numbers = _YEAR if stops and count >= _SENTENCE else _NUMBER
    numbered = _NUMBER.search(text) is not None
    said = " ".join(words)
    short = count <= _LONG and not item and not _FIGURE.search(text)
    masked = short and numbers.search(said) is not None
    if masked:
        said = numbers.sub("#", said)
    prose = stops and count >= _PROSE
    wordy = count >= _WORDY or (stops and count >= _SPOKEN)
    said_by = {
        Trait.TITLED: titled,
        Trait.PROSE: prose,
        Trait.LONG: prose or count > _LONG,
        Trait.WEIGHTY: prose and count >= _WEIGHTY,
        Trait.WORDY: wordy and not item and (count > _PROSE or not masked),
        Trait.LABEL: label or (count <= _LABEL and not (numbered or item)),
        Trait.FIXED: fixed,
        Trait.NUMBERED: masked,
        Trait.OPENING: stops and count >= _SENTENCE and not _calls().search(said),
    }
    traits = sum(bit for bit, holds in said_by.items() if holds)
    return Passage(_key(said), traits, count)


def picture(src: str) -> Passage:
    """The passage that a picture without words is."""
    return Passage(_key(f"\0{src}"), 0)


def reach(
    passages: Sequence[Passage], known: Collection[int], *, from_end: bool
) -> Iterator[tuple[int, Place]]:
    """What may be furniture near one end of an article: index and place, from that end on.

    The walk goes over what is `known` and over three short passages of the article itself, and
    stops at its first paragraph. A text's title costs nothing. A label counts only when nothing
    of the article follows it, for headings recur in good articles; or before a text's title.
    """
    left = _PASSED
    below = not (passages and passages[0].traits & Trait.TITLED)  # the title was passed
    order = range(len(passages) - 1, -1, -1) if from_end else range(len(passages))
    for index in order:
        one = passages[index]
        above = not from_end and not below
        last = index + 1 == len(passages) or passages[index + 1].key in known
        fixed = bool(one.traits & Trait.FIXED)
        if not fixed and (above or last or not one.traits & Trait.LABEL):
            opening = below and bool(one.traits & Trait.OPENING)
            yield index, "tail" if from_end else "intro" if opening else "head"
        if one.key in known and not fixed:
            continue
        if above:
            below = True
            continue
        left -= 1
        if one.traits & (Trait.LONG | Trait.FIXED) or not left:
            return


def movable(one: Passage) -> bool:
    """Whether a passage may go from between paragraphs."""
    return bool(one.traits & (Trait.WORDY | Trait.WEIGHTY)) and not one.traits & (
        Trait.FIXED | Trait.LABEL
    )


def left_out(passages: Sequence[Passage], learned: Learned, origin: str) -> frozenset[int]:
    """Which passages of the document `origin` are no part of its article, by index.

    None when too little would be left: no paragraph of its own, or less than a third of its words.
    """
    places = learned.places
    found = {
        index
        for from_end in (False, True)
        for index, _ in reach(passages, places, from_end=from_end)
        if passages[index].key in places
    }
    found |= {
        i for i, one in enumerate(passages) if places.get(one.key) in _MIDDLE and movable(one)
    }
    out = {index for index in found if not learned.stays(passages[index].key, origin)}
    return frozenset(out) if out and _bears(passages, out) else frozenset()


_MIDDLE = ("text", "intro")
_ENOUGH = 30  # words of short lines that are an article, too
_OWN = 1 / 3  # of all words


def _bears(passages: Sequence[Passage], out: Collection[int]) -> bool:
    """Whether an article is left without the passages `out`; its title is none."""
    rest = [one for index, one in enumerate(passages) if index not in out]
    if rest and rest[0].traits & Trait.TITLED:
        rest = rest[1:]
    own = sum(one.words for one in rest)
    whole = any(one.traits & (Trait.LONG | Trait.FIXED) for one in rest) or own >= _ENOUGH
    return whole and own >= _OWN * sum(one.words for one in passages)


def pack(passages: Sequence[Passage]) -> bytes:
    """Passages as they are stored: 10 bytes each, of a long article those of its ends."""
    ends = passages if len(passages) <= 2 * _ENDS else (*passages[:_ENDS], *passages[-_ENDS:])
    return b"".join(_RECORD.pack(one.key, one.traits) for one in ends)


def unpack(stored: bytes) -> tuple[Passage, ...]:
    """What `pack` stored."""
    return tuple(Passage(*record) for record in _RECORD.iter_unpack(stored))


@cache
def _calls() -> re.Pattern[str]:
    """What calls readers to do something for the site."""
    data = tomllib.loads(resources.files("ingest").joinpath("calls.toml").read_text("utf-8"))
    words = sorted({word for language in data.values() for word in language})
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b")


def _key(said: str) -> int:
    digest = hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
