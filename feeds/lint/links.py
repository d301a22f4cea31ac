"""Atom links, in Atom and RSS: relation, type, address; the feed's own one, and RFC 5005."""

from urllib.parse import urljoin, urlsplit

from feeds.lint import addresses, values
from feeds.lint.checks import check_plain
from feeds.lint.rules import data
from feeds.lint.tree import attributes_of
from feeds.lint.walk import Leaf, Link, State, Walk

# IANA's link relations that feeds use: RFC 4287, 4685, 4946, 5005, WebSub and others.
_RELATIONS = frozenset(data("facts")["link_relations"].split())
_PAGING = frozenset(
    ["current", "first", "last", "next", "next-archive", "prev-archive", "previous"]
)
_OWN_TYPES = frozenset({"application/atom+xml", "application/rss+xml", "application/rdf+xml"})
_REGISTRY = "http://www.iana.org/assignments/relation/"
_THREAD = "{http://purl.org/syndication/thread/1.0}"


def check_link(walk: Walk, leaf: Leaf, state: State) -> None:
    """One link, which is added to the links of its feed or entry. RFC 4287 §4.2.7."""
    said = attributes_of(leaf.element)
    rel = said.get("rel", "alternate").removeprefix(_REGISTRY)
    kind = said.get("type", "")
    if rel not in _RELATIONS and addresses.absolute(rel) in {"url-full", "url-character"}:
        walk.sheet.note("link-rel", attribute="rel", found=rel)
    if said.get("rel") == "":
        walk.sheet.note("blank-attribute", attribute="rel")
    if rel in _PAGING and state.table == "entry":
        walk.sheet.note("paging-in-entry", attribute="rel", found=rel)
    if "type" in said:
        if not values.media_type(kind):
            walk.sheet.note("mime-type", attribute="type", found=kind)
        elif rel == "self" and kind.partition(";")[0] not in _OWN_TYPES:
            walk.sheet.note("self-type", attribute="type", found=kind)
    if "title" in said:
        if not said["title"]:
            walk.sheet.note("blank-attribute", attribute="title")
        check_plain(walk, said["title"], leaf, "html-in-text", "title")
    if "length" in said and ((size := values.number(said["length"])) is None or size < 0):
        walk.sheet.note("nonnegative-integer", attribute="length", found=said["length"])
    if "hreflang" in said and (fault := values.language(said["hreflang"])):
        walk.sheet.note(fault, attribute="hreflang", found=said["hreflang"])
    if "href" in said:
        _href(walk, leaf, state, rel)
    else:
        walk.sheet.note("missing-href", attribute="href")
    _thread(walk, leaf, rel)
    if leaf.text:
        walk.sheet.note("link-filled", found=leaf.text)
    state.links.append(Link(rel, said.get("href", ""), kind, said.get("hreflang", "")))


def _href(walk: Walk, leaf: Leaf, state: State, rel: str) -> None:
    href = attributes_of(leaf.element)["href"]
    if fault := addresses.international(href):
        walk.sheet.note(fault, attribute="href", found=href)
        return
    target = _joined(leaf.base, href)
    moved = leaf.base and walk.url and not addresses.same(leaf.base, walk.url)
    if moved and addresses.same(target, leaf.base):
        walk.sheet.note("same-document", attribute="href", found=href)
    whole = ":" in href or urlsplit(href).netloc
    if not whole:
        walk.sheet.note("link-relative", attribute="href", found=href)
    if rel == "self" and state.table in {"feed", "channel"}:
        based = leaf.base != walk.url and urlsplit(leaf.base).netloc
        if not (urlsplit(href).netloc or based):
            walk.sheet.note("self-relative", attribute="href", found=href)
        if walk.is_elsewhere(target):
            walk.sheet.note("self-mismatch", attribute="href", found=href)


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return href


def _thread(walk: Walk, leaf: Leaf, rel: str) -> None:
    for name in ("count", "updated", "when"):
        value = leaf.element.get(_THREAD + name)
        if value is None:
            continue
        if rel != "replies" or name == "when":
            walk.sheet.note("unknown-attribute", attribute=f"thr:{name}")
        elif name == "count" and values.number(value) is None:
            walk.sheet.note("nonnegative-integer", attribute="thr:count", found=value)
        elif name == "updated" and (fault := values.rfc3339(value, walk.now)):
            walk.sheet.note(fault, attribute="thr:updated", found=value)


def check_self(walk: Walk, state: State) -> None:
    """A feed should name its own address. RFC 4287 §4.1.1."""
    if all(link.rel != "self" for link in state.links):
        walk.sheet.note("self-missing", element="link")


def check_self_rss(walk: Walk, state: State) -> None:
    """A channel should name its own address. RSS profile."""
    if walk.version == "2.0" and all(link.rel != "self" for link in state.links):
        walk.sheet.note("self-missing-rss", element="atom:link")


def check_alternates(walk: Walk, state: State) -> None:
    """One alternate of each type and language. RFC 4287 §4.1.1 and §4.1.2."""
    found = [(link.kind, link.hreflang) for link in state.links if link.rel == "alternate"]
    for kind, hreflang in dict.fromkeys(pair for pair in found if found.count(pair) > 1):
        walk.sheet.note("duplicate-link", element="link", found=f"{kind} {hreflang}".strip())


def check_archive(walk: Walk, state: State) -> None:
    """Complete, paged and archived feeds. RFC 5005."""
    rels = {link.rel for link in state.links}
    if state.seen["fh:complete"]:
        for link in state.links:
            if link.rel == "current":
                if walk.is_elsewhere(link.href):
                    walk.sheet.note("complete-current", element="link", found=link.href)
            elif link.rel in _PAGING:
                walk.sheet.note("complete-paging", element="link", found=link.rel)
    elif state.seen["fh:archive"]:
        if not rels & {"prev-archive", "next-archive"}:
            walk.sheet.note("archive-links", element="link")
        if "current" not in rels:
            walk.sheet.note("archive-current", element="link")
    for end, beyond in (("first", "previous"), ("last", "next")):
        if walk.url and beyond in rels:
            for link in state.links:
                if link.rel == end and addresses.same(link.href, walk.url):
                    walk.sheet.note("past-end", element="link", found=beyond)
