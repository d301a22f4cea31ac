"""Stories in feeds: which articles tell of one event, and which entry stands for them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from config.feed import Feed
from feeds.edition import RelatedLink
from feeds.freeze import later_second
from feeds.press import Reach
from feeds.words import words
from ingest.article import Article
from ingest.enrich.stories import MOST, SPAN, Report, alikeness, gathered, report, tells_more
from ingest.entry import Entry, Exposure
from ingest.store import Store, Transaction, articles, published, stories, terms
from ingest.store.stories import Lead

_PAUSE = timedelta(hours=6)  # between two times that readers are told of a story
_RUNS = 300_000  # shingles kept while articles are compared: about 40 MB
_LINKS = 30  # articles that one entry links to, the first ones


def compare(store: Store, ids: Iterable[str]) -> None:
    """Find which stored articles tell of the same event as each of `ids`; their terms are posted.

    Each is compared with at most 30 others of about its time, and the result kept for both.
    """
    read: dict[str, Report] = {}  # the same ones are near to many
    for id_ in ids:
        with store.read() as tx:
            near = terms.contemporaries(tx, id_, span=SPAN, limit=MOST)
            read |= _reports(tx, {id_, *near} - read.keys())
        if own := read.get(id_):
            alike = {other: alikeness(own, read[other]) for other in near if other in read}
            with store.write() as tx:
                stories.put_alike(tx, id_, {other: n for other, n in alike.items() if n})
        if sum(len(one.runs) for one in read.values()) > _RUNS:
            read.clear()


def tell(
    tx: Transaction, feed: Feed, added: Sequence[tuple[str, bool]], *, now: datetime
) -> dict[str, str]:
    """The article with whose entry `feed` tells of each of `added` that gets no entry of its own.

    `added` are (article id, settled) in the order of exposure. A story whose entry is in the feed
    gets no other; where it has left, an article that tells more of it is news again, unless the
    feed wants the first ones only. What tells more of a story that readers were last told of six
    hours ago or earlier gives its entry a later `updated`.
    """
    stories.promote(tx, feed.name)
    if feed.duplicates == "all":
        return {}
    late = {id_ for id_, settled in added if settled}
    found: dict[str, str] = {}
    for story in gathered(stories.connected(tx, feed.name, [id_ for id_, _ in added])):
        leads = stories.leads(tx, feed.name, story)
        lead = leads[0] if leads else None
        told = stories.followers(tx, [lead.article], feed.name) if lead else {}
        for id_ in (id_ for id_, _ in added if id_ in story):
            more = False
            if lead and feed.duplicates == "story":
                rested = id_ not in late and now - lead.told_at >= _PAUSE
                known = [lead.article, *told.get(lead.article, [])]
                more = (lead.left or rested) and _tells_more(tx, id_, known)
            if lead is None or (lead.left and more):
                lead = Lead(article=id_, told_at=now, left=False)
                continue
            found[id_] = lead.article
            told.setdefault(lead.article, []).append(id_)
            if more:
                _develop(tx, feed, lead.article, now)
                lead = Lead(article=lead.article, told_at=now, left=False)
    stories.touch(tx, {*found, *found.values()})
    return found


def also_at(
    tx: Transaction, reach: Reach, feed: Feed, window: Sequence[Exposure]
) -> dict[str, tuple[RelatedLink, ...]]:
    """What else was written of the events that the entries of `window` tell, by article id.

    The last link of each leads to the story's page, which those of private feeds have not.
    """
    if feed.duplicates != "story":
        return {}
    told = stories.followers(tx, [exposure.article for exposure in window], feed.name)
    wanted = {id_ for lead, ids in told.items() for id_ in (lead, *ids[:_LINKS])}
    entries = published.entries(tx, wanted)
    found = {
        lead: [_link(reach, entries[id_]) for id_ in ids[:_LINKS]] for lead, ids in told.items()
    }
    if not feed.private:
        for lead, links in found.items():
            story = words(entries[lead].language).story
            links.append(RelatedLink(url=story_url(reach.site, entries[lead]), title=story))
    return {lead: tuple(links) for lead, links in found.items()}


def story_url(site: str, lead: Entry) -> str:
    """The address of the page of the story that `lead` leads, on the site at the address `site`."""
    return f"{site}stories/{lead.slug}/"


def place(entry: Entry) -> str:
    """Who published it, as far as its address or its feed tells: "" for a page of ours."""
    if entry.upstream and entry.upstream.title:
        return entry.upstream.title
    return (urlsplit(entry.url).hostname or "").removeprefix("www.")


def _link(reach: Reach, entry: Entry) -> RelatedLink:
    url, who = reach.address(entry), place(entry)
    return RelatedLink(url=url, title=f"{who}: {entry.title}" if who else entry.title)


def _develop(tx: Transaction, feed: Feed, lead: str, now: datetime) -> None:
    taken = published.seconds_taken(tx)
    shown = next(one for one in published.window(tx, feed.name) if one.article == lead)
    after = max(published.entries(tx, [lead])[lead].updated, shown.developed)
    stories.develop(tx, feed.name, lead, later_second(after, now=int(now.timestamp()), taken=taken))


def _tells_more(tx: Transaction, id_: str, known: Sequence[str]) -> bool:
    read = _reports(tx, [id_, *known[-MOST:]])
    own = read.pop(id_)
    return tells_more(own, read.values())


def _reports(tx: Transaction, ids: Collection[str]) -> dict[str, Report]:
    found = articles.many(tx, ids)
    return {
        id_: report(
            publisher=_publisher(one),
            language=one.language,
            published=one.published or one.first_seen,
            title=one.title,
            text=one.text,
        )
        for id_, one in found.items()
    }


def _publisher(article: Article) -> str:
    """The host of an article's address; without one, its source."""
    return (urlsplit(article.url).hostname or "").removeprefix("www.") or article.source
