"""From a reading to a draft: sanitized, cleaned, capped, with what the operator's rules add."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from lxml import html

from ingest import markup
from ingest.article import Document, Draft, Enclosure, Episode, Hint, Image, Stated, Upstream
from ingest.markup import clean_line
from ingest.normalize.language import language_of
from ingest.normalize.links import assets, file_base, resolve
from ingest.normalize.reading import Reading
from ingest.normalize.recurring import cut
from ingest.normalize.rules import Rules
from ingest.normalize.sanitize import Sanitized, sanitized
from ingest.normalize.standfirst import is_standfirst
from ingest.passages import Cut
from ingest.traced import Traced, joined
from ingest.urls import canonical_url

_TITLE, _SUMMARY, _NAME, _ID = 300, 1_000, 200, 500  # characters
_AUTHORS, _TAGS, _ENCLOSURES = 20, 30, 20
_FIRST_LINE = 120  # characters of a text without a title that serve as one
_AHEAD = timedelta(days=3653)
_NAME_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}[-_ ]+(?=\w)")
_UNTITLED = "Untitled"
_SETTING = "source setting"


def finish(reading: Reading, document: Document, rules: Rules, now: datetime) -> Draft:
    """Make the draft of `reading`: nothing in it is raw any more.

    A date more than ten years after `now` is a slip, and the document is undated.
    """
    published = reading.published.map(partial(_plausible, now=now))
    updated = reading.updated.map(partial(_plausible, now=now))
    base = document.url or file_base(document.origin)
    body, text, shared = _body(reading, document, rules, base)
    title = _title(reading.title, document, text)
    url = reading.url.map(_canonical) or _own_address(document)
    image = reading.image.map(partial(_image, base=base))
    warnings = list(reading.warnings) + _warnings(body)
    shown = (*body.urls, image.value.url) if image.value else body.urls
    return Draft(
        origin=document.origin,
        title=title.value,
        html=body.html,
        text=text,
        hints=tuple(_hints(reading)),
        assets=assets(shown) if not document.url else (),
        enclosures=_enclosures(document.stated),
        upstream=_upstream(document.stated),
        via=_via(document.stated, url.value),
        episode=_episode(document.stated),
        stated_keys=document.stated.keys if document.stated else (),
        unpublished=reading.unpublished,
        warnings=tuple(dict.fromkeys(warnings)),
        passages=shared.passages,
        shared=shared.shared,
    ).having(
        title=title,
        text=Traced(text, reading.html.origin),
        declared_id=reading.declared_id.map(lambda text: clean_line(text)[:_ID]),
        url=url,
        authors=_authors(reading, rules),
        published=published,
        updated=updated if _in_order(published.value, updated.value) else Traced(None),
        language=language_of(reading.language, rules.language, text or title.value),
        summary=_summary(reading, title.value, text),
        image=image,
        tags=joined(reading.tags, Traced(rules.tags, _SETTING)).map(partial(_names, limit=_TAGS)),
        section=reading.section.map(_name),
        site_name=reading.site_name.map(_name),
        licence=reading.licence.map(_name),
    )


def _own_address(document: Document) -> Traced[str]:
    """The address a page answered at; an entry that links nowhere has none."""
    alone = document.stated is not None and not document.body
    return Traced("" if alone else _canonical(document.url), "url")


def _enclosures(stated: Stated | None) -> tuple[Enclosure, ...]:
    found = stated.enclosures if stated else ()
    return tuple(filter(None, map(_file, found[:_ENCLOSURES])))


def _file(one: Enclosure | None) -> Enclosure | None:
    url = _canonical(one.url) if one else ""
    if one is None or not url:
        return None
    kind, label = clean_line(one.media_type)[:_NAME].lower(), _name(one.label)
    return replace(one, url=url, media_type=kind, label=label)


def _via(stated: Stated | None, url: str) -> str:
    via = _canonical(stated.via) if stated else ""
    return "" if via == url else via


def _episode(stated: Stated | None) -> Episode | None:
    if stated is None or stated.episode is None:
        return None
    one = stated.episode
    return replace(one, transcript=_file(one.transcript), chapters=_file(one.chapters))


def _upstream(stated: Stated | None) -> Upstream | None:
    if stated is None or stated.upstream is None:
        return None
    one = stated.upstream
    return replace(
        one,
        id=clean_line(one.id)[:_ID],
        title=shortened(clean_line(one.title), _TITLE),
        url=_canonical(one.url),
        feed_url=_canonical(one.feed_url),
    )


def _body(
    reading: Reading, document: Document, rules: Rules, base: str
) -> tuple[Sanitized, str, Cut]:
    """The sanitized HTML and its text, without what the source's articles share."""
    body = sanitized(reading.html.value, base=base)
    tree = markup.parse_fragment(body.html)
    if reading.cut is not None:
        return body, _text(body.html, tree), reading.cut
    went, found = cut(tree, clean_line(reading.title.value), rules.learned, document.origin)
    if went:
        again = sanitized(markup.serialize(tree), base=base)
        body = replace(again, outside=body.outside, flattened=body.flattened)
    return body, _text(body.html, tree), found


