"""What is related to an article, out of a real store."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from feeds.relations import related_to
from ingest.article import Article
from ingest.enrich.terms import terms
from ingest.store import articles, schema
from ingest.store.engine import Transaction, open_store
from ingest.store.postings import post_pending, put_terms

NOW = datetime(2026, 6, 1, tzinfo=UTC)
AGENCY = "Engineers closed the Lerwick harbour bridge after a ferry struck its northern pier. " * 4
OTHERS = {
    "toll": "The Lerwick bridge pier takes a toll of two crowns a ferry since spring, says Oda.",
    "pilot": "A ferry pilot tells how he steers between each harbour pier at Lerwick in the fog.",
}


def put(tx: Transaction, texts: dict[str, str]) -> list[Article]:
    source = {"id": "s", "name": "s", "kind": "files", "locator": "*"}
    tx.execute(insert(schema.source).values(source | {"next_due": 0, "settled": True}))
    made = [
        Article(
            id=id_, key=id_, source="s", origin=id_, url=f"https://example.org/{id_}", title=id_,
            html="", text=text, language="en", first_seen=NOW, published=NOW,
        )
        for id_, text in texts.items()
    ]  # fmt: skip
    numbers = articles.put_all(tx, [(one, "", None) for one in made])
    put_terms(tx, [(numbers[one.id], terms("", one.text, "en")) for one in made])
    post_pending(tx)
    return made


def test_many_copies_of_one_text_do_not_crowd_out_the_others(tmp_path: Path) -> None:
    copies = {f"copy{n:02}": f"{AGENCY} Paper {n}." for n in range(45)}
    elsewhere = {f"far{n:02}": f"Chess club {n} met in hall {n}." for n in range(120)}
    store = open_store(tmp_path / "broadsheet.sqlite3")
    with store.write() as tx:
        made = put(tx, copies | OTHERS | elsewhere)
        found = [id_ for id_, *_ in related_to(tx, made[0], frozenset(), now=NOW)]
    store.close()
    assert set(found) == set(OTHERS)


def test_what_both_are_about_is_told_as_the_article_writes_it(tmp_path: Path) -> None:
    told = "Minister Shoigu met Dong on Monday. Drills in the Sea of Japan follow, Shoigu said."
    after = "Drills near Japan began. Dong and Shoigu had agreed on them; Shoigu watched."
    far = {f"far{n:02}": f"Chess club {n} met in hall {n}." for n in range(60)}
    store = open_store(tmp_path / "broadsheet.sqlite3")
    with store.write() as tx:
        made = put(tx, {"told": told, "after": after} | far)
        found = related_to(tx, made[0], frozenset(), now=NOW)
    store.close()
    assert [one[0] for one in found] == ["after"]
    assert set(found[0][3].split(" · ")) == {"Shoigu", "Drills", "Dong", "Japan"}


def test_an_article_that_the_text_links_to_comes_first(tmp_path: Path) -> None:
    close = "Fishing boats moor at the northern quay of the harbour again after the storms."
    far = {f"far{n:02}": f"Chess club {n} met in hall {n}." for n in range(60)}
    store = open_store(tmp_path / "broadsheet.sqlite3")
    with store.write() as tx:
        made = put(tx, {"told": close, "near": close.replace("again", "since May")} | far)
        articles.remember(tx, [("url:example.org/far07", "far07")])
        html = (
            '<p>See <a href="mailto:desk@example.org">us</a>, <a href="https://[">it</a> and '
            '<a href="https://www.example.org/far07?utm_source=x">chess</a>.</p>'
        )
        found = related_to(tx, replace(made[0], html=html), frozenset(), now=NOW)
    store.close()
    assert [one[0] for one in found] == ["far07", "near"]
