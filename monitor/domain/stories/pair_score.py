"""Score how likely two reports tell of one event: a logistic regression over a dozen features of the pair.

The weights were fitted by `python -m benchmarks.quality.fit_pairs` on labelled pairs; docs/stories.md has the figures,
also for time ranges that were not fitted on. Scores are log-odds: 0 is one in two, -1 one in four.
"""

import numpy as np
import numpy.typing as npt

from monitor.domain.stories.compare import Compared, Floats, compared
from monitor.domain.stories.fingerprint.fingerprint import DecodedFingerprint
from monitor.domain.stories.fingerprint.terms import NEUTRAL, SOUND, TITLE
from monitor.domain.stories.memory.frequencies import Frequencies
from monitor.domain.stories.memory.rows import Records
from monitor.domain.stories.patterns import patterned

WITHIN: dict[str, float] = {
    "constant": -1.96,
    "headline": 4.97,
    "titles": 2.19,
    "common": 0.94,
    "same_outlet": -1.73,
    "hours": -0.82,
    "aside": -3.47,
    "length": -0.49,
    "lengths_differ": -0.36,
}
"""Weights for two reports in one language.

headline        the smaller share of a headline's rarity that the other report has, 0 to 1
titles, common  log(1 + the rarity of the terms that both headlines, or both reports, have)
same_outlet     1 for two reports of one outlet: newsrooms report an event once, what follows is another angle
hours           log(1 + hours between the two)
aside           1 when either is a question, explainer, reaction or piece of footage
length, lengths_differ    log(1 + words of the shorter report); the logarithm of the ratio of both lengths
"""
ACROSS: dict[str, float] = {
    "constant": -0.38,
    "cosine": 5.66,
    "headline": 5.41,
    "common": -1.12,
    "sounds": 0.6,
    "hours": -1.1,
    "aside": -1.65,
}
"""Weights for two reports in different languages; `sounds` is log(1 + names that sound alike in both).

Names, numbers and international words are all that can agree, and one of them says little; that reports of one event
come within hours says more than within one language.
"""
EVIDENCE = ("headline", "titles", "common")
"""Features that count the less the more two headlines are one pattern (`patterned`, 0 to 1)."""
PATTERN = 5.0
"""What a pair in one language loses whose headlines are one pattern with other names and numbers (`patterned`, 0 to 1).

Set by hand on invented events (benchmarks/quality/patterned.py): labelled stories hold too few of them to fit it.
"""
FEWEST_AGREEMENTS = 2
"""Words that two reports in one language must share, or names and numbers across languages: one is no event."""
LIMIT = 6.0
"""Scores are cut here: no single pair decides against all others."""
TITLE_WEIGHT, NEUTRAL_WEIGHT = 2.0, 1.5
"""In the cosine a headline word counts as two, a name or number as one and a half: both say what the event is."""

_HOUR = 3_600.0
_FLAGS = np.arange(256)
_IS_WORD = ((_FLAGS != 0) & (_FLAGS & SOUND == 0)).astype(float)
_IS_SOUND = _FLAGS & SOUND != 0
_IS_NEUTRAL = _FLAGS & NEUTRAL != 0
_IN_TITLE = _IS_WORD * (_FLAGS & TITLE != 0)
_IN_COSINE = _IS_WORD * np.where(_FLAGS & TITLE, TITLE_WEIGHT, 1.0) * np.where(_FLAGS & NEUTRAL, NEUTRAL_WEIGHT, 1.0)


def pair_scores(
    report: DecodedFingerprint, outlet: int, now: int, records: Records, frequencies: Frequencies
) -> Floats:
    """Return for each record the log-odds that it tells of the event of `report`, between -LIMIT and LIMIT.

    `outlet` is the report's, as `rows.outlet_key` makes it, and `now` its time in seconds.
    """
    aligned = compared(report, records)
    features = pair_features(report, outlet, now, records, aligned, frequencies)
    scores = _weighed(features, WITHIN)
    foreign = is_foreign(report, records)
    if foreign.any():
        scores = np.where(foreign, _weighed(features, ACROSS), scores)
    scores[features["agreements"] < FEWEST_AGREEMENTS] = -LIMIT
    # Most candidates are far off already, and a pattern only takes away.
    doubtful = (scores > -PATTERN) & ~foreign
    if doubtful.any():
        evidence = sum(WITHIN[name] * features[name][doubtful] for name in EVIDENCE)
        scores[doubtful] -= (PATTERN + evidence) * patterned(aligned.where(doubtful))
    clipped: Floats = np.clip(scores, -LIMIT, LIMIT)
    return clipped


