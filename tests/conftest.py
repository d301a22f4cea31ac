"""What every test may use."""

from collections.abc import Callable
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the files in golden/")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compare bytes with a file in `golden/`, or write that file under --update-golden."""

    def compare(name: str, body: bytes) -> None:
        path = Path(__file__).with_name("golden") / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(body)
        assert body.decode() == path.read_text(encoding="utf-8")

    return compare
