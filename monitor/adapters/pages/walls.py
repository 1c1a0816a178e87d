"""Recognise pages that answer 200 and are no article.

Consent, login, paywall, robot checks, missing scripts, not found. The rule, measured in docs/pages.md: a page is a wall
when it talks like one and has little prose. A sentence talks like a wall when phrases of walls fill a third of it, or
when one stands in a sentence that speaks to the reader; what is quoted does not count. Prose is every other whole
sentence. A title counts only where all of it is the title of a wall, and not where the feed calls the article so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from monitor.adapters.pages.wall_phrases import (
    ADDRESS,
    CHALLENGE,
    CONSENT_VOICE,
    CONSENT_WORDS,
    HARD_TITLE,
    LOGIN,
    NOT_FOUND,
    OFFER,
    PAYWALL,
    REGION,
    SCRIPT,
    SOFT_TITLE,
)
from monitor.domain.articles.doubts import NOT_FOUND_PAGE

SHORT = 1_200
"""Letters of prose from which only a consent page may still be a wall."""
STUB = 700
"""Letters of prose before the end of what is free, up to which the page is not worth more than the feed."""
LEAD = 300
"""Letters of a lead paragraph, which is worth keeping even where the rest must be paid for."""
LITTLE = 200
"""Letters of prose, two or three sentences, that a wall does not have."""
_PAGE = 3_000
"""Characters of all the page shows in which a wall is looked for."""
_FILLED = 0.33
"""The part of a sentence that phrases fill where it talks like a wall; sentences of articles: below 0.31."""
_LONG = 120
"""Letters from which a line is prose without a full stop: Thai, for one, has none."""
_SENTENCE = 25
"""Letters of the shortest sentence of prose."""

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_QUOTED = re.compile(r"[“„«「『\"][^“”„«»「」『』\"\n]{1,300}[”“»」』\"]|‘[^‘’\n]{1,300}’(?!\w)")
_ENDS = re.compile(r"(?<=[.!?…।॥؟۔።។])[”“»\")]?\s+|(?<=[。！？])")
_WHOLE = re.compile(r"[.!?…。！？:;।॥؟۔።។][”“»」』\"'’)\]]*\s*(?:\d{1,3}\.?)?$")
_SEPARATOR = re.compile(r"\s+[-–—|·»/]\s+|\s*\|\s*")
_CONSENT_HOST = re.compile(r"^(?:consent|guce|cmp|privacy|myprivacy|consenso)\.|\.consent\.")
_WALL_PATH = re.compile(
    r"/(?:login|log-in|signin|sign-in|sso|auth|consent|cookiewall|subscribe|registration|captcha)(?:[/?.]|$)",
    re.IGNORECASE,
)
_KINDS = (
    (CHALLENGE, "a robot check"),
    (NOT_FOUND, NOT_FOUND_PAGE),
    (REGION, "a page closed to our region"),
    (SCRIPT, "a page that needs JavaScript"),
    (LOGIN, "a login page"),
)

_PHRASES = (CHALLENGE, NOT_FOUND, REGION, SCRIPT, LOGIN, PAYWALL, OFFER, CONSENT_VOICE, CONSENT_WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence without its quotes, and what it is."""

    text: str
    letters: int
    is_prose: bool
    talks: bool


def letters(text: str) -> int:
    """Count letters: a Chinese, Japanese or Korean character counts as three."""
    return len(text) + 2 * sum(1 for _ in _CJK.finditer(text[: 2 * SHORT]))


def sentences(text: str) -> Iterator[Sentence]:
    """Take a text in lower case apart."""
    for line in text.split("\n"):
        for piece in _ENDS.split(line):
            plain = _QUOTED.sub(" ", piece).strip()
            size = letters(piece.strip())
            if size:
                filled = sum(len(found[0]) for pattern in _PHRASES for found in pattern.finditer(plain))
                talks = bool(filled) and (filled >= _FILLED * len(plain) or bool(ADDRESS.search(plain)))
                whole = size >= _SENTENCE and (size >= _LONG or bool(_WHOLE.search(piece)))
                prose = whole and not talks and not ADDRESS.search(plain)
                yield Sentence(text=plain, letters=size, is_prose=prose, talks=talks)


