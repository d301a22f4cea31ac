"""Tokens of private feeds: how they are made, told from names, and known again."""

import secrets
from hashlib import sha256

_MARK = "T"  # no feed's name has a capital letter, so the two are told apart in an address
_BYTES = 32


def new_token() -> str:
    """A token that nobody can guess: 256 random bits (RFC 6750 §5.2 asks for 128 at least)."""
    return _MARK + secrets.token_urlsafe(_BYTES)


def digest(token: str) -> str:
    """What is kept of a token. It is random, so that a plain hash cannot be turned round."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def may_be_token(text: str) -> bool:
    """Whether `text` stands where an address has a token, and not a name."""
    return text.startswith(_MARK)
