"""The publication itself, as its operator describes it."""

from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from config.values import Address, Language, Listed, Picture, Section, address

_MOST_HUBS = 10
_OWN = "self"


class Site(Section):
    """The publication itself. `url` is the public address its feeds and pages are reached at.

    `icon`, square, and `logo` are files beside the configuration or addresses; `licence` is an
    address or a text. `hubs` are the WebSub hubs that hear of every change of a feed; "self" is our
    own.
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
    hubs: Listed = ()

    @property
    def hub_urls(self) -> tuple[str, ...]:
        """The addresses of the hubs."""
        return tuple(self.own_hub if hub == _OWN else hub for hub in self.hubs)

    @property
    def own_hub(self) -> str:
        """The address of our own hub, whether it is wanted or not."""
        return f"{self.url}hub"

    @field_validator("url")
    @classmethod
    def _absolute(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("an address without ?query, #fragment or password is needed")
        if not value.isascii() or " " in value:
            raise ValueError("write it in ASCII, as a browser's address bar copies it")
        return value.rstrip("/") + "/"

    @field_validator("hubs")
    @classmethod
    def _hubs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(value) > _MOST_HUBS:
            raise ValueError(f"write at most {_MOST_HUBS} hubs")
        if len(set(value)) < len(value):
            raise ValueError("each hub stands once")
        for hub in set(value) - {_OWN}:
            parts = urlsplit(address(hub))
            if not hub.isascii() or not hub.isprintable() or set(hub) & set(' <>"'):
                raise ValueError("write the hub's address in ASCII, as a browser copies it")
            if parts.fragment or "@" in parts.netloc:
                raise ValueError("a hub's address without #fragment or password is needed")
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("not a known time zone; write one such as Europe/Berlin") from None
        return value
