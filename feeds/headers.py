"""Headers that our server sends, and asks hosts of the output folder to send. Pure."""

SHORTEST, LONGEST = 300, 3600
"""Seconds between which a feed's freshness is kept, whatever the schedule says."""

CORS = (
    ("access-control-allow-origin", "*"),
    ("access-control-expose-headers", "ETag, Last-Modified, Link"),
)
"""For feeds: what scripts of other sites may read."""

SNIFF = ("x-content-type-options", "nosniff")
"""For everything: its type is what we say."""

PAGE_POLICY = (
    "content-security-policy",
    "default-src 'none'; img-src * data:; media-src *; style-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)
"""For pages: no scripts, no forms, no frames."""


ARCHIVE_FRESHNESS = "public, max-age=604800"
"""How long an archive may be kept: it does not change, but an entry may be withdrawn."""


def freshness(seconds: int) -> str:
    """How long a feed counts as fresh, when it may change in `seconds`.

    Without our server readers get an older edition for an hour at most, without any for a day.
    """
    age = min(max(seconds, SHORTEST), LONGEST)
    return f"public, max-age={age}, stale-while-revalidate=3600, stale-if-error=86400"


def link(links: tuple[tuple[str, str], ...]) -> str:
    """The value of a Link header that tells (URL, relation) pairs, all in one (RFC 8288)."""
    return ", ".join(
        f'<{url}>; rel="{relation}"' + ('; type="text/html"' if relation == "alternate" else "")
        for url, relation in links
    )
