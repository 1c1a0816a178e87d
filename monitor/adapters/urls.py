"""Who published: the registrable domain of an address, by the public suffix list that comes with tldextract."""

import re
from functools import cache
from urllib.parse import urlsplit

from tldextract import TLDExtract

_BARE = re.compile(r"[\d.]+|[^.]*:.*|[^.]+")


class Outlets:
    """Names outlets. The suffix list is the bundled one: nothing is fetched and nothing is written to disk.

    Each blog of a blog host is an outlet of its own ("anna.github.io").
    """

    def __init__(self) -> None:
        self._extract = TLDExtract(
            suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True, include_psl_private_domains=True
        )

    def outlet(self, url: str) -> str:
        """The registrable domain ("bbc.co.uk"), the host where there is none, "" for what has no host.

        An address by number, or a name without a dot, keeps its port: another paper may be at the next one.
        """
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").rstrip(".").lower()
            port = f":{parts.port}" if parts.port and _BARE.fullmatch(host) else ""
        except ValueError:
            return ""
        found = self._extract.extract_str(host)
        return found.top_domain_under_public_suffix or host + port


@cache
def outlets() -> Outlets:
    """The one of this process: reading the suffix list takes half a second, and it never changes."""
    return Outlets()
