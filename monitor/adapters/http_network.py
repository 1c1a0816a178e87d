"""Connections for httpcore, straight over the event loop.

httpcore's own go through anyio, which works under two event loops: at every read and write it asks under which it runs,
opens a scope and lets others go first. That was a fifth of what a request cost.
"""

import asyncio
import select
import ssl
from collections import deque
from collections.abc import Iterable
from typing import Any

import httpcore

HELD_AT_MOST = 262_144
"""Bytes that may wait to be read before the other side is made to wait."""


class Wire(httpcore.AsyncNetworkStream, asyncio.Protocol):
    """One connection, read and written by one task at a time. Raises httpcore's errors."""

    def __init__(self) -> None:
        self._chunks: deque[bytes] = deque()
        self._held = 0
        self._transport: asyncio.Transport
        self._error: Exception | None = None
        self._ended = self._full = self._paused = False
        self._change: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        self._chunks.append(data)
        self._held += len(data)
        if self._held >= HELD_AT_MOST and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._tell()

    def eof_received(self) -> None:
        """The other side has said all; the transport closes itself."""
        self._ended = True
        self._tell()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        self._ended, self._error = True, exc
        self._tell()

    def pause_writing(self) -> None:
        """See asyncio."""
        self._full = True

    def resume_writing(self) -> None:
        """See asyncio."""
        self._full = False
        self._tell()

    def _tell(self) -> None:
        if self._change is not None and not self._change.done():
            self._change.set_result(None)

    async def _wait(self, seconds: float | None) -> None:
        """Until something has changed. Raises TimeoutError."""
        self._change = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await self._change
        finally:
            self._change = None

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> bytes:
        """The next bytes, empty at the end. Raises ReadTimeout and ReadError."""
        while not self._chunks and not self._ended:
            try:
                await self._wait(timeout)
            except TimeoutError as error:
                raise httpcore.ReadTimeout from error
        if self._chunks:
            return self._next(max_bytes)
        if self._error is not None:
            raise httpcore.ReadError(str(self._error)) from self._error
        return b""

    def _next(self, most: int) -> bytes:
        chunk = self._chunks.popleft()
        if len(chunk) > most:
            self._chunks.appendleft(chunk[most:])
            chunk = chunk[:most]
        self._held -= len(chunk)
        if self._paused and self._held < HELD_AT_MOST:
            self._paused = False
            if not self._ended:
                self._transport.resume_reading()
        return chunk

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> None:
        """Send. Raises WriteTimeout and WriteError."""
        if not buffer:
            return
        if self._transport.is_closing():
            raise httpcore.WriteError("the connection is closed") from self._error
        self._transport.write(buffer)
        while self._full and not self._ended:
            try:
                await self._wait(timeout)
            except TimeoutError as error:
                raise httpcore.WriteTimeout from error
        if self._error is not None:
            raise httpcore.WriteError(str(self._error)) from self._error

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        """The same connection, encrypted. Raises ConnectTimeout and ConnectError."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                encrypted = await loop.start_tls(self._transport, self, ssl_context, server_hostname=server_hostname)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        except ssl.SSLError as error:
            raise httpcore.ConnectError(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from _hung_up(error)
        if encrypted is None:
            raise httpcore.ConnectError from _hung_up(self._error)
        self._transport = encrypted
        return self

    async def aclose(self) -> None:
        """Let go of the connection at once: whatever was to be said has been."""
        self._transport.abort()

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's signature
        """See httpcore."""
        return self._is_readable() if info == "is_readable" else self._transport.get_extra_info(info)

    def _is_readable(self) -> bool:
        """Whether there is something to read, were it the end; for a connection nobody waits on."""
        if self._chunks or self._ended or self._transport.is_closing():
            return True
        socket = self._transport.get_extra_info("socket")
        look = select.poll()
        look.register(socket, select.POLLIN)
        return bool(look.poll(0))


def _hung_up(error: Exception | None) -> ssl.SSLError:
    """What it is when the other side ends the connection instead of agreeing: a protocol it refuses, as a rule."""
    refused = ssl.SSLError("the other side hung up")
    refused.__cause__ = error
    return refused


class LoopNetwork(httpcore.AsyncNetworkBackend):
    """Makes TCP connections in the running event loop."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to an address (not a name). Raises ConnectTimeout and ConnectError."""
        local = None if local_address is None else (local_address, 0)
        try:
            async with asyncio.timeout(timeout):
                _, wire = await asyncio.get_running_loop().create_connection(Wire, host, port, local_addr=local)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        for option in socket_options or ():
            wire.get_extra_info("socket").setsockopt(*option)
        return wire
