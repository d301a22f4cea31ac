"""Articles come, change and go, and feeds turn private and back: nothing private is ever public."""

import random
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.store import privacy, published
from tests.feeds.vault import MARK, PRIVATE, PUBLIC, SITE, traces, write_both
from tests.newsroom import Newsroom

OPEN = PUBLIC + PRIVATE.replace("private = true\n", "")


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000))
def test_whatever_happens_in_whatever_order_nothing_private_is_public(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chance = random.Random(seed)
    room = Newsroom(tmp_path_factory.mktemp("room"), SITE + PUBLIC + PRIVATE)
    for name in ("wire", "vault"):
        (room.folder / "articles" / name).mkdir(parents=True)
    write_both(room)
    files = sorted((room.folder / "articles").rglob("*.md"))
    closed = True
    for _ in range(4):
        room.later(hours=chance.randint(1, 30))
        match chance.randint(0, 3):
            case 0:
                closed = not closed
                room.configure(SITE + PUBLIC + PRIVATE if closed else SITE + OPEN)
                room.publish()
            case 1:
                file = chance.choice(files)
                text = file.read_text() if file.exists() else "# Back\n\nIt is back.\n"
                more = "New. " * chance.randint(1, 60)
                own = MARK if "vault" in str(file) else "the wire"
                room.write(
                    str(file.relative_to(room.folder / "articles")), f"{text}\n{more}{own}\n"
                )
            case 2:
                chance.choice(files).unlink(missing_ok=True)
            case 3:
                room.refresh(allow_removal=True)
        if closed:
            room.refresh(allow_removal=True)
            assert traces(room) == [], seed
    with room.open() as context, context.store.read() as tx:
        told = published.entries(tx, published.latest(tx, 100)).values()
        hidden = privacy.audiences(tx)
    assert not [entry for entry in told if entry.source in hidden]
    shutil.rmtree(room.folder)
