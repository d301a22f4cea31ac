"""The table of an optional part: a language model that writes summaries."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from config.values import Address, Count, Section, Timeout


class OpenAI(Section):
    """Who writes summaries for sources that ask for it: an endpoint of the OpenAI protocol.

    `url` is the base, to which `/chat/completions` is added; `key_file` holds the key, which stands
    nowhere else. `tokens_per_day` bounds what all sources spend in a day of UTC.
    """

    url: Address
    model: str = Field(min_length=1, max_length=200)
    key_file: Path | None = None
    timeout: Timeout = Field(default=timedelta(seconds=30), le=timedelta(minutes=5))
    tokens_per_day: Count = Field(default=200_000, ge=1_000)

    @field_validator("url")
    @classmethod
    def _base(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("write the address alone; `key_file` names the file with the key")
        return value.rstrip("/").removesuffix("/chat/completions")
