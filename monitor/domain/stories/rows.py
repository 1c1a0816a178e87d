"""The index's memory of placed articles: one fixed-width record each, in one numpy array."""

from typing import Any

import numpy as np
import numpy.typing as npt
import xxhash

from monitor.domain.stories.reading import Reading
from monitor.domain.stories.sketch import SIZE
from monitor.domain.stories.terms import TERMS
from monitor.domain.stories.values import Placed

RECORD = np.dtype(
    [
        ("sequence", np.int64),
        ("article", np.int64),
        ("story", np.int64),
        ("root", np.int64),
        ("at", np.int64),
        ("outlet", np.uint32),
        ("template", np.uint32),
        ("slots", np.uint32),
        ("size", np.uint16),
        ("hashes", np.uint8),
        ("language", np.uint8),
        ("is_aside", np.bool_),
        ("is_about_itself", np.bool_),
        ("live", np.bool_),
        ("sketch", np.uint32, SIZE),
        ("terms", np.uint32, TERMS),
        ("weights", np.uint8, TERMS),
    ]
)
"""`root` is the article whose text it repeats, its own when it repeats none; `live` falls when it is placed anew."""

Records = npt.NDArray[Any]


class Rows:
    """Records by row number, in the order of learning."""

    def __init__(self) -> None:
        self._records: Records = np.zeros(1_024, RECORD)
        self._count = 0
        self._highest_article = -1

    def __len__(self) -> int:
        return self._count

    @property
    def all(self) -> Records:
        """Every record; a view."""
        return self._records[: self._count]

    def append(self, placed: Placed, reading: Reading) -> int:
        """Remember an article; its row number."""
        if self._count == len(self._records):
            self._records = np.concatenate([self._records, np.zeros(max(1_024, self._count // 5), RECORD)])
        row, self._count = self._count, self._count + 1
        record = self._records[row]
        record["sequence"], record["article"], record["story"] = placed.sequence, placed.article_id, placed.story_id
        record["root"] = placed.article_id if placed.copy_of is None else placed.copy_of
        record["at"], record["outlet"] = int(placed.at.timestamp()), outlet_key(placed.outlet)
        record["template"], record["slots"] = reading.template.key, reading.template.slots
        record["size"], record["hashes"], record["live"] = reading.size, len(reading.sketch.hashes), True
        record["language"], record["is_aside"] = reading.language, reading.is_aside
        record["is_about_itself"] = reading.is_about_itself
        record["sketch"][: len(reading.sketch.hashes)] = reading.sketch.hashes
        record["terms"][: len(reading.terms)] = reading.terms
        record["weights"][: len(reading.terms)] = reading.weights
        self._highest_article = max(self._highest_article, placed.article_id)
        return row

    def row_of(self, article_id: int) -> int | None:
        """The live row of an article. Articles mostly come in order, so that this seldom has to look."""
        if article_id > self._highest_article:
            return None
        found = np.flatnonzero((self.all["article"] == article_id) & self.all["live"])
        return int(found[-1]) if len(found) else None

    def keep(self, wanted: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Drop the other rows; the new number of each old row, -1 for the dropped."""
        renumbered = np.where(wanted, np.cumsum(wanted) - 1, -1)
        self._records = self.all[wanted].copy() if wanted.any() else np.zeros(1_024, RECORD)
        self._count = int(wanted.sum())
        return renumbered

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self._records.nbytes


def outlet_key(outlet: str) -> int:
    """An outlet in 32 bits."""
    return xxhash.xxh32_intdigest(outlet.encode())