def is_foreign(report: DecodedFingerprint, records: Records) -> npt.NDArray[np.bool_]:
    """Tell which records are in another language than `report`, both being known."""
    language = records["language"]
    found: npt.NDArray[np.bool_] = (language != report.language) & (language != 0) & (report.language != 0)
    return found


def pair_features(
    report: DecodedFingerprint,
    outlet: int,
    now: int,
    records: Records,
    aligned: Compared,
    frequencies: Frequencies,
) -> dict[str, Floats]:
    """Measure the features of `WITHIN` and `ACROSS` for each record.

    `aligned` are the terms of both. Those that only `ACROSS` reads are missing when no record is in another language.
    """
    flags, their_flags, size = aligned.flags, aligned.their_flags, len(aligned.terms)
    shared = (aligned.at < size) & (their_flags != 0)
    # The flags that a shared term has in the report, 0 for the others.
    my_flags = np.append(flags, np.uint8(0)).take(aligned.at) * shared
    rarity = frequencies.weigh(np.concatenate([aligned.terms, aligned.their_terms.ravel()]))
    mine, theirs = rarity[:size], rarity[size:].reshape(aligned.their_terms.shape)
    shared_rarity = theirs * shared

    my_title_rarity = mine @ _IN_TITLE.take(flags)
    their_title_rarity = (theirs * _IN_TITLE.take(their_flags)).sum(axis=1)
    in_my_title = shared_rarity * _IN_TITLE.take(my_flags)
    in_their_title = shared_rarity * _IN_TITLE.take(their_flags)
    both_titles = (in_my_title * _IN_TITLE.take(their_flags)).sum(axis=1)
    words, their_words = np.log1p(float(report.size)), np.log1p(records["size"].astype(float))
    shared_words = _IS_WORD.take(their_flags) * shared
    features = {
        "headline": np.minimum(
            in_my_title.sum(axis=1) / max(float(my_title_rarity), 1e-9),
            in_their_title.sum(axis=1) / np.maximum(their_title_rarity, 1e-9),
        ),
        "titles": np.log1p(both_titles),
        "common": np.log1p((theirs * shared_words).sum(axis=1)),
        "same_outlet": (records["outlet"] == outlet).astype(float),
        "hours": np.log1p(np.abs(records["at"] - now) / _HOUR),
        "aside": (records["is_aside"] | report.is_aside).astype(float),
        "length": np.minimum(words, their_words),
        "lengths_differ": np.abs(words - their_words),
        "agreements": shared_words.sum(axis=1),
    }
    foreign = is_foreign(report, records)
    if foreign.any():
        my_cosine, their_cosine = mine * _IN_COSINE.take(flags), theirs * _IN_COSINE.take(their_flags)
        norms = np.sqrt(float(my_cosine @ my_cosine) * np.einsum("ij,ij->i", their_cosine, their_cosine))
        products = np.einsum("ij,ij->i", aligned.beside(my_cosine), their_cosine)
        names = (_IS_NEUTRAL.take(their_flags) & _IS_NEUTRAL.take(my_flags)).sum(axis=1)
        features["cosine"] = products / np.maximum(norms, 1e-9)
        features["sounds"] = np.log1p(
            (_IS_SOUND.take(their_flags) & _IS_SOUND.take(my_flags)).sum(axis=1).astype(float)
        )
        features["agreements"] = np.where(foreign, names, features["agreements"])
    return features


def _weighed(features: dict[str, Floats], weights: dict[str, float]) -> Floats:
    total: Floats = sum(
        (weight * features[name] for name, weight in weights.items() if name != "constant"),
        start=np.full(len(features["hours"]), weights["constant"]),
    )
    return total
