"""`scripts/evaluate topics`: precision, recall and F1 of the configured topics, and the worst errors explained."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.quality.labelled import read_labelled
from benchmarks.quality.measure import Judgement, judge
from benchmarks.quality.report import summary, table, worst
from monitor.config.loader import load
from monitor.domain.topics.matcher import compile_catalog

SHIPPED = Path(__file__).resolve().parents[2] / "config"
TOPICS = ("china-mediation", "us-russia-reset", "tariffs")
TARGETS = {"china-mediation": 0.93, "us-russia-reset": 0.85, "tariffs": 0.95}


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `topics` to the command line."""
    parser = commands.add_parser("topics", help=__doc__)
    parser.add_argument(
        "--config", type=Path, default=SHIPPED, help="configuration to measure (default: the shipped one)"
    )
    parser.add_argument("--topic", action="append", choices=TOPICS, help="only this topic (repeatable)")
    parser.add_argument("--half", choices=("derived", "checked"), help="only documents of this half")
    parser.add_argument("--errors", type=int, default=10, help="how many errors of each sort to explain (default: 10)")
    parser.add_argument("--json", action="store_true", help="figures only, one JSON object a line")
    parser.set_defaults(run=run)


def judgements_of(corpus: Path, config: Path, topics: Sequence[str] = TOPICS) -> list[Judgement]:
    """Judge the topics of `config` by the labelled documents of `corpus`."""
    loaded = load(config)
    if loaded.catalog is None:
        raise SystemExit("\n".join(map(str, loaded.errors)))
    return judge(compile_catalog(loaded.catalog), read_labelled(corpus), topics)


def alerting_maybes(corpus: Path, config: Path, topics: Sequence[str] = TOPICS) -> dict[str, tuple[int, int]]:
    """Count the documents that the reader was unsure of, by topic: those that alert, and all of them."""
    loaded = load(config)
    if loaded.catalog is None:
        raise SystemExit("\n".join(map(str, loaded.errors)))
    matcher, counts = compile_catalog(loaded.catalog), dict.fromkeys(topics, (0, 0))
    for labelled in read_labelled(corpus):
        if labelled.unsure:
            matched = {match.topic for match in matcher.match(labelled.document).matches}
            for topic in labelled.unsure & counts.keys():
                alerting, total = counts[topic]
                counts[topic] = alerting + (topic in matched), total + 1
    return counts


def run(corpus: Path, chosen: argparse.Namespace) -> int:
    """Print the figures, then the worst errors."""
    judgements = judgements_of(corpus, chosen.config, chosen.topic or TOPICS)
    maybes = alerting_maybes(corpus, chosen.config, chosen.topic or TOPICS)
    if chosen.half:
        judgements = [judgement for judgement in judgements if judgement.labelled.half == chosen.half]
    for topic in chosen.topic or TOPICS:
        rows = summary(judgements, topic)
        if chosen.json:
            print("\n".join(json.dumps(row) for row in rows))
            print(json.dumps({"topic": topic, "maybes": maybes[topic][1], "maybes_alerting": maybes[topic][0]}))
        else:
            unsure = "  documents the reader was unsure of that alert: {} of {}".format(*maybes[topic])
            print(*table(rows), unsure, *worst(judgements, topic, chosen.errors), sep="\n", end="\n\n")
    return 0
