"""From the pieces of a frozen entry to what one feed shows of it: full, summary or lead."""

from collections.abc import Sequence
from html import escape
from typing import Literal

from feeds.edition import RelatedLink
from feeds.uris import ascii_url
from feeds.words import Words
from ingest.markup import clean, clean_line

Mode = Literal["full", "summary", "lead"]

MAX_BYTES = 256 * 1024
"""Content larger than this, in UTF-8, is never shown in full: a feed is polled all day."""


def compose(
    html: str,
    summary: str,
    related: Sequence[RelatedLink],
    *,
    mode: Mode,
    words: Words,
    url: str,
    also: Sequence[RelatedLink] = (),
) -> tuple[str, str]:
    """Return the entry's HTML and plain-text summary as a feed in `mode` shows them.

    `full` is the content with what else was written of the same event (`also`) and the related
    articles at its end; `lead` puts the summary before it; `summary` is the summary, a link to the
    article and both lists. Content that is empty
    or larger than `MAX_BYTES` is shown as in `summary`: readers show the HTML and never the summary
    beside it, and HTML cut short is broken. Links without a valid URL or a title are left out.
    """
    html, summary = clean(html).strip(), clean(summary).strip()
    lists = [(words.also_at, _items(also)), (words.related, _items(related))]
    direction = ' dir="rtl"' if words.direction == "rtl" else ""
    lead = f"<p{direction}>{_text(summary)}</p>" if summary else ""
    if mode == "summary" or not html or len(html.encode("utf-8")) > MAX_BYTES:
        plain = "".join(_plain_list(head, items, direction) for head, items in lists)
        return lead + _read_on(url, words, direction) + plain, summary
    if mode == "lead" and lead:
        html = f"{lead}<hr>{html}"
    return html + "".join(_block(head, items, direction) for head, items in lists), summary


def _block(head: str, items: str, direction: str) -> str:
    """A list of articles after full content: the tags that readers' allow-lists keep."""
    return f"<aside{direction}><h4>{_text(head)}</h4><ul>{items}</ul></aside>" if items else ""


def _plain_list(head: str, items: str, direction: str) -> str:
    return f"<p{direction}>{_text(head)}</p><ul{direction}>{items}</ul>" if items else ""


def _read_on(url: str, words: Words, direction: str) -> str:
    href = ascii_url(url)
    return f'<p{direction}><a href="{escape(href)}">{_text(words.read_on)}</a></p>' if href else ""


def _items(links: Sequence[RelatedLink]) -> str:
    shown = [(ascii_url(link.url), clean_line(link.title)) for link in links]
    return "".join(
        f'<li><a href="{escape(href)}">{_text(title)}</a></li>'
        for href, title in shown
        if href and title
    )


def _text(text: str) -> str:
    return escape(text, quote=False)
