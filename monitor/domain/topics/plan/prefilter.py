"""Ask many topics at once whether an article has all of their small groups."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np

from monitor.domain.topics.plan.node import Group
from monitor.domain.topics.terms.document_terms import DocumentTerms
from monitor.domain.topics.terms.ragged import Numbers, RaggedLists

_BARRED = -1e100
"""What a term counts that must not be there: it outweighs all others of its group."""


class SievedTopic(Protocol):
    """Describe a topic to the sieve.

    An article has to have one of each of `groups`, and none of `barred`. `nearest`: the largest share of its clauses
    that an article can have without all of them.
    """

    @property
    def groups(self) -> tuple[Group, ...]: ...
    @property
    def barred(self) -> tuple[int, ...]: ...
    @property
    def nearest(self) -> float: ...


class Passed(NamedTuple):
    """Hold a topic of which an article has all groups.

    `mass` is that of the weakest group; `ranks` tell which of `Occurrences.atoms` are in the groups.
    """

    number: int
    mass: float
    ranks: Numbers


class Sieve:
    """Hold the groups of all topics as a table, a row for each term of a group."""

    def __init__(self, topics: Sequence[SievedTopic]) -> None:
        atoms, weights, columns, ends = list[int](), list[float](), list[int](), [0]
        for topic in topics:
            barred = dict.fromkeys(topic.barred, _BARRED)
            for column, group in ((0, barred), *enumerate(topic.groups)):
                atoms += group
                weights += group.values()
                columns += [column] * len(group)
            ends.append(len(atoms))
        self._rows = RaggedLists(range(start, end) for start, end in pairwise(ends))
        self._atoms, self._columns = np.array(atoms, np.int64), np.array(columns, np.int64)
        self._weights = np.array(weights, np.float64)
        self._nearest = np.array([topic.nearest for topic in topics], np.float64)
        groups = np.array([len(topic.groups) for topic in topics], np.int64)
        self._width = int(groups.max(initial=1))
        self._unused = np.where(np.arange(self._width)[:, None] < groups, 0.0, np.inf)
        """Added to the masses of a topic's groups, so that those it does not have are never the weakest."""

    def sift(self, topics: Numbers, terms: DocumentTerms, near: float) -> tuple[list[Passed], list[int]]:
        """Return the topics that an article has all groups of, and those that may nearly match."""
        if not len(topics):
            return [], []
        which, rows = self._rows.of(topics)
        here, ranks = terms.occurrences.among(self._atoms.take(rows))
        which, rows = which.take(here), rows.take(here)
        masses = self._weights.take(rows)
        masses *= terms.worths.take(ranks)
        cells = self._columns.take(rows)
        cells *= len(topics)
        cells += which
        groups = np.bincount(cells, masses, len(topics) * self._width).reshape(self._width, -1)
        weakest = (groups + self._unused.take(topics, axis=1)).min(axis=0)
        missed = (weakest <= 0) & (self._nearest.take(topics) >= near) | (weakest < 0)
        whole = (weakest > 0).nonzero()[0]
        starts, ends = which.searchsorted(whole).tolist(), which.searchsorted(whole, "right").tolist()
        passed = zip(topics.take(whole).tolist(), weakest.take(whole).tolist(), starts, ends, strict=True)
        return [Passed(number, mass, ranks[a:b]) for number, mass, a, b in passed], topics[missed].tolist()
