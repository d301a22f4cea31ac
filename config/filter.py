"""A filter of a feed: one thing that is asked of each of its articles, or done to them."""

import re
import warnings
from datetime import timedelta
from functools import cached_property

from pydantic import Field, field_validator, model_validator

from config.values import Count, Duration, Flag, Section

_PIECES = re.compile(
    r"""
      (?P<escape>\\.) | (?P<one>\[\^?\]?(?:\\.|[^\]\\])*\])
    | (?P<open>\((?:\?:)?) | (?P<close>\))
    | (?P<many>[*+]|\{[0-9]*,[0-9]*\}|\{[0-9]+\}) | (?P<maybe>\?) | (?P<either>\|) | (?P<plain>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS = ("include", "exclude", "image", "embargo", "share", "find")
_MANY = 2  # repetitions in a pattern: the time it takes grows with this power of a title's length
_CHOICES = 4  # optional parts and alternatives: it doubles with each
_LONGEST = 100


class Filter(Section):
    """One step, which names one of these. `include` and `exclude` are queries; `image` asks for an
    image, `embargo` for that age; `share` is how many articles of one source and one day there may
    be; `find` is a pattern whose finds in titles `put` takes the place of."""

    include: str = ""
    exclude: str = ""
    image: Flag = False
    embargo: Duration = timedelta()
    share: Count = Field(default=0, ge=0, le=1000)
    find: str = Field(default="", max_length=_LONGEST)
    put: str = Field(default="", max_length=_LONGEST)

    @cached_property
    def kind(self) -> str:
        """The name of what it does."""
        return next(name for name in _KINDS if getattr(self, name))

    @field_validator("find")
    @classmethod
    def _bounded(cls, value: str) -> str:
        """Patterns whose time is bounded on any title: no repetition of what varies itself."""
        many = choices = 0
        before = ""
        for piece in _PIECES.finditer(value):
            kind, text = piece.lastgroup or "", piece[0]
            many += kind == "many"
            choices += kind in {"maybe", "either"}
            if kind == "open" and value[piece.end() :].startswith("?"):
                raise ValueError("write no (?…) but (?:…); case makes no difference anyway")
            if kind == "escape" and (text[1].isdigit() or text[1] in "gk"):
                raise ValueError("a pattern must not refer to what it found before")
            if before == "close" and kind == "many":
                raise ValueError("what stands in ( ) must not be repeated; it could take ages")
            before = kind
        if many > _MANY:
            raise ValueError(f"has more than {_MANY} of * + {{}}; it could take ages")
        if choices > _CHOICES:
            raise ValueError(f"has more than {_CHOICES} of ? and |; it could take ages")
        try:
            with warnings.catch_warnings():  # of what another Python may read differently
                warnings.simplefilter("error", FutureWarning)
                re.compile(value)
        except (re.error, RecursionError, OverflowError, FutureWarning) as error:
            raise ValueError(f"is no pattern: {error}") from None
        return value

    @model_validator(mode="after")
    def _one_kind(self) -> "Filter":
        if sum(bool(getattr(self, name)) for name in _KINDS) != 1 or (self.put and not self.find):
            raise ValueError(f"name one of {', '.join(_KINDS)}; `put` goes with `find`")
        return self