def _text(body: str, tree: html.HtmlElement) -> str:
    return markup.clean(markup.text_of(tree)) if body else ""


def _title(stated: Traced[str], document: Document, text: str) -> Traced[str]:
    """The title, else the text's first line, else the name of the file or the page."""
    title = (
        stated.map(clean_line)
        or Traced(shortened(text.partition("\n")[0], _FIRST_LINE), "first line")
        or Traced(_readable(_place(document)), "url" if document.url else "file name")
        or Traced(_UNTITLED, "default")
    )
    return title.map(partial(shortened, limit=_TITLE))


def _place(document: Document) -> str:
    return document.url if document.stated else document.origin


def _readable(origin: str) -> str:
    path = urlsplit(origin).path if "://" in origin else origin
    stem = PurePosixPath(unquote(path)).stem
    words = re.sub(r"[-_+\s]+", " ", _NAME_DATE.sub("", stem)).strip()
    name = clean_line(words or (urlsplit(origin).hostname or "" if "://" in origin else ""))
    return name[:1].upper() + name[1:]


def shortened(text: str, limit: int) -> str:
    """`text` in at most `limit` characters, cut between words and marked with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    whole = cut.rpartition(" ")[0]
    return (whole if len(whole) > limit // 2 else cut).rstrip(" ,;:–-") + "…"


def _summary(reading: Reading, title: str, text: str) -> Traced[str]:
    """The publisher's own summary if it is real prose; a person's own always is."""
    summary = reading.summary.map(clean_line)
    if not (reading.own_summary or is_standfirst(summary.value, title, text)):
        return Traced("")
    return summary.map(partial(shortened, limit=_SUMMARY))


def _canonical(url: str) -> str:
    """The canonical form of what a document says (HTML was checked, front matter is the author's
    word) or of the address it was asked at; "" for what is none."""
    try:
        return canonical_url(url) if url else ""
    except ValueError:
        return ""


def _image(image: Image | None, base: str) -> Image | None:
    link = resolve(clean_line(image.url), base) if image else None
    return replace(image, url=link.url) if image and link and ":" in link.url else None


def _authors(reading: Reading, rules: Rules) -> Traced[tuple[str, ...]]:
    tidy = partial(_names, limit=_AUTHORS)
    return reading.authors.map(tidy) or Traced(rules.authors, _SETTING).map(tidy)


def _name(text: str) -> str:
    return clean_line(text)[:_NAME]


def _names(names: tuple[str, ...], limit: int) -> tuple[str, ...]:
    tidy = {name.casefold(): name for name in reversed([_name(text) for text in names]) if name}
    order = dict.fromkeys(_name(text).casefold() for text in names)
    return tuple(tidy[key] for key in order if key in tidy)[:limit]


def _plausible(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment and moment - now < _AHEAD else None


def _in_order(published: datetime | None, updated: datetime | None) -> bool:
    return not published or not updated or updated >= published


def _hints(reading: Reading) -> list[Hint]:
    cleaned = [Hint(title=clean_line(h.title)[:_TITLE], url=h.url) for h in reading.hints]
    return [hint for hint in cleaned if hint.title or hint.url]


def _warnings(body: Sanitized) -> list[str]:
    found = []
    if body.outside:
        named = ", ".join(clean_line(reference)[:100] for reference in body.outside[:3])
        found.append(f"links that leave the folder were dropped: {named}")
    if body.flattened:
        found.append("it is nested too deeply or too long to keep its structure; its text was kept")
    return found
