"""Index placed articles, and decide where the next article belongs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from monitor.domain.stories.choose_story import (
    ENOUGH,
    FOLLOWS,
    JOIN,
    JOIN_SAME_OUTLET,
    JOIN_WITHIN,
    UNFOUND,
    StoryCandidate,
    best_story,
    likelihood,
    story_counts,
)
from monitor.domain.stories.compare import Floats, compared
from monitor.domain.stories.copies import copied, is_other_day
from monitor.domain.stories.fingerprint.fingerprint import DecodedFingerprint, decoded
from monitor.domain.stories.memory.frequencies import Frequencies
from monitor.domain.stories.memory.postings import Keys, Postings, RowNumbers
from monitor.domain.stories.memory.rows import ArticleRows, Numbers, Records, outlet_key
from monitor.domain.stories.novelty import novelty
from monitor.domain.stories.pair_score import EVIDENCE, is_foreign, pair_features, pair_scores
from monitor.domain.stories.patterns import patterned
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
NEAR_BEST = 0.7
"""Of texts that explain nearly as much of a copy as the best, the earliest is its original."""
JOINING_READ = 8
"""Latest reports of each of two stories that are compared before the two become one."""
MOST_NEAR = 3
"""Other stories looked at for a join, the likeliest ones."""
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
    """In-memory index of placed articles, fully determined by the rows learnt, in order.

    `window` is how long a story stays open for reports that resemble it; copies are known until they are forgotten.
    """

    def __init__(self, window: timedelta) -> None:
        self._window = int(window.total_seconds())
        self._rows = ArticleRows()
        self._postings, self._stories = Postings(), Postings()
        self._frequencies = Frequencies()
        self._sequence = 0
        self._unreadable = 0

    @property
    def sequence(self) -> int:
        """Return the highest sequence learnt; 0 before the first."""
        return self._sequence

    @property
    def unreadable(self) -> int:
        """Return how many fingerprints were skipped: another layout, or damaged."""
        return self._unreadable

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def nbytes(self) -> int:
        """Return the bytes held by what grows with the articles."""
        return self._rows.nbytes + self._postings.nbytes + self._stories.nbytes

    def learn(self, placed: Sequence[Placed]) -> None:
        """Learn articles placed since last time, in order of sequence; known ones are skipped."""
        learnt = []
        for article in placed:
            if article.sequence <= self._sequence:
                continue
            self._sequence = article.sequence
            report = decoded(article.fingerprint)
            if report is None:
                self._unreadable += 1
            else:
                row, keys = self._learn(article, report)
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
        """Forget what was learnt later than the sequence `after`: it was never committed.

        An article that was known before and was placed anew is missing until it is placed again.
        """
        if self._sequence <= after:
            return
        for row in np.flatnonzero((self._rows["sequence"] > after) & self._rows["live"]).tolist():
            self._rows.retire(row)
            self._discount(row)
        self._sequence = after

    def locate(self, fingerprint: Fingerprint, *, outlet: str, at: datetime) -> Placement:
        """Decide where a report belongs; change nothing.

        Raises ValueError for a fingerprint that cannot be decoded.
        """
        report, now, printed_by = decoded(fingerprint), int(at.timestamp()), outlet_key(outlet)
        if report is None:
            raise ValueError("a fingerprint of another layout")
        found = self._found(report, now)
        copy, walls = self._copied(report, found.texts, printed_by, now)
        if not walls:
            return copy or self._related(report, found, printed_by, now)
        # What a wall is about says nothing of the article behind it.
        placement = copy or (Placement() if walls >= WALLS else self._related(report, found, printed_by, now))
        reason = f"{placement.reason}; {walls} earlier articles have its text under headlines of other matters"
        return replace(placement, reason=reason, walls=walls)

    def same_event(self, story: int, near: Sequence[int]) -> int | None:
        """Return which of the `near` stories reports the event of `story`, if any; the likeliest of several.

        The younger of two is at most an hour old, and the mean score over pairs of their reports reaches `JOIN`.
        """
        own = self._members(story)
        found: list[tuple[float, int]] = []
        for other in near:
            theirs = self._members(other)
            if not len(own) or not len(theirs):
                continue
            latest = max(int(own["at"].max()), int(theirs["at"].max()))
            if latest - max(int(own["at"].min()), int(theirs["at"].min())) > JOIN_WITHIN:
                continue
            score = self._mean_of_pairs(self._said(own, JOINING_READ), self._said(theirs, JOINING_READ))
            if np.isin(own["outlet"], theirs["outlet"]).any():
                score -= JOIN_SAME_OUTLET
            if score >= JOIN:
                found.append((-score, other))
        return min(found)[1] if found else None

    def _mean_of_pairs(self, ours: Records, theirs: Records) -> float:
        scores = [
            pair_scores(self._rows.report_at(row), outlet, at, theirs, self._frequencies)
            for row, outlet, at in zip(ours.rows.tolist(), ours["outlet"].tolist(), ours["at"].tolist(), strict=True)
        ]
        return float(np.maximum(np.concatenate(scores), UNFOUND).mean())

    def pairs(
        self, fingerprint: Fingerprint, *, outlet: str, at: datetime
    ) -> tuple[Numbers, dict[str, Floats], npt.NDArray[np.bool_]]:
        """Measure a report beside the earlier ones it is compared with, to fit the weights of pair scores.

        Returns their article ids, their features, and which are in another language.
        """
        report, now = decoded(fingerprint), int(at.timestamp())
        if report is None:
            raise ValueError("a fingerprint of another layout")
        records = self._found(report, now).reports
        aligned = compared(report, records)
        features = pair_features(report, outlet_key(outlet), now, records, aligned, self._frequencies)
        foreign = is_foreign(report, records)
        told_apart = np.where(foreign, 1.0, 1.0 - patterned(aligned))
        features |= {name: features[name] * told_apart for name in EVIDENCE}
        return records["article"], features, foreign

    def tidy(self) -> None:
        """Do the slow work now that `learn` would have to do soon. Answers stay the same."""
        self._rows.make_room(ROOM)
        self._postings.tidy()
        self._stories.tidy()

    def forget(self, before: datetime) -> None:
        """Drop articles placed earlier than `before`."""
        live = self._rows["live"]
        wanted = (self._rows["at"] >= int(before.timestamp())) & live
        for row in np.flatnonzero(~wanted & live).tolist():
            self._discount(row)
        renumbered = self._rows.keep(wanted)
        self._postings.keep(renumbered)
        self._stories.keep(renumbered)

    def _learn(self, article: Placed, report: DecodedFingerprint) -> tuple[int, Keys]:
        """Learn all but the postings; return the row and its keys."""
        earlier = self._rows.row_of(article.article_id)
        if earlier is not None:
            self._rows.retire(earlier)
            self._discount(earlier)
        row = self._rows.append(article, report)
        # A copy's terms are not posted: it is found through its original, and would make its words look common.
        is_own = article.copy_of is None
        if is_own:
            self._frequencies.count(report.terms)
        return row, _keys(report, report.terms if is_own else report.terms[:0])

    def _discount(self, row: int) -> None:
        if self._rows["root"][row] == self._rows["article"][row]:
            self._frequencies.count(self._rows["terms"][row][self._rows["weights"][row] != 0], -1)

    def _found(self, report: DecodedFingerprint, now: int) -> _Found:
        """Find possible originals, reports of the same event, and instalments of the same column."""
        hashes = min(len(report.sketch.hashes), POSTED)
        frequency = self._frequencies.of(report.terms)
        order = np.argsort(frequency, kind="stable")
        read = np.cumsum(frequency[order]) <= max(TERMS_READ, int(frequency.min(initial=0)))
        terms = report.terms[order[read]]
        limits = np.full(hashes + len(terms) + 1, COPIES_READ)
        limits[hashes:-1] = 2 * TERMS_READ
        which, rows = self._postings.rows(_keys(report, terms), limits)
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

    def _copied(
        self, report: DecodedFingerprint, records: Records, outlet: int, now: int
    ) -> tuple[Placement | None, int]:
        """Place a copy, if it is one; count texts that only their headlines keep from being copies."""
        if not len(records):
            return None, 0
        shares, explained, walls = copied(report, outlet, now, records)
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

    def _related(self, report: DecodedFingerprint, found: _Found, outlet: int, now: int) -> Placement:
        records, columns = found.reports, found.columns
        if len(columns):
            barred = columns["story"][is_other_day(report, now, columns)]
            records = records.where(~np.isin(records["story"], barred))
        if not len(records):
            return Placement()
        scores = pair_scores(report, outlet, now, records, self._frequencies)
        best = best_story(records, scores, lambda story: story_counts(self._members(story), outlet))
        near = _near(records, scores, best.story if best is not None and best.score >= ENOUGH else None)
        if best is None or best.score < ENOUGH:
            return replace(_alone(best), near=near)
        return Placement(
            story_id=best.story,
            similarity=likelihood(best.score),
            reason=f"reports the event of article {best.nearest} and its story with a likelihood of"
            f" {likelihood(best.score):.0%} (at least {likelihood(ENOUGH):.0%} joins)",
            novelty=novelty(report, self._said(self._members(best.story))),
            near=near,
        )

    def _said(self, members: Records, most: int = CANDIDATES) -> Records:
        """Return the latest reports of a story that are no copies."""
        own = members.rows[members["root"] == members["article"]]
        return self._rows.at(np.sort(own)[-most:])

    def _members(self, story: int) -> Records:
        """Return the live reports of a story."""
        rows = self._stories.rows_of(story & _KEY, MEMBERS_READ)
        return self._rows.at(rows[self._rows["story"][rows] == story])


def _keys(report: DecodedFingerprint, terms: Keys) -> Keys:
    template = np.array([report.template.key], np.uint32) ^ _TEMPLATE_SALT
    return np.concatenate([report.sketch.hashes[:POSTED], terms, template])


def _totals(rows: RowNumbers, points: RowNumbers) -> tuple[RowNumbers, RowNumbers]:
    """Sum the points of each row; rows ascend, sums are whole numbers below 2**32."""
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
    """Keep the `limit` rows with most points, the earlier of equals; rows ascend."""
    if len(rows) <= limit:
        return rows
    packed = points << _ROW_BITS | (_ROW - rows)
    return np.sort(_ROW - (np.partition(packed, -limit)[-limit:] & _ROW))


def _near(records: Records, scores: Floats, chosen: int | None) -> tuple[int, ...]:
    """Return stories other than the chosen one that hold a report near enough, the nearest first."""
    order = np.argsort(-scores, kind="stable")
    stories = records["story"][order][scores[order] >= ENOUGH].tolist()
    return tuple(story for story in dict.fromkeys(stories) if story != chosen)[:MOST_NEAR]


def _alone(best: StoryCandidate | None) -> Placement:
    """Place a report into a story of its own; name the story it follows, or say how near the nearest was."""
    if best is None:
        return Placement()
    nearest = f"article {best.nearest} with a likelihood of {likelihood(best.score):.0%}"
    joins = f"(at least {likelihood(ENOUGH):.0%} joins)"
    if best.score >= FOLLOWS:
        reason = f"begins its own story, which follows story {best.story}: its nearest report is {nearest} {joins}"
        return Placement(similarity=likelihood(best.score), reason=reason, follows=best.story)
    reason = f"no earlier report resembles it enough; the nearest is {nearest} {joins}"
    return Placement(similarity=likelihood(best.score), reason=reason)
