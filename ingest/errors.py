"""The errors of ingestion: one small tree, each naming where it happened and why.

Expected errors are values in a run's report; only unexpected ones propagate to the run's boundary.
"""

from datetime import timedelta

_CORRECT = "correct it or take it away; `broadsheet extract` shows what is made of it"


class IngestError(Exception):
    """Something about one source or document went wrong.

    `reason` says in plain words what happened; `origin` is the path or URL it happened at, "" when
    it concerns the whole source. `advice` says what the operator can do, "" where `reason` does.
    """

    advice = ""

    def __init__(self, reason: str, *, origin: str = "") -> None:
        super().__init__(reason, origin)
        self.reason = reason
        self.origin = origin

    def __str__(self) -> str:
        return f"{self.origin}: {self.reason}" if self.origin else self.reason

    def __reduce__(self) -> tuple[object, ...]:  # keyword arguments survive a worker process
        return (_rebuild, (type(self), self.reason, self.origin, self.__dict__))


def _rebuild(
    kind: type[IngestError], reason: str, origin: str, state: dict[str, object]
) -> IngestError:
    error = kind.__new__(kind)
    Exception.__init__(error, reason, origin)
    error.__dict__.update(state)
    return error


class SourceError(IngestError):
    """The source as a whole cannot be trusted now: nothing of it is added or removed."""


class StoreError(IngestError):
    """The store cannot be opened, read or written."""


class ReadError(IngestError):
    """A file cannot be read, or is not what its name says."""

    advice = _CORRECT


class VanishedError(ReadError):
    """A file that was listed is not there any more: deleted, renamed, or about to be rewritten."""

    advice = ""


class ExtractError(IngestError):
    """A document was read but no article could be made of it."""

    advice = _CORRECT


_BY_STATUS = {
    401: "what needs a password is not fetched: take the address out",
    402: "take the address out",
    403: "ask its owner to let us in, or take the address out",
    404: "correct the address, or take it out",
    406: "give another address of it",
    410: "take the address out",
    429: "nothing to do: it is asked again later; a longer [fetch] gap asks it less often",
    451: "take the address out",
}
"""What to do about an answer that is no page, by HTTP status (RFC 9110 §15)."""


class FetchError(IngestError):
    """A URL could not be fetched. `status` is the HTTP status, 0 when there was no answer.

    `retry_after`: how long its server wants to be left alone, None when it did not say. `offline`:
    no host at all has been reached of late, so that it is no fault of this one.
    """

    def __init__(
        self,
        reason: str,
        *,
        origin: str = "",
        status: int = 0,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(reason, origin=origin)
        self.status = status
        self.retry_after = retry_after
        self.offline = False

    @property
    def advice(self) -> str:  # type: ignore[override]
        """By status; what may pass by itself needs nobody."""
        return _BY_STATUS.get(self.status, "nothing to do unless it stays: it is asked again")


class GoneError(FetchError):
    """The server says that the document is not there (404) or never will be again (410)."""


class AddressRefusedError(FetchError):
    """The address is private, or its scheme or port is not one we talk to."""

    advice = ""


class RobotsError(FetchError):
    """The robots.txt of the host does not let us crawl the address, or cannot be read for now."""

    advice = "ask its owner to let us in, or leave it out (`exclude`)"


class DeadlineError(FetchError):
    """The fetch took longer than it may."""

    advice = "nothing to do unless it stays; [fetch] says how long one may take"


class TooLargeError(FetchError):
    """The answer is larger, on the wire or decoded, than it may be."""

    advice = "[fetch] max_bytes says how large one may be"
