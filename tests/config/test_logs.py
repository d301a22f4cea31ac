import io
import logging
import re

import pytest
import structlog

from config.logs import configure


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_an_event_is_one_line_with_time_level_and_fields() -> None:
    stream = io.StringIO()
    configure("info", stream)
    structlog.get_logger("ingest.x").info("source read", source="inbox", new=3, title='a "b"\nc')
    line = stream.getvalue()
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    rest = re.escape(r'source read source=inbox new=3 title="a \"b\"\nc"')
    assert re.fullmatch(rf"{stamp} info     {rest}\n", line)


def test_hostile_values_cannot_break_the_line_or_colour_it() -> None:
    logging.getLogger().handlers.clear()  # the test runner's own would choke on them
    stream = io.StringIO()
    configure("info", stream)
    hostile = "\x1b[31m\r\n\x85\u2028\u202e\ud800"
    structlog.get_logger("feeds.x").info("event" + hostile, value=hostile)
    logging.getLogger("feeds.x").warning("by stdlib %s", hostile)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)


def test_libraries_speak_from_warning_on() -> None:
    stream = io.StringIO()
    configure("debug", stream)
    for name in ("uvicorn.error", "apscheduler.scheduler", "urllib3"):
        logging.getLogger(name).info("quiet")
        logging.getLogger(name).warning("loud")
    structlog.get_logger("ingest.x").debug("ours")
    assert stream.getvalue().count("quiet") == 0
    assert stream.getvalue().count("loud") == 3
    assert stream.getvalue().count("ours") == 1


def test_configuring_again_replaces_the_stream_and_the_level() -> None:
    first, second = io.StringIO(), io.StringIO()
    configure("info", first)
    configure("error", second)
    structlog.get_logger("ingest.x").info("no")
    structlog.get_logger("ingest.x").error("yes")
    assert first.getvalue() == ""
    assert second.getvalue().count("\n") == 1


def test_a_traceback_comes_last_on_the_same_line() -> None:
    stream = io.StringIO()
    configure("info", stream)
    try:
        raise RuntimeError("boom")
    except RuntimeError:
        structlog.get_logger("ingest.x").exception("run failed", source="a")
    (line,) = stream.getvalue().splitlines()
    assert re.search(r'run failed source=a exception="Traceback .*boom"$', line)


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_levels_have_colour_on_a_terminal_unless_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    configure("info", terminal)
    structlog.get_logger("ingest.x").error("bad")
    assert "\x1b[31m" in terminal.getvalue()
    monkeypatch.setenv(name, value)
    plain = Terminal()
    configure("info", plain)
    structlog.get_logger("ingest.x").error("bad")
    assert "\x1b" not in plain.getvalue()


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="LOUD"):
        configure("loud", io.StringIO())
