"""One question to a model, over HTTP on loopback: what may come back, and what never does."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from config.openai import OpenAI
from ingest.fetch.completion import REST, Answer, Completions
from tests.model import Model, Told, completion, model

KEY = "sk-very-secret-0123456789"
ASKED = [{"role": "system", "content": "Summarize."}, {"role": "user", "content": "A text."}]


@pytest.fixture
def server() -> Iterator[Model]:
    with model() as up:
        yield up


def ask(url: str, key: str = "", **over: Any) -> Answer:
    settings = OpenAI(url=url, model="tiny", **over)
    return Completions().ask(settings, key, ASKED, 300)


def test_a_question_and_its_answer(server: Model) -> None:
    server.says("The harbour opens.")
    assert ask(server.url, KEY) == Answer(text="The harbour opens.", tokens=700)
    assert server.paths == ["/v1/chat/completions"]
    assert server.keys == [f"Bearer {KEY}"]
    [asked] = server.questions
    assert asked == {
        "model": "tiny",
        "messages": ASKED,
        "temperature": 0,
        "seed": 1,
        "max_tokens": 300,
        "stream": False,
    }


def test_without_a_key_none_is_sent_and_a_whole_address_does_too(server: Model) -> None:
    server.says("Yes.")
    assert ask(f"{server.url}/chat/completions/").text == "Yes."
    assert (server.paths, server.keys) == (["/v1/chat/completions"], [""])


@pytest.mark.parametrize(
    ("told", "why", "rest"),
    [
        ((500, {}, b"oops"), "500 from 127.0.0.1: it has a problem", timedelta()),
        ((400, {}, b"context"), "400 from 127.0.0.1: it cannot use the question", timedelta()),
        ((401, {}, KEY.encode()), "401 from 127.0.0.1: it does not take the key", REST),
        ((404, {}, b""), "404 from 127.0.0.1: it knows no such", REST),
        ((429, {}, b""), "429 from 127.0.0.1: it is asked too often", REST),
        ((429, {"Retry-After": "3600"}, b""), "429", timedelta(hours=1)),
        ((503, {"Retry-After": "120"}, b""), "503", timedelta(minutes=2)),
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), "302 from 127.0.0.1: it redirects", REST),
    ],
)
def test_a_status_that_is_no_answer_costs_nothing(
    server: Model, told: Told, why: str, rest: timedelta
) -> None:
    server.say = lambda _: told
    found = ask(server.url, KEY)
    assert found.failure.startswith(why)
    assert KEY not in repr(found)
    assert (found.text, found.asked, found.rest) == ("", False, rest)
    assert len(server.questions) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": ["a"]}}]}',
        b'{"choices": {"0": 1}}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_completion_is_a_failure(server: Model, body: bytes) -> None:
    server.say = lambda _: (200, {}, body)
    found = ask(server.url)
    assert found == Answer(failure="what 127.0.0.1 answers is no chat completion")


def test_more_than_a_megabyte_is_not_read(server: Model) -> None:
    server.says("x" * 1_100_000)
    assert ask(server.url) == Answer(
        failure="the answer of 127.0.0.1 is larger than 1,000,000 bytes"
    )


@pytest.mark.parametrize("usage", [b'"many"', b'{"total_tokens": -4}', b'{"total_tokens": true}'])
def test_a_count_that_cannot_be_is_none(server: Model, usage: bytes) -> None:
    body = b'{"choices": [{"message": {"content": "Yes."}}], "usage": %s}' % usage
    server.say = lambda _: (200, {}, body)
    assert ask(server.url) == Answer(text="Yes.", tokens=None)


def test_one_that_hangs_is_given_up_and_left_alone(server: Model) -> None:
    server.hang = True
    found = ask(server.url, timeout="1s")
    assert found == Answer(failure="no answer from 127.0.0.1 within 1 second", rest=REST)


def test_one_that_is_not_there_costs_nothing() -> None:
    with model() as gone:
        url = gone.url
    found = ask(url)
    assert found.failure.startswith("connection refused by 127.0.0.1")
    assert not found.asked


def test_one_that_breaks_off_may_have_cost_something(server: Model) -> None:
    server.say = lambda _: (200, {"Content-Length": "5000"}, b"{")
    assert ask(server.url).asked


def test_stopping_ends_what_hangs_and_refuses_the_next(server: Model) -> None:
    server.hang = True
    completions, found = Completions(), list[Answer]()
    settings = OpenAI(url=server.url, model="tiny")
    asking = threading.Thread(
        target=lambda: found.append(completions.ask(settings, "", ASKED, 300))
    )
    asking.start()
    while not server.questions:
        asking.join(0.01)
    completions.stop()
    asking.join(20)
    assert [one.failure for one in found] == ["stopping"]
    assert completions.ask(settings, "", ASKED, 300).failure == "stopping"
    assert len(server.questions) == 1


def test_the_environment_names_no_proxy(server: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.say = lambda _: completion("Yes.", tokens=None)
    assert ask(server.url) == Answer(text="Yes.")
