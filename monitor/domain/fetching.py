"""What a request brought, without the library that made it."""

from dataclasses import dataclass, field
from datetime import timedelta

from monitor.domain.feeds import Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A complete answer (2xx), inflated, within its size limit.

    `url` is the final address. `permanent_url` is set when every redirect on the way was permanent (301, 308).
    `fresh_for` is how long the answer may be kept (Cache-Control, Expires against the server's Date; RFC 9111).
    `media_type` is lower-case without parameters, `charset` as the header named it.
    """

    url: str
    status: int
    body: bytes
    media_type: str = ""
    charset: str | None = None
    validators: Validators = field(default_factory=Validators)
    fresh_for: timedelta | None = None
    permanent_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """304: nothing new; validators and freshness may have been renewed (RFC 9111, 4.3.4)."""

    validators: Validators = field(default_factory=Validators)
    fresh_for: timedelta | None = None
