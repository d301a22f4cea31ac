import socket
from collections.abc import Callable
from ipaddress import ip_network

import pytest

from ingest.article import Document, Validators
from ingest.errors import AddressRefusedError, FetchError
from ingest.fetch.guard import refusal, system_resolver
from tests.ingest.fetch.conftest import NOW, Answer, Make

REFUSED = """
127.0.0.1 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1
169.254.169.254 169.254.0.1 100.64.0.1 100.127.255.255 100.100.100.200 192.0.0.192 192.0.2.1
198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1
255.255.255.255 192.88.99.1 168.63.129.16
:: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254
64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2
2001:db8::1 2001:10::1 2002:7f00:1:: 2002:808:808::1 3fff::1 fc00::1 fd00:ec2::254 fe80::1
fe80::1%eth0 fec0::1 ff02::1 4000::1 5f00::1
"""
PUBLIC = "8.8.8.8 93.184.216.34 172.32.0.1 100.128.0.1 2606:4700::1111 2a00:1450::1 ::ffff:8.8.8.8"
ODD = """
127.1 127.0.1 0x7f000001 0x7f.1 2130706433 017700000001 0 0x0 localhost
[::1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::] 127.0.0.1. １２７.０.０.１
"""


def test_addresses_that_are_not_public_are_refused() -> None:
    assert [address for address in REFUSED.split() if not refusal(address, 80, ())] == []


def test_public_addresses_may_be_reached_at_the_ports_of_the_web() -> None:
    for address in PUBLIC.split():
        reachable = [port for port in (22, 80, 443, 6379, 8080) if not refusal(address, port, ())]
        assert reachable == [80, 443], address


def test_allowed_networks_may_be_reached_at_any_port() -> None:
    allowed = (ip_network("192.168.7.0/24"), ip_network("fd12::/16"))
    for address in ("192.168.7.9", "::ffff:192.168.7.9", "fd12::1"):
        assert refusal(address, 8080, allowed) == ""
    for address in ("192.168.8.9", "fd13::1", "127.0.0.1"):
        assert "fetch.allow_private" not in refusal(address, 80, allowed) != ""


def test_the_refusal_says_what_the_address_is() -> None:
    assert refusal("169.254.169.254", 80, ()) == (
        "its address 169.254.169.254 is a cloud machine's metadata service"
    )
    assert "private network" in refusal("192.168.1.1", 80, ())


@pytest.mark.parametrize("host", ODD.split())
def test_odd_spellings_of_this_machine_reach_nothing(make: Make, answer: Answer, host: str) -> None:
    server = answer()
    with pytest.raises(FetchError, match=r"this machine itself|not exist|not an address"):
        make(system_resolver, private=()).fetch(server.url("/", host), Validators(), NOW)
    assert server.connections == 0


@pytest.mark.parametrize("order", [1, -1])
def test_one_refused_address_refuses_the_name(make: Make, answer: Answer, order: int) -> None:
    server = answer()
    found = ("127.0.0.1", "10.1.2.3")[::order]
    with pytest.raises(AddressRefusedError, match=r"news\.example is not fetched: its address 10"):
        make(lambda _host, _port: found).fetch(server.url(), Validators(), NOW)
    assert server.connections == 0


def test_a_name_is_looked_up_once(make: Make, answer: Answer) -> None:
    server = answer()
    answers = [("127.0.0.1",), ("10.0.0.1",)]
    make(lambda _host, _port: answers.pop(0)).fetch(server.url(), Validators(), NOW)
    assert (len(answers), server.connections) == (1, 1)


def test_the_next_address_is_tried_when_one_does_not_answer(make: Make, answer: Answer) -> None:
    server = answer()
    fetcher = make(lambda _host, _port: ("127.0.0.9", "127.0.0.1"), private=("127.0.0.0/8",))
    assert isinstance(fetcher.fetch(server.url(), Validators(), NOW), Document)


def test_a_public_address_at_another_port_is_refused_before_connecting(make: Make) -> None:
    with pytest.raises(AddressRefusedError, match="port 8080 is not one of the web"):
        make(lambda _host, _port: ("8.8.8.8",)).fetch(
            "http://news.example:8080/", Validators(), NOW
        )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "does not exist"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "at the moment"),
        (UnicodeError("label too long"), "cannot be looked up"),
        (None, "does not exist"),
    ],
)
def test_a_name_without_address_is_told_in_words(
    make: Make, error: Exception | None, words: str
) -> None:
    def fails(_host: str, _port: int) -> tuple[str, ...]:
        if error:
            raise error
        return ()

    with pytest.raises(FetchError, match=f"the name no.example .*{words}"):
        make(fails).fetch("http://no.example/", Validators(), NOW)


def test_a_refused_connection_is_told_in_words(make: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(FetchError, match=f"connection refused by news.example, port {port}"):
        make().fetch(f"http://news.example:{port}/", Validators(), NOW)


def test_the_system_resolver_gives_each_address_once() -> None:
    find: Callable[[str, int], tuple[str, ...]] = system_resolver
    assert find("127.1", 80) == ("127.0.0.1",)
