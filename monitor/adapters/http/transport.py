"""Connect httpx to the network through the guard."""

import ssl
from collections.abc import AsyncIterator

import httpcore
import httpx

from monitor.adapters.http.network import GuardedNetwork, Resolve, WatchedStream, opened
from monitor.domain.feeds.addresses import AddressRule
from monitor.domain.feeds.fetch import HttpSettings

KEPT_ALIVE = 24
KEPT_ALIVE_FOR = 5.0
"""Idle connections kept, all hosts together, and for how many seconds."""
_STALE = (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError)


class _Stream(httpx.AsyncByteStream):
    """Pass on the body of an answer.

    Raises httpcore.RemoteProtocolError when more came than Content-Length announced.

    h11 leaves the rest in its buffer and takes the body for whole: a server that counts characters instead of bytes
    would go unnoticed. A line end too many is an old habit and does no harm.
    """

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response
        names = {name.lower() for name, _ in response.headers}
        self._announced = b"content-length" in names and b"transfer-encoding" not in names

    async def __aiter__(self) -> AsyncIterator[bytes]:
        end = b""
        async for chunk in self._response.aiter_stream():
            end = chunk
            yield chunk
        stream = self._response.extensions.get("network_stream")
        # what was read last ends with the body, but for a line end too many
        if (
            self._announced
            and isinstance(stream, WatchedStream)
            and not stream.last.rstrip(b"\r\n").endswith(end[-64:].rstrip(b"\r\n"))
        ):
            raise httpcore.RemoteProtocolError("closed connection without sending complete body: more than announced")

    async def aclose(self) -> None:
        await self._response.aclose()


class GuardedTransport(httpx.AsyncBaseTransport):
    """Speak HTTP/1.1 over guarded connections. Raises httpcore's errors and the guard's.

    httpx's own transport offers no place for a network backend. HTTP/2 is off: it costs more than it saves with one
    request per host. The environment is not asked for proxies or certificates.
    """

    def __init__(
        self, settings: HttpSettings, resolve: Resolve | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        proxy = httpx.Proxy(settings.proxy) if settings.proxy else None
        self._network = GuardedNetwork(
            AddressRule.of(settings.allow_networks),
            settings.allow_ports,
            resolve=resolve,
            trusted=_endpoint(proxy.url) if proxy else None,
        )
        self._vets_targets = proxy is not None
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or trust(settings.ca_file),
            max_connections=settings.concurrency * 2,
            max_keepalive_connections=KEPT_ALIVE,
            keepalive_expiry=KEPT_ALIVE_FOR,
            network_backend=self._network,
            proxy=httpcore.Proxy(_bare(proxy.url, b"/"), auth=proxy.raw_auth) if proxy else None,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Make one request, a second time if a kept-alive connection was closed.

        RFC 9112, 9.3.1.
        """
        if self._vets_targets:
            await self._network.vet(*_endpoint(request.url))
        opened.set(False)
        try:
            response = await self._pool.handle_async_request(_to_httpcore(request))
        except _STALE:
            if opened.get() or request.method != "GET":
                raise
            response = await self._pool.handle_async_request(_to_httpcore(request))
        return httpx.Response(
            response.status, headers=response.headers, stream=_Stream(response), extensions=response.extensions
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


def trust(ca_file: str | None) -> ssl.SSLContext:
    """Return the authorities of `ca_file`, or those that come with us."""
    return ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context(trust_env=False)


def _to_httpcore(request: httpx.Request) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        request.method,
        _bare(url, url.raw_path),
        headers=request.headers.raw,
        extensions=request.extensions,
    )


def _bare(url: httpx.URL, target: bytes) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=target)


def _endpoint(url: httpx.URL) -> tuple[str, int]:
    return url.raw_host.decode("ascii"), url.port or (443 if url.scheme == "https" else 80)
