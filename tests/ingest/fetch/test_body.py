import gzip
import io
import zlib
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from urllib3 import HTTPResponse

from ingest.errors import DeadlineError, FetchError
from ingest.fetch.body import read_body
from ingest.fetch.watch import Watch


def _bare(data: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return engine.compress(data) + engine.flush()


def _members(data: bytes) -> bytes:
    half = len(data) // 2
    return gzip.compress(data[:half]) + gzip.compress(data[half:])


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZip", gzip.compress),
    "members": ("gzip", _members),
    "padded": ("gzip", lambda data: gzip.compress(data) + bytes(20)),
    "zlib": ("deflate", zlib.compress),
    "bare": ("deflate", _bare),
    "identity": ("identity", bytes),
}


class _Wire(io.BytesIO):
    """Hands out a body in pieces of the given sizes, as packets come."""

    def __init__(self, data: bytes, cuts: list[int]) -> None:
        super().__init__(data)
        edges = sorted({0, *(cut % (len(data) + 1) for cut in cuts), len(data)})
        self._sizes = [end - start for start, end in pairwise(edges)]

    def read1(self, _size: int | None = -1, /) -> bytes:
        return self.read(self._sizes.pop(0)) if self._sizes else b""


def _read(data: bytes, codings: str, cuts: list[int] | None = None) -> bytes:
    raw = HTTPResponse(
        body=_Wire(data, cuts or []),
        headers={"Content-Encoding": codings},
        preload_content=False,
    )
    watch = Watch(5, DeadlineError("late"))
    try:
        return read_body(raw, watch, 10_000_000)
    finally:
        watch.close()
        raw.close()


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=2_000).map(lambda data: data * 40),
    st.lists(st.sampled_from(sorted(PACKERS)), max_size=3),
    st.lists(st.integers(0, 100_000), max_size=8),
)
def test_packing_in_any_way_and_pieces_is_undone(
    data: bytes, packers: list[str], cuts: list[int]
) -> None:
    packed = data
    for name in packers:
        packed = PACKERS[name][1](packed)
    assert _read(packed, ", ".join(PACKERS[name][0] for name in packers), cuts) == data


@settings(max_examples=60, deadline=None)
@given(
    st.binary(min_size=10, max_size=500),
    st.sampled_from(["gzip", "zlib", "bare"]),
    st.floats(0.01, 0.99),
)
def test_a_packed_body_without_its_end_is_an_error(data: bytes, packer: str, part: float) -> None:
    coding, pack = PACKERS[packer]
    packed = pack(data)
    with pytest.raises(FetchError, match=r"cut short|damaged"):
        _read(packed[: max(1, int(len(packed) * part))], coding)


def test_an_end_of_zeroes_larger_than_a_piece_is_not_lost() -> None:
    data = bytes(900_001)
    assert _read(gzip.compress(data), "gzip") == data
