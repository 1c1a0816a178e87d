"""What was measured, kept in docs/figures: one file a source, one entry a test or command."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = "docs/figures"
"""Relative to the root of the repository."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one test or command found when it last ran in full."""

    by: str
    """The test (`flow/test_daemon.py::test_it`) or the command."""
    cases: tuple[int, ...]
    said: str
    """A sentence, or a part of one, with the figures."""
    measured: str
    """The day, ISO 8601."""


def figures(root: Path) -> list[Figure]:
    """All that is kept under `root`, by source and name."""
    return [
        Figure(by=by, cases=tuple(kept["cases"]), said=kept["figure"], measured=kept["measured"])
        for path in sorted((root / FOLDER).glob("*.json"))
        for by, kept in sorted(_read(path).items())
    ]


def keep(root: Path, source: str, by: str, cases: Iterable[int], said: str, measured: date) -> None:
    """Write or replace one entry of docs/figures/`source`.json."""
    path = root / FOLDER / f"{source}.json"
    path.parent.mkdir(exist_ok=True)
    kept = _read(path) if path.exists() else {}
    kept[by] = {"cases": sorted(cases), "figure": said, "measured": measured.isoformat()}
    path.write_text(json.dumps(dict(sorted(kept.items())), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _read(path: Path) -> dict[str, dict[str, object]]:
    kept: dict[str, dict[str, object]] = json.loads(path.read_text(encoding="utf-8"))
    return kept
