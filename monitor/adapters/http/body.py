"""Inflate answer bodies with a bound, so that a kilobyte cannot become a gigabyte.

Libraries inflate a chunk whole before a limit can be applied; here no step yields more than `STEP` bytes. Only gzip and
deflate are asked for (RFC 9110, 8.4.1); any other coding, or several on top of each other, is refused.
"""

import zlib

from monitor.domain.failures import Failure, Reason

ACCEPTED = b"gzip, deflate"
_UNREADABLE = frozenset(
    ("br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip", "bzip2", "x-bzip2", "xz", "lzma")
)
"""Codings that were not asked for (IANA's HTTP content codings, and files' own). Any other word beside gzip and
deflate ("utf-8", "none", "binary", "8bit", "aws-chunked") is a server's mistake: the body is as it is.
"""
STEP = 65_536
_TEXT_BEGINS = (b"<", b"{", b"\xef")
"""How XML, HTML, JSON and a byte order mark begin."""
_MAGIC = b"\x1f\x8b"
"""How a gzip member begins (RFC 1952, 2.3.1)."""
RATIO_FROM = 1_000_000
RATIO_AT_MOST = 200
MEMBERS_AT_MOST = 10_000


class Refused(Exception):
    """Report that the body cannot be had; carries the failure."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure


def _refused(reason: Reason, detail: str) -> Refused:
    return Refused(Failure(reason=reason, detail=detail))


class Body:
    """Collect the bytes of one answer, inflated.

    `feed` takes what the network brings, `finish` returns the whole; both raise Refused.

    `limit` bounds the bytes received as well as the bytes they inflate to.
    """

    def __init__(self, coding: str, limit: int) -> None:
        words = [part.partition(";")[0].strip().strip("\"'").lower() for part in coding.split(",")]
        codings = [word for word in words if word in ("gzip", "x-gzip", "deflate") or word in _UNREADABLE]
        if len(codings) > 1:
            raise _refused(Reason.BROKEN_REPLY, "packed more than once")
        if codings and codings[0] in _UNREADABLE:
            raise _refused(Reason.BROKEN_REPLY, "packed in a way we did not ask for")
        self._gzip = bool(codings) and codings[0] != "deflate"
        self._packed = bool(codings)
        self._limit = limit
        self._inflater: zlib._Decompress | None = None
        self._received = 0
        self._members = 0
        self._bytes = bytearray()

    def __len__(self) -> int:
        return len(self._bytes)

    def start_of(self, size: int) -> bytes:
        """Return the first `size` bytes, or what there is of them so far."""
        return bytes(self._bytes[:size])

    def feed(self, chunk: bytes) -> None:
        """Take a chunk from the network. Raises Refused."""
        self._received += len(chunk)
        if self._received > self._limit:
            raise self._too_large()
        if self._packed and not self._members and self._received == len(chunk) and chunk.lstrip()[:1] in _TEXT_BEGINS:
            self._packed = False  # the header is wrong: no gzip or zlib stream begins so
        if not self._packed:
            self._bytes += chunk
            return
        try:
            self._inflate(chunk)
        except zlib.error:
            raise _refused(Reason.BROKEN_REPLY, "cannot be unpacked") from None

    def finish(self) -> bytes:
        """Return the whole body, once the network has ended it. Raises Refused."""
        if self._packed and self._received and (self._inflater is None or not self._inflater.eof):
            raise _refused(Reason.TRUNCATED, "the packed body ends early")
        return bytes(self._bytes)

    def _inflate(self, chunk: bytes) -> None:
        while chunk:
            if self._inflater is None or self._inflater.eof:
                if self._inflater is not None and not (self._gzip and chunk.startswith(_MAGIC[: len(chunk)])):
                    return  # padding, or whatever else follows the last member (RFC 1952, 2.2), means nothing
                self._members += 1
                if self._members > MEMBERS_AT_MOST:
                    raise _refused(Reason.BROKEN_REPLY, "packed in too many parts")
                # zlib's window bits: 31 gzip, 15 zlib, -15 bare deflate (zlib.net/manual.html)
                zlib_begins = chunk[0] & 0x0F == 8 and (len(chunk) < 2 or int.from_bytes(chunk[:2]) % 31 == 0)
                self._inflater = zlib.decompressobj(31 if self._gzip else 15 if zlib_begins else -15)
            piece = self._inflater.decompress(chunk, STEP)
            self._bytes += piece
            self._check_size()
            chunk = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail
            # the inflater may hold more though its input is used up
            while not chunk and len(piece) == STEP:
                piece = self._inflater.decompress(b"", STEP)
                self._bytes += piece
                self._check_size()

    def _check_size(self) -> None:
        size = len(self._bytes)
        if size > self._limit:
            raise self._too_large()
        if size > RATIO_FROM and size > RATIO_AT_MOST * self._received:
            raise _refused(Reason.TOO_LARGE, f"unpacks to over {RATIO_AT_MOST} times its size")

    def _too_large(self) -> Refused:
        return _refused(Reason.TOO_LARGE, f"over {self._limit:,} bytes")
