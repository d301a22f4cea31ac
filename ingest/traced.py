"""Values that know where they came from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")


WRITTEN_BY = "written by "
"""Begins the origin of a summary that a language model wrote; the model's name follows."""


@dataclass(frozen=True, slots=True)
class Traced(Generic[T_co]):
    """A value and the place it came from, in the words of docs/answers.md; false when it is empty.

    So `a or b or c` is the first of several places that says something.
    """

    value: T_co
    origin: str = ""

    def __bool__(self) -> bool:
        return bool(self.value)

    def map(self, change: Callable[[T_co], U]) -> "Traced[U]":
        """What `change` makes of the value, from the same place."""
        return Traced(change(self.value), self.origin)


def joined(*parts: Traced[tuple[str, ...]]) -> Traced[tuple[str, ...]]:
    """The texts of all `parts` in order; the origin names each part that has any."""
    said = [part for part in parts if part]
    origins = dict.fromkeys(part.origin for part in said)
    return Traced(tuple(text for part in said for text in part.value), " + ".join(origins))
