"""What every request must pass, and what every answer carries: Host check, security headers, body limit."""

import ipaddress
from collections.abc import Collection

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_LIMIT = 200_000
"""Bytes of a form or an API call; the longest query anyone writes is a hundredth of it."""

_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        b"base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),  # none at all makes browsers send our own forms with "Origin: null"
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Guard:
    """Refuses requests under foreign host names (DNS rebinding) and adds the security headers to every answer."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset(name.lower() for name in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                caching = () if b"cache-control" in given else ((b"cache-control", b"no-store"),)
                message["headers"] = [*message["headers"], *_HEADERS, *caching]
            await send(message)

        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await PlainTextResponse(refusal[1], status_code=refusal[0])(scope, receive, guarded)
        elif scope["method"] == "HEAD":
            # FastAPI answers HEAD only where a route names it; the server itself sends no body to such a request.
            await self._app({**scope, "method": "GET"}, receive, guarded)
        else:
            await self._app(scope, receive, guarded)

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[int, str] | None:
        if not host_allowed(headers.get(b"host", b"").decode("latin-1"), self._hosts):
            return 421, "this host name is not one of this server; add it to web.hosts in wirewatch.yml"
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > BODY_LIMIT or b"transfer-encoding" in headers:
            return 413, "the request is too large"
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return 405, "this method is not supported"
        return None


def host_allowed(given: str, hosts: Collection[str]) -> bool:
    """Return whether a Host header may be answered: an IP address, a name without a dot, or one of `hosts`.

    A page of somebody else's that has its own name resolve to this machine (DNS rebinding) sends that name, which has
    a dot; neither an address nor a local name can be had that way.
    """
    name = given.rpartition(":")[0] if given.rpartition(":")[2].isdigit() and ":" in given else given
    name = name.lower().rstrip(".")
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return name in hosts or (name != "" and name.replace("-", "").replace("_", "").isalnum() and name.isascii())
    return True
