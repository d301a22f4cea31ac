"""What an RSS channel or Atom feed says of itself, and how often it wants to be asked."""

import re
from datetime import timedelta

from ingest.polling import Hints
from ingest.upstream import texts
from ingest.upstream.dates import Dates
from ingest.upstream.entries import authors_of, first_date, language_of, tags_of, title_of
from ingest.upstream.fields import Fields
from ingest.upstream.links import address, base_of, page_of, related
from ingest.upstream.media import image_of, whole
from ingest.upstream.values import UpstreamFeed

_ABSTRACT = (
    "description",
    "atom:subtitle",
    "atom:tagline",
    "dc:description",
    "itunes:summary",
    "itunes:subtitle",
)
_UPDATED = (
    "atom:updated",
    "atom:modified",
    "lastbuilddate",
    "pubdate",
    "dc:date",
    "dcterms:modified",
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS = {"hourly": 60, "daily": 1_440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}
_HOUR = re.compile(r"[01]?\d|2[0-4]")
_LONGEST = 525_600  # minutes: a year


def head_of(channel: Fields, base: str, dates: Dates) -> UpstreamFeed:
    """What the channel or feed says of itself; `base` is what its xml:base is relative to."""
    own = base_of(channel.element, base)
    return UpstreamFeed(
        id=channel.text("atom:id"),
        title=title_of(channel),
        description=next(
            filter(None, (texts.title_of(*one) for one in channel.named(*_ABSTRACT))), ""
        ),
        home=page_of(channel, base),
        url=next(iter(related(channel, base, "self")), ""),
        language=language_of(channel),
        authors=authors_of(channel),
        tags=tags_of(channel),
        image=image_of(channel, base),
        icon=address(channel.text("atom:icon", "webfeeds:icon"), own),
        updated=first_date(channel, _UPDATED, dates),
        hubs=related(channel, base, "hub"),
        next_url=next(iter(related(channel, base, "next")), ""),
        hints=_hints(channel),
    )


def _hints(channel: Fields) -> Hints:
    period = _PERIODS.get(channel.text("sy:updateperiod").lower(), 0)
    often = max(whole(channel.text("sy:updatefrequency")), 1)
    return Hints(
        ttl=timedelta(minutes=min(whole(channel.text("ttl")), _LONGEST)),
        every=timedelta(minutes=period) / often,
        skip_hours=frozenset(
            int(hour) % 24 for hour in _listed(channel, "hour") if _HOUR.fullmatch(hour)
        ),
        skip_days=frozenset(
            _DAYS.index(day) for text in _listed(channel, "day") if (day := text.lower()) in _DAYS
        ),
    )


def _listed(channel: Fields, unit: str) -> list[str]:
    return [text for skipped in channel.each(f"skip{unit}s") for text in skipped.texts(unit)]
