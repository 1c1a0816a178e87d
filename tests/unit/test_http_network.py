"""Connections over the event loop: whole answers, ends and faults as httpcore wants to hear of them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpcore
import pytest

from monitor.adapters.http_network import HELD_AT_MOST, LoopNetwork

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def connected(talk: Talk) -> AsyncIterator[httpcore.AsyncNetworkStream]:
    """A connection to a server that talks like this."""

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(served, "127.0.0.1", 0)
    wire = await LoopNetwork().connect_tcp("127.0.0.1", server.sockets[0].getsockname()[1], 5)
    try:
        yield wire
    finally:
        await wire.aclose()
        server.close()
        await server.wait_closed()


async def whole(wire: httpcore.AsyncNetworkStream, most: int = 65_536) -> bytes:
    said = b""
    while chunk := await wire.read(most, 5):
        assert len(chunk) <= most
        said += chunk
    return said


async def test_all_that_is_said_arrives_and_then_the_end() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(5) * 100_000)
        await writer.drain()
        writer.close()

    async with connected(echo) as wire:
        await wire.write(b"")
        await wire.write(b"ferry", 5)
        await asyncio.sleep(0.05)  # all of it has come, as far as it may
        assert await whole(wire, most=1_000) == b"ferry" * 100_000
        assert await wire.read(10) == b""
        assert wire.get_extra_info("is_readable") is True


async def test_nobody_makes_us_hold_more_than_we_read() -> None:
    sent = 0

    async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent += 65_536

    async with connected(flood) as wire:
        before = -1
        while sent > before:  # until it is made to wait, its buffers and ours being full
            before = sent
            await asyncio.sleep(0.05)
        held = sum(map(len, wire._chunks))  # type: ignore[attr-defined]
        assert HELD_AT_MOST <= held < 2 * HELD_AT_MOST + 1
        while sent == before:
            await wire.read(65_536, 5)


async def test_who_says_nothing_is_not_waited_for() -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with connected(silent) as wire:
        with pytest.raises(httpcore.ReadTimeout):
            await wire.read(10, 0.01)
        with pytest.raises(httpcore.WriteTimeout):
            await wire.write(b"x" * 50_000_000, 0.01)


async def test_a_connection_that_is_reset_is_an_error_after_what_was_said() -> None:
    async def reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"half")
        await writer.drain()
        await asyncio.sleep(0.02)
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # none: the end is told as a reset
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.close()

    async with connected(reset) as wire:
        assert await wire.read(10, 5) == b"half"
        with pytest.raises(httpcore.ReadError):
            await wire.read(10, 5)
        with pytest.raises(httpcore.WriteError):
            await wire.write(b"more", 5)


async def test_an_idle_connection_is_readable_once_the_other_side_spoke() -> None:
    told = asyncio.Event()

    async def late(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await told.wait()
        writer.write(b"unasked")
        await writer.drain()

    async with connected(late) as wire:
        assert [wire.get_extra_info("is_readable") for _ in range(2)] == [False, False]
        told.set()
        await asyncio.sleep(0.05)
        assert wire.get_extra_info("is_readable") is True


async def test_a_connection_let_go_of_is_over() -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with connected(silent) as wire:
        await wire.aclose()
        assert wire.get_extra_info("is_readable") is True
        with pytest.raises(httpcore.WriteError):
            await wire.write(b"more")


async def test_where_nobody_listens_there_is_no_connection() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(httpcore.ConnectError):
            await LoopNetwork().connect_tcp("127.0.0.1", taken.getsockname()[1], 5)


async def test_options_are_set_and_our_own_address_is_kept_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
        wire = await LoopNetwork().connect_tcp("127.0.0.1", listening.getsockname()[1], 5, "127.0.0.9", options)
        own = wire.get_extra_info("socket")
        assert own.getsockname()[0] == "127.0.0.9"
        assert own.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        await wire.aclose()
