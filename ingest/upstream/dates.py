"""The dates of one feed, within a budget: dates in words take time."""

from datetime import UTC, datetime

from ingest.normalize.dates import parse_date

_WORDS = 200  # dates in words, up to 10 ms each, that one feed may cost


class Dates:
    """Reads the dates of a feed and remembers those that name no moment.

    A date without a zone is in `zone`; `language` is the feed's, once that is known.
    """

    def __init__(self, zone: str) -> None:
        self.language = ""
        self.unread: list[str] = []
        self._zone = zone
        self._words = _WORDS

    def read(self, text: str) -> datetime | None:
        """The moment `text` names, in UTC; None when it names none."""
        found = parse_date(text, self._zone, language=self.language, words=False)
        if found is None and self._words:
            self._words -= 1
            found = parse_date(text, self._zone, language=self.language)
        if found is None:
            self.unread.append(text)
        return found and found.astimezone(UTC)
