"""Connections kept alive, found by their origin.

httpcore's own pool looks through all its requests and connections at the beginning and at the end of every request, and
asks each idle connection's socket whether the other side has closed it. How many requests are made at once is our
fetcher's business, so all that is needed here is to find the connection again, and to let go of old ones.
"""

import time
from collections import OrderedDict
from collections.abc import Callable

import httpcore

KEPT_ALIVE = 20
KEPT_ALIVE_FOR = 5.0
"""At most so many idle connections, for so many seconds."""

Make = Callable[[httpcore.Origin], httpcore.AsyncConnectionInterface]
_Origin = tuple[bytes, bytes, int]


class Connections:
    """`make` prepares a connection to an origin; it connects at its first request."""

    def __init__(self, make: Make) -> None:
        self._make = make
        self._idle: OrderedDict[int, tuple[_Origin, httpcore.AsyncConnectionInterface, float]] = OrderedDict()
        """In the order in which they became idle, each by its identity, with the time."""
        self._of: dict[_Origin, list[int]] = {}
        self._closed = False

    async def take(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionInterface:
        """The connection to `origin` used last, if one is idle and still open, else another; for one request."""
        key = _key(origin)
        while ids := self._of.get(key):
            connection = self._forget(ids[-1])
            if connection.is_idle() and not connection.has_expired():
                return connection
            await connection.aclose()
        return self._make(origin)

    async def give_back(self, origin: httpcore.Origin, connection: httpcore.AsyncConnectionInterface) -> None:
        """Keep the connection after a request, if it can be used again; let go of what has been idle for too long."""
        if connection.is_closed() or id(connection) in self._idle:
            return
        if connection.is_idle() and not self._closed:
            key, now = _key(origin), time.monotonic()
            self._idle[id(connection)] = key, connection, now
            self._of.setdefault(key, []).append(id(connection))
            await self._let_go(now)
        else:
            await connection.aclose()

    async def _let_go(self, now: float) -> None:
        while self._idle:
            oldest, (_, _, since) = next(iter(self._idle.items()))
            if len(self._idle) <= KEPT_ALIVE and now - since <= KEPT_ALIVE_FOR:
                return
            await self._forget(oldest).aclose()

    def _forget(self, number: int) -> httpcore.AsyncConnectionInterface:
        key, connection, _ = self._idle.pop(number)
        of_origin = self._of[key]
        of_origin.remove(number)
        if not of_origin:
            del self._of[key]
        return connection

    async def aclose(self) -> None:
        """Close every idle connection, and every other as soon as its request is done."""
        self._closed = True
        while self._idle:
            await self._forget(next(iter(self._idle))).aclose()


def _key(origin: httpcore.Origin) -> _Origin:
    return origin.scheme, origin.host, origin.port
