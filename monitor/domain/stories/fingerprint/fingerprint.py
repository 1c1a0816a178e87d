"""Make fingerprints outside every lock, and decode them when an article is placed."""

import struct
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt
import xxhash

from monitor.domain.stories.fingerprint.asides import is_aside
from monitor.domain.stories.fingerprint.function_words import FUNCTION_WORDS, language_of
from monitor.domain.stories.fingerprint.recurring import Template, template_of
from monitor.domain.stories.fingerprint.sketch import SIZE, Hashes, Sketch, sketch_of
from monitor.domain.stories.fingerprint.terms import TERMS, TITLE, Terms, terms_of
from monitor.domain.stories.fingerprint.words import spaced
from monitor.domain.stories.values import Fingerprint, ReportText
from monitor.domain.topics.text.normalised import NormalisedText

VERSION = 2
BORNE_OUT_WITHIN = 2_800
"""Bytes in which a headline is looked for: some 400 words."""

LANGUAGE_WITHIN = 900
"""Bytes by which the language of a text is told: some 120 words."""

SHORT = 40
"""Words below which a text is short: its sketch takes in the title, and only strong evidence makes it a copy."""

_HEAD = struct.Struct("<IIHBBBB")
_ASIDE, _ABOUT_ITSELF = 1, 2
_TITLE_BYTES, _LABEL_BYTES = 160, 240

Weights = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class DecodedFingerprint:
    """A text as placing sees it: a fingerprint's content.

    `size` counts its words; `named` holds the title and the labels.
    """

    sketch: Sketch
    terms: Hashes
    weights: Weights
    template: Template
    size: int
    language: int
    is_aside: bool
    is_about_itself: bool
    named: bytes

    @property
    def is_short(self) -> bool:
        """Return whether only strong evidence makes it a copy."""
        return self.size < SHORT

    @property
    def title_terms(self) -> Hashes:
        """Return the terms that stand in the title."""
        kept: Hashes = self.terms[(self.weights & TITLE) != 0]
        return kept

    @property
    def title(self) -> str:
        """Return the headline, as far as it fitted."""
        return self.named.decode().partition("\n")[0]

    @property
    def labels(self) -> tuple[tuple[str, int], ...]:
        """Return names and numbers as written, with their terms."""
        return tuple((label[8:], int(label[:8], 16)) for label in self.named.decode().split("\n")[1:])


def fingerprint(report: ReportText) -> Fingerprint:
    """Make the fingerprint of a report, under 1 KB long.

    Pure, and well under a millisecond for an article of 5 KB.
    """
    given = report.normalised or NormalisedText(report.title, report.text)
    folded_title = given.folded_title
    text, title = spaced(given.folded_text), spaced(folded_title)
    size = text.count(b" ") + 1 if text else 0
    return encoded(
        terms=terms_of(folded_title, given.folded_text),
        sketch=sketch_of(b" ".join([title, text]).strip() if size < SHORT else text),
        template=template_of(folded_title, report.outlet),
        size=size,
        language=language_number(language_of(_words(title) + _words(text[:LANGUAGE_WITHIN])) or report.language),
        flags=_ASIDE * is_aside(folded_title) | _ABOUT_ITSELF * bears_out(title, text[:BORNE_OUT_WITHIN]),
        title=report.title,
    )


def encoded(
    *, terms: Terms, sketch: Sketch, template: Template, size: int, language: int, flags: int, title: str
) -> Fingerprint:
    """Encode counts, sketch, weighted terms, title and labels as bytes."""
    kept = dict(islice(terms.weights.items(), TERMS))
    named, room = [], _LABEL_BYTES
    for name, key in terms.labels.items():
        if key not in kept:
            continue
        room -= len(name.encode()) + 5
        if room < 0:
            break
        named.append(f"{key:08x}{name}")
    head = _HEAD.pack(
        template.key,
        template.slots,
        min(size, 0xFFFF),
        language,
        flags,
        len(sketch.hashes),
        len(kept),
    )
    words = "\n".join([cut(title, _TITLE_BYTES), *named])
    return Fingerprint(
        version=VERSION,
        content=b"".join(
            [
                head,
                sketch.hashes.astype("<u4").tobytes(),
                struct.pack(f"<{len(kept)}I", *kept),
                bytes(kept.values()),
                words.encode(),
            ]
        ),
    )


def decoded(fingerprint: Fingerprint) -> DecodedFingerprint | None:
    """Decode a fingerprint that `encoded` made; None for another layout or damaged bytes."""
    content = fingerprint.content
    if fingerprint.version != VERSION or len(content) < _HEAD.size:
        return None
    key, slots, size, language, flags, hashes, terms = _HEAD.unpack_from(content)
    weights_at = _HEAD.size + 4 * (hashes + terms)
    if hashes > SIZE or terms > TERMS or len(content) < weights_at + terms:
        return None
    numbers = np.frombuffer(content, "<u4", hashes + terms, _HEAD.size).astype(np.uint32)
    return DecodedFingerprint(
        sketch=Sketch(numbers[:hashes]),
        terms=numbers[hashes:],
        weights=np.frombuffer(content, np.uint8, terms, weights_at),
        template=Template(key, slots),
        size=size,
        language=language,
        is_aside=bool(flags & _ASIDE),
        is_about_itself=bool(flags & _ABOUT_ITSELF),
        named=content[weights_at + terms :],
    )


def bears_out(title: bytes, text: bytes) -> bool:
    """Decide whether a third of the headline's words stand in the text, endings aside.

    They do not above a cookie wall. Both are given as `words.spaced` leaves them.
    """
    # A word of less than five letters is looked for whole, a longer one by its first five.
    named = {f" {word[:5]}" if len(word) > 4 else f" {word} " for word in _words(title) if word not in FUNCTION_WORDS}
    within = f" {text.decode(errors='ignore')} "
    return bool(named) and 3 * sum(word in within for word in named) >= len(named)


def _words(text: bytes) -> list[str]:
    return text.decode(errors="ignore").split()


def language_number(language: str | None) -> int:
    """Return a language as one byte; 0 when it is unknown."""
    return xxhash.xxh32_intdigest(language[:2].casefold().encode()) % 255 + 1 if language else 0


def cut(text: str, limit: int) -> str:
    """Return `text` on one line, as far as it fits into `limit` bytes of UTF-8."""
    return " ".join(text.split()).encode(errors="ignore")[:limit].decode(errors="ignore")
