"""Foreign text made harmless for Slack: it can neither ping anybody, nor forge a link, nor break the layout.

Slack reads `& < >` as markup (https://docs.slack.dev/messaging/formatting-message-text), and formats between `*`, `_`,
`~` and back-ticks. The first are escaped; the others, which cannot be, become look-alikes where they could act.
"""

import re
from urllib.parse import quote, urlsplit, urlunsplit

from monitor.domain.strings.graphemes import cut_at
from monitor.domain.strings.marked import Mark, pieces
from monitor.domain.strings.visible import visible

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ALWAYS = str.maketrans({"*": "∗", "`": "ˋ"})
_AT_WORD_EDGE = re.compile(r"(?<!\w)[_~]|[_~](?!\w)")
_LOOK_ALIKES = {"_": "ˍ", "~": "∼"}
_EMOJI = re.compile(r":(?=(?:100|1234|[a-z0-9_+'-]*[a-z+-][a-z0-9_+'-]*):)", re.IGNORECASE)
"""A colon that begins an emoji's code; `file.yml:2:1` holds none."""
_ELLIPSIS = "…"
MAX_URL = 1_000
"""A longer address is left out: Slack takes up to 3,000 characters, but they count towards the message."""

_URL_SAFE = "!#$%&'()*+,/:;=?@[]~-._"


def escaped(text: str, limit: int) -> str:
    """Return mrkdwn of at most `limit` characters that shows `text` literally."""
    literal = visible(text).translate(_ALWAYS)
    literal = _AT_WORD_EDGE.sub(lambda found: _LOOK_ALIKES[found.group()], literal)
    literal = _EMOJI.sub("∶", literal)
    parts: list[str] = []
    used = 0
    for position, char in enumerate(literal):
        shown = _ESCAPES.get(char, char)
        if used + len(shown) + (position + 1 < len(literal)) > limit:
            return "".join(parts[: cut_at(literal, position)]).rstrip() + _ELLIPSIS
        parts.append(shown)
        used += len(shown)
    return "".join(parts)


def link(url: str | None, label: str, limit: int, *, max_url: int = MAX_URL) -> str:
    """Link `label` to `url` where that is a usable web address, else return the label alone."""
    shown = escaped(label, limit) or "(no title)"
    target = safe_url(url, max_url)
    return f"<{target}|{shown}>" if target else shown


def safe_url(url: str | None, limit: int = MAX_URL) -> str | None:
    """Return the address without user and password, its host in ASCII, or None.

    None for anything but http and https, and for addresses longer than `limit`. Characters that end a link are quoted.
    """
    try:
        parts = urlsplit(url or "")
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # UnicodeError of the host among them
        return None
    if parts.scheme not in ("http", "https") or not host or not re.fullmatch(r"[\w.\-]+", host):
        return None
    rest = urlunsplit(("", "", parts.path or "/", parts.query, parts.fragment))
    safe = quote(f"{parts.scheme}://{host}{port}{rest}", _URL_SAFE).replace("&", "&amp;")
    return safe if len(safe) <= limit else None


def bold(text: str, before: str, after: str, limit: int) -> str:
    """Return `text` in bold."""
    return _between("*", escaped(text, limit), before, after)


def formatted(line: str, limit: int) -> str:
    """Return mrkdwn of about `limit` characters of a marked line: removed words struck out, others in bold."""
    shown, rest = "", limit
    parts = list(pieces(line))
    for number, part in enumerate(parts):
        if rest <= 0:
            return shown.rstrip() + _ELLIPSIS
        text = escaped(part.text, rest)
        rest -= len(text)
        if part.mark is None:
            # escaping strips the spaces that part a piece from its neighbours
            parted = " " * part.text[:1].isspace(), " " * part.text[-1:].isspace()
            shown += text.join(parted) if text else parted[0]
        else:
            after = parts[number + 1].text if number + 1 < len(parts) else ""
            shown += _between("~" if part.mark is Mark.REMOVED else "*", text, shown, after)
    return shown.strip()


def _between(sign: str, shown: str, before: str, after: str) -> str:
    """Return escaped text between signs.

    Slack wants a word's edge around them; scripts without spaces get an invisible one.
    """
    if not shown:
        return ""
    left = "" if not before or before[-1].isspace() else "\u200b"
    right = "" if not after or after[0].isspace() else "\u200b"
    return f"{left}{sign}{shown}{sign}{right}"
