"""rss2email, feeds as mails (https://github.com/rss2email/rss2email)."""

import mailbox
import re
from contextlib import closing
from datetime import UTC
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path

from tests.slow.clients.base import Client, Shown, Told


class Rss2email(Client):
    """Mails into a folder: one for each entry, and a reply to that one when it changes."""

    program = "r2e"

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder, url)
        for part in ("cur", "new", "tmp"):
            (folder / "mail" / "INBOX" / part).mkdir(parents=True)
        self._config = folder / "rss2email.cfg"
        self._r2e("new", "reader@example.org")
        settings = {
            "email-protocol": "maildir",
            "maildir-path": f"{folder}/mail",
            "html-mail": "True",
            "date-header": "True",
            "date-header-order": "issued, created",
            "name-format": "{author}",
            "reply-changes": "True",
        }
        lines = [
            line
            for line in self._config.read_text().splitlines()
            if line.partition(" = ")[0] not in settings
        ]
        at = lines.index("[DEFAULT]") + 1
        lines[at:at] = [f"{name} = {value}" for name, value in settings.items()]
        self._config.write_text("\n".join(lines) + "\n")
        self._r2e("add", "news", url)
        self._read = 0

    def title(self, title: str) -> str:
        """In RSS feedparser calls one HTML that has a tag, and html2text makes Markdown of it."""
        if self.url.endswith(".atom") or not re.search("<[a-z]", title):
            return title
        return unescape(re.sub("</?b>", "**", title).replace("<i>", "_"))

    def author(self, authors: tuple[str, ...]) -> str:
        """Of RSS the first, of Atom the last (feedparser's `author_detail`), at no address."""
        return f"{authors[0 if self.url.endswith('.rss') else -1]} <user@rss2email.invalid>"

    def poll(self) -> Told:
        self._r2e("run")
        fresh = self._mails()[self._read :]
        self._read += len(fresh)
        new = sorted(mail["X-RSS-ID"] for mail in fresh if not mail["In-Reply-To"])
        replies = sorted(mail["X-RSS-ID"] for mail in fresh if mail["In-Reply-To"])
        return Told(tuple(new), tuple(replies))

    def shown(self) -> list[Shown]:
        return [
            Shown(
                id=mail["X-RSS-ID"],
                title=_decoded(mail["Subject"]),
                link=mail["X-RSS-URL"],
                date=parsedate_to_datetime(mail["Date"]).replace(tzinfo=UTC),
                author=_decoded(mail["From"]),
                content=_body(mail),
                enclosure=_enclosure(_body(mail)),
            )
            for mail in self._mails()
        ]

    def _r2e(self, *command: str) -> None:
        self.run("r2e", "-c", str(self._config), "-d", str(self.folder / "data.json"), *command)

    def _mails(self) -> list[Message]:
        """The mails in the order they came, which their names begin with."""
        with closing(mailbox.Maildir(self.folder / "mail" / "INBOX", create=False)) as box:
            return [box[key] for key in sorted(box.keys(), key=_arrival)]


def _enclosure(body: str) -> str:
    found = re.search('Enclosure: <a href="([^"]*)"', body)
    return found[1] if found else ""


def _arrival(name: str) -> tuple[int, ...]:
    return tuple(int("".join(c for c in part if c.isdigit()) or 0) for part in name.split(".")[:2])


def _decoded(header: str) -> str:
    return str(make_header(decode_header(header)))


def _body(mail: Message) -> str:
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode(mail.get_content_charset() or "ascii")
