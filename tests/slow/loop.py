"""A program that is made to be killed: add, edit and delete an article, refresh, and again.

`python -m tests.slow.loop FOLDER LAST` goes on from the step written in FOLDER/step and ends after
step LAST; with `here` behind it documents are prepared without workers, so that more kills hit what
comes then. A step done again does the same again: wherever it was killed, the steps are the same.
"""

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.load import load
from feeds.context import open_context
from feeds.lock import COMMAND, data_lock
from feeds.refresh import refresh
from ingest.article import Document
from ingest.normalize.rules import Rules
from tests.newsroom import Here

FIRST = datetime(2024, 1, 1, tzinfo=UTC)

CONFIG = """\
[site]
title = "Harbour News"
url = "https://example.org/"
[server]
port = {port}
[[source]]
name = "inbox"
files = "articles/**/*.{{txt,md,html}}"
every = "10 seconds"
[[feed]]
name = "all"
limit = 1000
"""


def make(folder: Path, port: int, namespace: str) -> None:
    """A site to loop over, of a known namespace, so that ids can be compared."""
    (folder / "articles").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "data" / "namespace").write_text(f"{namespace}\n")
    (folder / "broadsheet.toml").write_text(CONFIG.format(port=port))


def change(folder: Path, step: int) -> None:
    """Do to the articles what `step` does: one new, an older one edited, one gone, one back."""
    put(folder, step, "new")
    if step >= 3 and step % 2:
        put(folder, step - 2, f"edited in step {step}")
    if step >= 14:
        _path(folder, step - 12).unlink(missing_ok=True)
    if step >= 20 and step % 5 == 0:
        put(folder, step - 15, f"back in step {step}")
    if step >= 21 and step % 5 == 1:
        _path(folder, step - 16).unlink(missing_ok=True)
    for path in (folder / "articles", *(folder / "articles").iterdir()):
        os.utime(path, (FIRST.timestamp(), FIRST.timestamp()))  # at rest: nothing to wait for


def put(folder: Path, number: int, state: str) -> None:
    """Write an article, whole or not at all, with a time that follows from its words alone."""
    path = _path(folder, number)
    path.parent.mkdir(exist_ok=True)
    words = " ".join(f"w{number}x{i}" for i in range(40))
    date = (FIRST + timedelta(hours=number)).isoformat()
    title = f"Report {number}, {state}"
    text = f"---\ndate: {date}\n---\n# {title}\n\nThe harbour moved {words}. It was {state}.\n"
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(f"{text}\n![chart](chart.svg)\n" if number % 3 == 0 else text)
    moment = (FIRST + timedelta(hours=number, seconds=len(state) + sum(state.encode()))).timestamp()
    os.utime(beside, (moment, moment))
    beside.replace(path)
    chart = path.with_name("chart.svg")
    if not chart.exists():
        part = path.with_name(".chart.part")
        part.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>')
        part.replace(chart)


def main(folder: Path, last: int, *, here: bool) -> None:
    settings = load(folder / "broadsheet.toml", {})
    counter = folder / "step"
    step = int(counter.read_text()) if counter.exists() else 1
    with data_lock(settings.data_folder, COMMAND, wait=5), open_context(settings) as context:
        if here:
            context = replace(context, workers=Here())
        warm = Document(origin="w", body=b"A word\n\nA line.\n", media_type="", fetched_at=FIRST)
        list(context.workers.submit([warm], Rules(kind="files"), 60, FIRST).results())
        sys.stdout.write("looping\n")
        sys.stdout.flush()
        while step <= last:
            change(folder, step)
            report = refresh(context, ["inbox"])
            assert not report.failed, report
            step += 1
            beside = folder / "step.part"
            beside.write_text(str(step))
            beside.replace(counter)


def _path(folder: Path, number: int) -> Path:
    return folder / "articles" / f"day-{number % 4}" / f"report-{number}.md"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), here="here" in sys.argv[3:])
