"""Answers and settings of requests, without the library that makes them."""

from dataclasses import dataclass, field
from datetime import timedelta

from monitor.domain.feeds.feed import Validators


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
    """304: nothing new; renews validators and freshness (RFC 9111, 4.3.4).

    `url` and `permanent_url` as in `Fetched`; `url` is "" when it is not known.
    """

    url: str = ""
    validators: Validators = field(default_factory=Validators)
    fresh_for: timedelta | None = None
    permanent_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """Our behaviour on the network. Sizes are bytes after inflating.

    `allow_networks` are CIDRs exempt from the rule that only public addresses are requested; `allow_ports` are allowed
    beside 80 and 443. `robots`: robots.txt is read before article pages. `proxy` is used only when given here, never
    from the environment. `ca_file` replaces the certificate authorities we come with.
    """

    contact: str = ""
    allow_networks: tuple[str, ...] = ()
    allow_ports: tuple[int, ...] = ()
    concurrency: int = 50
    per_host_concurrency: int = 2
    per_host_delay: timedelta = timedelta(seconds=1)
    connect_timeout: timedelta = timedelta(seconds=10)
    read_timeout: timedelta = timedelta(seconds=10)
    total_timeout: timedelta = timedelta(seconds=30)
    feed_limit: int = 10_000_000
    page_limit: int = 5_000_000
    robots_limit: int = 500_000
    redirects: int = 5
    robots: bool = True
    proxy: str | None = None
    ca_file: str | None = None
