"""Turn what people paste as a feed's address into one that can be requested."""

import re

_FEED_SCHEME = re.compile(r"(?:web\+)?feed:(?://)?", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d)")


def web_address(address: str) -> str:
    """Return an http(s) address for `feed://HOST/...` and `feed:https://...`; others as they are.

    The feed scheme means http (https://datatracker.ietf.org/doc/html/draft-obasanjo-feed-uri-scheme-02).
    """
    found = _FEED_SCHEME.match(address)
    if not found:
        return address
    rest = address[found.end() :].lstrip("/")
    return rest if re.match(r"https?://", rest, re.IGNORECASE) else f"http://{rest}"


def completed(address: str) -> str:
    """Return a web address for what people type, `news.example.org/rss` included: that one gets https."""
    address = web_address(address.strip())
    return address if _SCHEME.match(address) else f"https://{address.lstrip('/')}"
