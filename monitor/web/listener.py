"""The listening side of the web pages, inside the daemon's own event loop."""

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 300
"""Connections at once; further ones are answered 503, so that slow readers cost no more than this."""


class _Server(uvicorn.Server):
    """Leaves the signals to the daemon."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing."""
        yield


class Listener:
    """Serves an application until stopped. A port in use costs the pages, not the daemon.

    `closing` is called when the server stops, to end answers that would go on for ever.
    """

    def __init__(self, application: ASGIApp, listen: str, *, closing: Callable[[], None] | None = None) -> None:
        self._listen, self._closing = listen, closing
        config = uvicorn.Config(
            application,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=15,
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> str | None:
        """Listen; return the address to visit, or None when the port is taken (said in the log)."""
        host, _, port = self._listen.rpartition(":")
        try:
            bound = _bind(host.strip("[]"), int(port))
        except OSError as error:
            log.warning("no status page: cannot listen on %s (%s); see web.listen", self._listen, error.strerror)
            return None
        self._task = asyncio.create_task(self._server.serve([bound]), name="web")
        return f"http://{host}:{bound.getsockname()[1]}/"

    async def stop(self) -> None:
        """Stop listening; answers under way get a second."""
        if self._closing is not None:
            self._closing()
        if self._task is not None:
            self._server.should_exit = True
            _, slow = await asyncio.wait([self._task], timeout=1)
            if slow:
                self._server.force_exit = True
                await asyncio.wait(slow, timeout=1)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(128)
    except OSError:
        bound.close()
        raise
    bound.set_inheritable(False)
    return bound
