"""Represent expected failures as values, named by what a person can do about them."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Reason(StrEnum):
    """Name why something did not work, in the words of the status page."""

    DNS = "name not found"
    CONNECT = "cannot connect"
    TLS = "certificate refused"
    TIMEOUT = "too slow"
    BLOCKED = "address not allowed"
    BAD_URL = "not a usable address"
    TOO_LARGE = "too large"
    TRUNCATED = "cut off"
    BROKEN_REPLY = "broken reply"
    REDIRECTS = "too many redirects"
    UNAUTHORISED = "needs a login"
    FORBIDDEN = "access refused"
    NOT_FOUND = "not found"
    GONE = "gone for good"
    RATE_LIMITED = "asked to slow down"
    SERVER = "server error"
    STATUS = "unexpected answer"
    ROBOTS = "robots.txt says no"
    NOT_A_FEED = "not a feed"
    NO_ENTRIES = "no entry found"
    NOT_A_PAGE = "not an article page"
    PARSER_LIMIT = "took too long or too much memory to read"
    UNREADABLE = "could not be read"
    NO_TEXT = "no article text on the page"
    WALL = "consent, login or paywall page"
    OFFLINE = "our own network is down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Describe what went wrong. `detail` is for people and never holds a secret.

    `permanent`: trying again unchanged cannot help. `retry_after`: what the other side asked for.
    """

    reason: Reason
    detail: str = ""
    permanent: bool = False
    retry_after: timedelta | None = None
    status: int | None = None

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)
