"""Read addresses as httpx does: only http(s), plainly spelt, no secrets passed on."""

import base64
import re

import httpx

from monitor.adapters.http.body import Refused
from monitor.domain.failures import Failure, Reason

LENGTH_AT_MOST = 4096
_ODD = re.compile(r"[\x00-\x20\x7f\\]")


def _bad(detail: str) -> Refused:
    return Refused(Failure(reason=Reason.BAD_URL, detail=detail, permanent=True))


def parse(text: str) -> httpx.URL:
    """Return the address without its fragment. Raises Refused unless plain http(s)."""
    if len(text) > LENGTH_AT_MOST:
        raise _bad("longer than an address may be")
    if _ODD.search(text):
        raise _bad("spaces, control characters or backslashes in it")
    return _checked(text)


def follow(base: httpx.URL, location: bytes) -> httpx.URL:
    """Return where a redirect leads, without name and password. Raises Refused."""
    if len(location) > LENGTH_AT_MOST:
        raise _bad("a redirect longer than an address may be")
    try:
        text = location.decode()
    except UnicodeDecodeError:
        text = location.decode("latin-1")
    text = text.strip(" \t").replace(" ", "%20")
    if not text or _ODD.search(text):
        raise _bad("a redirect to no usable address")
    try:
        joined = str(base.join(text))
    except (httpx.InvalidURL, ValueError, TypeError):
        raise _bad("a redirect to no usable address") from None
    return _checked(joined).copy_with(username=None, password=None)


def _checked(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text.partition("#")[0])
        host, port = url.raw_host, url.port
    except (httpx.InvalidURL, ValueError, TypeError):
        raise _bad("cannot be read") from None
    if url.scheme not in ("http", "https"):
        raise _bad("neither http nor https")
    if not host or b"%" in host or port == 0:
        raise _bad("no usable host")
    return url


def origin(url: httpx.URL) -> tuple[str, str, int]:
    """Return scheme, host and port, to which credentials and robots.txt belong."""
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


def public(url: httpx.URL) -> str:
    """Return the address without the name and password in it."""
    return str(url.copy_with(username=None, password=None) if url.userinfo else url)


def authorization(url: httpx.URL) -> bytes | None:
    """Return the header for a name and password in the address.

    Neither ever goes into a request line.
    """
    if not url.userinfo:
        return None
    return b"Basic " + base64.b64encode(f"{url.username}:{url.password}".encode())
