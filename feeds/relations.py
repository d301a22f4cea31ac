"""What an article is related to: what it names itself, and what shares its terms."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from feeds.edition import RelatedLink
from feeds.links import file_path, links
from feeds.press import Reach
from ingest.article import Article, Candidate, Hint
from ingest.enrich.relate import FLOOR, relate
from ingest.entry import Entry
from ingest.similarity import title_key
from ingest.store import Transaction, articles, published, relations, terms
from ingest.urls import match_url

_RELATED = 10  # related articles frozen with an entry; a feed shows the first of them
_FIRST = 5  # of them come before those that point back, on a page
_LINKS = 50  # links of a text that may name an article
_READ = 20_000  # characters, for how words are spelled
_TOKEN = re.compile(r"[^\W\d_]{2,40}")
_LOOKED_AT = (30, 240)  # candidates; the more where many are copies of one another


def related_to(
    tx: Transaction, article: Article, arriving: frozenset[str], *, now: datetime
) -> list[tuple[str, str, str, str]]:
    """(id, title, own URL, what both are about) of at most ten articles related to `article`.

    Best first. What both are about are up to four words, as the article writes them.
    `arriving` are the ids of articles that get their entries together with this one.
    """
    named = _named(tx, article, arriving)
    chosen: tuple[Candidate, ...] = ()
    for wanted in _LOOKED_AT:
        near = terms.neighbours(tx, article.id, limit=wanted, extra_linkable=arriving)
        chosen = relate(article, _joined(named, near), limit=_RELATED, floor=FLOOR, now=now)
        if len(chosen) == _RELATED or len(near) < wanted:
            break
        if min(one.score for one in near) < FLOOR:
            break  # further ones are no closer: what lacks is not hidden behind copies
    found = articles.many(tx, [one.id for one in chosen])
    spelling = _spelling(article)
    return [
        (
            one.id,
            found[one.id].title,
            found[one.id].url,
            " · ".join(spelling.get(term, term) for term in one.terms),
        )
        for one in chosen
    ]


def both_ways(
    tx: Transaction, reach: Reach, related: Mapping[str, tuple[RelatedLink, ...]]
) -> dict[str, tuple[RelatedLink, ...]]:
    """What the pages of articles show as related, by article id; `related` is what entries show.

    At most ten: the first of their own, then those whose entries came to point to them, the newest
    first, then the rest of their own.
    """
    pointing = relations.relating(tx, related, reach.feed)
    found = published.entries(tx, {one for many in pointing.values() for one in many})
    return {
        id_: _together(own, [_back(reach, found[one], id_) for one in pointing[id_]])
        for id_, own in related.items()
    }


def _back(reach: Reach, entry: Entry, to: str) -> RelatedLink:
    shares = next(shares for id_, _, _, shares in entry.related if id_ == to)
    return RelatedLink(url=reach.address(entry), title=entry.title, shares=shares)


def _together(
    own: Sequence[RelatedLink], pointing: Sequence[RelatedLink]
) -> tuple[RelatedLink, ...]:
    first: dict[str, RelatedLink] = {}
    for link in (*own[:_FIRST], *pointing, *own[_FIRST:]):
        first.setdefault(link.url, link)
    return tuple(first.values())[:_RELATED]


def _spelling(article: Article) -> dict[str, str]:
    """How the article writes its terms: by term, as it stands there first."""
    written = reversed(_TOKEN.findall(f"{article.title}\n{article.text[:_READ]}"))
    spelled = {token.casefold(): token for token in written}
    return {word.removesuffix("s"): token for word, token in spelled.items()} | spelled


def _named(tx: Transaction, article: Article, arriving: Collection[str]) -> list[Article]:
    """The articles that hints name and that can be linked to."""
    hinted = named_by(tx, article)
    linkable = {*published.entries(tx, hinted), *arriving}
    found = articles.many(tx, hinted)
    return [found[id_] for id_ in hinted if id_ in linkable or found[id_].url]


def _joined(named: Sequence[Article], near: Sequence[Candidate]) -> list[Candidate]:
    found = {candidate.id: candidate for candidate in near}
    first = [
        Candidate(
            id=one.id,
            title=one.title,
            text=one.text,
            language=one.language,
            published=one.published or one.first_seen,
            score=found[one.id].score if one.id in found else 0.0,
            terms=found[one.id].terms if one.id in found else (),
            hinted=True,
        )
        for one in named
    ]
    ids = {one.id for one in named}
    return [*first, *(candidate for candidate in near if candidate.id not in ids)]


def named_by(tx: Transaction, article: Article) -> list[str]:
    """Ids of the articles that its hints name and its text links to, in order, itself left out;
    only such as may be told to all who may see `article`."""
    hints = (*article.hints, *(Hint(url=link) for link in links(article.html)[:_LINKS]))
    titles = [title_key(hint.title) for hint in hints if hint.title]
    by_title = articles.by_titles(tx, titles, article.source)
    addresses = {hint.url: _key(hint.url) for hint in hints if hint.url}
    by_key = articles.aliases(tx, {key for key in addresses.values() if key})
    paths = {file_path(hint.url) for hint in hints} - {""}
    by_path = articles.by_paths(tx, article.source, paths)
    found = [
        by_path.get(file_path(hint.url))
        or by_key.get(addresses.get(hint.url, ""))
        or by_title.get(title_key(hint.title), "")
        for hint in hints
    ]
    shown = articles.shown(tx, [id_ for id_ in found if id_], article.source)
    return [id_ for id_ in dict.fromkeys(found) if id_ in shown and id_ != article.id]


def _key(url: str) -> str:
    """The key of the article at `url`; "" for what is no address of a page, such as mailto:."""
    try:
        return f"url:{match_url(url)}"
    except ValueError:
        return ""
