"""Hold the placed articles of the index, a row each, in numpy columns."""

from typing import Any

import numpy as np
import numpy.typing as npt
import xxhash

from monitor.domain.stories.fingerprint.fingerprint import DecodedFingerprint
from monitor.domain.stories.fingerprint.recurring import Template
from monitor.domain.stories.fingerprint.sketch import SIZE, Sketch
from monitor.domain.stories.fingerprint.terms import TERMS
from monitor.domain.stories.values import Placed

_COLUMNS: dict[str, np.dtype[Any]] = {
    "sequence": np.dtype(np.int64),
    "article": np.dtype(np.int64),
    "story": np.dtype(np.int64),
    "root": np.dtype(np.int64),
    "at": np.dtype(np.int64),
    "outlet": np.dtype(np.uint32),
    "template": np.dtype(np.uint32),
    "slots": np.dtype(np.uint32),
    "size": np.dtype(np.uint16),
    "hashes": np.dtype(np.uint8),
    "language": np.dtype(np.uint8),
    "is_about_itself": np.dtype(np.bool_),
    "is_aside": np.dtype(np.bool_),
    "live": np.dtype(np.bool_),
    "sketch": np.dtype((np.uint32, SIZE)),
    "terms": np.dtype((np.uint32, TERMS)),
    "weights": np.dtype((np.uint8, TERMS)),
}
"""`root` is the article whose text it repeats, its own when it repeats none; `live` falls when it is placed anew;
`at` is in seconds. Of `sketch` the first `hashes` count, of `terms` those with a weight."""

_ROOM = 1_024

Column = npt.NDArray[Any]
Numbers = npt.NDArray[np.int64]


class Records:
    """Some rows: a column of them is read when it is asked for."""

    __slots__ = ("_columns", "rows")

    def __init__(self, columns: dict[str, Column], rows: Numbers) -> None:
        self._columns = columns
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, column: str) -> Column:
        found: Column = self._columns[column][self.rows]
        return found

    def where(self, wanted: npt.NDArray[np.bool_]) -> "Records":
        """Keep the wanted ones."""
        return Records(self._columns, self.rows[wanted])


class ArticleRows:
    """Columns by row number, in the order of learning."""

    def __init__(self) -> None:
        self._columns = _empty(_ROOM)
        self._count = 0
        self._highest_article = -1

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, column: str) -> Column:
        """Return a view of a whole column."""
        return self._columns[column][: self._count]

    def at(self, rows: Numbers) -> Records:
        """Return the live ones of some rows."""
        return Records(self._columns, rows[self._columns["live"][rows]])

    def append(self, placed: Placed, report: DecodedFingerprint) -> int:
        """Append an article; return its row number."""
        self.make_room(1)
        row, self._count = self._count, self._count + 1
        hashes, terms = report.sketch.hashes, report.terms
        columns = self._columns
        columns["sequence"][row] = placed.sequence
        columns["article"][row] = placed.article_id
        columns["story"][row] = placed.story_id
        columns["root"][row] = placed.article_id if placed.copy_of is None else placed.copy_of
        columns["at"][row] = int(placed.at.timestamp())
        columns["outlet"][row] = outlet_key(placed.outlet)
        columns["template"][row] = report.template.key
        columns["slots"][row] = report.template.slots
        columns["size"][row] = report.size
        columns["hashes"][row] = len(hashes)
        columns["language"][row] = report.language
        columns["is_about_itself"][row] = report.is_about_itself
        columns["is_aside"][row] = report.is_aside
        columns["live"][row] = True
        columns["sketch"][row, : len(hashes)] = hashes
        columns["terms"][row, : len(terms)] = terms
        columns["weights"][row, : len(terms)] = report.weights
        self._highest_article = max(self._highest_article, placed.article_id)
        return row

    def report_at(self, row: int) -> DecodedFingerprint:
        """Return what pair scores read of an article; sketch, template and labels are left empty."""
        weights = self["weights"][row]
        used = weights != 0
        return DecodedFingerprint(
            sketch=Sketch(np.empty(0, np.uint32)),
            terms=self["terms"][row][used],
            weights=weights[used],
            template=Template(0, 0),
            size=int(self["size"][row]),
            language=int(self["language"][row]),
            is_aside=bool(self["is_aside"][row]),
            is_about_itself=True,
            named=b"",
        )

    def make_room(self, rows: int) -> None:
        """Reserve room for `rows` more, so that appending them moves nothing."""
        held = len(self._columns["live"])
        if self._count + rows > held:
            more = _empty(max(rows, _ROOM, held // 8))
            self._columns = {name: np.concatenate([column, more[name]]) for name, column in self._columns.items()}

    def row_of(self, article_id: int) -> int | None:
        """Find the live row of an article.

        Articles mostly come in order, so that a search is seldom needed.
        """
        if article_id > self._highest_article:
            return None
        found = np.flatnonzero((self["article"] == article_id) & self["live"])
        return int(found[-1]) if len(found) else None

    def retire(self, row: int) -> None:
        """Mark a row as replaced."""
        self._columns["live"][row] = False

    def keep(self, wanted: npt.NDArray[np.bool_]) -> Numbers:
        """Drop the other rows; return the new number of each old row, -1 for the dropped."""
        renumbered = np.where(wanted, np.cumsum(wanted) - 1, -1)
        self._columns = {name: self[name][wanted] for name in self._columns}
        self._count = int(wanted.sum())
        return renumbered

    @property
    def nbytes(self) -> int:
        """Return the bytes held."""
        return sum(column.nbytes for column in self._columns.values())


def outlet_key(outlet: str) -> int:
    """Hash an outlet to 32 bits."""
    return xxhash.xxh32_intdigest(outlet.encode())


def _empty(rows: int) -> dict[str, Column]:
    return {name: np.zeros(rows, dtype) for name, dtype in _COLUMNS.items()}
