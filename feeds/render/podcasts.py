"""Podcasts: Apple's tags where a feed is one, Podcasting 2.0's for what an entry says.

Apple's tags make validators and directories ask for more: a category, an address to write to, files
of certain kinds. So only a feed that states these has them.
"""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from lxml import etree

from feeds.edition import Edition, EditionEntry
from feeds.render.elements import add, main_enclosure
from feeds.render.spelling import plain

ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
PODCAST = "{https://podcastindex.org/namespace/1.0}"

# https://podcasters.apple.com/support/823-podcast-requirements
_KINDS = frozenset({".m4a", ".mp3", ".mov", ".mp4", ".m4v", ".pdf", ".epub"})
_PICTURES = frozenset({".jpg", ".jpeg", ".png"})


def add_show(channel: etree._Element, head: Edition, *, explicit: bool) -> None:
    """Say of a channel what directories require."""
    show = head.podcast
    if show is None:
        return
    add(channel, f"{ITUNES}author", plain(head.author))
    add(channel, f"{ITUNES}explicit", _boolean(explicit))
    category = etree.SubElement(channel, f"{ITUNES}category", text=show.category)
    if show.subcategory:
        etree.SubElement(category, f"{ITUNES}category", text=show.subcategory)
    owner = etree.SubElement(channel, f"{ITUNES}owner")
    add(owner, f"{ITUNES}name", plain(head.author))
    add(owner, f"{ITUNES}email", show.email)
    for url in (head.logo, head.icon):
        if _ending(url) in _PICTURES:
            etree.SubElement(channel, f"{ITUNES}image", href=url)
            break


def add_episode(item: etree._Element, entry: EditionEntry, *, apple: bool) -> None:
    """Say of a fitted entry what its podcast does, `apple`: in Apple's tags too."""
    file, episode = main_enclosure(entry.enclosures), entry.episode
    if apple:
        if file and file.duration:
            add(item, f"{ITUNES}duration", str(file.duration))
        if episode:
            numbers = {"season": episode.season, "episode": episode.number}
            for name, number in numbers.items():
                if number:
                    add(item, f"{ITUNES}{name}", str(number))
            if episode.kind:
                add(item, f"{ITUNES}episodeType", episode.kind)
            if episode.explicit is not None:
                add(item, f"{ITUNES}explicit", _boolean(episode.explicit))
        if entry.image and _ending(entry.image.url) in _PICTURES:
            etree.SubElement(item, f"{ITUNES}image", href=entry.image.url)
    if episode is None:
        return
    for name, number in (("season", episode.season), ("episode", episode.number)):
        if number:
            add(item, f"{PODCAST}{name}", str(number))
    for name, one in (("transcript", episode.transcript), ("chapters", episode.chapters)):
        if one:
            etree.SubElement(item, f"{PODCAST}{name}", url=one.url, type=one.media_type)


def is_playable(entry: EditionEntry) -> bool:
    """Whether Apple's programs play the file of an entry: its tags on others are warned of."""
    file = main_enclosure(entry.enclosures)
    return file is not None and _ending(file.url) in _KINDS


def says_something(entry: EditionEntry) -> bool:
    """Whether an entry has elements of Podcasting 2.0."""
    one = entry.episode
    return bool(one and (one.season or one.number or one.transcript or one.chapters))


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _ending(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).suffix.lower()
