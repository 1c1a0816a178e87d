"""Recognise the commonest kind of query: an AND of small groups, and NOT of others."""

from collections.abc import Sequence
from typing import NamedTuple

from monitor.domain.topics.plan.boolean import AllOf, NoneOf
from monitor.domain.topics.plan.node import Clause, Step
from monitor.domain.topics.plan.terms import Leaf
from monitor.domain.topics.terms.terms import Cell

SMALL = 32
"""Terms of a group that are looked for one by one, for many topics at once."""
MOST_GROUPS = 16
"""Groups of one query that are; the others are asked after."""

Group = dict[int, float]
"""Atoms any of which will do, with their weights."""


class Simple(NamedTuple):
    """Hold such a query in short: one of each of `groups`, none of `barred`."""

    groups: tuple[Group, ...]
    barred: tuple[int, ...]


def simple(root: Step, cells: Sequence[Cell]) -> Simple | None:
    """Return the short form of a query's steps; None when it has none."""
    items = root.items if isinstance(root, AllOf) else (root,)
    wanted = [_members(item, cells) for item in items if not isinstance(item, NoneOf)]
    barred = [_members(item.item, cells) for item in items if isinstance(item, NoneOf)]
    if not 0 < len(wanted) <= MOST_GROUPS or not all(wanted) or not all(barred):
        return None
    return Simple(
        groups=tuple(group for group in wanted if group),
        barred=tuple(atom for group in barred if group for atom in group),
    )


def _members(item: Step, cells: Sequence[Cell]) -> Group | None:
    return small(item.cells, cells) if isinstance(item, Leaf) else None


def small(clause: Clause, cells: Sequence[Cell]) -> Group | None:
    """Return the terms of a clause that is one small group for every language, else None."""
    if len(clause) != 1:
        return None
    cell = cells[next(iter(clause))]
    return cell.members if len(cell.members) <= SMALL and not cell.languages else None
