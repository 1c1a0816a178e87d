"""Outlets on loopback for tests: each has an address of its own, a feed and pages that tests change as they go."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from xml.sax.saxutils import escape


@dataclass
class Item:
    """An entry of a feed and the page behind it."""

    slug: str
    title: str
    text: str
    summary: str = ""
    guid: str | None = None
    published: datetime | None = None
    page: bytes | None = None


@dataclass
class Outlet:
    """One site; `requests` are the paths asked for, with their headers."""

    address: str
    name: str = "Invented Times"
    items: list[Item] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    feed_body: bytes | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def feed_url(self) -> str:
        return f"http://{self.address}/feed.xml"

    def publish(self, slug: str, title: str, text: str, **more: object) -> Item:
        item = Item(slug=slug, title=title, text=text, **more)  # type: ignore[arg-type]
        self.items.insert(0, item)
        return item

    def feed(self) -> bytes:
        return self.feed_body if self.feed_body is not None else self._rss().encode()

    def _rss(self) -> str:
        items = "".join(
            f"<item><title>{escape(i.title)}</title><link>http://{self.address}/{i.slug}</link>"
            f"<guid isPermaLink='false'>{escape(i.guid or i.slug)}</guid>"
            f"<pubDate>{format_datetime(i.published or datetime.now(UTC))}</pubDate>"
            f"<description>{escape(i.summary)}</description></item>"
            for i in self.items
        )
        return f"<?xml version='1.0'?><rss version='2.0'><channel><title>{self.name}</title>{items}</channel></rss>"

    def page(self, path: str) -> bytes | None:
        item = next((i for i in self.items if path == f"/{i.slug}"), None)
        if item is None:
            return None
        if item.page is not None:
            return item.page
        paragraphs = "".join(f"<p>{escape(p)}</p>" for p in item.text.split("\n\n"))
        return (
            f"<!doctype html><html><head><meta charset='utf-8'><title>{escape(item.title)}</title></head><body>"
            f"<nav><a href='/'>Home</a></nav><article><h1>{escape(item.title)}</h1>{paragraphs}</article></body></html>"
        ).encode()


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        outlet = self.server.outlet
        outlet.requests.append((self.path, dict(self.headers)))
        if self.path == "/feed.xml":
            self._feed(outlet)
        elif (body := outlet.page(self.path)) is not None:
            etag = f'"{sha256(body).hexdigest()[:12]}"'
            headers = {"Content-Type": "text/html; charset=utf-8", "ETag": etag}
            unchanged = self.headers.get("If-None-Match") == etag
            self._reply(304 if unchanged else 200, b"" if unchanged else body, headers)
        else:
            self._reply(404, b"not here", {"Content-Type": "text/plain"})

    def _feed(self, outlet: Outlet) -> None:
        body = outlet.feed()
        etag = f'"{sha256(body).hexdigest()[:12]}"'
        headers = {"Content-Type": "application/rss+xml", "ETag": etag, **outlet.headers}
        if outlet.status == 200 and self.headers.get("If-None-Match") == etag:
            self._reply(304, b"", headers)
        else:
            self._reply(outlet.status, body, headers)

    def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 304:
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    outlet: Outlet


@contextmanager
def outlets(*names: str) -> Iterator[list[Outlet]]:
    """One outlet for each name, each on a loopback address of its own (127.0.0.2, 127.0.0.3, ...)."""
    servers = []
    for number, name in enumerate(names, 2):
        server = _Server((f"127.0.0.{number}", 0), _Handler)
        server.outlet = Outlet(address=f"127.0.0.{number}:{server.server_port}", name=name)
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
    try:
        yield [server.outlet for server in servers]
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
