"""How the web is asked: the fetcher and the model that settings make, and who we say we are."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import Fetch, Settings
from config.source import Source

if TYPE_CHECKING:
    from ingest.fetch import Fetcher
    from ingest.machine import Machine, Writer
    from ingest.store import Store

_LONGEST_KEY = 1_000


@cache
def product_version() -> str:
    """The version that is installed."""
    return version("broadsheet")


def contact(settings: Settings) -> str:
    """Where whoever we ask can reach the operator."""
    return settings.site.contact or settings.site.url


def open_fetcher(settings: Settings | None) -> "Fetcher":
    """A fetcher within the limits of `settings`, or within the usual ones."""
    from ingest.fetch import Fetcher  # requests: 66 ms

    limits = settings.fetch if settings else Fetch()
    me = contact(settings) if settings else ""
    return Fetcher(limits, contact=me, version=product_version())


def source_fetcher(settings: Settings, store: "Store", now: datetime) -> "Fetcher | None":
    """A fetcher that knows which hosts want to be left alone; None when nothing is fetched."""
    if all(source.files for source in settings.sources):
        return None
    from ingest.store import addresses  # who only fetches a page needs no store

    fetcher = open_fetcher(settings)
    with store.read() as tx:
        waiting = [known for told in addresses.waiting(tx).values() for known in told.items()]
    for url, one in waiting:
        if one.status == 429 and one.not_before and one.waits(now):
            fetcher.leave(one.instead or url, one.not_before - now)
    return fetcher


def open_machine(
    settings: Settings, store: "Store", clock: Callable[[], datetime]
) -> "Machine | None":
    """Who has summaries written by a model; None when no source asks for that."""
    if all(source.summarizer != "openai" for source in settings.sources):
        return None
    from ingest.fetch.completion import Completions  # requests: 66 ms
    from ingest.machine import Machine

    return Machine(store, Completions(), clock)


def writer(machine: "Machine | None", settings: Settings, source: Source) -> "Writer | None":
    """What has the summaries of `source` written; None when it asks for none."""
    if source.summarizer != "openai" or settings.openai is None or machine is None:
        return None
    from ingest.machine import Writer

    key, problem = _key(settings)
    return Writer(
        machine=machine,
        settings=settings.openai,
        words=source.summary_words,
        key=key,
        problem=problem,
    )


def _key(settings: Settings) -> tuple[str, str]:
    """The key to ask the model with, "" for none, and what is wrong with it. Never shown."""
    name = settings.openai.key_file if settings.openai else None
    if name is None:
        return "", ""
    key, problem = read_secret(settings.folder / name)
    return key, f"the file with its key {problem} (openai.key_file)" if problem else ""


def read_secret(path: Path) -> tuple[str, str]:
    """The one line of visible ASCII that a file holds, or "" and what is wrong with the file."""
    try:
        with path.open("rb") as file:
            secret = file.read(_LONGEST_KEY + 1).decode("ascii").strip()
    except (OSError, ValueError):
        return "", "cannot be read"
    if not secret or len(secret) > _LONGEST_KEY or not secret.isprintable() or " " in secret:
        return "", "does not hold one line of it"
    return secret, ""
