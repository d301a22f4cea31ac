"""What podcasts say of an episode: Apple's tags and the Podcasting 2.0 namespace."""

from ingest.article import Enclosure, Episode
from ingest.upstream.fields import Fields
from ingest.upstream.links import address, base_of
from ingest.upstream.media import enclosure, whole

_KINDS = frozenset({"full", "trailer", "bonus"})
_EXPLICIT = {"yes": True, "true": True, "explicit": True}
_CLEAN = {"no": False, "false": False, "clean": False}


def episode_of(item: Fields, base: str) -> Episode | None:
    """What an item says of its episode; None when it says nothing."""
    kind = item.text("itunes:episodetype").lower()
    found = Episode(
        number=whole(item.text("itunes:episode", "podcast:episode")),
        season=whole(item.text("itunes:season", "podcast:season")),
        kind=kind if kind in _KINDS else "",
        explicit=(_EXPLICIT | _CLEAN).get(item.text("itunes:explicit").lower()),
        transcript=_file(item, base, "podcast:transcript"),
        chapters=_file(item, base, "podcast:chapters"),
    )
    return None if found == Episode() else found


def _file(item: Fields, base: str, name: str) -> Enclosure | None:
    for element in item.all(name):
        if url := address(element.get("url") or "", base_of(element, base)):
            return enclosure(url, element.get("type") or "", "")
    return None
