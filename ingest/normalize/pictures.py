"""The lead image of a page: where it is stated, with its size and type, and what is none."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

from ingest.article import Image
from ingest.markup import clean_line
from ingest.normalize.metadata import Head
from ingest.normalize.standins import words
from ingest.traced import Traced

_NAMES = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")
_FACTS = {"og:image:width": "width", "og:image:height": "height", "og:image:type": "media_type"}
_TYPES = {
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif",
    ".webp": "image/webp", ".avif": "image/avif",
}  # fmt: skip
_DRAWN = (".svg", ".svgz", ".ico", ".cur")
_SMALL = 100  # pixels: what is smaller both ways is an icon or a face
_MOST = 20  # images that are looked at
_LARGEST = 100_000  # pixels
_WORD = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{2,}(?![a-z])|(?<![A-Za-z])[a-z](?![A-Za-z])")
_PIXELS = re.compile(r"\s*(\d{1,6})(?:\.\d*)?\s*(?:px)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An image that a page states; `rejected` says why it is no lead image, "" when it may be."""

    image: Traced[Image]
    rejected: str


def lead_image(head: Head, base: str, url: str) -> Traced[Image | None]:
    """The first image that a page states as its own and that is a picture of something.

    Open Graph, Twitter, structured data, `link rel=image_src`. What one place leaves open of its
    size and type another may say. `url` is the page's address, `base` what references are
    relative to.
    """
    found = candidates(head, base, url)
    chosen = next((one.image for one in found if not one.rejected), None)
    if chosen is None:
        return Traced(None)
    image = chosen.value
    for other in (one.image.value for one in found):
        if other.url == image.url:
            sized = image if image.width else other
            image = replace(
                image,
                width=sized.width,
                height=sized.height,
                media_type=image.media_type or other.media_type,
            )
    return Traced(image, chosen.origin)


def candidates(head: Head, base: str, url: str) -> list[Candidate]:
    """Every image that the page states, in the order of `lead_image`."""
    logos = {urljoin(base, reference) for reference in _logos(head) if _is_plain(reference)}
    host = "".join((urlsplit(url).hostname or "").lower().removeprefix("www.").split("-"))
    found: list[Candidate] = []
    for stated in _stated(head):
        reference = clean_line(stated.value.url)
        absolute = urljoin(base, reference) if _is_plain(reference) else reference
        kind = _type(stated.value, absolute) if _is_plain(absolute) else ""
        image = replace(stated.value, url=absolute, media_type=kind)
        why = "the logo of its publisher" if absolute in logos else unsuitable(image, host)
        found.append(Candidate(Traced(image, stated.origin), why))
    return found[:_MOST]


def unsuitable(image: Image, host: str) -> str:
    """Why `image` is no picture of anything, "" when it may be one; `host` is the page's."""
    if not _is_plain(image.url):
        return "no address of a picture"
    path = PurePosixPath(unquote(urlsplit(image.url).path))
    if path.suffix.lower() in _DRAWN or image.media_type in {"image/svg+xml", "image/x-icon"}:
        return "a drawing or an icon"
    if image.width and image.height and max(image.width, image.height) < _SMALL:
        return "too small"
    known = words()
    if not known.folders.isdisjoint(part.lower() for part in path.parts[:-1]):
        return "an icon, a logo or a face"
    name = [word.lower() for word in _WORD.findall(path.stem)]
    others = [word for word in name if word not in known.marks]
    marked = len(others) < len(name)
    if marked and all(word in known.generic or word in host for word in others):
        return "a logo, an icon or a stand-in"
    return ""


def _is_plain(reference: str) -> bool:
    try:
        scheme = urlsplit(reference).scheme.lower()
    except ValueError:
        return False
    return bool(reference) and scheme in {"", "http", "https"}


def _stated(head: Head) -> Iterator[Traced[Image]]:
    yield from _in_meta(head)
    named = {str(node["@id"]): node for node in head.nodes if "@id" in node}
    places = [(head.data.node, "image"), (head.data.node, "thumbnailUrl")]
    places += [(node, "primaryImageOfPage") for node in head.nodes]
    for node, name in places:
        for image in _in_data(node.get(name), named):
            yield Traced(image, f"structured data {name}")
    for link in head.page.xpath("//link[@rel='image_src']/@href")[:1]:
        yield Traced(Image(url=str(link)), "image link")


def _in_meta(head: Head) -> Iterator[Traced[Image]]:
    """Open Graph says an image first, and then its size; the next `og:image` begins another."""
    images: list[tuple[str, dict[str, str]]] = []
    for element in head.page.xpath("//meta[@content]")[:1_000]:
        names = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = (element.get("content") or "").strip()[:5_000]
        for name in names.lower().split()[:5] if content else ():
            if name in _NAMES:
                images.append((name, {"url": content}))
            elif name in _FACTS and images:
                images[-1][1].setdefault(_FACTS[name], content)
    for name, facts in sorted(images, key=lambda one: one[0].startswith("twitter")):  # stable
        yield Traced(_image(facts), f"meta {name}")


def _in_data(value: object, named: Mapping[str, Mapping[str, object]]) -> Iterator[Image]:
    """An address, an ImageObject or the `@id` of one in `named`, or a list of them."""
    for one in (value if isinstance(value, list) else [value])[:_MOST]:
        if isinstance(one, str) and one.strip():
            yield Image(url=one.strip())
        elif isinstance(one, dict):
            known = {**named.get(str(one.get("@id")), {}), **one}
            url = known.get("url") or known.get("contentUrl")
            url = url[0] if isinstance(url, list) and url else url
            if isinstance(url, str):
                yield _image({**known, "url": url, "media_type": known.get("encodingFormat")})


def _image(facts: Mapping[str, object]) -> Image:
    width, height = _pixels(facts.get("width")), _pixels(facts.get("height"))
    both = bool(width and height)
    media_type = facts.get("media_type")
    return Image(
        url=str(facts["url"]).strip(),
        media_type=media_type.strip().lower()[:100] if isinstance(media_type, str) else "",
        width=width if both else 0,
        height=height if both else 0,
    )


def _pixels(value: object) -> int:
    """The number in a size: 1200, "1200px", {"value": 1200}; 0 for none."""
    if isinstance(value, dict):
        value = value.get("value")
    match = _PIXELS.fullmatch(str(value))
    number = int(match[1]) if match else 0
    return number if number <= _LARGEST else 0


def _type(image: Image, url: str) -> str:
    """The type that is stated, else what the address ends in."""
    if image.media_type.startswith("image/"):
        return "image/jpeg" if image.media_type == "image/jpg" else image.media_type
    return _TYPES.get(PurePosixPath(urlsplit(url).path).suffix.lower(), "")


def _logos(head: Head) -> Iterator[str]:
    """The addresses of what the page itself calls its icon or its logo."""
    icons = head.page.xpath("//link[contains(@rel, 'icon')]/@href")[:_MOST]
    yield from map(str, icons)
    named = {str(node["@id"]): node for node in head.nodes if "@id" in node}
    for node in head.nodes:
        owner = node.get("publisher")
        for holder in (node, owner if isinstance(owner, dict) else {}):
            yield from (image.url for image in _in_data(holder.get("logo"), named))
