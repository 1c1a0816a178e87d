"""Read the status line and headers of an answer into our values."""

import re
from datetime import datetime, timedelta

import httpx

from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds import http_caching as freshness
from monitor.domain.feeds.feed import Validators

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT_REDIRECTS = frozenset({301, 308})
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:+-]{1,40})""", re.IGNORECASE | re.ASCII)
_REASONS = {
    401: Reason.UNAUTHORISED,
    403: Reason.FORBIDDEN,
    404: Reason.NOT_FOUND,
    407: Reason.UNAUTHORISED,
    410: Reason.GONE,
    429: Reason.RATE_LIMITED,
    451: Reason.FORBIDDEN,
}


class Headers:
    """Hold header fields by lower-case name, as the bytes received.

    Of a repeated field the first counts, but Cache-Control is joined.
    """

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        self._fields: dict[bytes, bytes] = {}
        for name, value in raw:
            key = name.lower()
            if key == b"cache-control" and key in self._fields:
                self._fields[key] += b"," + value
            else:
                self._fields.setdefault(key, value)

    def raw(self, name: bytes) -> bytes | None:
        """Return the field's bytes; None when it is absent or empty."""
        return self._fields.get(name) or None

    def text(self, name: bytes) -> str | None:
        """Return the field as text; bytes outside ASCII become Latin-1 (RFC 9110, 5.5)."""
        value = self._fields.get(name)
        return None if value is None else value.decode("latin-1")


def validators(headers: Headers) -> Validators:
    """Return the validators to echo next time, untouched."""
    return Validators(etag=headers.raw(b"etag"), last_modified=headers.raw(b"last-modified"))


def fresh_for(headers: Headers, now: datetime) -> timedelta | None:
    """Return how long the answer may be kept (RFC 9111)."""
    return freshness.fresh_for(
        cache_control=headers.text(b"cache-control") or "",
        expires=headers.text(b"expires"),
        date=headers.text(b"date"),
        age=headers.text(b"age"),
        now=now,
    )


def media_type(headers: Headers) -> tuple[str, str | None]:
    """Return the media type, without parameters, and the charset as it is named.

    The type is lower-case, "" when none is given.
    """
    value = headers.text(b"content-type") or ""
    charset = _CHARSET.search(value)
    return value.partition(";")[0].strip().lower(), charset.group(1) if charset else None


def refusal(response: httpx.Response, headers: Headers, now: datetime) -> Failure:
    """Return the failure that a status other than success means."""
    status = response.status_code
    reason = _REASONS.get(status) or (Reason.SERVER if 500 <= status < 600 else Reason.STATUS)
    return Failure(
        reason=reason,
        detail=f"HTTP {status:03d}",
        permanent=status == 410,
        retry_after=freshness.retry_after(headers.text(b"retry-after"), date=headers.text(b"date"), now=now),
        status=status,
    )
