"""The commonest kind of query, asked in one go: an AND of small groups of terms, and NOT of others."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.domain.topics.atoms import Cell
from monitor.domain.topics.plan.logic import Every, Excluded
from monitor.domain.topics.plan.step import Step
from monitor.domain.topics.plan.terms import Leaf
from monitor.domain.topics.reading import Located, Reading

SMALL = 32
"""Terms of a group that are compared one by one, without remembering the outcome for other topics."""


@dataclass(frozen=True, slots=True)
class Simple:
    """Says the same as the steps of such a query. `groups`: (atom, weight) of each part of the AND."""

    groups: tuple[tuple[tuple[int, float], ...], ...]
    barred: tuple[int, ...]

    def judge(self, reading: Reading) -> tuple[float, list[Located]] | None:
        """The strength and the evidence, for an article that has all groups; None when a NOT excludes it."""
        here, told, half = reading.here, reading.told, reading.half
        if not here.isdisjoint(self.barred):
            return None
        strength, evidence = 1.0, list[Located]()
        for group in self.groups:
            mass = 0.0
            for atom, weight in group:
                if atom in here:
                    worth, places = told(atom)
                    mass += worth * weight
                    evidence += places
            strength = min(strength, mass / (mass + half))
        return strength, evidence


def simple(root: Step, cells: Sequence[Cell]) -> Simple | None:
    """The short form of a query's steps, when it has one."""
    items = root.items if isinstance(root, Every) else (root,)
    wanted = [members(item, cells) for item in items if not isinstance(item, Excluded)]
    barred = [members(item.item, cells) for item in items if isinstance(item, Excluded)]
    if not wanted or not all(wanted) or not all(barred):
        return None
    return Simple(
        groups=tuple(tuple(group.items()) for group in wanted if group),
        barred=tuple(atom for group in barred if group for atom in group),
    )


def members(item: Step, cells: Sequence[Cell]) -> dict[int, float] | None:
    """The atoms of one small group that counts in every language, with their weights; None for anything else."""
    if not isinstance(item, Leaf) or len(item.cells) != 1:
        return None
    (cell,) = item.cells
    return cells[cell].members if len(cells[cell].members) <= SMALL and not cells[cell].languages else None
