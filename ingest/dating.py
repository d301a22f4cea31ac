"""Which date an article gets, once and for all. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from ingest.article import Article, Document, Draft

_FUTURE = timedelta(minutes=10)  # beyond it a date lies in the future; nearer, clocks differ
_FIRST_YEAR = 1990  # a file time before it is a clock that was never set


def dated(
    draft: Draft,
    document: Document,
    stored: Article | None,
    now: datetime,
    *,
    last: datetime | None,
) -> tuple[Draft, datetime | None]:
    """Give the draft its date, and the time until which it is held.

    A file's date in the future holds the article; a page's is not believed. An undated article
    takes the file's time at first sight, or the time of first sight, and keeps it. Only a date
    after `last` is believed of what succeeds another article: a page that was changed mostly states
    the date it first had, and readers would sort the news of today among what is old.
    """
    first_seen = stored.first_seen if stored else now
    if draft.published and draft.published > now + _FUTURE:
        if not document.url:
            return draft, draft.published
        draft = replace(draft, published=None, date_origin="")
    if draft.published and _is_after(draft.published, last):
        return replace(draft, published=min(draft.published, now)), None
    if stored and stored.published and stored.published <= now:
        return replace(draft, published=stored.published, date_origin=stored.date_origin), None
    modified = document.modified_at
    if modified and modified.year >= _FIRST_YEAR and _is_after(modified, last):
        return replace(draft, published=min(modified, first_seen), date_origin="file time"), None
    return replace(draft, published=first_seen, date_origin=""), None


def _is_after(moment: datetime, last: datetime | None) -> bool:
    return last is None or moment > last
