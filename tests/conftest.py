"""What every test may use."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

# The same examples in every run: what changes is the code. `--hypothesis-profile=search` looks on.
settings.register_profile("same", derandomize=True, print_blob=True)
settings.register_profile("search", derandomize=False)
settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the files in golden/")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compare bytes with a file in `golden/`, or at a path, or write it under --update-golden."""

    def compare(name: str, body: bytes) -> None:
        path = Path(__file__).with_name("golden") / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(body)
        agreed = path.read_text(encoding="utf-8")
        assert body.decode() == agreed, f"if this is meant, pytest --update-golden writes {path}"

    return compare


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Commands (and import-linter) configure the logging of the whole process; undo that."""
    root = logging.getLogger()
    loggers = [root, *(logging.getLogger(name) for name in ("config", "ingest", "feeds"))]
    handlers, levels = list(root.handlers), [logger.level for logger in loggers]
    yield
    root.handlers[:] = handlers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
    for name in list(root.manager.loggerDict):
        logging.getLogger(name).disabled = False
    structlog.reset_defaults()
