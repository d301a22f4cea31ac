"""From a reading to a draft: sanitized, cleaned, capped, with what the operator's rules add."""

import re
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from ingest import markup
from ingest.article import Document, Draft, Hint, Image
from ingest.markup import clean_line
from ingest.normalize.language import language_of
from ingest.normalize.links import assets, file_base, resolve
from ingest.normalize.reading import Reading
from ingest.normalize.rules import Rules
from ingest.normalize.sanitize import Sanitized, sanitized
from ingest.urls import canonical_url

_TITLE, _SUMMARY, _NAME, _ID = 300, 1_000, 200, 500  # characters
_AUTHORS, _TAGS = 20, 30
_PROSE_WORDS = 6
_FIRST_LINE = 120  # characters of a text without a title that serve as one
_AHEAD = timedelta(days=3653)
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af]")
_NAME_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}[-_ ]+(?=\w)")
_CUT = ("…", "...", "[…]", "[...]")
_UNTITLED = "Untitled"


def finish(reading: Reading, document: Document, rules: Rules, now: datetime) -> Draft:
    """Make the draft of `reading`: nothing in it is raw any more.

    A date more than ten years after `now` is a slip, and the document is undated.
    """
    published = reading.published if _plausible(reading.published, now) else None
    updated = reading.updated if _plausible(reading.updated, now) else None
    base = document.url or file_base(document.origin)
    body = sanitized(reading.html, base=base)
    text = _text(body.html)
    title = _title(reading, document, text)
    image = _image(reading.image, base)
    warnings = list(reading.warnings) + _warnings(body)
    shown = (*body.urls, image.url) if image else body.urls
    return Draft(
        origin=document.origin,
        title=title,
        html=body.html,
        text=text,
        declared_id=clean_line(reading.declared_id)[:_ID],
        url=_url(reading.url, document),
        authors=_names(reading.authors or rules.authors, _AUTHORS),
        published=published,
        updated=updated if not published or not updated or updated >= published else None,
        date_origin=reading.date_origin if published else "",
        language=language_of(reading.language, rules.language, text or title),
        summary=_summary(reading, title, text),
        image=image,
        tags=_names((*reading.tags, *rules.tags), _TAGS),
        section=clean_line(reading.section)[:_NAME],
        site_name=clean_line(reading.site_name)[:_NAME],
        licence=clean_line(reading.licence)[:_NAME],
        hints=tuple(_hints(reading)),
        assets=assets(shown) if not document.url else (),
        unpublished=reading.unpublished,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _text(body: str) -> str:
    return markup.clean(markup.text_of(markup.parse_fragment(body))) if body else ""


def _title(reading: Reading, document: Document, text: str) -> str:
    """The title, else the text's first line, else the name of the file or the page."""
    first = shortened(text.partition("\n")[0], _FIRST_LINE)
    for title in (clean_line(reading.title), first, _readable(document.origin)):
        if title:
            return shortened(title, _TITLE)
    return _UNTITLED


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


def _summary(reading: Reading, title: str, text: str) -> str:
    """The publisher's own summary if it is real prose; a person's own always is."""
    summary = clean_line(reading.summary)
    if not summary or not (reading.own_summary or _is_prose(summary, title, text)):
        return ""
    return shortened(summary, _SUMMARY)


def _is_prose(summary: str, title: str, text: str) -> bool:
    if summary.casefold().rstrip(".") == title.casefold().rstrip("."):
        return False
    if summary.endswith(_CUT):
        return False
    # A description cut without a mark: the article's first words, ending inside a sentence.
    if not summary.endswith(
        (".", "!", "?", "。", "！", "？", "”", '"', "»", "؟", "।")
    ) and " ".join(text[: 2 * len(summary) + 100].split()).startswith(summary):
        return False
    words = len(summary.split()) + len(_WIDE.findall(summary)) // 2
    return words >= _PROSE_WORDS


def _url(url: str, document: Document) -> str:
    """The canonical URL: what the document says (HTML was checked, front matter is the author's
    word), else the page's own address; "" for a file that names none."""
    for candidate in (url, document.url):
        try:
            if candidate:
                return canonical_url(candidate)
        except ValueError:
            continue
    return ""


def _image(reference: str, base: str) -> Image | None:
    link = resolve(clean_line(reference), base) if reference else None
    return Image(url=link.url) if link and link.url and ":" in link.url else None


def _names(names: tuple[str, ...], limit: int) -> tuple[str, ...]:
    tidy = {n.casefold(): n for n in reversed([clean_line(name)[:_NAME] for name in names]) if n}
    order = dict.fromkeys(clean_line(name)[:_NAME].casefold() for name in names)
    return tuple(tidy[key] for key in order if key in tidy)[:limit]


def _plausible(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment - now < _AHEAD


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
