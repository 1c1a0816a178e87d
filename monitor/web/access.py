"""Who may read and who may write: log-in by password, a trusted proxy's header, and tokens against forged forms."""

import hashlib
import hmac
import ipaddress
import secrets
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

COOKIE = "wirewatch_session"
SESSION_SECONDS = 14 * 86_400
"""A fortnight: an analyst logs in rarely, and a new password ends every session."""

TRIES, TRIES_WITHIN = 5, 300.0
"""Wrong passwords from one address within so many seconds, after which further ones are refused unread."""

TRIES_OF_ALL = 100
"""Wrong passwords from all addresses within the same time."""

NAME_LIMIT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRules:
    """How the pages are opened to people, from `web` in wirewatch.yml and the environment.

    `loopback`: they are served on this machine only. `open_read`: reading needs no log-in anywhere.
    `header` names the person and is believed only from `proxies` (networks).
    """

    loopback: bool
    open_read: bool = False
    password: str | None = field(default=None, repr=False)
    header: str | None = None
    proxies: tuple[str, ...] = ()

    @property
    def refusal(self) -> str | None:
        """Return why the pages are not served at all, in a sentence; None when they are."""
        if self.loopback or self.open_read or self.password or (self.header and self.proxies):
            return None
        return (
            "The pages are not served: web.listen is an address beyond this machine, and nothing says who may read. "
            "Set WIREWATCH_WEB_PASSWORD, or web.trusted_header with web.trusted_proxies, or `web: {open: read}` to "
            "let everybody read who can reach the address."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who sent a request. `session` binds the form token; empty for somebody unknown."""

    name: str = ""
    session: str = ""
    may_read: bool = False
    may_write: bool = False


class Access:
    """Recognises people by session cookie or proxy header, and checks form tokens and passwords."""

    def __init__(self, rules: AccessRules) -> None:
        self.rules = rules
        self._networks = tuple(ipaddress.ip_network(proxy) for proxy in rules.proxies)
        key = secrets.token_bytes(32)
        if rules.password:
            # Derived from the password, so that a restart keeps sessions and a new password ends them; slow, so that
            # a stolen cookie does not lend itself to guessing the password.
            salt = b"wirewatch web sessions"
            key = hashlib.scrypt(rules.password.encode(), salt=salt, n=2**14, r=8, p=1)
        self._sessions = URLSafeTimedSerializer(key, salt="session")
        self._tokens = URLSafeTimedSerializer(key, salt="form")
        self._sayings = URLSafeTimedSerializer(key, salt="saying")
        self._failures: dict[str, deque[float]] = {}

    def person(self, request: Request) -> Person:
        """Return who sent the request and what they may do."""
        readable = self.rules.loopback or self.rules.open_read
        if self.rules.header and self._from_proxy(request) and (name := request.headers.get(self.rules.header)):
            name = name[:NAME_LIMIT]
            return Person(name=name, session=f"header:{name}", may_read=True, may_write=True)
        if self.rules.password and (cookie := request.cookies.get(COOKIE)):
            try:
                session = self._sessions.loads(cookie, max_age=SESSION_SECONDS)
            except BadSignature:
                session = {}
            if isinstance(session, dict) and session.get("id"):
                return Person(name=session["name"], session=session["id"], may_read=True, may_write=True)
        return Person(may_read=readable)

    def token(self, person: Person) -> str:
        """Return the form token of a session; empty for somebody without one."""
        return str(self._tokens.dumps(person.session)) if person.session else ""

    def genuine(self, request: Request, person: Person, token: str) -> bool:
        """Return whether a form comes from a page that this server gave this person."""
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            return False
        try:
            return bool(person.session) and hmac.compare_digest(
                str(self._tokens.loads(token, max_age=SESSION_SECONDS)).encode(), person.session.encode()
            )
        except BadSignature:
            return False

    def sign(self, said: str) -> str:
        """Return a sentence for the next page, signed so that no link of somebody else's can speak for us."""
        return str(self._sayings.dumps(said))

    def said(self, request: Request) -> str:
        """Return the sentence that a form's answer carries in its address; empty for none, and after a minute."""
        try:
            return str(self._sayings.loads(request.query_params.get("said", ""), max_age=60))
        except BadSignature:
            return ""

    def wait(self, peer: str) -> float:
        """Return for how many seconds further passwords from `peer` are refused; 0 when it may try."""
        now = time.monotonic()
        for known in list(self._failures):
            failures = self._failures[known]
            while failures and failures[0] <= now - TRIES_WITHIN:
                failures.popleft()
            if not failures:
                del self._failures[known]
        own = self._failures.get(peer, deque[float]())
        everybody = sum(len(failures) for failures in self._failures.values())
        if len(own) < TRIES and everybody < TRIES_OF_ALL:
            return 0.0
        oldest = own[0] if len(own) >= TRIES else min(failures[0] for failures in self._failures.values())
        return max(1.0, oldest + TRIES_WITHIN - now)

    def check_password(self, given: str, peer: str) -> bool:
        """Return whether the password is right, comparing in constant time; a wrong one is counted."""
        right = self.rules.password is not None and hmac.compare_digest(
            hashlib.sha256(given.encode()).digest(), hashlib.sha256(self.rules.password.encode()).digest()
        )
        if not right:
            self._failures.setdefault(peer, deque()).append(time.monotonic())
        return right

    def log_in(self, request: Request, response: Response, name: str) -> None:
        """Give the browser a session cookie in the person's name."""
        session = {"id": secrets.token_urlsafe(16), "name": name[:NAME_LIMIT]}
        response.set_cookie(
            COOKIE,
            str(self._sessions.dumps(session)),
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https",
        )

    def _from_proxy(self, request: Request) -> bool:
        try:
            peer = ipaddress.ip_address(request.client.host if request.client else "")
        except ValueError:
            return False
        return any(peer in network for network in self._networks)


def is_loopback(listen: str) -> bool:
    """Return whether `host:port` is reachable from this machine only."""
    host = listen.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def local_path(given: str | Sequence[str]) -> str:
    """Return where to go after a form, kept inside this site; `/` for anything that leads elsewhere."""
    path = given if isinstance(given, str) else ""
    inside = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if inside else "/"