def wall(*, url: str, title: str, text: str, page: str, free: bool, expected: str = "") -> str | None:
    """Name the wall that this page is; None for an article.

    `text` is what extraction found, `page` all the text the page shows, `free` what it says about being free to read,
    `expected` the feed's title of the article.
    """
    parts = urlsplit(url)
    title, text, page = title.lower().strip(), text.lower(), page[:_PAGE].lower()
    if _CONSENT_HOST.search(parts.hostname or ""):
        return "a consent page"
    head = text[: 4 * SHORT]
    if letters(head) >= 2 * SHORT and len({match[0] for match in CONSENT_VOICE.finditer(head)}) < 2:
        return None  # whatever else such a long text says, it is an article
    headlines = {title, expected.lower().strip()}
    # a headline is judged as a title, and is no sentence
    found = [sentence for sentence in sentences(head) if sentence.text not in headlines]
    prose = sum(sentence.letters for sentence in found if sentence.is_prose)
    shown = [*found, *sentences(page)] if prose < LITTLE else found
    if _asks_consent(shown, prose):
        return "a consent page"
    if prose >= SHORT:
        return None
    is_named = bool(expected.strip()) and is_same_title(title, expected)
    if not is_named and (titled := _titled(title, prose)):
        return titled
    if prose < LITTLE:
        for pattern, kind in _KINDS:
            if any(sentence.talks and pattern.search(sentence.text) for sentence in shown):
                return kind
        addressed = sum(sentence.letters for sentence in found if ADDRESS.search(sentence.text))
        little = prose < LITTLE // 2 and letters(text) < STUB
        if little and 2 * addressed > sum(sentence.letters for sentence in found):
            return "a page that only speaks to its reader"
        if _WALL_PATH.search(parts.path):
            return "a login page"
    return "a paywall" if _ends_at_a_paywall(found) or (not free and prose < LEAD) else None


def _titled(title: str, prose: int) -> str | None:
    """Name the wall whose title the page has: all of it, or all of a part of it ("Not found | The Herald")."""
    for piece in (title, *_SEPARATOR.split(title)):
        bare = piece.strip(" .…!?*#-–—|:'\"“”")
        if bare and HARD_TITLE.fullmatch(bare):
            return NOT_FOUND_PAGE if not re.search("forbidden|403|429|many", bare) else ("a robot check")
        if bare and prose < 2 * LITTLE and SOFT_TITLE.fullmatch(bare):
            return "a robot check"
    return None


def _ends_at_a_paywall(found: list[Sentence]) -> bool:
    """Tell whether little stands before the end of what is free, and nothing behind it.

    A whole article below an offer goes on behind it, or ends without a word about reading on.
    """
    marks = [at for at, sentence in enumerate(found) if sentence.talks and PAYWALL.search(sentence.text)]
    offers = [at for at, sentence in enumerate(found) if sentence.talks and OFFER.search(sentence.text)]
    if not marks and not offers:
        return False
    first, last = min(marks or offers), max(marks or offers)
    before = sum(sentence.letters for sentence in found[:first] if sentence.is_prose)
    behind = sum(sentence.letters for sentence in found[last + 1 :] if sentence.is_prose)
    return behind < LITTLE // 2 and before < (STUB if marks else LITTLE)


def _asks_consent(found: list[Sentence], prose: int) -> bool:
    """Tell whether a site asks for consent, in two phrases of its own voice or one and words of the subject."""
    said = "\n".join(sentence.text for sentence in found)
    voice = {match[0] for match in CONSENT_VOICE.finditer(said)}
    words = {match[0] for match in CONSENT_WORDS.finditer(said)}
    if not voice or len(voice) + len(words) < 2:
        return False
    about = sum(sentence.letters for sentence in found if not sentence.is_prose)
    return prose < LITTLE or (len(voice) > 1 and len(voice) + len(words) > 3 and prose < LEAD and about > 2 * prose)


def is_same_title(title: str, expected: str) -> bool:
    """Tell whether the page's title is the feed's, but for a site's name around it."""
    one, other = (re.sub(r"\W+", " ", text).strip() for text in (title.lower(), expected.lower()))
    return bool(one and other) and (one.startswith(other) or other.startswith(one) or other in one)
