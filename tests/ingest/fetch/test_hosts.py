import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from ingest.article import Validators
from ingest.errors import DeadlineError, FetchError
from ingest.fetch.hosts import Hosts
from tests.ingest.fetch.conftest import NOW, Answer, Make, Serve

GAP = 0.05


def _at_once(*work: threading.Thread) -> None:
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()


def test_turns_at_a_host_never_overlap_and_keep_the_gap_in_order_of_arrival() -> None:
    hosts = Hosts(GAP, 5)
    order: list[int] = []
    times: list[tuple[float, float]] = []

    def work(number: int) -> None:
        with hosts.turn("a.example"):
            start = time.monotonic()
            order.append(number)
            time.sleep(0.02)
            times.append((start, time.monotonic()))

    with ThreadPoolExecutor(5) as pool, hosts.turn("a.example"):
        for number in range(5):
            pool.submit(work, number)
            while len(hosts._lines["a.example"].tickets) < number + 2:
                time.sleep(0.001)
    assert order == [0, 1, 2, 3, 4]
    pauses = [later[0] - earlier[1] for earlier, later in pairwise(times)]
    assert min(pauses) >= GAP


def test_hosts_do_not_wait_for_each_other() -> None:
    hosts = Hosts(60, 60)
    start = time.monotonic()
    with hosts.turn("a.example"), hosts.turn("b.example"):
        pass
    assert time.monotonic() - start < 30


def test_a_wait_is_bounded_and_leaves_the_line() -> None:
    hosts = Hosts(0, 0.1)
    with (
        hosts.turn("a.example"),
        pytest.raises(DeadlineError, match=r"its turn at a\.example"),
        hosts.turn("a.example"),
    ):
        pass
    with hosts.turn("a.example"):
        pass


def test_a_turn_is_given_back_after_an_error() -> None:
    hosts = Hosts(0, 0.1)
    for _ in range(2):
        with pytest.raises(KeyError), hosts.turn("a.example"):
            raise KeyError


def test_stop_ends_a_wait() -> None:
    hosts = Hosts(60, 60)
    with hosts.turn("a.example"):
        pass
    threading.Timer(0.05, hosts.stop).start()
    with pytest.raises(FetchError, match="stopping"), hosts.turn("a.example"):
        pass


def test_idle_hosts_are_forgotten() -> None:
    hosts = Hosts(0, 1)
    for number in range(1000):
        with hosts.turn(f"{number}.example"):
            pass
    assert len(hosts._lines) <= 1


def test_fetches_of_one_host_take_turns_whatever_the_port(make: Make, answer: Answer) -> None:
    servers = (answer(), answer())
    fetcher = make(gap=0.2)
    start = time.monotonic()
    _at_once(
        *(
            threading.Thread(target=fetcher.fetch, args=(server.url("/", host), Validators(), NOW))
            for server, host in zip(servers, ("NEWS.example", "news.example."), strict=True)
        )
    )
    assert time.monotonic() - start >= 0.2
    assert [server.connections for server in servers] == [1, 1]


def test_different_hosts_are_fetched_at_once_by_many_threads(make: Make, serve: Serve) -> None:
    together = threading.Barrier(8, timeout=30)

    def handler(peer: socket.socket, _over: threading.Event) -> None:
        together.wait()
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x")

    server, fetcher = serve(handler), make(gap=60)
    urls = [server.url("/", f"{number}.example") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        documents = list(pool.map(lambda url: fetcher.fetch(url, Validators(), NOW), urls))
    assert [document.url for document in documents] == urls


def test_waiting_for_a_turn_does_not_count_against_the_deadline(make: Make, answer: Answer) -> None:
    server = answer()
    fetcher = make(gap=0.6, deadline=0.5)
    for path in ("/a", "/b"):
        fetcher.fetch(server.url(path), Validators(), NOW)
    assert server.connections == 2


def test_a_held_host_refuses_who_comes_and_who_waits_and_is_free_again() -> None:
    hosts, refused = Hosts(0, 5), []

    def wait() -> None:
        try:
            with hosts.turn("a.example"):
                pass
        except FetchError as error:
            refused.append(error)

    waiter = threading.Thread(target=wait)
    with hosts.turn("a.example"):
        waiter.start()
        while len(hosts._lines["a.example"].tickets) < 2:
            time.sleep(0.001)
        hosts.hold("a.example", 0.2)
        waiter.join()
    wait()
    assert [error.status for error in refused] == [429, 429]
    with hosts.turn("b.example"):
        pass
    time.sleep(0.2)
    wait()
    assert len(refused) == 2
    assert not hosts._held


def test_what_hosts_asked_for_is_bounded_in_memory() -> None:
    hosts = Hosts(0, 1)
    for number in range(10_100):
        hosts.slow(f"{number}.example", 1)
        hosts.hold(f"{number}.example", 1)
    assert len(hosts._gaps) == len(hosts._held) == 10_000
