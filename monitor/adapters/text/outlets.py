"""Name the outlet: the registrable domain of an address.

By the public suffix list that comes with tldextract.
"""

import re
from functools import cache, lru_cache
from urllib.parse import urlsplit

from tldextract import TLDExtract

ORIGINS_KEPT = 2_000
"""Beginnings of addresses whose answer is remembered: the entries of one feed nearly all have the same."""
_BARE = re.compile(r"[\d.]+|[^.]*:.*|[^.]+")


class Outlets:
    """Name outlets by the bundled suffix list: nothing is fetched or written.

    Each blog of a blog host is an outlet of its own ("anna.github.io").
    """

    def __init__(self) -> None:
        self._extract = TLDExtract(
            suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True, include_psl_private_domains=True
        )
        self._of = lru_cache(maxsize=ORIGINS_KEPT)(self._look_up)

    def outlet(self, url: str) -> str:
        """Return the registrable domain ("bbc.co.uk"), else the host, else "".

        An address by number, or a name without a dot, keeps its port: another paper may be at the next one.
        """
        return self._of("/".join(url.split("/", 3)[:3]))

    def _look_up(self, origin: str) -> str:
        try:
            parts = urlsplit(origin)
            host = (parts.hostname or "").rstrip(".").lower()
            port = f":{parts.port}" if parts.port and _BARE.fullmatch(host) else ""
        except ValueError:
            return ""
        return self._extract.extract_str(host).top_domain_under_public_suffix or host + port


@cache
def outlets() -> Outlets:
    """Return the only one of this process: reading the suffix list takes half a second."""
    return Outlets()
