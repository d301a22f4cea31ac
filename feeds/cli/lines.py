"""Where the options of feeds stand in the configuration."""

from collections.abc import Mapping
from pathlib import Path

from config.feed import Feed
from config.lines import Loc, key_lines
from config.load import read_text
from config.settings import Settings


class FeedLines:
    """Where the options of feeds stand in the configuration."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self._path = path
        self._settings = settings
        self._lines = key_lines(read_text(path))

    def of(self, feed: Feed) -> Mapping[Loc, int]:
        """Line by option of `feed`, or of the one it is made of; none where nothing is written."""
        for number, one in enumerate(self._settings.feeds):
            mine = feed.name.startswith(f"{one.name}-") if one.each else one.name == feed.name
            if mine:
                size = len(("feed", number))
                return {
                    loc[size:]: line
                    for loc, line in self._lines.items()
                    if loc[:size] == ("feed", number)
                }
        return {}
