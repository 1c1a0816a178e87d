"""Connections are found again by their origin, and not kept for ever."""

from dataclasses import dataclass

import httpcore
import pytest

from monitor.adapters import http_connections
from monitor.adapters.http_connections import KEPT_ALIVE, Connections


@dataclass(eq=False)
class Connection(httpcore.AsyncConnectionInterface):
    """One that is whatever the test says."""

    origin: httpcore.Origin
    idle: bool = True
    expired: bool = False
    closed: bool = False

    def is_idle(self) -> bool:
        return self.idle

    def has_expired(self) -> bool:
        return self.expired

    def is_closed(self) -> bool:
        return self.closed

    async def aclose(self) -> None:
        self.closed = True


def origin(host: int = 1) -> httpcore.Origin:
    return httpcore.Origin(b"https", b"herald%d.example" % host, 443)


async def taken(connections: Connections, host: int = 1) -> Connection:
    connection = await connections.take(origin(host))
    assert isinstance(connection, Connection)
    return connection


async def test_a_connection_is_used_again_for_its_origin_only() -> None:
    connections = Connections(Connection)
    first = await taken(connections)
    await connections.give_back(origin(), first)
    other = await taken(connections, 2)
    assert other is not first
    assert await taken(connections) is first
    assert await taken(connections) is not first


async def test_two_requests_at_once_never_share_one() -> None:
    connections = Connections(Connection)
    first, second = await taken(connections), await taken(connections)
    assert first is not second
    for connection in (first, second, second):
        await connections.give_back(origin(), connection)
    assert await taken(connections) is second
    assert await taken(connections) is first
    assert await taken(connections) not in (first, second)


async def test_one_that_the_other_side_closed_is_not_used_again() -> None:
    connections = Connections(Connection)
    first = await taken(connections)
    await connections.give_back(origin(), first)
    first.expired = True
    assert await taken(connections) is not first
    assert first.closed


@pytest.mark.parametrize("closed", [False, True])
async def test_one_left_in_the_middle_of_an_answer_is_not_kept(*, closed: bool) -> None:
    """A connection that never came about says that it is idle, and closed."""
    connections = Connections(Connection)
    first = await taken(connections)
    first.idle, first.closed = closed, closed
    await connections.give_back(origin(), first)
    assert first.closed
    assert await taken(connections) is not first


async def test_only_so_many_are_kept() -> None:
    connections = Connections(Connection)
    opened = [await taken(connections, host) for host in range(KEPT_ALIVE + 3)]
    for host, connection in enumerate(opened):
        await connections.give_back(origin(host), connection)
    assert [connection.closed for connection in opened] == [True] * 3 + [False] * KEPT_ALIVE


async def test_none_is_kept_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    connections = Connections(Connection)
    first, second = await taken(connections), await taken(connections, 2)
    await connections.give_back(origin(), first)
    monkeypatch.setattr(http_connections, "KEPT_ALIVE_FOR", 0.0)
    await connections.give_back(origin(2), second)
    assert first.closed


async def test_none_is_left_open_at_the_end() -> None:
    connections = Connections(Connection)
    idle, used = await taken(connections), await taken(connections)
    await connections.give_back(origin(), idle)
    await connections.aclose()
    assert (idle.closed, used.closed) == (True, False)
    await connections.give_back(origin(), used)
    assert used.closed
