"""The story index: learns what was placed, and says where the next article belongs."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from monitor.domain.stories.copies import copied
from monitor.domain.stories.frequencies import Frequencies
from monitor.domain.stories.likeness import likeness
from monitor.domain.stories.novelty import novelty
from monitor.domain.stories.placing import ENOUGH, best_story, keys_of
from monitor.domain.stories.postings import Postings
from monitor.domain.stories.reading import VERSION, Reading, decoded
from monitor.domain.stories.rows import Records, Rows, outlet_key
from monitor.domain.stories.values import Fingerprint, Placed, Placement

POSTED = 20
"""Smallest hashes of a sketch that are looked up; the others are only compared."""
COMMON = 0.03
"""A term in more than this share of the reports leads to no candidates."""
CANDIDATES = 64
COPY_LIMIT = 256

STORY_LIMIT = 2_048


class StoryIndex:
    """All that placing remembers, a function of the rows learnt and not forgotten."""

    def __init__(self, window: timedelta) -> None:
        self._window = int(window.total_seconds())
        self._rows = Rows()
        self._sketches, self._terms, self._templates, self._stories = Postings(), Postings(), Postings(), Postings()
        self._frequencies = Frequencies()
        self._sequence = 0

    @property
    def sequence(self) -> int:
        """The highest sequence learnt."""
        return self._sequence

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def nbytes(self) -> int:
        """Bytes held by its arrays."""
        return (
            self._rows.nbytes
            + self._sketches.nbytes
            + self._terms.nbytes
            + self._templates.nbytes
            + self._stories.nbytes
        )

    def learn(self, placed: Sequence[Placed]) -> None:
        """Take in articles placed since last time, in the order of their sequence; those known are passed over."""
        for article in placed:
            if article.sequence <= self._sequence or article.fingerprint.version != VERSION:
                continue
            self._sequence = article.sequence
            self._learn(article, decoded(article.fingerprint))

    def locate(self, fingerprint: Fingerprint, *, outlet: str, at: datetime, ignoring: int | None = None) -> Placement:
        """Where a report belongs. Changes nothing. `ignoring` an article: one that is placed anew."""
        reading = decoded(fingerprint)
        now = int(at.timestamp())
        copy = self._copied(reading, outlet_key(outlet), now, ignoring)
        if copy is not None:
            record, share = copy
            return Placement(
                story_id=int(record["story"]),
                copy_of=int(record["root"]),
                similarity=share,
                reason=f"repeats {share:.0%} of the text of article {int(record['root'])}",
            )
        return self._related(reading, outlet_key(outlet), now, ignoring)

    def forget(self, before: datetime) -> None:
        """Drop what was placed earlier than `before`."""
        records = self._rows.all
        wanted = (records["at"] >= int(before.timestamp())) & records["live"]
        for record in records[~wanted & records["live"]]:
            self._discount(record)
        renumbered = self._rows.keep(wanted)
        for postings in (self._sketches, self._terms, self._templates, self._stories):
            postings.keep(renumbered)

    def _learn(self, article: Placed, reading: Reading) -> None:
        earlier = self._rows.row_of(article.article_id)
        if earlier is not None:
            self._rows.all["live"][earlier] = False
            self._discount(self._rows.all[earlier])
        row = self._rows.append(article, reading)
        self._sketches.add(row, reading.sketch.hashes[:POSTED])
        self._templates.add(row, np.array([reading.template.key], np.uint32))
        self._stories.add(row, keys_of(np.array([article.story_id])))
        if article.copy_of is None:
            # A copy is found through its original, and would only make its words look common.
            self._terms.add(row, reading.terms)
            self._frequencies.count(reading.terms)

    def _discount(self, record: Records) -> None:
        if record["root"] == record["article"]:
            self._frequencies.count(record["terms"][record["weights"] != 0], -1)

    def _copied(self, reading: Reading, outlet: int, now: int, ignoring: int | None) -> tuple[Records, float] | None:
        _, rows = self._sketches.rows(reading.sketch.hashes[:POSTED], COPY_LIMIT)
        found, hits = np.unique(rows, return_counts=True)
        best = np.sort(found[np.argsort(-hits, kind="stable")][:CANDIDATES])
        for record in self._usable(best, ignoring):
            share = copied(reading, outlet, now, record)
            if share:
                return record, share
        return None

    def _related(self, reading: Reading, outlet: int, now: int, ignoring: int | None) -> Placement:
        records = self._usable(self._candidates(reading, now), ignoring)
        barred = self._barred(reading, now)
        if len(barred):
            records = records[~np.isin(records["story"], barred)]
        if not len(records):
            return Placement()
        alike = likeness(reading, records, self._frequencies)
        promising = alike >= ENOUGH / 2
        records, alike = records[promising], alike[promising]
        members = self._members(records["story"], ignoring)
        best = best_story(reading, outlet, now, records, alike, members)
        if best is None or best.score < ENOUGH:
            nearest = f"; the nearest is article {best.nearest} by {best.score:.2f}" if best else ""
            return Placement(
                similarity=max(best.score, 0.0) if best else 0.0,
                reason=f"no earlier report resembles it enough{nearest}",
            )
        return Placement(
            story_id=best.story,
            similarity=min(best.score, 1.0),
            reason=f"resembles article {best.nearest} and its story by {best.score:.2f}",
            novelty=novelty(reading, members[members["story"] == best.story]),
        )

    def _members(self, stories: npt.NDArray[np.int64], ignoring: int | None) -> Records:
        """All reports of some stories."""
        _, rows = self._stories.rows(keys_of(stories), STORY_LIMIT)
        return self._usable(np.sort(rows), ignoring)

    def _candidates(self, reading: Reading, now: int) -> npt.NDArray[np.int64]:
        """The rows that share most rare terms with a reading, earliest first."""
        rarity = self._frequencies.weigh(reading.terms)
        limit = max(int(COMMON * self._frequencies.documents), 50)
        which, rows = self._terms.rows(reading.terms, limit)
        recent = np.abs(self._rows.all["at"][rows] - now) <= self._window
        which, rows = which[recent], rows[recent]
        found, inverse = np.unique(rows, return_inverse=True)
        points = np.bincount(inverse, rarity[which] ** 2) if len(rows) else np.empty(0)
        return np.sort(found[np.argsort(-points, kind="stable")][:CANDIDATES])

    def _usable(self, rows: npt.NDArray[np.int64], ignoring: int | None) -> Records:
        records = self._rows.all[rows]
        usable: Records = records[records["live"] & (records["article"] != (-1 if ignoring is None else ignoring))]
        return usable

    def _barred(self, reading: Reading, now: int) -> npt.NDArray[np.int64]:
        """Stories that hold another instalment of the same column."""
        _, rows = self._templates.rows(np.array([reading.template.key], np.uint32), COPY_LIMIT)
        records = self._rows.all[rows]
        other = (records["slots"] != reading.template.slots) | (np.abs(records["at"] - now) > 16 * 3600)
        barred: npt.NDArray[np.int64] = np.unique(records[other]["story"])
        return barred
