"""Recognise pages that answer 200 and are no article.

Consent, login, paywall, robot checks, missing scripts, not found.
"""

import re
from urllib.parse import urlsplit

from monitor.adapters.pages.wall_phrases import CHALLENGE, CHALLENGE_TITLE, CONSENT, LOGIN, NOT_FOUND, PAYWALL, SCRIPT

SHORT = 1_200
"""Letters: a wall says less than this; an article that says more is judged by its text, not by one phrase."""
STUB = 700
LEAD = 300
"""Letters of a lead paragraph, which is worth keeping even where the rest must be paid for."""
_PAGE = 3_000
"""Characters of all the page shows in which a wall is looked for."""

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CONSENT_HOST = re.compile(r"^(?:consent|guce|cmp|privacy|myprivacy|consenso)\.|\.consent\.")
_WALL_PATH = re.compile(
    r"/(?:login|log-in|signin|sign-in|sso|auth|consent|cookiewall|subscribe|registration|captcha)(?:[/?.]|$)",
    re.IGNORECASE,
)


def letters(text: str) -> int:
    """Count letters: a Chinese, Japanese or Korean character counts as three."""
    return len(text) + 2 * sum(1 for _ in _CJK.finditer(text[: 2 * SHORT]))


def wall(*, url: str, title: str, text: str, page: str, free: bool) -> str | None:
    """Name the wall that this page is; None for an article.

    `text` is what extraction found, `page` all the text the page shows, `free` what it says about being free to read.
    """
    parts = urlsplit(url)
    title, text, page = title.lower(), text.lower(), page[:_PAGE].lower()
    if _CONSENT_HOST.search(parts.hostname or "") or _asks_consent(text):
        return "a consent page"
    said = letters(text)
    if said >= SHORT:
        return None
    seen = f"{title}\n{text}" if said > STUB // 2 else f"{title}\n{text}\n{page}"
    if CHALLENGE_TITLE.match(title.strip()) or CHALLENGE.search(seen):
        return "a robot check"
    if NOT_FOUND.search(title) or (said < STUB and NOT_FOUND.search(text)):
        return "a page that says the article was not found"
    if said < STUB and SCRIPT.search(seen):
        return "a page that needs JavaScript"
    if said < STUB and (LOGIN.search(text) or _WALL_PATH.search(parts.path)):
        return "a login page"
    return "a paywall" if PAYWALL.search(text) or (not free and said < LEAD) else None


def _asks_consent(text: str) -> bool:
    marks = {match[0] for match in CONSENT.finditer(text[: SHORT + LEAD])}
    return len(marks) >= (2 if len(text) < SHORT else 4)
