"""What a reference in a document points to: an absolute URL, a file below the root, or nothing."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urljoin, urlsplit

from ingest.article import INTERNAL
from ingest.urls import link_url

FILE = INTERNAL + "file/"
_ARTICLES = frozenset({".md", ".markdown", ".txt", ".html", ".htm", ".xhtml"})
_JUNK = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_SPOKEN = "%!$&'()*+,;=:@/?~"


@dataclass(frozen=True, slots=True)
class Link:
    """`url` is absolute, "" when the reference leads nowhere; `outside` when it left the root."""

    url: str = ""
    outside: bool = False


def file_base(path: str) -> str:
    """The base that references of the file at `path` (relative to the root) are resolved by."""
    return FILE + quote(unicodedata.normalize("NFC", path), errors="replace")


def resolve(reference: str, base: str) -> Link:
    """Resolve a reference of the document at `base`: an http(s) URL, a `file_base`, or "".

    With a file as base, `/x` means the source's root, and what leaves the root or is a hidden file
    leads nowhere. With "" only absolute references lead anywhere. Links to a place in the same
    document lead nowhere, for ids do not survive sanitizing.
    """
    reference = _JUNK.sub("", reference).strip()
    try:
        parts = urlsplit(reference)
        scheme = parts.scheme.lower()
        if scheme in {"mailto", "tel"}:
            return Link(f"{scheme}:{quote(reference[len(scheme) + 1 :].strip(), safe=_SPOKEN)}")
        if scheme == INTERNAL[:-1]:
            return _internal(reference, base)
        if not reference or reference.startswith("#") or (scheme and scheme[:4] != "http"):
            return Link()
        if not scheme and base.startswith(FILE) and not reference.startswith("//"):
            return _file(parts.path, parts.fragment, _folder(base))
        whole = urljoin("https:" if base.startswith(FILE) else base, reference)
        return Link(link_url(whole))
    except ValueError:
        return Link()


def path_of(url: str) -> str:
    """The path below the root that a `broadsheet:file/…` link names, "" for other links."""
    return unquote(url[len(FILE) :].partition("#")[0]) if url.startswith(FILE) else ""


def assets(urls: Iterable[str]) -> tuple[str, ...]:
    """The files among `urls` that are no articles, in order, each once: what goes beside a page."""
    paths = dict.fromkeys(path for path in map(path_of, urls) if path and path[-1] != "/")
    return tuple(p for p in paths if PurePosixPath(p).suffix.lower() not in _ARTICLES)


def _internal(reference: str, base: str) -> Link:
    """Our own scheme: as it is among our own texts, files only in files, nothing from outside."""
    if not base:
        return Link(INTERNAL + quote(reference[len(INTERNAL) :], safe=_SPOKEN + "#"))
    if base.startswith(FILE) and reference.lower().startswith(FILE):
        path, _, fragment = reference[len(FILE) :].partition("#")
        return _file(path, fragment, ())
    return Link()


def _folder(base: str) -> tuple[str, ...]:
    return tuple(path_of(base).split("/")[:-1])


def _file(path: str, fragment: str, folder: tuple[str, ...]) -> Link:
    plain = unicodedata.normalize("NFC", _JUNK.sub("", unquote(path)).replace("\\", "/"))
    kept = [] if plain.startswith("/") else list(folder)
    for segment in plain.split("/"):
        if segment == "..":
            if not kept:
                return Link(outside=True)
            kept.pop()
        elif segment not in {"", "."}:
            kept.append(segment)
    if any(segment.startswith(".") for segment in kept):
        return Link(outside=True)  # hidden files are nobody's to publish
    if not plain or not kept:
        return Link()
    slash = "/" if plain.endswith("/") else ""
    mark = f"#{quote(unquote(fragment), safe=_SPOKEN[1:])}" if fragment else ""
    return Link(FILE + quote("/".join(kept), errors="replace") + slash + mark)
