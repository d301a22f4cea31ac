"""The tables, as SQLAlchemy Core sees them. Migrations create and change them.

Times are whole or fractional seconds since 1970 in UTC; lists and small values are JSON text.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    and_,
    text,
)

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
    comment="schema version and the store-wide change counters",
)

source = Table(
    "source",
    metadata,
    Column("id", Text, primary_key=True),  # internal, survives a new name or locator
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("locator", Text, nullable=False),
    Column("next_due", Float, nullable=False),
    Column("errors", Integer, nullable=False, default=0),  # runs in a row that failed
    Column("rules", Text, nullable=False, default=""),  # digest of what documents were read with
    # False until a run has succeeded, and while one is under way or was cut short: nothing of the
    # source is exposed then, so that what arrives together is exposed together.
    Column("settled", Boolean, nullable=False, default=False),
    Column("quiet", Integer, nullable=False, default=0),  # runs in a row that found nothing new
    Column("gap", Float),  # usual seconds between two of its articles; null: not known
    Column("hints", Text, nullable=False, default=""),  # how often its feed asks to be looked at
    Column("stopped", Boolean, nullable=False, default=False),  # not due until somebody says so
    Column("why", Text, nullable=False, default=""),  # it is next due then
    Index("source_due", "next_due"),
)

# An address of a source to which something special applies: most have no row.
address = Table(
    "address",
    metadata,
    Column("source", Text, ForeignKey("source.id"), primary_key=True),
    Column("url", Text, primary_key=True),  # as it was given
    Column("not_before", Float),
    Column("stopped", Boolean, nullable=False, default=False),
    Column("why", Text, nullable=False, default=""),  # it is not asked before
    Column("failures", Integer, nullable=False, default=0),  # in a row, in one way
    Column("failing_since", Float),
    Column("status", Integer, nullable=False, default=0),  # the last failure's
    Column("error", Text, nullable=False, default=""),
    Column("kind", Text, nullable=False, default=""),
    Column("instead", Text, nullable=False, default=""),  # the URL that is asked, since it moved
    Column("moved_to", Text, nullable=False, default=""),  # where it says that it moved
    Column("moves", Integer, nullable=False, default=0),  # how many times in a row
    Column("moved_since", Float),
)

document = Table(
    "document",
    metadata,
    Column("source", Text, ForeignKey("source.id"), primary_key=True),
    Column("origin", Text, primary_key=True),
    Column("article", Text),  # the article made of it; null when none could be
    Column("media_type", Text, nullable=False, default=""),
    Column("charset", Text, nullable=False, default=""),
    Column("robots", Text, nullable=False, default=""),  # X-Robots-Tag headers, a line each
    Column("url", Text, nullable=False, default=""),
    Column("etag", Text, nullable=False, default=""),
    Column("last_modified", Text, nullable=False, default=""),
    Column("size", BigInteger, nullable=False, default=0),
    Column("modified_ns", BigInteger, nullable=False, default=0),
    Column("digest", Text, nullable=False, default=""),
    Column("fetched_at", Float, nullable=False, default=0),
    Column("stated", Text, nullable=False, default=""),  # what the source says of it
    Column("gone_at", Float),
    Column("error", Text, nullable=False, default=""),  # why no article could be made of it
    Index("document_article", "article"),
    Index("document_digest", "digest"),
)

# Apart from the documents: what tells whether one has changed is read for all of them at each run.
body = Table(
    "body",
    metadata,
    Column("source", Text, primary_key=True),
    Column("origin", Text, primary_key=True),
    Column("bytes", LargeBinary, nullable=False),  # zlib; the oldest go beyond the source's cap
)

article = Table(
    "article",
    metadata,
    Column("number", Integer, primary_key=True),  # short and local, for article_term; never shown
    Column("id", Text, nullable=False, unique=True),
    Column("key", Text, nullable=False),
    Column("source", Text, ForeignKey("source.id"), nullable=False),
    Column("origin", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("authors", Text, nullable=False),
    Column("published", Float, nullable=False),
    Column("updated", Float),
    Column("first_seen", Float, nullable=False),
    Column("language", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("image", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("site_name", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("hints", Text, nullable=False),
    Column("origins", Text, nullable=False, default="{}"),  # field: where its value came from
    Column("assets", Text, nullable=False),
    Column("enclosures", Text, nullable=False, default="[]"),
    Column("upstream", Text, nullable=False, default=""),
    Column("key_points", Text, nullable=False, default="[]"),
    Column("via", Text, nullable=False, default=""),
    Column("episode", Text, nullable=False, default=""),
    Column("digest", Text, nullable=False),  # of the normalized form
    Column("title_key", Text, nullable=False),  # folded title, to find what hints name
    Column("change", BigInteger, nullable=False),  # the store-wide number of its last change
    # The number of the change that made it publishable; null: not. 0 while it is hidden and no feed
    # has looked at it: unhidden, it is new to all of them.
    Column("since", BigInteger),
    Column("held_until", Float),  # published in the future: not shown before
    Column("removed_at", Float),
    Column("hidden_at", Float),  # an operator took it from public view
    Column("successor", Text, nullable=False, default=""),  # what a significant change made of it
    Index("article_source_published", "source", "published"),
    Index("article_published", "published"),
    Index("article_change", "change"),
    Index("article_since", "since"),
    Index("article_held", "held_until"),
    Index("article_title", "title_key"),
    Index("article_successor", "successor", sqlite_where=text("successor != ''")),
)


def eligible() -> ColumnElement[bool]:
    """The condition that an article may be shown: not removed, hidden, a draft or held."""
    t = article.c
    return and_(t.removed_at.is_(None), t.hidden_at.is_(None), t.since.is_not(None))


alias = Table(
    "alias",
    metadata,
    Column("key", Text, primary_key=True),
    Column("article", Text, nullable=False),
    Index("alias_article", "article"),
)

entry = Table(
    "entry",
    metadata,
    Column("article", Text, ForeignKey("article.id"), primary_key=True),
    Column("source", Text, nullable=False),
    Column("number", Integer, nullable=False, unique=True),  # order in which entries were minted
    Column("slug", Text, nullable=False, unique=True),
    Column("url", Text, nullable=False),  # the article's own; empty: it has a page of ours
    Column("published", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("authors", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("image", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("related", Text, nullable=False),
    Column("assets", Text, nullable=False),
    Column("enclosures", Text, nullable=False, default="[]"),
    Column("upstream", Text, nullable=False, default=""),
    Column("key_points", Text, nullable=False, default="[]"),
    Column("licence", Text, nullable=False, default=""),
    Column("via", Text, nullable=False, default=""),
    Column("episode", Text, nullable=False, default=""),
    Column("written_by", Text, nullable=False, default=""),  # the model that wrote the summary
    # The article's change last compared with it; negative: freeze it again, whatever it says.
    Column("judged", BigInteger, nullable=False),
    Column("change", BigInteger, nullable=False),  # the store-wide number of its own last change
    Column("removed", Boolean, nullable=False, default=False),
    Index("entry_change", "change"),
    Index("entry_published", "published"),
    Index("entry_assets", "number", sqlite_where=text("assets != '[]'")),
)

exposure = Table(
    "exposure",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("article", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("exposed_at", Float, nullable=False),
    Column("settled", Boolean, nullable=False),  # of a first edition or a backlog: no 48 hours
    Column("left_at", Float),
    Column("lead", Text, nullable=False, default=""),  # the article whose entry tells of it too
    Column("developed", BigInteger),  # second at which the story of a lead last told more
    Index("exposure_window", "feed", "left_at", "number"),
    Index("exposure_number", "feed", "number"),
    Index("exposure_lead", "lead", sqlite_where=text("lead != ''")),
)

edition = Table(
    "edition",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("built_from", BigInteger, nullable=False),
    Column("entry_change", BigInteger, nullable=False),  # -1: of a version that kept none
    Column("shown", Integer, nullable=False, default=0),  # entries
    Column("sources", Text, nullable=False),  # internal id: article change considered up to
    Column("settings", Text, nullable=False),  # digest of the configuration it was built with
    Column("digests", Text, nullable=False),
    Column("first_at", Float, nullable=False),
    Column("built_at", Float, nullable=False),
)

run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", Text, ForeignKey("source.id"), nullable=False),
    Column("started_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("outcome", Text, nullable=False, default=""),  # ok, partial, failed, cut short
    Column("new", Integer, nullable=False, default=0),
    Column("updated", Integer, nullable=False, default=0),
    Column("unchanged", Integer, nullable=False, default=0),
    Column("removed", Integer, nullable=False, default=0),
    Column("failed", Integer, nullable=False, default=0),
    Column("report", Text, nullable=False, default="[]"),
    Column("task", Text, nullable=False, default="ingest"),  # or re-extract
    Column("done", Integer, nullable=False, default=0),  # documents looked at, of `total`
    Column("total", Integer, nullable=False, default=0),
    # It changed something, or did not end as the run before it: what an operator wants to read.
    Column("news", Boolean, nullable=False, default=True),
    Index("run_source", "source", "id"),
    Index("run_news", "source", "news", "ended_at"),
)

request = Table(
    "request",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("asked_at", Float, nullable=False),
    Column("task", Text, nullable=False, default="ingest"),  # before publishing: or re-extract
    Column("sources", Text, nullable=False),  # names; an empty list: publish only
    Column("allow_removal", Boolean, nullable=False, default=False),
    Column("taken_at", Float),
    Column("done_at", Float),
    Column("runs", Text, nullable=False, default="[]"),
    Column("answer", Text, nullable=False, default=""),  # what publishing did, as JSON
)

daemon = Table(
    "daemon",
    metadata,
    Column("host", Text, primary_key=True),
    Column("pid", Integer, nullable=False),
    Column("started_at", Float, nullable=False),
    Column("config", Text, nullable=False),  # path of the configuration
    Column("digest", Text, nullable=False),  # of the one in force
    Column("loaded_at", Float, nullable=False),
    Column("refused_digest", Text, nullable=False, default=""),  # of a newer one that is wrong
    Column("refused", Text, nullable=False, default=""),  # its problems, a line each
    Column("refused_at", Float),
    Column("unpublished", Text, nullable=False, default=""),  # why, a line each
    Column("unpublished_at", Float),  # since when
)

# Every name a feed ever had: subscribers keep asking for it.
feed = Table(
    "feed",
    metadata,
    Column("name", Text, primary_key=True),
    Column("id", Text, nullable=False),  # urn:uuid, kept when the feed is renamed
    Column("moved_to", Text, nullable=False, default=""),  # the name it has now
    Column("removed_at", Float),
)
