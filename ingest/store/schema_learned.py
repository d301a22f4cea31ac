"""The tables of what is learned of sources. Migrations create and change them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from ingest.store.schema import metadata

# What each document is compared with others by: the evidence, which stays when the document goes.
passages = Table(
    "passages",
    metadata,
    Column("source", Text, ForeignKey("source.id"), primary_key=True),
    Column("origin", Text, primary_key=True),
    Column("published", Float, nullable=False),  # when its article was: articles in a row
    Column("list", LargeBinary, nullable=False),  # key and traits of each, in order
    Column("looked", Boolean, nullable=False),  # whether it was learned from
    Index("passages_order", "source", "published", "origin"),
    Index("passages_new", "source", sqlite_where=text("looked = 0")),
)

learned = Table(
    "learned",
    metadata,
    Column("source", Text, ForeignKey("source.id"), primary_key=True),
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),  # what people call it; never given again
    Column("place", Text, nullable=False),  # head, intro, text or tail
    Column("text", Text, nullable=False, default=""),  # of one of the articles
    Column("first", Text, nullable=False, default=""),  # an intro: the document that keeps it
    Column("kept", Boolean, nullable=False, default=False),  # an operator wants it to stay
    Column("applied", Boolean, nullable=False, default=False),  # articles are without it, or with
    Column("learned_at", Float, nullable=False),
)
