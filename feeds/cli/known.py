"""Everything that is known about one article, gathered in one view of the store."""

from dataclasses import dataclass

from config.settings import Settings
from feeds.links import file_path
from feeds.press import Reach
from feeds.relations import named_by
from ingest.article import Article
from ingest.entry import Entry
from ingest.markup import parse_fragment, text_of
from ingest.store import Transaction, articles, lookup, privacy, published, sources, terms
from ingest.store.lookup import DocumentFacts, Shown, Standing

_TERMS = 5  # shared terms told of a related article: those that carry it
_FROZEN = ("title", "authors", "language", "summary", "tags", "url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A related article of an entry, and why: `named` by the article, or the terms both share.

    `score` is what it would be now, 0 to 1; it may have been another when the entry was frozen.
    """

    id: str
    title: str
    address: str
    named: bool
    score: float
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An article with all that is known of it; `entry` is None before it was exposed.

    `address` is where subscribers read it, "" before; `changed` names the fields in which the entry
    differs from the article because the change was too small for an update.
    """

    article: Article
    source: str
    standing: Standing
    documents: tuple[DocumentFacts, ...]
    entry: Entry | None
    address: str
    changed: tuple[str, ...]
    showings: tuple[Shown, ...]
    related: tuple[Reason, ...]
    keys: tuple[str, ...]

    @property
    def image(self) -> str:
        """The lead image's address, or its path below the source's root; "" for none."""
        url = self.article.image.url if self.article.image else ""
        return file_path(url) or url

    @property
    def up(self) -> bool:
        """Whether subscribers see its entry in the feeds it has not left."""
        return self.entry is not None and not self.entry.removed


def known(tx: Transaction, settings: Settings, id_: str) -> Known:
    """Gather what is known about the stored article of that id."""
    article = articles.get(tx, id_)
    assert article is not None
    names = {state.id: name for name, state in sources.states(tx).items()}
    entry = published.entries(tx, [id_]).get(id_)
    return Known(
        article=article,
        source=names.get(article.source, article.source),
        standing=lookup.standing(tx, id_),
        documents=tuple(lookup.documents(tx, id_)),
        entry=entry,
        address=_address(tx, settings, entry) if entry else article.url,
        changed=_changed(entry, article) if entry else (),
        showings=tuple(lookup.showings(tx, id_)),
        related=_related(tx, settings, entry, article) if entry else (),
        keys=tuple(lookup.known_as(tx, id_)),
    )


def _address(tx: Transaction, settings: Settings, entry: Entry) -> str:
    """Where `entry` is read: of what is private, in the first of its feeds."""
    feeds, site = privacy.audiences(tx).get(entry.source), settings.site.url
    if not feeds:
        return Reach(site=site).address(entry)
    base = f"{site}private/{min(feeds)}/"
    return Reach(site=site, base=base, private=frozenset((entry.source,))).address(entry)


def _changed(entry: Entry, article: Article) -> tuple[str, ...]:
    found = [name for name in _FROZEN if getattr(entry, name) != getattr(article, name)]
    frozen = text_of(parse_fragment(entry.html)) if entry.html else ""
    return (*found, *(["text"] if frozen.split() != article.text.split() else []))


def _related(
    tx: Transaction, settings: Settings, entry: Entry, article: Article
) -> tuple[Reason, ...]:
    ids = [id_ for id_, *_ in entry.related]
    named = named_by(tx, article)
    shared = terms.shared(tx, article.id, ids)
    entries = published.entries(tx, ids)
    return tuple(
        Reason(
            id=id_,
            title=title,
            address=url or (_address(tx, settings, entries[id_]) if id_ in entries else ""),
            named=id_ in named,
            score=shared[id_][0] if id_ in shared else 0.0,
            terms=shared[id_][1][:_TERMS] if id_ in shared else (),
        )
        for id_, title, url, _ in entry.related
    )
