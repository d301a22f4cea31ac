"""Which date an article gets, once and for all. Pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ingest.article import Article, Document, Draft
from ingest.traced import Traced

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
    """Give the draft its date, and the time until which it is held, all in UTC from here on.

    A file's date in the future holds the article; a page's is not believed. An undated article
    takes the file's time at first sight, or the time of first sight, and keeps it. Only a date
    after `last` is believed of what succeeds another article: a page that was changed mostly states
    the date it first had, and readers would sort the news of today among what is old.
    """
    draft = replace(draft, published=_in_utc(draft.published), updated=_in_utc(draft.updated))
    future = draft.published and draft.published > now + _FUTURE
    if future and not document.url:
        return draft, draft.published
    if draft.published and not future and _is_after(draft.published, last):
        return replace(draft, published=min(draft.published, now)), None
    return draft.having(published=_undated(document, stored, now, last)), None


def _undated(
    document: Document, stored: Article | None, now: datetime, last: datetime | None
) -> Traced[datetime | None]:
    """The date an article keeps that states none."""
    if stored and stored.published and stored.published <= now:
        return Traced(stored.published, stored.origins.get("published", "first sight"))
    first_seen = stored.first_seen if stored else now
    modified = document.modified_at
    if modified and modified.year >= _FIRST_YEAR and _is_after(modified, last):
        return Traced(min(modified, first_seen), "file time")
    return Traced(first_seen, "first sight")


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment and moment.astimezone(UTC)


def _is_after(moment: datetime, last: datetime | None) -> bool:
    return last is None or moment > last
