"""The story index: learns what was placed, and says where the next article belongs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from monitor.domain.stories.choose_story import ENOUGH, Standing, best_story, tallied
from monitor.domain.stories.copies import copied, is_other_day
from monitor.domain.stories.fingerprint.fingerprint import Reading, decoded
from monitor.domain.stories.memory.frequencies import Frequencies
from monitor.domain.stories.memory.postings import Keys, Postings
from monitor.domain.stories.memory.postings import Rows as RowNumbers
from monitor.domain.stories.memory.rows import Records, Rows, outlet_key
from monitor.domain.stories.novelty import novelty
from monitor.domain.stories.similarity import likeness
from monitor.domain.stories.values import WALLS, Fingerprint, Placed, Placement

POSTED = 20
"""Smallest hashes of a sketch that are looked up; the others are only compared. A copy of a quarter of the length
with half of its text in common still shares two or three of them."""
FEWEST_HITS = 2
"""Hashes looked up that a copy must share before it is compared."""
COPIES_READ = 256
"""Of a hash in more texts the earliest are read: the original is among them, and boilerplate costs no more."""
TERMS_READ = 1_200
"""Postings of terms read for one report, the rarest terms first: what bounds the time of a look-up."""
COPY_CANDIDATES, CANDIDATES = 32, 32
"""Earlier texts and reports compared in full."""
PROMISING = ENOUGH / 2
"""The likeness below which an earlier report is not counted for its story."""
NEAR_BEST = 0.7
"""Of texts that explain nearly as much of a copy as the best, the earliest is its original."""
MEMBERS_READ = 1_024
"""Reports of a story that are counted."""

MANY = 500
"""Articles learnt at once that are worth posting together."""
ROOM = 256
"""Articles that can be learnt between two tidyings before anything must be moved."""

# Three kinds of key share one index; a salt keeps templates from meeting terms.
_TEMPLATE_SALT = np.uint32(0x9E37_79B9)
_KEY = 0xFFFF_FFFF
_ROW_BITS, _ROW = np.int64(32), np.int64(0xFFFF_FFFF)
_UNIT = 1 << 16
"""What one point counts as whole numbers, which add up to the same in any order."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Rows found for a report, each kind in the order of learning."""

    texts: Records
    reports: Records
    columns: Records


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
        self._unreadable = 0

    @property
    def sequence(self) -> int:
        """The highest sequence learnt; 0 before the first."""
        return self._sequence

    @property
    def unreadable(self) -> int:
        """Articles passed over so far because their fingerprint has another layout or is damaged."""
        return self._unreadable

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def nbytes(self) -> int:
        """Bytes held by what grows with the articles."""
        return self._rows.nbytes + self._postings.nbytes + self._stories.nbytes

    def learn(self, placed: Sequence[Placed]) -> None:
        """Take in articles placed since last time, in the order of their sequence; those known are passed over."""
        learnt = []
        for article in placed:
            if article.sequence <= self._sequence:
                continue
            self._sequence = article.sequence
            reading = decoded(article.fingerprint)
            if reading is None:
                self._unreadable += 1
            else:
                row, keys = self._learn(article, reading)
                learnt.append((row, keys, article.story_id & _KEY))
        if len(learnt) < MANY:
            for row, keys, story in learnt:
                self._postings.add(row, keys.tolist())
                self._stories.add(row, [story])
        else:
            rows = np.array([row for row, _, _ in learnt])
            _, keys_of, stories = zip(*learnt, strict=True)
            self._postings.add_all(np.repeat(rows, [len(keys) for keys in keys_of]), np.concatenate(keys_of))
            self._stories.add_all(rows, np.array(stories, np.uint32))

    def unlearn(self, after: int) -> None:
        """Forget what was learnt later than the sequence `after`: it was never committed. An article that stood here
        before and was placed anew is missing until it is placed again."""
        if self._sequence <= after:
            return
        for row in np.flatnonzero((self._rows["sequence"] > after) & self._rows["live"]).tolist():
            self._rows.retire(row)
            self._discount(row)
        self._sequence = after

    def locate(self, fingerprint: Fingerprint, *, outlet: str, at: datetime) -> Placement:
        """Where a report belongs. Changes nothing. Raises ValueError for a fingerprint that cannot be read."""
        reading, now, printed_by = decoded(fingerprint), int(at.timestamp()), outlet_key(outlet)
        if reading is None:
            raise ValueError("a fingerprint of another layout")
        found = self._found(reading, now)
        copy, walls = self._copied(reading, found.texts, printed_by, now)
        if not walls:
            return copy or self._related(reading, found, printed_by, now)
        # What a wall is about says nothing of the article behind it.
        placement = copy or (Placement() if walls >= WALLS else self._related(reading, found, printed_by, now))
        reason = f"{placement.reason}; {walls} earlier articles have its text under headlines of other matters"
        return replace(placement, reason=reason, walls=walls)

    def tidy(self) -> None:
        """Do now what `learn` would otherwise have to do soon, and takes longer than learning. Answers stay."""
        self._rows.make_room(ROOM)
        self._postings.tidy()
        self._stories.tidy()

    def forget(self, before: datetime) -> None:
        """Drop what was placed earlier than `before`."""
        live = self._rows["live"]
        wanted = (self._rows["at"] >= int(before.timestamp())) & live
        for row in np.flatnonzero(~wanted & live).tolist():
            self._discount(row)
        renumbered = self._rows.keep(wanted)
        self._postings.keep(renumbered)
        self._stories.keep(renumbered)

    def _learn(self, article: Placed, reading: Reading) -> tuple[int, Keys]:
        """Take in all but the postings: the row and its keys."""
        earlier = self._rows.row_of(article.article_id)
        if earlier is not None:
            self._rows.retire(earlier)
            self._discount(earlier)
        row = self._rows.append(article, reading)
        # A copy's terms are not posted: it is found through its original, and would make its words look common.
        is_own = article.copy_of is None
        if is_own:
            self._frequencies.count(reading.terms)
        return row, _keys(reading, reading.terms if is_own else reading.terms[:0])

    def _discount(self, row: int) -> None:
        if self._rows["root"][row] == self._rows["article"][row]:
            self._frequencies.count(self._rows["terms"][row][self._rows["weights"][row] != 0], -1)

    def _found(self, reading: Reading, now: int) -> _Found:
        """What may be a copy's original, a report of the same event, or another instalment of the same column."""
        hashes = min(len(reading.sketch.hashes), POSTED)
        frequency = self._frequencies.of(reading.terms)
        order = np.argsort(frequency, kind="stable")
        read = np.cumsum(frequency[order]) <= max(TERMS_READ, int(frequency.min(initial=0)))
        terms = reading.terms[order[read]]
        limits = np.full(hashes + len(terms) + 1, COPIES_READ)
        limits[hashes:-1] = 2 * TERMS_READ
        which, rows = self._postings.rows(_keys(reading, terms), limits)
        points = np.zeros(len(limits), np.int64)
        points[hashes:-1] = _UNIT * self._frequencies.weigh(terms) ** 2
        is_text, is_column = which < hashes, which == len(limits) - 1
        is_report = ~(is_text | is_column)
        reports, gained = _totals(rows[is_report], points[which[is_report]])
        in_window = np.abs(self._rows["at"][reports] - now) <= self._window
        texts, hits = _totals(rows[is_text], np.ones(int(is_text.sum()), np.int64))
        return _Found(
            texts=self._rows.at(_most(texts[hits >= FEWEST_HITS], hits[hits >= FEWEST_HITS], COPY_CANDIDATES)),
            reports=self._rows.at(_most(reports[in_window], gained[in_window], CANDIDATES)),
            columns=self._rows.at(np.sort(rows[is_column])),
        )

    def _copied(self, reading: Reading, records: Records, outlet: int, now: int) -> tuple[Placement | None, int]:
        """The placement of a copy, and how many texts would have made it one but for their headlines."""
        if not len(records):
            return None, 0
        shares, explained, walls = copied(reading, outlet, now, records)
        # The earliest, but not one that merely had a paragraph put into this text.
        [found] = np.nonzero((shares > 0) & (explained >= NEAR_BEST * explained.max()))
        if not len(found):
            return None, walls
        share, original = float(shares[found[0]]), int(records["root"][found[0]])
        placement = Placement(
            story_id=int(records["story"][found[0]]),
            copy_of=original,
            similarity=share,
            reason=f"repeats {share:.0%} of the text of article {original}",
        )
        return placement, walls

    def _related(self, reading: Reading, found: _Found, outlet: int, now: int) -> Placement:
        records, columns = found.reports, found.columns
        if len(columns):
            barred = columns["story"][is_other_day(reading, now, columns)]
            records = records.where(~np.isin(records["story"], barred))
        if not len(records):
            return Placement()
        alike = likeness(reading, records, self._frequencies, PROMISING)
        promising = alike >= PROMISING
        records, alike = records.where(promising), alike[promising]
        if not len(records):
            return Placement()
        best = best_story(reading, now, records, alike, lambda story: tallied(self._members(story), outlet))
        if best is None or best.score < ENOUGH:
            return _alone(best)
        return Placement(
            story_id=best.story,
            similarity=min(best.score, 1.0),
            reason=f"resembles article {best.nearest} and its story by {best.score:.2f}",
            novelty=novelty(reading, self._said(self._members(best.story))),
        )

    def _said(self, members: Records) -> Records:
        """The latest reports of a story that are no copies."""
        own = members.rows[members["root"] == members["article"]]
        return self._rows.at(np.sort(own)[-CANDIDATES:])

    def _members(self, story: int) -> Records:
        """The live reports of a story."""
        rows = self._stories.rows_of(story & _KEY, MEMBERS_READ)
        return self._rows.at(rows[self._rows["story"][rows] == story])


