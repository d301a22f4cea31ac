"""The rules of JSON Feed 1.0 and 1.1."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from feeds.lint import addresses, values
from feeds.lint.checks import check_html
from feeds.lint.notes import Report, Sheet
from feeds.lint.places import placed

_VERSION = re.compile(r"https?://jsonfeed\.org/version/1(\.1)?")
_KNOWN: Mapping[str, Mapping[str, type[Any]]] = {
    "feed": {
        **dict.fromkeys(("version", "title", "description", "user_comment", "language"), str),
        **dict.fromkeys(("home_page_url", "feed_url", "next_url", "icon", "favicon"), str),
        **dict.fromkeys(("authors", "hubs", "items"), list),
        "author": dict,
        "expired": bool,
    },
    "item": {
        **dict.fromkeys(
            ("id", "url", "external_url", "title", "content_html", "content_text"), str
        ),
        **dict.fromkeys(("summary", "image", "banner_image", "date_published"), str),
        **dict.fromkeys(("date_modified", "language"), str),
        **dict.fromkeys(("authors", "tags", "attachments"), list),
        "author": dict,
    },
    "author": dict.fromkeys(("name", "url", "avatar"), str),
    "hub": dict.fromkeys(("type", "url"), str),
    "attachment": {
        **dict.fromkeys(("url", "mime_type", "title"), str),
        **dict.fromkeys(("size_in_bytes", "duration_in_seconds"), object),
    },
}
_ADDRESSES = frozenset(
    [
        "home_page_url",
        "feed_url",
        "next_url",
        "icon",
        "favicon",
        "url",
        "external_url",
        "image",
        "banner_image",
        "avatar",
    ]
)
_TEXTS = frozenset({"title", "summary", "description"})
_TAG = re.compile(r"</[a-zA-Z]+>|<(?:br|p|img|a)[\s/>]|&(?:amp|lt|gt|nbsp|quot);", re.IGNORECASE)


class _Sized(dict[str, Any]):
    """An object that remembers which of its keys stood there twice."""

    twice: tuple[str, ...] = ()


def check_json(body: bytes, sheet: Sheet, *, now: datetime, url: str) -> Report:
    """Check a JSON Feed. Any bytes give a report."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        sheet.note("json-encoding", line=body.count(b"\n", 0, error.start) + 1)
        text = body.decode("utf-8-sig", "replace")
    try:
        feed = json.loads(text, object_pairs_hook=_object, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        said = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deep"
        sheet.note("json-invalid", line=line, found=said)
        return Report(format="", entries=0, findings=tuple(sheet.findings))
    if not isinstance(feed, dict) or not ({"version", "items"} & feed.keys()):
        sheet.note("not-a-feed", line=1)
        return Report(format="", entries=0, findings=tuple(sheet.findings))
    walk = _JsonWalk(sheet, now, url)
    walk.feed(feed)
    version = "1.1" if "version/1.1" in str(feed.get("version")) else "1.0"
    findings = placed(sheet.findings, text)
    return Report(format=f"JSON Feed {version}", entries=walk.entries, findings=findings)


def _object(pairs: list[tuple[str, Any]]) -> _Sized:
    found = _Sized(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        found.twice = tuple(sorted({name for name in names if names.count(name) > 1}))
    return found


def _integer(digits: str) -> int:
    return int(digits[:400])


class _JsonWalk:
    def __init__(self, sheet: Sheet, now: datetime, url: str) -> None:
        self._sheet = sheet
        self._now = now
        self._url = url
        self.entries = 0
        self._ids: set[str] = set()

    def feed(self, feed: dict[str, Any]) -> None:
        self._known(feed, "feed")
        version = feed.get("version")
        if not (isinstance(version, str) and _VERSION.fullmatch(version)):
            self._note("json-version", "version", str(version))
        for key in ("title", "items"):
            if key not in feed:
                self._note("json-missing", key)
        if isinstance(feed.get("language"), str):
            self._language(feed["language"])
        own = feed.get("feed_url")
        if isinstance(own, str):
            if self._url and not addresses.same(own, self._url):
                self._note("json-self", "feed_url", own)
            if feed.get("next_url") == own:
                self._note("json-next", "next_url", own)
        self._authors(feed)
        self._each(feed, "hubs", self._hub)
        self._each(feed, "items", self._item)

    def _item(self, item: dict[str, Any]) -> None:
        self.entries += 1
        self._sheet.entry = self.entries
        self._known(item, "item", ignored=frozenset({"id"}))
        self._id(item)
        if "content_html" not in item and "content_text" not in item:
            self._note("json-content", "content_html")
        if isinstance(item.get("content_html"), str):
            html = item["content_html"]
            self._inside("content_html", lambda: check_html(self._sheet, html, absolute=False))
        for key in ("date_published", "date_modified"):
            if isinstance(item.get(key), str) and (fault := values.rfc3339(item[key], self._now)):
                rule = "json-date" if fault == "date-rfc3339" else fault
                self._note(rule, key, item[key])
        if isinstance(item.get("language"), str):
            self._language(item["language"])
        tags = item.get("tags")
        for number, tag in enumerate(tags if isinstance(tags, list) else ()):
            if not isinstance(tag, str):
                self._note("json-type", f"tags[{number}]", str(tag))
        self._authors(item)
        self._each(item, "attachments", self._attachment)
        self._sheet.entry = 0

    def _id(self, item: dict[str, Any]) -> None:
        id_ = item.get("id")
        if id_ is None or id_ == "":
            self._note("json-missing", "id")
            return
        if not isinstance(id_, str):
            self._note("json-id", "id", str(id_))
        if str(id_) in self._ids:
            self._note("json-duplicate-id", "id", str(id_))
        self._ids.add(str(id_))

    def _authors(self, holder: dict[str, Any]) -> None:
        if "author" in holder:
            self._note("json-author-old", "author")
            if isinstance(holder["author"], dict):
                self._inside("author", lambda: self._author(holder["author"]))
        self._each(holder, "authors", self._author)

    def _author(self, author: dict[str, Any]) -> None:
        self._known(author, "author")
        if not {"name", "url", "avatar"} & author.keys():
            self._note("json-author")

    def _hub(self, hub: dict[str, Any]) -> None:
        self._known(hub, "hub")
        for key in ("type", "url"):
            if key not in hub:
                self._note("json-hub", key)

    def _attachment(self, attachment: dict[str, Any]) -> None:
        self._known(attachment, "attachment")
        for key in ("url", "mime_type"):
            if key not in attachment:
                self._note("json-missing", key)
        kind = attachment.get("mime_type")
        if isinstance(kind, str) and not values.media_type(kind):
            self._note("json-mime", "mime_type", kind)
        for key in ("size_in_bytes", "duration_in_seconds"):
            size = attachment.get(key, 0)
            if isinstance(size, bool) or not isinstance(size, int | float) or not size >= 0:
                self._note("json-size", key, str(size))

    def _known(
        self, holder: dict[str, Any], table: str, ignored: frozenset[str] = frozenset()
    ) -> None:
        """The types of the keys, the addresses and plain texts among them."""
        for key in holder.twice if isinstance(holder, _Sized) else ():
            self._note("json-duplicate-key", key)
        for key, value in holder.items():
            if key in ignored or key.startswith("_"):
                continue
            wanted = _KNOWN[table].get(key)
            if wanted is None:
                self._note("json-unknown", key)
            elif not isinstance(value, wanted):
                self._note("json-type", key, json.dumps(value)[:100])
            elif not isinstance(value, str):
                continue
            elif key in _ADDRESSES and addresses.absolute(value):
                self._note("json-url", key, value)
            elif key in _TEXTS and _TAG.search(value):
                self._note("json-plain", key, value)

    def _each(self, holder: dict[str, Any], key: str, check: Callable[[Any], None]) -> None:
        found = holder.get(key)
        for number, one in enumerate(found if isinstance(found, list) else ()):
            self._sheet.trail.append(f"{key}[{number}]")
            if isinstance(one, dict):
                check(one)
            else:
                self._sheet.note("json-type", element=key, found=json.dumps(one)[:100])
            self._sheet.trail.pop()

    def _inside(self, key: str, check: Callable[[], None]) -> None:
        self._sheet.trail.append(key)
        check()
        self._sheet.trail.pop()

    def _language(self, text: str) -> None:
        if values.language(text):
            self._note("json-language", "language", text)

    def _note(self, rule: str, key: str = "", found: str = "") -> None:
        if key:
            self._sheet.trail.append(key)
        self._sheet.note(rule, found=found)
        if key:
            self._sheet.trail.pop()
