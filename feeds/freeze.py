"""Freezing: from a stored article to the entry that subscribers see. Pure."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from anyascii import anyascii

from feeds.links import file_path, rewrite
from ingest.article import INTERNAL, Article
from ingest.entry import Entry
from ingest.traced import WRITTEN_BY

_SLUG = 80  # characters
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What an article's links to files of its folder resolve to.

    `articles` maps paths below the source's root to article ids, `files` holds the paths of files
    that are there and may be copied.
    """

    articles: Mapping[str, str] = field(default_factory=dict)
    files: Collection[str] = ()


def freeze(
    article: Article,
    *,
    number: int,
    slug: str,
    published: int,
    updated: int,
    related: Sequence[tuple[str, str, str, str]],
    folder: Folder,
) -> Entry:
    """The entry of `article`; `related` are those of `related_to`."""
    assets = _asset_names([path for path in article.assets if path in folder.files])

    def resolve(link: str) -> str:
        path, _, fragment = file_path(link), *link.partition("#")[1:]
        if path in folder.articles:
            uuid = folder.articles[path].removeprefix("urn:uuid:")
            return f"{INTERNAL}article/{uuid}" + (f"#{fragment}" if fragment else "")
        return f"{INTERNAL}asset/{slug}/{assets[path]}" if path in assets else ""

    image = article.image
    if image and image.url.startswith(INTERNAL):
        url = resolve(image.url)
        image = replace(image, url=url) if url else None
    return Entry(
        article=article.id,
        source=article.source,
        number=number,
        slug=slug,
        url=article.url,
        published=published,
        updated=updated,
        title=article.title,
        authors=article.authors,
        language=article.language,
        html=rewrite(article.html, resolve),
        summary=article.summary,
        image=image,
        tags=_categories(article),
        related=tuple(related),
        assets=tuple(assets.items()),
        judged=article.change,
        enclosures=article.enclosures,
        upstream=article.upstream,
        licence=article.licence,
        via=article.via,
        episode=article.episode,
        key_points=article.key_points,
        written_by=_model(article.origins.get("summary", "")),
    )


def slug_of(article: Article, taken: Collection[str]) -> str:
    """A readable name for the article's page: from its place, in ASCII, at most 80 characters.

    The place and not the title, so that a rebuilt store gives the same names to articles whose
    title changed meanwhile. When it is taken, 6 hexadecimal digits of the id tell them apart.
    """
    parts = urlsplit(article.origin)
    if parts.scheme in {"http", "https"}:
        place = parts.path.rstrip("/").rpartition("/")[2] or parts.netloc
    else:
        place = article.origin
    folder, slash, name = place.rpartition("/")
    stem = folder + slash + PurePosixPath(name).stem
    slug = _slugify(stem) or _slugify(article.title) or "article"
    if slug not in taken:
        return slug
    digits = article.uuid.replace("-", "")
    return next(
        named
        for size in (6, 12, 32)
        if (named := f"{slug[: _SLUG - size - 1].rstrip('-')}-{digits[:size]}") not in taken
    )


def free_second(wanted: int, *, now: int, taken: Collection[int]) -> int:
    """A second that no entry has as `updated`: the next free one not after now, else the next
    earlier."""
    second = wanted
    while second in taken and second < now:
        second += 1
    while second in taken:
        second -= 1
    return second


def later_second(after: int, *, now: int, taken: Collection[int]) -> int:
    """A free second for a significant change: now or just before, but always later than `after`."""
    second = max(now, after + 1)
    while second in taken and second > after + 1:
        second -= 1
    while second in taken:
        second += 1
    return second


def _categories(article: Article) -> tuple[str, ...]:
    """The tags, and the section unless it is one of them."""
    folded = {tag.casefold() for tag in article.tags}
    named = article.section and article.section.casefold() not in folded
    return (*article.tags, article.section) if named else article.tags


def _model(origin: str) -> str:
    """The model that wrote what comes from there, "" for none."""
    return origin.removeprefix(WRITTEN_BY) if origin.startswith(WRITTEN_BY) else ""


def _slugify(text: str) -> str:
    slug = _NOT_SLUG.sub("-", anyascii(text).lower()).strip("-")
    if len(slug) <= _SLUG:
        return slug
    return slug[: _SLUG + 1].rpartition("-")[0][:_SLUG] or slug[:_SLUG]


def _asset_names(paths: Sequence[str]) -> dict[str, str]:
    """Names for files beside the page, ASCII and different from each other."""
    names: dict[str, str] = {}
    for path in paths:
        file = PurePosixPath(path)
        stem, suffix = _slugify(file.stem) or "file", file.suffix.lower()
        suffix = suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ""
        name = stem + suffix
        if name in names.values() or name == "index.html":
            name = f"{stem}-{hashlib.sha256(path.encode()).hexdigest()[:6]}{suffix}"
        names[path] = name
    return names
