"""Translate what the network libraries raise into failures.

httpcore: TimeoutException{Connect,Read,Write,Pool} NetworkError{Connect,Read,Write} ProtocolError{Local,Remote}
          ProxyError UnsupportedProtocol ConnectionNotAvailable
httpx:    HTTPError > RequestError > {TransportError, DecodingError, TooManyRedirects}, HTTPStatusError;
          InvalidURL, CookieConflict and StreamError stand apart
others:   UnicodeError (and idna's, which are UnicodeErrors), ssl.SSLError, OSError, TimeoutError
"""

import ssl

import httpcore
import httpx

from monitor.adapters.http.body import Refused
from monitor.adapters.http.network import Blocked, LookupFailed
from monitor.domain.failures import Failure, Reason

_REASONS: tuple[tuple[type[Exception], Reason], ...] = (
    (Blocked, Reason.BLOCKED),
    (LookupFailed, Reason.DNS),
    (TimeoutError, Reason.TIMEOUT),
    (httpcore.TimeoutException, Reason.TIMEOUT),
    (httpx.TimeoutException, Reason.TIMEOUT),
    (ssl.SSLError, Reason.TLS),
    (httpcore.UnsupportedProtocol, Reason.BAD_URL),
    (httpx.UnsupportedProtocol, Reason.BAD_URL),
    (httpx.InvalidURL, Reason.BAD_URL),
    (UnicodeError, Reason.BAD_URL),
    (httpx.TooManyRedirects, Reason.REDIRECTS),
    (httpcore.ProtocolError, Reason.BROKEN_REPLY),
    (httpx.ProtocolError, Reason.BROKEN_REPLY),
    (httpx.DecodingError, Reason.BROKEN_REPLY),
    (httpx.StreamError, Reason.BROKEN_REPLY),
    (httpcore.ReadError, Reason.TRUNCATED),
    (httpx.ReadError, Reason.TRUNCATED),
    (httpcore.NetworkError, Reason.CONNECT),
    (httpcore.ProxyError, Reason.CONNECT),
    (httpcore.ConnectionNotAvailable, Reason.CONNECT),
    (httpx.HTTPError, Reason.CONNECT),
    (httpx.CookieConflict, Reason.BROKEN_REPLY),
    (OSError, Reason.CONNECT),
)

EXPECTED: tuple[type[Exception], ...] = (Refused, *(kind for kind, _ in _REASONS))
"""All that a request may raise."""

_PERMANENT = frozenset({Reason.BAD_URL})


def failure_of(error: Exception) -> Failure:
    """Return the failure that one of the `EXPECTED` errors means.

    The detail never repeats an address or a header.
    """
    if isinstance(error, Refused):
        return error.failure
    tls: BaseException | None = error  # a TLS fault may stand behind a connect error
    while tls is not None and not isinstance(tls, ssl.SSLError):
        tls = tls.__cause__ or tls.__context__
    if tls is not None:
        # OpenSSL's own words; errors made by hand lack both attributes
        said = getattr(tls, "verify_message", None) or getattr(tls, "reason", None) or "handshake failed"
        return Failure(reason=Reason.TLS, detail=str(said).replace("_", " ").lower())
    # h11's words for a body shorter than announced; it has no class of its own for it
    if isinstance(error, httpcore.RemoteProtocolError) and "closed connection without sending complete" in str(error):
        return Failure(reason=Reason.TRUNCATED, detail="the connection ended inside the answer")
    reason = next((reason for kind, reason in _REASONS if isinstance(error, kind)), Reason.CONNECT)
    detail = str(error) if isinstance(error, Blocked) else ""
    if reason is Reason.BROKEN_REPLY:
        detail = "the server disconnected" if "disconnected" in str(error) else "not proper HTTP"
    return Failure(reason=reason, detail=detail, permanent=reason in _PERMANENT)
