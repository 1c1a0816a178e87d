"""`scripts/evaluate learn`: F1 after 0, 20, 50 and 100 verdicts, for queries an analyst writes in three minutes.

Verdicts are drawn from one half of the labelled documents, F1 is measured on the other: the halves share no outlet
(`Labelled.half`). Verdicts fall on documents that the query matched, as they do on alerts. Where the query matched
fewer documents than the verdicts wanted, all of them are used.
"""

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from benchmarks.quality.labelled import Labelled, read_labelled
from monitor.config.loader import load
from monitor.domain.catalog import Catalog, Severity, Topic, Watchlist
from monitor.domain.topics.learning.model import JudgedArticle, train
from monitor.domain.topics.learning.words import words_of
from monitor.domain.topics.matcher import CatalogMatcher, compile_catalog

PLAIN = {
    "china-mediation": '(china OR beijing OR "xi jinping" OR 中国 OR Chiny) AND (ukraine OR 乌克兰 OR Ukraina) '
    "AND (mediat* OR peace* OR talks OR 调解 OR 和平 OR mediac* OR poko*)",
    "us-russia-reset": "(trump OR washington OR 美国 OR USA) AND (putin OR russia OR 俄罗斯 OR Rosja) "
    "AND (call OR summit OR talks OR meeting OR 会谈 OR rozmow*)",
    "tariffs": "tariff* OR 关税 OR cła OR Zölle",
}
COUNTS = (0, 20, 50, 100)
DRAWS = 10


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `learn` to the command line."""
    parser = commands.add_parser("learn", help=__doc__)
    parser.add_argument("--config", type=Path, help="measure the queries of this configuration instead of plain ones")
    parser.add_argument("--json", action="store_true", help="figures only, one JSON object a line")
    parser.set_defaults(run=run)


def run(corpus: Path, chosen: argparse.Namespace) -> int:
    """Print the curve of each topic."""
    documents = [one for one in read_labelled(corpus) if one.kind != "headline"]
    matcher = compile_catalog(_catalog(chosen.config))
    for topic in PLAIN:
        curve = curve_of(topic, documents, matcher)
        if chosen.json:
            print(json.dumps({"topic": topic, "f1": {str(count): round(f1, 3) for count, f1 in curve.items()}}))
        else:
            print(f"{topic:18}", *(f"{count:3} verdicts {f1:.3f}" for count, f1 in curve.items()), sep="  ")
    return 0


def _catalog(config: Path | None) -> Catalog:
    if config is not None:
        loaded = load(config).catalog
        if loaded is None:
            raise SystemExit(f"{config} is not valid")
        return loaded
    topics = tuple(
        Topic(key=key, watchlist="plain", title=key, query=query, severity=Severity.MEDIUM)
        for key, query in PLAIN.items()
    )
    return Catalog(revision="plain", watchlists=(Watchlist(name="plain", file="plain", topics=topics),))


def curve_of(topic: str, documents: Sequence[Labelled], matcher: CatalogMatcher) -> dict[int, float]:
    """Return the mean F1 on unseen outlets by number of verdicts, over draws of the verdicts."""
    judged = [
        (one, bool(matcher.match(one.document, only=topic).matches), topic in one.labels)
        for one in documents
        if topic not in one.unsure
    ]
    curve: dict[int, list[float]] = {count: [] for count in COUNTS}
    for half in ("derived", "checked"):
        learnt = [_judged(one, relevant) for one, matched, relevant in judged if matched and one.half == half]
        unseen = [
            (words_of(one.document) if matched else {}, relevant)
            for one, matched, relevant in judged
            if one.half != half
        ]
        for draw in range(DRAWS):
            order = random.Random(draw).sample(learnt, len(learnt))
            for count in COUNTS:
                model = train(order[:count])
                decided = [bool(words) and model.opinion(words).relevant for words, _ in unseen]
                curve[count].append(_f1(decided, [relevant for _, relevant in unseen]))
    return {count: mean(values) for count, values in curve.items()}


def _judged(one: Labelled, relevant: bool) -> JudgedArticle:
    return JudgedArticle(words=words_of(one.document), relevant=relevant)


def _f1(decided: Sequence[bool], right: Sequence[bool]) -> float:
    hits = sum(one and other for one, other in zip(decided, right, strict=True))
    return 2 * hits / max(1, sum(decided) + sum(right))
