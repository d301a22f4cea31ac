"""The publication itself, as its operator describes it."""

from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from config.values import Address, Language, Picture, Section


class Site(Section):
    """The publication itself. `url` is the public address its feeds and pages are reached at.

    `icon`, square, and `logo` are files beside the configuration or addresses; `licence` is an
    address or a text.
    """

    title: str = Field(min_length=1)
    url: Address
    language: Language = Field(default="en", min_length=2)
    author: str = ""
    timezone: str = "UTC"
    contact: str = ""
    icon: Picture = ""
    logo: Picture = ""
    licence: str = ""
    copyright: str = ""

    @field_validator("url")
    @classmethod
    def _absolute(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("an address without ?query, #fragment or password is needed")
        if not value.isascii() or " " in value:
            raise ValueError("write it in ASCII, as a browser's address bar copies it")
        return value.rstrip("/") + "/"

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("not a known time zone; write one such as Europe/Berlin") from None
        return value
