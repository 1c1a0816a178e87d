"""The door to the network by itself: what it is asked, in which order it tries, and what it says when it refuses."""

import asyncio
import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import pytest

from monitor.adapters.http import network as http_guard
from monitor.adapters.http.network import Blocked, GuardedNetwork, LookupFailed, Resolver, WatchedStream, opened
from monitor.domain.feeds.addresses import AddressRule

PUBLIC = ("93.184.216.1", "93.184.216.2", "93.184.216.3")


class Stream(httpcore.AsyncNetworkStream):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.asked.append(("read", max_bytes, timeout))
        return b"some"

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.asked.append(("write", buffer, timeout))

    async def aclose(self) -> None:
        self.asked.append(("close",))

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        self.asked.append(("tls", ssl_context, server_hostname, timeout))
        return self

    def get_extra_info(self, info: str) -> Any:
        return f"about {info}"


class Network(httpcore.AsyncNetworkBackend):
    """Connects after so many failures."""

    def __init__(self, *failures: Exception, hangs: bool = False) -> None:
        self.failures, self.hangs = list(failures), hangs
        self.dialled: list[tuple[Any, ...]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.dialled.append((host, port, timeout, local_address, socket_options))
        if self.hangs:
            await asyncio.sleep(3600)
        if self.failures:
            raise self.failures.pop(0)
        return Stream()


def guard(network: Network | None = None, *, found: tuple[str, ...] = PUBLIC, **more: Any) -> GuardedNetwork:
    async def resolve(host: str, port: int) -> tuple[str, ...]:
        asked.append((host, port))
        return found

    asked.clear()
    return GuardedNetwork(AddressRule(), (), resolve=resolve, network=network, **more)


asked: list[tuple[str, int]] = []


@pytest.mark.case(87, 90)
@pytest.mark.parametrize(
    ("host", "port", "found", "error", "why"),
    [
        ("herald.example", 22, PUBLIC, Blocked, "^port 22$"),
        ("herald.example", 80, ("10.0.0.1",), Blocked, "^not a public address$"),
        ("127.0.0.1", 80, PUBLIC, Blocked, "^not a public address$"),
        ("herald.example", 80, (), LookupFailed, "^no address$"),
    ],
)
async def test_a_refusal_says_why_and_dials_nothing(
    host: str, port: int, found: tuple[str, ...], error: type[Exception], why: str
) -> None:
    network = Network()
    with pytest.raises(error, match=why):
        await guard(network, found=found).connect_tcp(host, port, 5)
    assert network.dialled == []


async def test_a_number_is_not_looked_up_and_a_name_is_with_its_port() -> None:
    assert await guard().vet("93.184.216.9", 443) == ("93.184.216.9",)
    assert asked == []
    assert await guard().vet("herald.example", 443) == PUBLIC
    assert asked == [("herald.example", 443)]


async def test_a_lookup_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_guard, "LOOKUP_TIMEOUT", 0.01)

    async def for_ever(host: str, port: int) -> tuple[str, ...]:
        await asyncio.sleep(3600)
        return ()

    with pytest.raises(LookupFailed, match=r"^no answer in time$"):
        await GuardedNetwork(AddressRule(), (), resolve=for_ever).vet("herald.example", 80)


@pytest.mark.case(79)
async def test_addresses_are_tried_in_turn() -> None:
    network = Network(httpcore.ConnectError(), httpcore.ConnectTimeout())
    opened.set(False)
    stream = await guard(network).connect_tcp("herald.example", 80, 6, "0.0.0.0", [(1, 2, 3)])
    rest = ("0.0.0.0", [(1, 2, 3)])
    first, second, third = PUBLIC
    assert network.dialled == [(first, 80, 6, *rest), (second, 80, 6, *rest), (third, 80, 6, *rest)]
    assert isinstance(stream, WatchedStream)
    assert opened.get() is True


async def test_without_a_limit_addresses_are_tried_in_turn_too() -> None:
    network = Network(httpcore.ConnectError())
    await guard(network).connect_tcp("herald.example", 80)
    assert [dial[2] for dial in network.dialled] == [None, None]


async def test_the_last_refusal_is_the_answer() -> None:
    network = Network(*(httpcore.ConnectError(str(number)) for number in range(3)))
    with pytest.raises(httpcore.ConnectError, match="2"):
        await guard(network).connect_tcp("herald.example", 80, 6)
    assert len(network.dialled) == 3


async def test_all_attempts_together_end_in_time() -> None:
    with pytest.raises(TimeoutError):
        await guard(Network(hangs=True)).connect_tcp("herald.example", 80, 0.01)


async def test_the_configured_proxy_is_dialled_unvetted_and_nobody_else() -> None:
    network = Network()
    proxied = guard(network, trusted=("127.0.0.1", 3128))
    await proxied.connect_tcp("127.0.0.1", 3128, 5)
    assert [dial[:2] for dial in network.dialled] == [("127.0.0.1", 3128)]
    with pytest.raises(Blocked):
        await proxied.connect_tcp("127.0.0.1", 80, 5)


async def test_a_local_socket_is_never_opened() -> None:
    with pytest.raises(Blocked, match=r"^a local socket$"):
        await guard().connect_unix_socket("/run/somebody.sock")


async def test_waiting_is_passed_on() -> None:
    await guard().sleep(0)


async def test_a_stream_passes_everything_on_and_remembers_what_it_read_last() -> None:
    inner, context = Stream(), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    stream = WatchedStream(inner)
    assert stream.last == b""
    assert await stream.read(10, 1.5) == stream.last == b"some"
    await stream.write(b"more", 2.5)
    over_tls = await stream.start_tls(context, "herald.example", 3.5)
    assert isinstance(over_tls, WatchedStream)
    assert await over_tls.read(1) == b"some"
    await stream.aclose()
    assert stream.get_extra_info("socket") == "about socket"
    assert inner.asked == [
        ("read", 10, 1.5),
        ("write", b"more", 2.5),
        ("tls", context, "herald.example", 3.5),
        ("read", 1, None),
        ("close",),
    ]


async def test_the_systems_resolver_answers_in_addresses_or_says_why_not() -> None:
    assert await Resolver()("127.0.0.1", 80) == ("127.0.0.1",)
    with pytest.raises(LookupFailed, match="label"):
        await Resolver()("a" * 70 + ".example", 80)


async def test_a_connection_kept_alive_is_readable_once_the_other_side_spoke_or_it_is_gone() -> None:
    ours, theirs = socket.socketpair()

    class OfSocket(Stream):
        def get_extra_info(self, info: str) -> Any:
            return {"socket": ours}.get(info)

    stream = WatchedStream(OfSocket())
    assert stream.get_extra_info("is_readable") is False
    theirs.send(b"unasked")
    assert stream.get_extra_info("is_readable") is True
    ours.close()
    theirs.close()
    assert stream.get_extra_info("is_readable") is True

    class Gone(Stream):
        def get_extra_info(self, info: str) -> Any:
            return None

    assert WatchedStream(Gone()).get_extra_info("is_readable") is True


async def test_a_connection_is_readable_for_what_comes_not_for_what_may_be_sent() -> None:
    """A socket that can be written to is no sign of an end."""
    ours, theirs = socket.socketpair()
    with ours, theirs:

        class OfSocket(Stream):
            def get_extra_info(self, info: str) -> Any:
                return ours if info == "socket" else None

        assert [WatchedStream(OfSocket()).get_extra_info("is_readable") for _ in range(2)] == [False, False]
