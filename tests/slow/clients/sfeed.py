"""sfeed, tools for the shell (https://codemadness.org/sfeed.html)."""

from datetime import UTC, datetime
from pathlib import Path

from tests.slow.clients.base import Client, Shown, Told, escaped


class Sfeed(Client):
    """A line of its file is an entry; what is a line that was not there is new."""

    program = "sfeed_update"
    conditional = False

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder, url)
        feeds = f'sfeedpath="{folder}"\nfeeds() {{\n\tfeed "news" "{url}"\n}}\n'
        (folder / "sfeedrc").write_text(feeds)
        self._before: list[list[str]] = []

    def title(self, title: str) -> str:
        """It takes every title for plain text, in Atom too: sfeed(5), field 2."""
        return escaped(title)

    def author(self, authors: tuple[str, ...]) -> str:
        """The first: sfeed(5), field 7."""
        return authors[0]

    def poll(self) -> Told:
        self.run("sfeed_update", "sfeedrc")
        before, self._before = self._before, self._lines()
        fresh = (line[5] for line in self._before if line not in before)
        return Told.of(fresh, (line[5] for line in before))

    def shown(self) -> list[Shown]:
        return [
            Shown(
                id=id_,
                title=title,
                link=link,
                date=datetime.fromtimestamp(int(date), UTC),
                author=author,
                content=content.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\"),
                enclosure=enclosure,
            )
            for date, title, link, content, _, id_, author, enclosure, _ in self._lines()
        ]

    def _lines(self) -> list[list[str]]:
        text = (self.folder / "news").read_text(encoding="utf-8")
        return [line.split("\t") for line in text.splitlines()]
