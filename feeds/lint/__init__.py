"""The linter: what is wrong with a feed, by which rule, where, why, and what to do about it.

Knows RSS 2.0, 0.9x and 1.0 with the RSS Advisory Board's profile, Atom 1.0, JSON Feed 1.0 and 1.1,
their usual extensions, and the rules of the W3C feed validator. Pure: nothing is fetched.
"""

from datetime import datetime

from lxml import etree

from feeds.lint import atom, checks, media, podcast, rss
from feeds.lint.characters import check_characters
from feeds.lint.jsonfeed import check_json
from feeds.lint.names import ATOM, RSS1, Names, check_namespaces
from feeds.lint.notes import Finding, Report, Sheet
from feeds.lint.rules import LEVELS, Level, Rule, rules
from feeds.lint.source import Source, decode, parse
from feeds.lint.tree import line_of
from feeds.lint.walk import Walk

__all__ = ["LEVELS", "Finding", "Level", "Report", "Rule", "lint", "rules"]

_OBSOLETE = frozenset({"http://purl.org/atom/ns#", "http://example.com/newformat#"})
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"
_VERSIONS = frozenset({"0.91", "0.92", "2.0"})
_TYPES = {
    "rss": frozenset({"application/rss+xml", "application/xml", "text/xml"}),
    "rdf": frozenset({"application/rdf+xml", "application/rss+xml", "application/xml", "text/xml"}),
    "atom": frozenset({"application/atom+xml", "application/xml", "text/xml"}),
    "json": frozenset({"application/feed+json", "application/json"}),
}
_CHECKS = {**checks.CHECKS, **rss.CHECKS, **atom.CHECKS, **podcast.CHECKS, **media.CHECKS}
_ENDS = {**rss.ENDS, **atom.ENDS, **podcast.ENDS, **media.ENDS}


def lint(
    body: bytes, *, now: datetime, url: str = "", asked: str = "", content_type: str = ""
) -> Report:
    """Check the document `body`; any bytes give a report, nothing is raised.

    `url` is where it was found, "" if that is not known, `asked` the address that led there;
    `content_type` the HTTP header. Dates are in the future as seen from `now`, which has a time
    zone.
    """
    sheet = Sheet()
    media_type, _, parameters = content_type.partition(";")
    charset = _charset(parameters)
    stripped = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if stripped.startswith((b"{", b"[")):
        _check_type(sheet, "json", media_type)
        return check_json(body, sheet, now=now, url=url)
    source = decode(body, sheet, charset)
    root = parse(source, sheet) if source else None
    if source is None or root is None:
        return Report(format="", entries=0, findings=tuple(sheet.sorted()))
    name, entries = _check(root, source, sheet, (url, asked), now, (media_type, charset))
    return Report(format=name, entries=entries, findings=tuple(sheet.sorted()))


def _check(
    root: etree._Element,
    source: Source,
    sheet: Sheet,
    urls: tuple[str, str],
    now: datetime,
    served: tuple[str, str],
) -> tuple[str, int]:
    """Check a tree; returns the format's name and the number of entries."""
    tag = etree.QName(root)
    uri, local = tag.namespace or "", tag.localname
    sheet.line = line_of(root) or 1
    sheet.trail.append(local)
    kind = {"rss": "rss", "feed": "atom", "entry": "atom"}.get(local, "")
    kind = "rdf" if root.tag == _RDF else kind
    if not kind:
        sheet.damaged = 0
        sheet.findings = [found for found in sheet.findings if not found.doubtful]
        sheet.note("not-a-feed", found=local)
        return "", 0
    _check_type(sheet, kind, served[0])
    if served[0].startswith("text/") and not served[1]:
        sheet.note("content-type-text", found=served[0])
    own = RSS1 if kind == "rdf" else frozenset({ATOM, uri}) if kind == "atom" else frozenset({uri})
    names = Names(own)
    check_namespaces(root, source.text, sheet, atom=kind == "atom")
    sheet.line = line_of(root) or 1
    if kind == "atom" and uri != ATOM:
        wrong = "namespace-wrong" if uri else "namespace-missing"
        sheet.note("namespace-obsolete" if uri in _OBSOLETE else wrong, found=uri)
        if uri in _OBSOLETE or not uri:
            return "Atom", 0
    if kind == "rss" and uri:
        sheet.note("namespace-wrong", found=uri)
    sheet.line = line_of(root) or 1
    walk = Walk(
        sheet,
        names,
        kind=kind,
        text=source.text,
        urls=urls,
        now=now,
        checks=_CHECKS,
        ends=_ENDS,
    )
    version = _version(root, sheet, walk) if kind == "rss" else ""
    walk.attributes(root, local)
    walk.visit(root, {"rdf": "rdf", "rss": "rss"}.get(kind, local), None)
    if walk.podcast and source.encoding.lower() not in {"utf-8", "utf8"}:
        sheet.note("itunes-utf8", element="channel", found=source.encoding)
    sheet.trail.clear()
    sheet.behind = False
    check_characters(root, source.text, sheet)
    if walk.profiled:
        sheet.findings = [f for f in sheet.findings if f.rule.name != "extension-attribute"]
    shown = {"rss": f"RSS {version}".strip(), "rdf": "RSS 1.0", "atom": "Atom 1.0"}[kind]
    return shown, walk.entries


def _version(root: etree._Element, sheet: Sheet, walk: Walk) -> str:
    version = root.get("version")
    if version is None:
        sheet.note("missing-attribute", attribute="version")
        return ""
    if version not in _VERSIONS:
        sheet.note("rss-version", attribute="version", found=version)
    walk.version = version
    return version


def _check_type(sheet: Sheet, kind: str, media_type: str) -> None:
    if media_type and media_type.strip().lower() not in _TYPES[kind]:
        sheet.note("content-type", found=media_type)


def _charset(parameters: str) -> str:
    for part in parameters.split(";"):
        name, _, value = part.strip().partition("=")
        if name.lower() == "charset":
            return value.strip("\"' ")
    return ""
