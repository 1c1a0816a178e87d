"""Servers on loopback that answer with the very bytes a test writes, and count who came."""

import asyncio
import contextlib
import socket
import ssl
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from monitor.adapters.http.client import HttpFetcher
from monitor.adapters.http.network import Resolve
from monitor.domain.feeds.fetch import HttpSettings

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class FixedClock:
    """A clock that stands still until a test moves it."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


@dataclass
class Request:
    """What came in: the raw head, and its parts."""

    head: bytes

    @property
    def path(self) -> str:
        return self.head.split(b" ", 2)[1].decode("latin-1")

    @property
    def headers(self) -> dict[bytes, bytes]:
        lines = self.head.split(b"\r\n")[1:-2]
        return {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}


Answer = bytes | Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class HostileServer:
    """`answers` by path: bytes to send, or a coroutine that writes as it likes. What is not there is a 404."""

    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    now_open: int = 0
    most_open: int = 0
    started: list[float] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                request = Request(await reader.readuntil(b"\r\n\r\n"))
                self.requests.append(request)
                self.started.append(asyncio.get_running_loop().time())
                self.now_open += 1
                self.most_open = max(self.most_open, self.now_open)
                try:
                    answer = self.answers.get(request.path, plain(b"", status=b"404 Not Found"))
                    if isinstance(answer, bytes):
                        writer.write(answer)
                    else:
                        await answer(request, writer)
                    await writer.drain()
                finally:
                    self.now_open -= 1
                if writer.is_closing():
                    break
        except (asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            pass
        finally:
            writer.close()


@contextlib.asynccontextmanager
async def serving(
    answers: dict[str, Answer] | None = None, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[HostileServer]:
    """A server on a free port of `host`."""
    hostile = HostileServer(answers=answers or {})
    server = await asyncio.start_server(hostile.serve, host, 0, ssl=tls, limit=200_000)
    hostile.port = server.sockets[0].getsockname()[1]
    try:
        yield hostile
    finally:
        server.close()


@contextlib.asynccontextmanager
async def fetching(
    *servers: HostileServer,
    resolve: Resolve | None = None,
    clock: FixedClock | None = None,
    tls: ssl.SSLContext | None = None,
    **changes: object,
) -> AsyncIterator[HttpFetcher]:
    """A fetcher that may ask these servers and loopback, without pauses."""
    settings: dict[str, object] = {
        "allow_networks": ("127.0.0.0/8", "::1/128"),
        "allow_ports": tuple(server.port for server in servers),
        "per_host_delay": timedelta(0),
        "contact": "https://wirewatch.example/contact",
    }
    trust = tls or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody, which is quickly made
    wanted = HttpSettings(**(settings | changes))  # type: ignore[arg-type]
    fetcher = HttpFetcher(wanted, clock or FixedClock(), resolve=resolve, tls=trust)
    try:
        yield fetcher
    finally:
        await fetcher.aclose()


def plain(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """A well-formed answer."""
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def redirect(location: bytes, status: bytes = b"302 Found", *headers: bytes) -> bytes:
    """An answer that leads elsewhere."""
    return plain(b"", b"Location: " + location, *headers, status=status)


def gzip_bomb(size: int, level: int = 9) -> bytes:
    """A gzip file of `size` zero bytes, built in steps."""
    packer = zlib.compressobj(level, wbits=31)
    block = bytes(1 << 20)
    parts = [packer.compress(block[: min(size - at, len(block))]) for at in range(0, size, len(block))]
    return b"".join(parts) + packer.flush()


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with an RST rather than a FIN."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class _Connects:
    """One audit hook for the whole run (hooks cannot be removed), which reports to the recorder in force."""

    recorder: list[object] | None = None
    installed = False


@contextlib.contextmanager
def recorded_connects() -> Iterator[list[object]]:
    """Every address that connect() is called with inside the block, whoever calls it."""
    import sys

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "socket.connect" and _Connects.recorder is not None:
            _Connects.recorder.append(arguments[1])

    if not _Connects.installed:
        sys.addaudithook(hook)
        _Connects.installed = True
    _Connects.recorder = []
    try:
        yield _Connects.recorder
    finally:
        _Connects.recorder = None


def resolving(**names: str | list[str]) -> Resolve:
    """A resolver that knows these hosts (underscores stand for dots) and no others."""
    from monitor.adapters.http.network import LookupFailed

    known = {name.replace("_", "."): [value] if isinstance(value, str) else value for name, value in names.items()}

    async def resolve(host: str, _port: int) -> tuple[str, ...]:
        if host not in known:
            raise LookupFailed("unknown")
        return tuple(known[host])

    return resolve
