"""The rules of RSS 2.0, 0.9x and 1.0, and of the RSS Advisory Board's profile."""

from collections.abc import Mapping
from email.utils import getaddresses
from urllib.parse import unquote

from feeds.lint import addresses, values
from feeds.lint.checks import check_html, check_plain, no_children, plain
from feeds.lint.links import check_archive, check_self_rss
from feeds.lint.podcast import check_podcast, check_podcast_item
from feeds.lint.tree import attributes_of
from feeds.lint.walk import Check, End, Leaf, State, Walk

_PICTURES = frozenset({"jpg", "jpeg", "gif", "png"})
_DAYS = frozenset(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


def _enclosure(walk: Walk, leaf: Leaf, state: State) -> None:
    said = attributes_of(leaf.element)
    if state.seen["enclosure"] > 1:
        walk.sheet.note("duplicate-enclosure")
    length = values.number(said.get("length", ""))
    if "length" not in said:
        walk.sheet.note("missing-attribute", attribute="length")
    elif length is None:
        walk.sheet.note("integer-attribute", attribute="length", found=said["length"])
    elif length < 0:
        rule = "length-unknown" if length == -1 else "nonnegative-integer"
        walk.sheet.note(rule, attribute="length", found=said["length"])
    if "type" not in said:
        walk.sheet.note("missing-attribute", attribute="type")
    elif not values.media_type(said["type"]):
        walk.sheet.note("mime-attribute", attribute="type", found=said["type"])
    if "url" not in said:
        walk.sheet.note("missing-attribute", attribute="url")
    elif not addresses.fetchable(said["url"]):
        walk.sheet.note("url-attribute", attribute="url", found=said["url"])
    if leaf.text:
        walk.sheet.note("unexpected-text", found=leaf.text)


def _guid(walk: Walk, leaf: Leaf, _state: State) -> None:
    no_children(walk, leaf)
    said = leaf.element.get("isPermaLink")
    if said not in {None, "true", "false"}:
        walk.sheet.note("guid-boolean", attribute="isPermaLink", found=str(said))
    if said in {None, "true"}:
        if fault := addresses.absolute(leaf.text, "guid-url"):
            walk.sheet.note(fault, found=leaf.text)
        elif leaf.text.lower().startswith(("tag:", "urn:uuid:")):
            walk.sheet.note("guid-permalink", found=leaf.text)
    elif len(leaf.text) < 9 and leaf.text.isdigit():
        walk.sheet.note("guid-short", found=leaf.text)
    if not leaf.text:
        walk.sheet.note("blank")
    elif walk.repeats("guid", leaf.text):
        walk.sheet.note("duplicate-guid", found=leaf.text)


def _source(walk: Walk, leaf: Leaf, _state: State) -> None:
    url = leaf.element.get("url")
    if url is None:
        walk.sheet.note("missing-attribute", attribute="url")
    elif fault := addresses.absolute(url):
        walk.sheet.note(fault, attribute="url", found=url)


def _description(walk: Walk, leaf: Leaf, state: State) -> None:
    if walk.version == "0.91":
        plain(walk, leaf, state)
    else:
        no_children(walk, leaf)
        check_html(walk.sheet, leaf.raw, absolute=True)


def _encoded(walk: Walk, _leaf: Leaf, state: State) -> None:
    if walk.kind == "rss" and not state.seen["description"]:
        walk.sheet.note("description-order")


def _body(walk: Walk, _leaf: Leaf, _state: State) -> None:
    if walk.kind == "rss":
        walk.sheet.note("same-meaning-text")


def _comments_case(walk: Walk, _leaf: Leaf, _state: State) -> None:
    walk.sheet.note("comments-case")


def _person(walk: Walk, leaf: Leaf, state: State) -> None:
    """An e-mail address with a name in brackets behind it; RSS profile."""
    text = leaf.text
    if text.startswith("mailto:"):
        text = unquote(text.partition(":")[2])
    if text.find("@") > 0 and not text.endswith(")"):
        walk.sheet.note("email-format" if " " in text else "email-name", found=text)
        return
    _mail(walk, leaf, state, text)


def _mail(walk: Walk, leaf: Leaf, _state: State, text: str = "") -> None:
    text = text or leaf.text
    no_children(walk, leaf)
    check_plain(walk, text, leaf, "html-in-text")
    found = getaddresses([text])
    address = found[0][1] if len(found) == 1 else text
    if not values.email(address or text):
        walk.sheet.note("email", found=text)


def _cloud(walk: Walk, leaf: Leaf, _state: State) -> None:
    said = attributes_of(leaf.element)
    for name in ("domain", "port", "path", "registerProcedure", "protocol"):
        if name not in said:
            walk.sheet.note("missing-attribute", attribute=name)
    port = values.number(said.get("port", "1"))
    if port is None or port <= 0:
        walk.sheet.note("integer-attribute", attribute="port", found=said["port"])


def _hour(walk: Walk, leaf: Leaf, state: State) -> None:
    hour = values.number(leaf.text)
    if hour is not None:
        if state.seen[f"hour {hour % 24}"]:
            walk.sheet.note("duplicate-guid", found=leaf.text)
        if 0 <= hour <= 23:
            state.seen[f"hour {hour}"] += 1
            return
    walk.sheet.note("skip-hour-midnight" if leaf.text == "24" else "skip-hour", found=leaf.text)


def _day(walk: Walk, leaf: Leaf, state: State) -> None:
    if leaf.text not in _DAYS:
        walk.sheet.note("skip-day", found=leaf.text)
    elif state.seen[f"day {leaf.text}"]:
        walk.sheet.note("duplicate-guid", found=leaf.text)
    else:
        state.seen[f"day {leaf.text}"] += 1


def _size(rule: str, most: int) -> Check:
    def check(walk: Walk, leaf: Leaf, _state: State) -> None:
        found = values.number(leaf.text)
        if found is None or not 0 < found <= most:
            walk.sheet.note(rule, found=leaf.text)

    return check


def _end_rss(walk: Walk, state: State) -> None:
    if not state.seen["channel"]:
        walk.sheet.note("missing-element", element="channel")


def _end_channel(walk: Walk, state: State) -> None:
    for name in ("description", "link", "title"):
        if not state.seen[name]:
            walk.sheet.note(f"missing-{name}", element=name)
    if not (state.seen["dc:language"] or state.seen["language"] or state.lang):
        walk.sheet.note("missing-language", element="language")
    if walk.kind == "rdf":
        if not state.seen["items"]:
            walk.sheet.note("missing-element", element="items")
    else:
        check_self_rss(walk, state)
        check_archive(walk, state)
    if state.podcast:
        check_podcast(walk, state)
    walk.profiled = state.texts.get("docs") == "http://www.rssboard.org/rss-specification"


def _end_item(walk: Walk, state: State) -> None:
    if not (state.seen["title"] or state.seen["description"]):
        walk.sheet.note("missing-title-and-description", element="title")
    if not state.seen["guid"] and walk.version.startswith("2."):
        walk.sheet.note("guid-missing", element="guid")
    head = state.parent
    if state.seen["slash:comments"] and head and not head.seen["lastBuildDate"]:
        walk.sheet.note("comments-date", element="lastBuildDate")
    check_podcast_item(walk, state)


def _end_rdf_item(walk: Walk, state: State) -> None:
    for name in ("link", "title"):
        if not state.seen[name]:
            walk.sheet.note("missing-element", element=name)
    _about(walk, state)


def _about(walk: Walk, state: State) -> None:
    about = state.element.get(_RDF_ABOUT)
    if about is None:
        if state.element.tag.startswith("{http://purl.org/rss/1.0/}"):
            walk.sheet.note("missing-attribute", attribute="rdf:about")
    else:
        if fault := addresses.reference(about):
            walk.sheet.note(fault, attribute="rdf:about", found=about)
        if state.table == "rdf-item" and walk.repeats("about", about):
            walk.sheet.note("duplicate-guid", attribute="rdf:about", found=about)


def _end_rdf_channel(walk: Walk, state: State) -> None:
    _about(walk, state)
    _end_channel(walk, state)


def _end_rdf(walk: Walk, state: State) -> None:
    if not state.seen["channel"]:
        walk.sheet.note("missing-element", element="channel")


def _end_image(walk: Walk, state: State) -> None:
    for name, rule in (
        ("title", "missing-title"),
        ("url", "missing-element"),
        ("link", "missing-link"),
    ):
        if not state.seen[name]:
            walk.sheet.note(rule, element=name)
    if state.seen["title"] and not state.texts.get("title"):
        walk.sheet.note("blank", element="title")
    if state.table == "rdf-image":
        _about(walk, state)
        return
    head = state.parent.texts if state.parent else {}
    for name in ("link", "title"):
        own, wanted = state.texts.get(name), head.get(name)
        if own is not None and wanted and own != wanted:
            walk.sheet.note(f"image-{name}", element=name, found=own)
    ending = state.texts.get("url", "").rpartition(".")[2].lower()
    if state.seen["url"] and ending.isidentifier() and ending not in _PICTURES:
        walk.sheet.note("image-format", element="url", found=ending)


def _end_input(walk: Walk, state: State) -> None:
    if walk.kind == "rss":
        walk.sheet.note("text-input")
    for name, rule in (
        *(("title", "missing-title"), ("link", "missing-link")),
        *(("description", "missing-description"), ("name", "missing-element")),
    ):
        if not state.seen[name]:
            walk.sheet.note(rule, element=name)


def _end_hours(walk: Walk, state: State) -> None:
    if not state.seen["hour"]:
        walk.sheet.note("missing-element", element="hour")
    if state.seen["hour"] > 24:
        walk.sheet.note("skip-hours-many")


def _end_days(walk: Walk, state: State) -> None:
    if not state.seen["day"]:
        walk.sheet.note("missing-element", element="day")
    if state.seen["day"] > 7:
        walk.sheet.note("skip-days-many")


CHECKS: Mapping[str, Check] = {
    "enclosure": _enclosure,
    "guid": _guid,
    "rss-source": _source,
    "description": _description,
    "encoded": _encoded,
    "xhtml-body": _body,
    "comments-case": _comments_case,
    "person": _person,
    "mail": _mail,
    "cloud": _cloud,
    "hour": _hour,
    "day": _day,
    "width": _size("image-width", 144),
    "height": _size("image-height", 400),
}
"""Checks by the names that `vocabulary` uses."""

ENDS: Mapping[str, End] = {
    "rss": _end_rss,
    "channel": _end_channel,
    "item": _end_item,
    "image": _end_image,
    "textInput": _end_input,
    "skipHours": _end_hours,
    "skipDays": _end_days,
    "rdf": _end_rdf,
    "rdf-channel": _end_rdf_channel,
    "rdf-item": _end_rdf_item,
    "rdf-image": _end_image,
}
"""What is checked when an element ends, by its table."""
