"""Connect to the network, only at addresses that were looked up and vetted here.

Looking a name up and connecting are one act, so an answer that changes in between (DNS rebinding) changes nothing, and
no spelling of an address, redirect or proxy setting leads around it.
"""

import asyncio
import ipaddress
import select
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from contextvars import ContextVar
from typing import Protocol

import httpcore

from monitor.adapters.http.race import first_connection, interleaved
from monitor.adapters.workers.threads import in_daemon_thread
from monitor.domain.feeds.addresses import AddressRule

LOOKUP_TIMEOUT = 5.0
LOOKUPS_AT_ONCE = 128
ADDRESSES_TRIED = 16
"""A name has seldom more than eight; a server of names could answer with thousands."""

Resolve = Callable[[str, int], Awaitable[tuple[str, ...]]]

opened: ContextVar[bool] = ContextVar("opened", default=False)
"""Whether the current request had to open a connection, rather than use one kept alive."""


class Blocked(Exception):
    """Report that the address may not be asked.

    Deliberately no httpcore error, so that nothing retries or hides it.
    """


class LookupFailed(Exception):
    """Report that no address of the name could be found in time."""


class Resolver:
    """Look names up in threads of our own, at most `LOOKUPS_AT_ONCE`.

    The event loop's own few threads would fill up with slow names and hold up every other host. A lookup cannot be
    cancelled; its thread is a daemon so that one which hangs does not hold up our exit.
    """

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(LOOKUPS_AT_ONCE)

    async def __call__(self, host: str, port: int) -> tuple[str, ...]:
        """Return every address of the host, the preferred first. Raises LookupFailed."""
        return await in_daemon_thread(lambda: _look_up(host, port), self._slots, "lookup")


def _look_up(host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise LookupFailed(str(error)) from error
    return tuple(dict.fromkeys(str(info[4][0]) for info in found))


class _Socket(Protocol):
    def fileno(self) -> int: ...


class WatchedStream(httpcore.AsyncNetworkStream):
    """Remember the bytes a connection read last, so that too long a body is noticed.

    And its socket: at every request and every answer httpcore's pool asks each idle connection whether the other side
    has closed it, and the layers below take longest to say which socket that is.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._socket: _Socket | None = None
        self.last = b""

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> bytes:
        """Return the next bytes, empty at the end."""
        self.last = await self._stream.read(max_bytes, timeout)
        return self.last

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> None:
        """Send `buffer`."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        """Return the same connection, encrypted."""
        return WatchedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> object:
        """Return what httpcore asks of a stream."""
        if info != "is_readable":
            return self._stream.get_extra_info(info)
        # whether something, or the end, can be read of an idle connection
        if self._socket is None:
            self._socket = self._stream.get_extra_info("socket")
        if self._socket is None or self._socket.fileno() < 0:
            return True
        look = select.poll()
        look.register(self._socket, select.POLLIN)
        return bool(look.poll(0))


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connect only where `rule` and `ports` allow.

    If any address of a name is not allowed, none is asked.

    `trusted` is the proxy the operator configured: the only endpoint connected to unvetted. `network` makes the
    connections.
    """

    def __init__(
        self,
        rule: AddressRule,
        ports: Iterable[int],
        *,
        resolve: Resolve | None = None,
        trusted: tuple[str, int] | None = None,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._rule = rule
        self._ports = frozenset({80, 443, *ports})
        self._resolve = resolve or Resolver()
        self._trusted = trusted
        self._network = network or httpcore.AnyIOBackend()

    async def vet(self, host: str, port: int) -> tuple[str, ...]:
        """Return the addresses to connect to. Raises Blocked or LookupFailed."""
        if port not in self._ports:
            raise Blocked(f"port {port}")
        addresses = await self._addresses(host, port)
        if not addresses:
            raise LookupFailed("no address")
        if not all(self._rule.permits(address) for address in addresses):
            raise Blocked("not a public address")
        return addresses[:ADDRESSES_TRIED]

    async def _addresses(self, host: str, port: int) -> tuple[str, ...]:
        try:
            return (str(ipaddress.ip_address(host)),)
        except ValueError:
            pass
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT):
                return await self._resolve(host, port)
        except TimeoutError:
            raise LookupFailed("no answer in time") from None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to one of the vetted addresses within `timeout` seconds."""
        opened.set(True)
        addresses = (host,) if (host, port) == self._trusted else await self.vet(host, port)

        def connect(address: str) -> Awaitable[httpcore.AsyncNetworkStream]:
            return self._network.connect_tcp(address, port, timeout, local_address, socket_options)

        async with asyncio.timeout(timeout):
            if len(addresses) == 1:
                return WatchedStream(await connect(addresses[0]))
            return WatchedStream(await first_connection(interleaved(addresses), connect))

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: a local socket is no public address."""
        raise Blocked("a local socket")

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds`."""
        await asyncio.sleep(seconds)
