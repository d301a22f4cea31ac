"""A year by the clock: each slot of each schedule is run once, none twice, whatever the clock does.

The year has both changes of the clocks in Berlin; the machine sleeps for six hours, and its clock
is set back by two.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from feeds.daemon import Daemon
from ingest.polling import Seen, next_look
from ingest.store import sources
from ingest.store.runs import RunReport
from ingest.task import Surroundings, Task
from tests.newsroom import Newsroom

pytestmark = pytest.mark.slow

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=365)
CONFIG = """\
[site]
title = "Harbour News"
url = "https://example.org/"
timezone = "Europe/Berlin"
[[source]]
name = "nightly"
files = "articles/a/*.md"
cron = "30 2 * * *"
[[source]]
name = "monthly"
files = "articles/b/*.md"
cron = "@monthly"
[[source]]
name = "half-daily"
files = "articles/c/*.md"
cron = "0 */12 * * *"
[[source]]
name = "often"
files = "articles/d/*.md"
every = "8 hours"
"""


class Year:
    """A daemon whose clock goes from one due time to the next, and when each source ran.

    `ahead` is how far the true time is ahead of what the machine's clock says.
    """

    def __init__(self, room: Newsroom, daemon: Daemon) -> None:
        self.room = room
        self.daemon = daemon
        self.ahead = timedelta()
        self.ran: dict[str, list[datetime]] = {name: [] for name in daemon.context.names}

    def note(self, task: Task, around: Surroundings) -> RunReport:
        """A run that only says when it was."""
        now = around.clock()
        self.ran[task.state.name].append(now + self.ahead)
        with around.store.write() as tx:
            at = next_look(task.pace, Seen(), now).at
            assert at
            tx.exec_driver_sql(
                "update source set next_due = ? where id = ?",
                (at.timestamp(), task.state.id),
            )
        return RunReport(source=task.state.name, started_at=now, ended_at=now, outcome="ok")

    def until(self, end: datetime) -> None:
        """Tick at each due time before `end` on the machine's clock."""
        while self.room.now < end:
            self.daemon.tick()
            for run in list(self.daemon._runs.running.values()):
                run.future.result(10)
            self.daemon.tick()
            with self.daemon.context.store.read() as tx:
                due = min(state.next_due for state in sources.states(tx).values())
            self.room.now = min(max(due, self.room.now + timedelta(seconds=1)), end)


def slots(hours: tuple[int, ...], minute: int) -> list[datetime]:
    """Every slot of the year, by the wall clock in Berlin; what spring skips is an hour later."""
    days = [START.date() + timedelta(days=number) for number in range(366)]
    local = [
        datetime(day.year, day.month, day.day, hour, minute, tzinfo=BERLIN)
        for day in days
        for hour in hours
    ]
    return [slot for slot in (one.astimezone(UTC) for one in local) if START < slot < END]


def test_over_a_year_each_slot_is_run_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Newsroom(tmp_path, CONFIG)
    room.now = START
    monkeypatch.setattr("feeds.daemon.publish", lambda *_, **__: _nothing())
    with room.open() as context:
        year = Year(room, Daemon(context))
        monkeypatch.setattr("feeds.context.TASKS", {"ingest": year.note})
        year.until(datetime(2026, 5, 4, 22, tzinfo=UTC))
        asleep = room.now
        room.later(hours=6)  # over two slots: of the night and of midnight
        awake = room.now
        year.until(datetime(2026, 8, 3, 11, tzinfo=UTC))
        set_back = room.now
        room.later(hours=-2)  # over the slot of noon, 10:00 UTC
        year.ahead = timedelta(hours=2)
        year.until(END - year.ahead)
        assert year.daemon.close()
    first = {name: times.pop(0) for name, times in year.ran.items()}
    assert set(first.values()) == {START}, "what is new is due at once"

    def met(wanted: list[datetime], ran: list[datetime]) -> None:
        """Each slot was run when it came, by a clock that may be behind; or on waking."""
        assert len(ran) == len(wanted)
        for slot, moment in zip(wanted, ran, strict=True):
            late = timedelta(hours=2) if slot > set_back else timedelta()
            expected = awake if asleep <= slot < awake else slot + late
            assert moment - expected <= timedelta(seconds=2), (slot, moment)
            assert moment >= expected

    met([slot for slot in slots((2,), 30) if slot < END - year.ahead], year.ran["nightly"])
    met([slot for slot in slots((0, 12), 0) if slot < END - year.ahead], year.ran["half-daily"])
    assert Counter(m.astimezone(BERLIN).month for m in year.ran["monthly"]) == dict.fromkeys(
        range(2, 13), 1
    )
    gaps = [b - a for a, b in zip(year.ran["often"], year.ran["often"][1:], strict=False)]
    usual = [gap for gap in gaps if abs(gap - timedelta(hours=8)) <= timedelta(seconds=2)]
    assert len(gaps) - len(usual) <= 2, "once over the sleep, once over the clock set back"
    assert min(gaps) > timedelta(hours=7)
    assert max(gaps) <= timedelta(hours=14)


def _nothing() -> object:
    from feeds.report import PublishReport

    return PublishReport()


def test_a_shorter_interval_holds_at_once_and_a_clock_that_was_wrong_is_forgotten(
    tmp_path: Path,
) -> None:
    room = Newsroom(tmp_path, CONFIG)
    room.refresh()
    room.later(days=3650)
    room.refresh()
    room.later(days=-3650)
    with room.open() as context, context.store.read() as tx:
        due = {name: state.next_due - room.now for name, state in sources.states(tx).items()}
    assert due["often"] == timedelta(hours=8)
    assert due["nightly"] <= timedelta(days=1)
    room.configure(CONFIG.replace("8 hours", "10 minutes"))
    with room.open() as context, context.store.read() as tx:
        assert sources.states(tx)["often"].next_due - room.now == timedelta(minutes=10)
