"""The story index: learns what was placed, and says where the next article belongs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from monitor.domain.stories.copies import FEWEST_COMMON, copied, is_other_day
from monitor.domain.stories.frequencies import Frequencies
from monitor.domain.stories.likeness import likeness
from monitor.domain.stories.novelty import novelty
from monitor.domain.stories.placing import ENOUGH, Members, Standing, best_story, keys_of
from monitor.domain.stories.postings import Keys, Postings
from monitor.domain.stories.postings import Rows as RowNumbers
from monitor.domain.stories.reading import VERSION, Reading, decoded
from monitor.domain.stories.rows import Records, Rows, outlet_key
from monitor.domain.stories.values import Fingerprint, Placed, Placement

POSTED = 20
"""Smallest hashes of a sketch that are looked up; the others are only compared. A copy of a quarter of the length
with half of its text in common still shares two or three of them."""
FEWEST_HITS = 2
"""Hashes looked up that a copy must share before it is compared."""
COPIES_READ = 256
"""Of a hash in more texts the earliest are read: the original is among them, and boilerplate costs no more."""
TERMS_READ = 1_500
"""Postings of terms read for one report, the rarest terms first: what bounds the time of a look-up."""
COPY_CANDIDATES, CANDIDATES = 32, 48
"""Earlier texts and reports compared in full."""
NEAR_BEST = 0.7
"""Of texts that explain nearly as much of a copy as the best, the earliest is its original."""
MEMBERS_READ = 1_024
"""Reports of a story that are counted."""

# Three kinds of key share one index; a salt keeps templates from meeting terms.
_TEMPLATE_SALT = np.uint32(0x9E37_79B9)


@dataclass(frozen=True, slots=True)
class _Found:
    """Rows found for a report, each kind in the order of learning."""

    texts: RowNumbers
    reports: RowNumbers
    columns: RowNumbers


class StoryIndex:
    """All that placing remembers: a function of the rows learnt and not forgotten, in their order.

    `window` is how long a story stays open for reports that resemble it; copies are known until they are forgotten.
    """

    def __init__(self, window: timedelta) -> None:
        self._window = int(window.total_seconds())
        self._rows = Rows()
        self._postings, self._stories = Postings(), Postings()
        self._frequencies = Frequencies()
        self._sequence = 0

    @property
    def sequence(self) -> int:
        """The highest sequence learnt; 0 before the first."""
        return self._sequence

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def nbytes(self) -> int:
        """Bytes held by what grows with the articles."""
        return self._rows.nbytes + self._postings.nbytes + self._stories.nbytes

    def learn(self, placed: Sequence[Placed]) -> None:
        """Take in articles placed since last time, in the order of their sequence; those known are passed over."""
        for article in placed:
            if article.sequence <= self._sequence or article.fingerprint.version != VERSION:
                continue
            self._sequence = article.sequence
            self._learn(article, decoded(article.fingerprint))

    def locate(self, fingerprint: Fingerprint, *, outlet: str, at: datetime, ignoring: int | None = None) -> Placement:
        """Where a report belongs. Changes nothing. `ignoring` is an article that is placed anew."""
        reading, now = decoded(fingerprint), int(at.timestamp())
        found = self._found(reading, now)
        copy = self._copied(reading, found.texts, outlet_key(outlet), now, ignoring)
        return copy or self._related(reading, found, outlet_key(outlet), now, ignoring)

    def forget(self, before: datetime) -> None:
        """Drop what was placed earlier than `before`."""
        records = self._rows.all
        wanted = (records["at"] >= int(before.timestamp())) & records["live"]
        for record in records[~wanted & records["live"]]:
            self._discount(record)
        renumbered = self._rows.keep(wanted)
        self._postings.keep(renumbered)
        self._stories.keep(renumbered)

    def _learn(self, article: Placed, reading: Reading) -> None:
        earlier = self._rows.row_of(article.article_id)
        if earlier is not None:
            self._rows.all["live"][earlier] = False
            self._discount(self._rows.all[earlier])
        row = self._rows.append(article, reading)
        # A copy's terms are not posted: it is found through its original, and would make its words look common.
        terms = reading.terms[: 0 if article.copy_of is not None else None]
        self._postings.add(row, np.unique(_keys(reading, terms)))
        self._stories.add(row, keys_of(np.array([article.story_id])))
        if article.copy_of is None:
            self._frequencies.count(reading.terms)

    def _discount(self, record: Records) -> None:
        if record["root"] == record["article"]:
            self._frequencies.count(record["terms"][record["weights"] != 0], -1)

    def _found(self, reading: Reading, now: int) -> _Found:
        """What may be a copy's original, a report of the same event, or another instalment of the same column."""
        hashes = min(len(reading.sketch.hashes), POSTED)
        frequency = self._frequencies.of(reading.terms)
        order = np.argsort(frequency, kind="stable")
        read = np.cumsum(frequency[order]) <= max(TERMS_READ, int(frequency.min(initial=0)))
        terms, rarity = reading.terms[order][read], self._frequencies.weigh(reading.terms[order][read])
        limits = np.full(hashes + len(terms) + 1, COPIES_READ)
        limits[hashes:-1] = 2 * TERMS_READ
        which, rows = self._postings.rows(_keys(reading, terms), limits)
        at = self._rows.all["at"][rows]
        is_report = (which >= hashes) & (which < hashes + len(terms)) & (np.abs(at - now) <= self._window)
        return _Found(
            texts=_most(rows[which < hashes], None, COPY_CANDIDATES, FEWEST_HITS),
            reports=_most(rows[is_report], rarity[which[is_report] - hashes] ** 2, CANDIDATES, 0),
            columns=np.sort(rows[which == hashes + len(terms)]),
        )

    def _copied(
        self, reading: Reading, rows: RowNumbers, outlet: int, now: int, ignoring: int | None
    ) -> Placement | None:
        if not len(rows):
            return None
        records = self._usable(rows, ignoring)
        mine = reading.sketch.hashes
        at = mine.searchsorted(records["sketch"]).clip(0, len(mine) - 1)
        common = (mine[at] == records["sketch"]).sum(axis=1)
        found = [(record, copied(reading, outlet, now, record)) for record in records[common >= FEWEST_COMMON]]
        most = max((explained for _, (share, explained) in found if share), default=0.0)
        for record, (share, explained) in found:
            # The earliest, but not one that merely had a paragraph put into this text.
            if share and explained >= NEAR_BEST * most:
                original = int(record["root"])
                return Placement(
                    story_id=int(record["story"]),
                    copy_of=original,
                    similarity=share,
                    reason=f"repeats {share:.0%} of the text of article {original}",
                )
        return None

    def _related(self, reading: Reading, found: _Found, outlet: int, now: int, ignoring: int | None) -> Placement:
        records = self._usable(found.reports, ignoring)
        if len(found.columns):
            columns = self._usable(found.columns, ignoring)
            barred = columns["story"][is_other_day(reading, now, columns)]
            records = records[~np.isin(records["story"], barred)]
        if not len(records):
            return Placement()
        alike = likeness(reading, records, self._frequencies)
        promising = alike >= ENOUGH / 2
        records, alike = records[promising], alike[promising]
        best = best_story(reading, outlet, now, records, alike, self._members(records["story"], ignoring))
        if best is None or best.score < ENOUGH:
            return _alone(best)
        return Placement(
            story_id=best.story,
            similarity=min(best.score, 1.0),
            reason=f"resembles article {best.nearest} and its story by {best.score:.2f}",
            novelty=novelty(reading, self._reports_of(best.story, ignoring)),
        )

    def _members(self, stories: npt.NDArray[np.int64], ignoring: int | None) -> Members:
        """All reports of some stories."""
        keys = keys_of(stories)
        _, rows = self._stories.rows(keys, np.full(len(keys), MEMBERS_READ))
        records = self._rows.all
        kept = rows[records["live"][rows] & (records["article"][rows] != (-1 if ignoring is None else ignoring))]
        return Members(
            story=records["story"][kept].tolist(),
            outlet=records["outlet"][kept].tolist(),
            at=records["at"][kept].tolist(),
            is_own=(records["root"][kept] == records["article"][kept]).tolist(),
        )

    def _reports_of(self, story: int, ignoring: int | None) -> Records:
        """The latest reports of a story that are no copies: what it already said."""
        _, rows = self._stories.rows(keys_of(np.array([story])), np.array([MEMBERS_READ]))
        records = self._rows.all
        own = rows[(records["root"][rows] == records["article"][rows]) & (records["story"][rows] == story)]
        return self._usable(np.sort(own)[-CANDIDATES:], ignoring)

    def _usable(self, rows: RowNumbers, ignoring: int | None) -> Records:
        records = self._rows.all[rows]
        usable: Records = records[records["live"] & (records["article"] != (-1 if ignoring is None else ignoring))]
        return usable


def _keys(reading: Reading, terms: Keys) -> Keys:
    template = np.array([reading.template.key], np.uint32) ^ _TEMPLATE_SALT
    return np.concatenate([reading.sketch.hashes[:POSTED], terms, template])


def _most(rows: RowNumbers, points: npt.NDArray[np.float64] | None, limit: int, least: float) -> RowNumbers:
    """The `limit` rows with most points (or hits) and at least `least` of them, the earlier of equals, in order."""
    found, inverse = np.unique(rows, return_inverse=True)
    totals = np.bincount(inverse, points, len(found))
    found, totals = found[totals >= least], totals[totals >= least]
    if len(found) > limit:
        found = np.sort(found[np.argsort(-totals, kind="stable")[:limit]])
    return found


def _alone(best: Standing | None) -> Placement:
    """A story of its own, saying how near the nearest was."""
    if best is None:
        return Placement()
    return Placement(
        similarity=min(max(best.score, 0.0), 1.0),
        reason=f"no earlier report resembles it enough; the nearest is article {best.nearest} by {best.score:.2f}",
    )
