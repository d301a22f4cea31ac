"""The types of values that options have, and what is said of a value that is none."""

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_UNITS |= {unit[0]: seconds for unit, seconds in _UNITS.items()}
_DURATION = re.compile(r"([0-9]{1,9})\s*(?:([a-z]{2,}?)s?|([a-z]))", re.IGNORECASE)
_YEAR = 366 * 86400
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")

PICTURES = frozenset({".avif", ".gif", ".ico", ".jpeg", ".jpg", ".png", ".svg", ".webp"})
"""How the names of images end that a browser shows."""


class Section(BaseModel):
    """A table of a file of ours: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _duration(value: object) -> object:
    """Read "90s", "15 minutes", "1h", "1 day". Anything else is left for the type to refuse."""
    if isinstance(value, str):
        match = _DURATION.fullmatch(value.strip())
        unit = (match[2] or match[3]).lower() if match else ""
        if not match or unit not in _UNITS:
            raise ValueError('write a number and a unit, such as "15 minutes", "1h" or "1 day"')
        seconds = int(match[1]) * _UNITS[unit]
        if seconds > _YEAR:
            raise ValueError("write at most a year")
        return timedelta(seconds=seconds)
    if isinstance(value, int | float):
        raise ValueError('write the unit too, in quotes, such as "15 minutes"')
    return value


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("write it in small letters and digits, with - or _ between them")
    return value


def _language(value: str) -> str:
    if value and not _LANGUAGE.fullmatch(value):
        raise ValueError("write a language tag, such as en, pt-BR or zh-Hant")
    return value


def address(value: str) -> str:
    """`value`, if it is an absolute http(s) address; raises ValueError."""
    parts = urlsplit(value)  # itself raises ValueError for a broken IPv6 address
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("write the whole address, such as https://example.org/news")
    try:
        _ = parts.port
    except ValueError:
        raise ValueError("the port of the address is not one between 0 and 65535") from None
    return value


def _network(value: object) -> object:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    if not isinstance(value, str):  # ipaddress makes an address of a number
        raise ValueError('write a network in quotes, such as "192.168.0.0/16"')
    if value.strip().lower() == "localhost":
        raise ValueError("write 127.0.0.0/8 and ::1/128 for it")
    try:
        return ip_network(value.strip())
    except ValueError:
        raise ValueError("write a network, such as 192.168.0.0/16 or fd00::/8") from None


def _listed(value: object) -> object:
    """One text for a list of one."""
    return (value,) if isinstance(value, str) else value


def picture(value: str) -> str:
    """The address of an image, or a path to one. Raises ValueError, in plain words, for others."""
    if not value or "://" in value:
        return address(value) if value else ""
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or "\\" in value:
        raise ValueError("name a file beside this configuration, or below, or its whole address")
    if path.suffix.lower() not in PICTURES:
        raise ValueError(f"write a file that ends in one of {', '.join(sorted(PICTURES))}")
    return value


def _category(value: str) -> str:
    parts = [part.strip() for part in value.split(">")]
    if value and (len(parts) > 2 or not all(parts)):
        raise ValueError('write a category, such as "Technology" or "News > Daily News"')
    return " > ".join(parts)


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Timeout = Annotated[Duration, Field(ge=timedelta(seconds=1))]
Name = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_name)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_listed)]
Language = Annotated[str, AfterValidator(_language)]
Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Address = Annotated[str, AfterValidator(address)]
Picture = Annotated[str, AfterValidator(picture)]
Category = Annotated[str, AfterValidator(_category)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
Count = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
