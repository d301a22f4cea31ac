"""What is known of the addresses of sources, as far as something special applies to them."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from ingest.address import Address
from ingest.store import schema
from ingest.store.engine import Transaction, replacing

_A = schema.address.c
_TIMES = ("not_before", "failing_since", "moved_since")
_KNOWN = select(schema.address).where(_A.source == bindparam("source")).order_by(_A.url)
_PLAIN = ("stopped", "why", "failures", "status", "error", "kind", "instead", "moved_to", "moves")


def known(tx: Transaction, source: str) -> dict[str, Address]:
    """What is known of the addresses of `source`, by the address as it was given."""
    rows = tx.execute(_KNOWN, {"source": source})
    return {row.url: _address(row) for row in rows}


def waiting(tx: Transaction) -> dict[str, dict[str, Address]]:
    """The addresses that must not be asked yet, by their sources' internal ids."""
    found: dict[str, dict[str, Address]] = {}
    for row in tx.execute(select(schema.address).where(_A.not_before.is_not(None))):
        found.setdefault(row.source, {})[row.url] = _address(row)
    return found


def put(
    tx: Transaction, source: str, before: Mapping[str, Address], found: Mapping[str, Address]
) -> None:
    """Keep the addresses `found` of `source` where there were those `before`."""
    for url in before.keys() - found.keys():
        tx.execute(delete(schema.address).where(_A.source == source, _A.url == url))
    rows = [
        {"source": source, "url": url}
        | {name: getattr(one, name) for name in _PLAIN}
        | {name: _seconds(getattr(one, name)) for name in _TIMES}
        for url, one in found.items()
        if one != before.get(url)
    ]
    if rows:
        tx.execute(replacing(schema.address, ["source", "url"]), rows)


def release(tx: Transaction, names: Collection[str]) -> None:
    """Let every address of the named sources be asked at their next run, also those stopped."""
    named = select(schema.source.c.id).where(schema.source.c.name.in_(sorted(names)))
    mine = update(schema.address).where(_A.source.in_(named))
    tx.execute(mine.values(not_before=None, stopped=False))


def _address(row: Any) -> Address:
    values: dict[str, Any] = {name: getattr(row, name) for name in _PLAIN}
    values |= {name: _time(getattr(row, name)) for name in _TIMES}
    return Address(**values)


def _seconds(value: datetime | None) -> float | None:
    return value.timestamp() if value else None


def _time(value: float | None) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(value, UTC)
