"""Give an article one address: strip what differs between links to one page.

Two articles must never get one address, so only what is known to be decoration goes. Ids in query strings and
hash-bang addresses stay; so do the links of redirectors (Google News, FeedBurner), which only a request can resolve.
"""

import re
from contextlib import suppress
from urllib.parse import SplitResult, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"utm_?\w*|at_(?:medium|campaign|format|link\w*|ptr_\w+|bbc_team|custom\d)|itm_\w+|mtm_\w+|hsa_\w+|__hs\w+|_hs(?:enc|mi)"
    r"|pk_(?:campaign|kwd|source|medium)|piwik_\w+|matomo_\w+|hsctatracking|vero_\w+|oly_(?:anon|enc)_id|mc_[ce]id|mkt_tok"
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid|ttclid|igshid|igsh|li_fat_id|rb_clickid|s_kwcid"
    r"|ns_(?:mchannel|source|campaign|linkname|fee)|s_cid|_ga|_gl|_openstat|xtor|wt_?mc|wt\.mc_id|wtrid|cmpid|icid|ocid|ncid"
    r"|guccounter|guce_referrer\w*|smid|smtyp|sref|ftag|ftcamp|taid|traffic_source|maca|echobox|share_id|ref_src|ref_url"
    r"|__twitter_impression|amp|(?:output|outputtype)=amp|(?:partner|emc|source|ref|from|feed|via|src|cid)=rss|rss=(?:1|yes|true)?",
    re.IGNORECASE,
)
"""Whole names, or whole `name=value` pairs, that only say where a reader came from: what Firefox's query stripping,
ClearURLs and Brave remove, and the parameters news feeds carry."""
_FRAGMENT_IS_ADDRESS = re.compile(r"[!/]")
_OTHER_HOST = re.compile(r"(?:amp|m|mobile|mobil|touch)\.(?=[^.]+\.)", re.IGNORECASE)
_AMP_END = re.compile(r"(?:/amp(?:\.html?)?|\.amp)/?$", re.IGNORECASE)
_AMP_START = re.compile(r"^/amp/(?=.)", re.IGNORECASE)
_AMP_CACHE = re.compile(
    r"https?://(?:[\w-]+\.cdn\.ampproject\.org/[cv]/(?:s/)?|(?:www\.)?google\.\w+/amp/(?:s/)?)(?=[\w-]+\.[\w.-]+/)",
    re.IGNORECASE,
)
_NOTHING_TO_DO = re.compile(r"https?://(?!(?:m|mobile|mobil|touch)\.)[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*\.[a-z]+/[^\s?#]*")
"""Addresses of this shape are canonical, as most are; they need no taking apart."""
_MAY_BE_AMP = re.compile(r"\bamp|amp\b", re.IGNORECASE)
_HOST = re.compile(r"[^\s/?#@\\<>\"`{}|^]+")
_DEFAULT_PORTS = {("http", 80), ("https", 443)}


def is_web_address(url: str) -> bool:
    """Return whether an address is absolute http(s) with a host and a sane port."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(_HOST.fullmatch(host or ""))


def canonical(url: str) -> str:
    """Strip an address of fragment, tracking, default port, AMP and mobile spellings.

    Still an address that answers: scheme, "www." and a last slash stay. What is no web address comes back as it is.
    """
    if _NOTHING_TO_DO.fullmatch(url) and not _MAY_BE_AMP.search(url):
        return url
    url = _AMP_CACHE.sub("https://", url.strip(), count=1)
    if not is_web_address(url):
        return url
    parts = urlsplit(url)
    path = _AMP_START.sub("/", _AMP_END.sub("", parts.path)) or "/"
    fragment = parts.fragment if _FRAGMENT_IS_ADDRESS.match(parts.fragment) else ""
    return urlunsplit((parts.scheme, _host(parts), path, "&".join(_kept(parts.query)), fragment))


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host.isascii():
        with suppress(UnicodeError):
            host = host.encode("idna").decode()
    if ":" in host:
        host = f"[{host}]"
    elif not host[-1:].isdigit():
        host = _OTHER_HOST.sub("www.", host, count=1) if _OTHER_HOST.match(host) else host
    port = parts.port
    return host if port is None or (parts.scheme, port) in _DEFAULT_PORTS else f"{host}:{port}"


def _kept(query: str) -> list[str]:
    pairs = query.replace("&amp;", "&").split("&")
    return [pair for pair in pairs if pair and not _only_tracks(pair)]


def _only_tracks(pair: str) -> bool:
    return bool(_TRACKING.fullmatch(pair.partition("=")[0]) or _TRACKING.fullmatch(pair))
