"""The rules of Atom 1.0: text constructs, content, ids, categories, and what each element needs."""

from base64 import b64decode
from collections import Counter
from collections.abc import Mapping

from lxml import etree

from feeds.lint import addresses, values
from feeds.lint.checks import check_html, check_plain, plain_fault
from feeds.lint.links import check_alternates, check_archive, check_link, check_self
from feeds.lint.names import prefix_of
from feeds.lint.podcast import check_podcast, check_podcast_item
from feeds.lint.style import unsafe_styles
from feeds.lint.tags import MATHML, SAFE, SVG, UNSAFE
from feeds.lint.tree import attributes_of, line_of
from feeds.lint.walk import Check, End, Leaf, State, Walk

_XHTML = "http://www.w3.org/1999/xhtml"
_INLINE = frozenset({"text", "html", "xhtml"})


def _text(walk: Walk, leaf: Leaf, _state: State) -> None:
    kind = leaf.element.get("type", "text")
    if "/" in kind:
        walk.sheet.note("text-type", attribute="type", found=kind)
    _construct(walk, leaf, kind)


def _content(walk: Walk, leaf: Leaf, state: State) -> None:
    kind = leaf.element.get("type", "" if "src" in leaf.element.attrib else "text")
    if kind == "multipart/alternative":
        walk.sheet.note("mime-type", attribute="type", found=kind)
    _construct(walk, leaf, kind)
    state.texts["content type"] = kind


def _construct(walk: Walk, leaf: Leaf, kind: str) -> None:
    """Text or content of some type. RFC 4287 §3.1 and §4.1.3."""
    said = attributes_of(leaf.element)
    away = "src" in said
    if walk.kind == "rss" and not away and leaf.name != "atom:summary":
        walk.sheet.note("same-meaning-text")
    if said.get("type") == "":
        walk.sheet.note("blank-attribute", attribute="type")
    if away:
        if fault := addresses.reference(said["src"], "uri-attribute"):
            walk.sheet.note(fault, attribute="src", found=said["src"])
        if "type" not in said:
            walk.sheet.note("type-missing", attribute="type")
        if leaf.text:
            walk.sheet.note("unexpected-text", found=leaf.text)
    if (kind not in _INLINE or away) and kind and not values.media_type(kind):
        walk.sheet.note("mime-type", attribute="type", found=kind)
    if not leaf.lang and not walk.repeats("language", ""):
        walk.sheet.note("missing-language", attribute="xml:lang")
    if kind == "xhtml":
        _xhtml(walk, leaf)
    elif len(leaf.element):
        _elements(walk, leaf, kind)
    else:
        _value(walk, leaf, kind)
    if not leaf.raw and not len(leaf.element) and not away:
        walk.sheet.note("blank")


def _value(walk: Walk, leaf: Leaf, kind: str) -> None:
    text = leaf.raw
    if "/" in kind and not kind.endswith(("+xml", "/xml")) and not kind.startswith("text/"):
        try:
            b64decode("".join(text.split()).encode("ascii"), validate=True)
        except ValueError:
            walk.sheet.note("not-base64", found=text)
            check_plain(walk, text, leaf, "html-undeclared")
    elif kind == "html" or kind.endswith("/html"):
        check_html(walk.sheet, text, absolute=False)
        if kind.endswith("/html") and "<html" not in text and "src" not in leaf.element.attrib:
            walk.sheet.note("html-fragment", attribute="type", found=kind)
    else:
        check_plain(walk, text, leaf, "html-undeclared")


def _elements(walk: Walk, leaf: Leaf, kind: str) -> None:
    for child in leaf.element:
        name = etree.QName(child).localname
        line = line_of(child)
        if not kind.endswith(("+xml", "/xml")):
            walk.sheet.note("unknown-element", element=name, line=line)
            if child.tail and child.tail.strip():
                walk.sheet.note("unexpected-text", found=child.tail.strip())
        elif kind == "application/xhtml+xml" and name != "html":
            walk.sheet.note("html-fragment", element=name, line=line)


def _xhtml(walk: Walk, leaf: Leaf) -> None:
    """One div, of elements that readers show. RFC 4287 §3.1.1.3."""
    found = list(leaf.element)
    if leaf.text or not found or found[0].tag != f"{{{_XHTML}}}div":
        if leaf.text or found:
            walk.sheet.note("missing-div")
        if found and _is_other_div(found[0]):
            walk.sheet.note("html-invalid", found="div without a namespace")
        return
    for outer in found:
        for element in outer.iterdescendants(etree.Element):
            _xhtml_element(walk, element)
    if len(found[0]) == 0:
        fault, markup = plain_fault(walk, found[0].text or "", line_of(leaf.element), "x")
        if fault:
            walk.sheet.note("not-inline", found=markup)


def _is_other_div(element: etree._Element) -> bool:
    name = etree.QName(element)
    return name.localname == "div" and name.namespace != _XHTML


def _xhtml_element(walk: Walk, element: etree._Element) -> None:
    name = etree.QName(element)
    line = line_of(element)
    uri, local = name.namespace or "", name.localname
    if not uri:
        walk.sheet.note("namespace-missing", element=local, line=line)
    elif uri == _XHTML:
        if local not in SAFE:
            rule = "html-unsafe" if local in UNSAFE else "html-unknown"
            walk.sheet.note(rule, found=local, line=line)
        for key, value in element.attrib.items():
            if key == "style":
                for wrong in unsafe_styles(value):
                    walk.sheet.note("html-style", attribute="style", found=wrong, line=line)
            elif str(key).startswith("on"):
                walk.sheet.note("html-unsafe-attribute", attribute=str(key), line=line)
    elif (prefix := prefix_of(uri)) in {"svg", "mathml"}:
        if local not in (SVG if prefix == "svg" else MATHML):
            walk.sheet.note("html-unsafe", found=local, line=line)
    elif prefix:
        walk.sheet.note("unknown-element", element=f"{prefix}:{local}", line=line)


