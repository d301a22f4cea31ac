"""Media files of an entry: what is enclosed with it, and which image stands for it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from lxml import etree

from ingest.article import Enclosure
from ingest.upstream.fields import Fields, text_of
from ingest.upstream.links import address, base_of

_MOST = 100  # media files of one entry
_AVATAR = "gravatar.com/avatar/"  # WordPress.com lists the author's picture before the article's
_FLASH = "application/x-shockwave-flash"  # YouTube's; nothing plays it any more
_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}")
_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|avif|gif)(?:\?|$)", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:\.\d*)?")
_SECONDS = re.compile(r"(\d{1,6})(?:\.\d*)?")
_RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"


@dataclass(frozen=True, slots=True)
class _Media:
    """A media file as some element names it; `width` in pixels, 0 when unknown."""

    file: Enclosure
    is_image: bool
    width: int = 0
    preferred: bool = False


def media_of(fields: Fields, base: str) -> tuple[tuple[Enclosure, ...], str]:
    """What is enclosed with an entry, and the address of the image that stands for it, or "".

    Enclosures are RSS's, Atom's, and what Media RSS lists that is no image. The image is, of the
    first kind that there is, the preferred one or the widest: Media RSS's contents, enclosures, the
    entry's own, a podcast's, Media RSS's thumbnails.
    """
    links = (link for link in fields.all("atom:link", "link") if link.get("rel") == "enclosure")
    enclosed = list(_media([*fields.all("enclosure"), *links], base))
    holders = [fields, *islice(fields.each("media:group"), _MOST)]
    listed = list(_media((c for one in holders for c in one.all("media:content")), base))
    played: dict[str, Enclosure] = {}
    for file in (one.file for one in (*enclosed, *(m for m in listed if not m.is_image))):
        if file.media_type != _FLASH:
            played.setdefault(file.url, file)
    images = [one for one in listed if one.is_image] or [one for one in enclosed if one.is_image]
    images = images or _pictured(fields, base) or list(_media(_thumbnails(holders), base))
    best = max(images, key=lambda one: (one.preferred, one.width)).file.url if images else ""
    return _timed(list(played.values())[:_MOST], fields), best


def image_of(channel: Fields, base: str) -> str:
    """The address of the image of a feed, "" when it has none."""
    pictured = _pictured(channel, base)
    logo = address(channel.text("atom:logo"), base_of(channel.element, base))
    return pictured[0].file.url if pictured else logo


def seconds(text: str) -> int:
    """The seconds of a duration: a number of them, MM:SS or HH:MM:SS; 0 when it is none."""
    if clock := _CLOCK.fullmatch(text.strip()):
        hours, minutes, rest = (int(part or 0) for part in clock.groups())
        return hours * 3600 + minutes * 60 + rest
    number = _SECONDS.fullmatch(text.strip())
    return int(number[1]) if number else 0


def _timed(files: list[Enclosure], fields: Fields) -> tuple[Enclosure, ...]:
    """The files, the first that plays with the duration that a podcast states of its episode."""
    length = seconds(fields.text("itunes:duration"))
    for place, one in enumerate(files):
        if one.media_type.startswith(("audio/", "video/")):
            files[place] = replace(one, duration=length or one.duration)
            break
    return tuple(files)


def enclosure(
    url: str, media_type: str, length: str, *, label: str = "", duration: str = ""
) -> Enclosure:
    """The enclosure at `url`, with what is plausible of its type, length and duration."""
    kind = media_type.partition(";")[0].strip().lower()  # "; codecs=" is for players
    return Enclosure(
        url=url,
        media_type=kind if _TYPE.fullmatch(kind) else "",
        length=whole(length),
        label=label,
        duration=seconds(duration),
    )


def _thumbnails(holders: list[Fields]) -> Iterator[etree._Element]:
    for holder in holders:
        yield from holder.all("media:thumbnail")
        for content in holder.each("media:content"):
            yield from content.all("media:thumbnail")


def _pictured(fields: Fields, base: str) -> list[_Media]:
    """RSS's image, an element of its own or its address alone, else that of a podcast."""
    found = []
    for image in fields.each("image"):
        alone = "" if len(image.element) else text_of(image.element)
        said = image.text("url") or image.element.get(_RESOURCE) or alone
        if url := address(said, base_of(image.element, base)):
            found.append(_Media(Enclosure(url=url), is_image=True))
    return found or list(_media(fields.all("itunes:image", "googleplay:image"), base))


def _media(elements: Iterable[etree._Element], base: str) -> Iterator[_Media]:
    for element in islice(elements, _MOST):
        said = element.get("url") or element.get("href") or ""
        url = address(said, base_of(element, base))
        if url and _AVATAR not in url:
            length = element.get("length") or element.get("fileSize") or ""
            file = enclosure(
                url,
                element.get("type") or "",
                length,
                label=element.get("title") or "",
                duration=element.get("duration") or "",
            )
            shows = _shows(file.media_type or (element.get("medium") or ""), url)
            width, preferred = whole(element.get("width") or ""), element.get("isDefault") == "true"
            yield _Media(file, is_image=shows, width=width, preferred=preferred)


def _shows(kind: str, url: str) -> bool:
    return kind.startswith("image") if kind else bool(_PICTURE.search(url))


def whole(text: str) -> int:
    """The number `text` is, 0 when it is none or not a plausible one."""
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) < 16 else 0
