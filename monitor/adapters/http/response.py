"""Read a successful answer to its end, within its limits and of the right kind."""

from dataclasses import dataclass, field
from datetime import datetime

import httpx

from monitor.adapters.http import headers as answers
from monitor.adapters.http import urls
from monitor.adapters.http.body import Body, Refused
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.feed import Validators
from monitor.domain.feeds.fetch import Fetched

UNTYPED = frozenset({"", "application/octet-stream", "binary/octet-stream"})
PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain", "text/xml", "application/xml"})
_BINARY = (b"%PDF", b"PK\x03\x04", b"GIF8", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b", b"ID3", b"OggS", b"RIFF")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Describe a request.

    `limit` bounds the body; with `keep` its first so many bytes do and the rest is not read.
    """

    accept: bytes
    limit: int
    validators: Validators = field(default_factory=Validators)
    page: bool = False
    keep: int | None = None


async def fetched(url: httpx.URL, response: httpx.Response, ask: Ask, now: datetime) -> Fetched | Failure:
    """Return the answer with its whole body. Raises Refused and the network's errors."""
    headers = answers.Headers(response.headers.raw)
    media_type, charset = answers.media_type(headers)
    if ask.page and media_type not in PAGE_TYPES | UNTYPED:
        return Failure(reason=Reason.NOT_A_PAGE, detail=media_type[:60], permanent=True)
    body = await _read(response, Body(headers.text(b"content-encoding") or "", ask.limit), ask, charset)
    if not body and ask.keep is None:
        return Failure(reason=Reason.BROKEN_REPLY, detail="an empty answer", status=response.status_code)
    return Fetched(
        url=urls.public(url),
        status=response.status_code,
        body=body,
        media_type=media_type,
        charset=charset,
        validators=answers.validators(headers),
        fresh_for=answers.fresh_for(headers, now),
    )


async def _read(response: httpx.Response, body: Body, ask: Ask, charset: str | None) -> bytes:
    sniffed = not ask.page
    async for chunk in response.aiter_raw():
        body.feed(chunk)
        if ask.keep is not None and len(body) >= ask.keep:
            return body.start_of(ask.keep)
        if not sniffed and len(body) > 0:
            sniffed = True
            start = body.start_of(1024)
            wide = start.startswith(_WIDE) or (charset or "").lower().startswith(("utf-16", "utf-32"))
            if start.startswith(_BINARY) or (b"\0" in start and not wide):
                raise Refused(Failure(reason=Reason.NOT_A_PAGE, detail="not text", permanent=True))
    return body.finish()
