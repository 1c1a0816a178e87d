"""The ledger: notes on what each step did with an article."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One line of the ledger: which step, what it found, in words and (`facts`) in figures. Never a secret."""

    step: str
    text: str
    facts: dict[str, str | int | float | bool | None] = field(default_factory=dict)
