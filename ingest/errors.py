"""The errors of ingestion: one small tree, each naming where it happened and why.

Expected errors are values in a run's report; only unexpected ones propagate to the run's boundary.
"""


class IngestError(Exception):
    """Something about one source or document went wrong.

    `reason` says in plain words what happened and, where it helps, what to do; `origin` is the path
    or URL it happened at, "" when it concerns the whole source.
    """

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


class VanishedError(ReadError):
    """A file that was listed is not there any more: deleted, renamed, or about to be rewritten."""


class ExtractError(IngestError):
    """A document was read but no article could be made of it."""


class FetchError(IngestError):
    """A URL could not be fetched. `status` is the HTTP status, 0 when there was no answer."""

    def __init__(self, reason: str, *, origin: str = "", status: int = 0) -> None:
        super().__init__(reason, origin=origin)
        self.status = status


class GoneError(FetchError):
    """The server says that the document is not there (404) or never will be again (410)."""


class AddressRefusedError(FetchError):
    """The address is private, or its scheme or port is not one we talk to."""


class DeadlineError(FetchError):
    """The fetch took longer than it may."""


class TooLargeError(FetchError):
    """The answer is larger, on the wire or decoded, than it may be."""