def _keys(reading: Reading, terms: Keys) -> Keys:
    template = np.array([reading.template.key], np.uint32) ^ _TEMPLATE_SALT
    return np.concatenate([reading.sketch.hashes[:POSTED], terms, template])


def _totals(rows: RowNumbers, points: RowNumbers) -> tuple[RowNumbers, RowNumbers]:
    """Each row once, ascending, with the sum of its points, whole numbers below 2**32."""
    if not len(rows):
        return rows, points
    packed = rows << _ROW_BITS | points
    packed.sort()
    found = packed >> _ROW_BITS
    is_first = np.empty(len(found), np.bool_)
    is_first[0] = True
    np.not_equal(found[1:], found[:-1], out=is_first[1:])
    [firsts] = is_first.nonzero()
    return found[firsts], np.add.reduceat(packed & _ROW, firsts)


def _most(rows: RowNumbers, points: RowNumbers, limit: int) -> RowNumbers:
    """The `limit` rows with most points, the earlier of equals, ascending as they are given."""
    if len(rows) <= limit:
        return rows
    packed = points << _ROW_BITS | (_ROW - rows)
    return np.sort(_ROW - (np.partition(packed, -limit)[-limit:] & _ROW))


def _alone(best: Standing | None) -> Placement:
    """A story of its own, saying how near the nearest was."""
    if best is None:
        return Placement()
    return Placement(
        similarity=min(max(best.score, 0.0), 1.0),
        reason=f"no earlier report resembles it enough; the nearest is article {best.nearest} by {best.score:.2f}",
    )
