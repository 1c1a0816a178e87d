"""Feeds for benchmarks, invented or real, and a process that serves them on loopback."""

import asyncio
import gzip
import multiprocessing
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, islice
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from monitor.adapters.feeds.read import read_feed
from monitor.domain.failures import Failure

HOSTS = 250
LARGEST = 300_000
LONGEST = 200
"""Bytes and entries; what is larger in a collection of feeds is an archive, not news."""

_OF_FEEDS = frozenset({"", ".xml", ".rss", ".atom", ".rdf"})
_OWN_ADDRESS = re.compile(
    rb"""(<(?:link|guid|id)\b[^>]*>\s*(?:<!\[CDATA\[)?\s*https?://|<link\b[^>]*\bhref=["']https?://)""", re.IGNORECASE
)


def invented(number: int, items: int = 25) -> bytes:
    """Return an invented feed of about 20 KB without markup in its texts."""
    text = "The harbour office says that the ferry left on time, to the surprise of its passengers. " * 8
    body = "".join(
        f"<item><title>Ferry {number}-{item} leaves on time</title><link>https://pier{number}.example/{item}</link>"
        f"<guid>{number}-{item}</guid><pubDate>Mon, 02 Mar 2026 {item % 24:02}:00:00 GMT</pubDate>"
        f"<description>{text}</description></item>"
        for item in range(items)
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Pier {number}</title>{body}</channel></rss>'.encode()
    )


def real(folder: Path, feeds: int) -> list[bytes]:
    """As many documents: each feed below `folder`, then all of them again under other hosts. Raises ValueError."""
    originals = list(_readable(folder))
    if not originals:
        raise ValueError(f"no feeds in {folder}")
    return list(islice((_under(round_, body) for round_ in count() for body in originals), feeds))


def _readable(folder: Path) -> Iterator[bytes]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in _OF_FEEDS):
        body = path.read_bytes()
        if len(body) <= LARGEST:
            found = read_feed(body, "https://feeds.example/all", None, "", datetime.now(UTC))
            if not isinstance(found, Failure) and 1 < len(found.entries) <= LONGEST:
                yield body


def _under(number: int, body: bytes) -> bytes:
    """Return the feed with its links and identities under hosts of its own."""
    return _OWN_ADDRESS.sub(lambda match: match[1] + b"copy%d." % number, body) if number else body


@dataclass(frozen=True, slots=True)
class Server:
    """A process that serves documents, each at an address of its own; 304 to who asks for that, if `conditional`."""

    process: multiprocessing.Process
    conditional: "Synchronized[int]"
    urls: list[str]
    port: int

    @property
    def pid(self) -> int:
        """The process, not to be counted as anybody's work."""
        assert self.process.pid
        return self.process.pid

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.join()


def start(documents: list[bytes]) -> Server:
    """Serve `documents` from a process of its own, on as many loopback addresses as there are hosts."""
    ready, told = multiprocessing.Pipe()
    conditional: Synchronized[int] = multiprocessing.Value("i", 1)
    process = multiprocessing.Process(target=_serve, args=(documents, conditional, told), daemon=True)
    process.start()
    port = ready.recv()
    urls = [f"http://127.0.{1 + n % HOSTS}.{1 + n // HOSTS}:{port}/{n}.xml" for n in range(len(documents))]
    return Server(process=process, conditional=conditional, urls=urls, port=port)


def _serve(documents: list[bytes], conditional: "Synchronized[int]", ready: Connection) -> None:
    bodies = [gzip.compress(body) for body in documents]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                number = int(head.split(b" ", 2)[1][1:].split(b".")[0])
                etag = b'"%d"' % number
                if conditional.value and b"if-none-match" in head.lower():
                    writer.write(b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n")
                else:
                    lines = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Encoding: gzip\r\nETag: "
                    body = bodies[number]
                    writer.write(lines + etag + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(answer, "0.0.0.0", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())
