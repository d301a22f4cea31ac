"""The table of a webhook: who is told of new entries, and how it can tell that it was us."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from config.values import Address, Name, Names, Section


class Notify(Section):
    """A webhook: `url` is posted the new entries of `feeds`, none: of every feed.

    What is sent is signed with `secret`, or with what the file `secret_file` holds; the address may
    be a secret itself, so it is shown nowhere.
    """

    name: Name
    url: Address
    feeds: Names = ()
    secret: str = Field(default="", max_length=1_000)
    secret_file: Path | None = None

    @property
    def host(self) -> str:
        """Who is spoken to."""
        return urlsplit(self.url).hostname or ""

    @field_validator("url")
    @classmethod
    def _plain(cls, value: str) -> str:
        parts = urlsplit(value)
        if not value.isascii() or not value.isprintable() or " " in value:
            raise ValueError("write the address in ASCII, without spaces")
        if parts.fragment or "@" in parts.netloc:
            raise ValueError("an address without #fragment or user:password is needed")
        return value
