"""What the daemon of a machine says of itself: since when it is up and with which configuration."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select, update

from ingest.store.engine import Transaction, replacing
from ingest.store.schema import daemon

_D = daemon.c


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonState:
    """A daemon's word about itself; whether it is still up is for the data lock to tell.

    `config` is the path of its configuration, `digest` of the one in force since `loaded_at`.
    `refused` are the problems, a line each, of a newer one of digest `refused_digest` that it could
    not take up; none when there is no such one.
    """

    host: str
    pid: int
    started_at: datetime
    config: str
    digest: str
    loaded_at: datetime
    refused: tuple[str, ...] = ()
    refused_digest: str = ""
    refused_at: datetime | None = None
    unpublished: tuple[str, ...] = ()
    unpublished_at: datetime | None = None


def started(tx: Transaction, state: DaemonState) -> None:
    """Note a daemon at its start, or with a new configuration in force."""
    values = {
        "host": state.host,
        "pid": state.pid,
        "started_at": state.started_at.timestamp(),
        "config": state.config,
        "digest": state.digest,
        "loaded_at": state.loaded_at.timestamp(),
        "refused": "",
        "refused_digest": "",
        "refused_at": None,
    }
    keeping = ["unpublished", "unpublished_at"]
    tx.execute(replacing(daemon, ["host"], keeping=keeping), [values])


def refused(
    tx: Transaction, host: str, digest: str, problems: Sequence[str], now: datetime
) -> None:
    """Note that the daemon of `host` did not take up a configuration, and why."""
    values = {
        "refused": "\n".join(problems),
        "refused_digest": digest,
        "refused_at": now.timestamp(),
    }
    tx.execute(update(daemon).where(_D.host == host).values(values))


def unpublished(tx: Transaction, host: str, problems: Sequence[str], now: datetime) -> None:
    """Note what the daemon of `host` cannot publish now; none when all is published."""
    since = now.timestamp() if problems else None
    values = {
        "unpublished": "\n".join(" ".join(problem.split()) for problem in problems),
        "unpublished_at": func.coalesce(_D.unpublished_at, since) if problems else None,
    }
    tx.execute(update(daemon).where(_D.host == host).values(values))


def look(tx: Transaction, host: str) -> DaemonState | None:
    """What the newest daemon of `host` said; None when there never was one."""
    row = tx.execute(select(daemon).where(_D.host == host)).one_or_none()
    if row is None:
        return None
    return DaemonState(
        host=row.host,
        pid=row.pid,
        started_at=datetime.fromtimestamp(row.started_at, UTC),
        config=row.config,
        digest=row.digest,
        loaded_at=datetime.fromtimestamp(row.loaded_at, UTC),
        refused=tuple(row.refused.splitlines()),
        refused_digest=row.refused_digest,
        refused_at=_time(row.refused_at),
        unpublished=tuple(row.unpublished.splitlines()),
        unpublished_at=_time(row.unpublished_at),
    )


def _time(value: float | None) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(value, UTC)
