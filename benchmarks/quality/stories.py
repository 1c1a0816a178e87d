"""How well stories and copies are recognised."""

import argparse
import json
from pathlib import Path

from benchmarks.quality.copying import copy_figures
from benchmarks.quality.patterned import patterned_figures
from benchmarks.quality.placings import figures, language_figures, place
from benchmarks.quality.streams import articles, columns, pairs, read_pairs, stream

GOALS = {
    "bcubed_precision": (0.95, True),
    "bcubed_f1": (0.88, True),
    "related_merged_main": (0.15, False),
    "stories_an_event": (1.3, False),
    "events_swallowed": (2, False),
    "read_across_right": (0.8, True),
    "pairs_one_story": (0.95, True),
    "pairs_marked_copy": (0.85, True),
    "recurring_merged": (0.01, False),
    "copies_false": (0.001, False),
    "patterns_swallowed": (0.1, False),
    "patterns_joined": (0.9, True),
}
"""What is wanted of each figure: at least, or at most."""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `stories` to the command line."""
    parser = commands.add_parser("stories", help=__doc__)
    parser.add_argument(
        "--share", type=float, default=1.0, help="share of the unrelated documents to mix in (default: all)"
    )
    parser.add_argument("--only", choices=("stream", "copies", "patterns"), help="measure only this")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(run=run)


def run(corpus: Path, chosen: argparse.Namespace) -> int:
    """Measure and print."""
    found: dict[str, float] = {}
    if chosen.only in (None, "stream"):
        documents = stream(corpus, share=chosen.share)
        placings = place(documents)
        found |= figures(documents, pairs(corpus), columns(corpus), placings)
        found |= language_figures(documents, read_pairs(), placings)
    if chosen.only in (None, "copies"):
        found |= copy_figures(articles(corpus))
    if chosen.only in (None, "patterns"):
        found |= patterned_figures()
    if chosen.json:
        print(json.dumps({name: round(value, 4) for name, value in found.items()}))
        return 0
    for name, value in found.items():
        print(f"{name:<24}{value:>10.4f}  {_goal(name, value)}")
    return 0


def _goal(name: str, value: float) -> str:
    wanted, at_least = GOALS.get(name, (0.99, True) if name.startswith("copies_") else (None, True))
    if wanted is None:
        return ""
    met = value >= wanted if at_least else value <= wanted
    return f"{'met' if met else 'MISSED'}: {'at least' if at_least else 'at most'} {wanted}"
