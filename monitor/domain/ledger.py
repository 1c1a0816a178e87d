"""The ledger: notes that each step leaves about an article."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One line of the ledger: the step, its finding in words, and `facts` in figures. It never holds a secret."""

    step: str
    text: str
    facts: dict[str, str | int | float | bool | None] = field(default_factory=dict)