def _id(walk: Walk, leaf: Leaf, _state: State) -> None:
    if fault := addresses.absolute(leaf.text):
        walk.sheet.note(fault, found=leaf.text)
    elif addresses.canonical(leaf.text) != leaf.text:
        walk.sheet.note("not-canonical", found=leaf.text)


def _unique_id(walk: Walk, leaf: Leaf, _state: State) -> None:
    if not leaf.text:
        walk.sheet.note("blank")
    elif walk.repeats("id", leaf.text):
        walk.sheet.note("duplicate-id", found=leaf.text)


def _unique_updated(walk: Walk, leaf: Leaf, _state: State) -> None:
    if not leaf.text:
        walk.sheet.note("blank")
    elif walk.repeats("updated", leaf.text):
        walk.sheet.note("duplicate-updated", found=leaf.text)


def _category(walk: Walk, leaf: Leaf, _state: State) -> None:
    said = attributes_of(leaf.element)
    if "term" not in said:
        walk.sheet.note("missing-attribute", attribute="term")
    elif not said["term"]:
        walk.sheet.note("blank", attribute="term")
    if "scheme" in said and (fault := addresses.absolute(said["scheme"])):
        walk.sheet.note(fault, attribute="scheme", found=said["scheme"])
    if "label" in said:
        check_plain(walk, said["label"], leaf, "html-in-text", "label")
    if leaf.text:
        walk.sheet.note("unexpected-text", found=leaf.text)


def _generator(walk: Walk, leaf: Leaf, _state: State) -> None:
    uri = leaf.element.get("uri")
    if uri is not None and (fault := addresses.reference(uri, "uri-attribute")):
        walk.sheet.note(fault, attribute="uri", found=uri)


def _reply(walk: Walk, leaf: Leaf, _state: State) -> None:
    """RFC 4685 §3."""
    said = attributes_of(leaf.element)
    for name in ("href", "source"):
        if name in said and (fault := addresses.international(said[name])):
            walk.sheet.note(fault, attribute=name, found=said[name])
    if "ref" in said:
        if fault := addresses.absolute(said["ref"]):
            walk.sheet.note(fault, attribute="ref", found=said["ref"])
        elif addresses.canonical(said["ref"]) != said["ref"]:
            walk.sheet.note("not-canonical", attribute="ref", found=said["ref"])
    if "type" in said and not values.media_type(said["type"]):
        walk.sheet.note("mime-type", attribute="type", found=said["type"])


def _end_person(walk: Walk, state: State) -> None:
    if not (state.seen["name"] or state.seen["atom:name"]):
        walk.sheet.note("missing-element", element="name")


def _end_feed(walk: Walk, state: State) -> None:
    for name in ("title", "id", "updated"):
        if not state.seen[name]:
            walk.sheet.note("missing-element", element=name)
    check_self(walk, state)
    check_alternates(walk, state)
    check_archive(walk, state)
    if state.podcast:
        check_podcast(walk, state)
    ids = walk.unique.get("id", Counter())
    if state.seen["entry"] > 9 and len(ids) == 1 and sum(ids.values()) == state.seen["entry"]:
        walk.sheet.findings = [f for f in walk.sheet.findings if f.rule.name != "duplicate-id"]
        walk.sheet.note("duplicate-ids", element="id")


def _end_source(walk: Walk, state: State) -> None:
    for name in ("title", "id", "updated"):
        if not state.seen[name]:
            walk.sheet.note("missing-source-element", element=name)
    if state.seen["author"] and state.parent:
        state.parent.texts["source author"] = "there"
    check_alternates(walk, state)


def _end_entry(walk: Walk, state: State) -> None:
    source = state.texts.get("source author") or (state.parent and state.parent.seen["author"])
    for name in ("title", "author", "id", "updated"):
        if not state.seen[name] and not (name == "author" and source):
            walk.sheet.note("missing-element", element=name)
    if state.seen["content"]:
        _content_needs(walk, state)
    else:
        if not state.seen["summary"]:
            walk.sheet.note("missing-content", element="content")
        if all(link.rel != "alternate" for link in state.links):
            walk.sheet.note("missing-alternate", element="link")
    check_alternates(walk, state)
    published = values.moment_of(state.texts.get("published", ""))
    updated = values.moment_of(state.texts.get("updated", ""))
    if published and updated and updated < published:
        walk.sheet.note("updated-before-published", element="updated")
    check_podcast_item(walk, state)


def _content_needs(walk: Walk, state: State) -> None:
    if state.seen["summary"]:
        return
    kind = state.texts.get("content type", "")
    coded = "/" in kind and not kind.endswith(("+xml", "/xml")) and not kind.startswith("text/")
    away = any("src" in child.attrib for child in state.element.iterchildren("{*}content"))
    if away or coded:
        walk.sheet.note("missing-summary", element="summary")


CHECKS: Mapping[str, Check] = {
    "atom-text": _text,
    "atom-content": _content,
    "atom-link": check_link,
    "atom-id": _id,
    "unique-id": _unique_id,
    "unique-updated": _unique_updated,
    "atom-category": _category,
    "atom-generator": _generator,
    "in-reply-to": _reply,
}
"""Checks by the names that `vocabulary` uses."""

ENDS: Mapping[str, End] = {
    "feed": _end_feed,
    "source": _end_source,
    "entry": _end_entry,
    "person": _end_person,
    "atom:person": _end_person,
}
"""What is checked when an element ends, by its table."""
