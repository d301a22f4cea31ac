"""Media types: what a file is, told by the end of its name."""

from typing import Literal, cast

# Names of the IANA media type registry for what a publication holds. A table of our own, for the
# system's differs from one machine to the next.
_BY_SUFFIX = {
    ".aac": "audio/aac",
    ".atom": "application/atom+xml; charset=utf-8",
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".epub": "application/epub+zip",
    ".flac": "audio/flac",
    ".gif": "image/gif",
    ".htm": "text/html; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".m4a": "audio/mp4",
    ".m4b": "audio/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".ogv": "video/ogg",
    ".opus": "audio/ogg",
    ".opml": "text/x-opml; charset=utf-8",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".rss": "application/rss+xml; charset=utf-8",
    ".svg": "image/svg+xml",
    ".torrent": "application/x-bittorrent",
    ".txt": "text/plain; charset=utf-8",
    ".wav": "audio/wav",
    ".weba": "audio/webm",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
    ".zip": "application/zip",
}
_MEDIA = ("audio", "image", "video")

Medium = Literal["audio", "image", "video", ""]


def media_type(suffix: str) -> str:
    """The type of files whose name ends so (`.mp3`, in any case), "" when we do not know it."""
    return _BY_SUFFIX.get(suffix.lower(), "")


def medium(media_type: str) -> Medium:
    """What a type is played or shown as, "" for anything else."""
    kind = media_type.partition("/")[0]
    return cast(Medium, kind if kind in _MEDIA else "")
