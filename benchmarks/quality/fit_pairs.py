"""Fit the weights of `monitor.domain.stories.pair_score` on labelled pairs.

    python -m benchmarks.quality.fit_pairs [--corpus DIR] [--share 1.0]

Pairs are those that the index compares while the stream is placed: two core reports of one story are one event; a core
report and a related one, a report of another story, or an unlabelled one that shares less than half of the headline are
two. Pairs in two languages are also read ones (`read_pairs.tsv`). The weights are those of a logistic regression with
an L2 penalty on standardised features, by Newton's method; for each period left out in turn, the area under the curve
on that period tells what they are worth on stories that were not fitted on.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.quality.labelled import corpus_place
from benchmarks.quality.placings import HourlyForgetting
from benchmarks.quality.streams import StreamDocument, read_pairs, stream
from monitor.domain.stories import StoryIndex, fingerprint
from monitor.domain.stories.pair_score import ACROSS, WITHIN
from monitor.domain.stories.values import Placed, ReportText

UNLABELLED = 0.3
"""Weight of a pair with an unlabelled document: nobody has read that it is another event."""
UNLIKE = 0.5
"""Share of the headline from which an unlabelled document may report the same event and is left out."""
CAUTION = 0.75
"""Taken from the constant across languages: pairs were drawn where half were right, in the stream far fewer are."""
PENALTY = 1.0
STEPS = 40

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPair:
    """Features of a pair; whether it is one event; how much it counts; and the ISO week it comes from."""

    features: dict[str, float]
    foreign: bool
    same: bool
    weight: float
    week: str


def labelled_pairs(documents: Sequence[StreamDocument], window: timedelta = timedelta(hours=72)) -> list[LabelledPair]:
    """Place the stream and collect the pairs of it that somebody has labelled."""
    read = {(first, second): same for first, second, same in read_pairs()}
    asked = {second for _, second in read}
    index, found = StoryIndex(window), list[LabelledPair]()
    forgetting = HourlyForgetting(index, window)
    for number, document in enumerate(documents, start=1):
        forgetting.at(document.at)
        made = fingerprint(
            ReportText(title=document.title, text=document.text, language=document.language, outlet=document.outlet)
        )
        copy_of = index.locate(made, outlet=document.outlet, at=document.at).copy_of
        if copy_of is None and (document.story or document.id in asked):
            articles, features, foreign = index.pairs(made, outlet=document.outlet, at=document.at)
            for at, article in enumerate(articles.tolist()):
                other = documents[article - 1]
                pair = {name: float(values[at]) for name, values in features.items()}
                judged = _judged(document, other, pair, read)
                if judged is not None:
                    found.append(
                        LabelledPair(
                            features=pair,
                            foreign=bool(foreign[at]),
                            same=judged[0],
                            weight=judged[1],
                            week=document.at.strftime("%G-W%V"),
                        )
                    )
        index.learn(
            [
                Placed(
                    sequence=number,
                    article_id=number,
                    story_id=number,
                    copy_of=copy_of,
                    outlet=document.outlet,
                    at=document.at,
                    fingerprint=made,
                )
            ]
        )
    return found


def _judged(
    document: StreamDocument, other: StreamDocument, pair: dict[str, float], read: dict[tuple[str, str], bool]
) -> tuple[bool, float] | None:
    """Return whether two documents report one event, and the weight of the label; None when nobody knows."""
    if (other.id, document.id) in read:
        return read[other.id, document.id], 1.0
    if not document.story:
        return None
    if other.story:
        if document.story == other.story and document.role == other.role == "related":
            return None
        return document.story == other.story and document.role == other.role == "core", 1.0
    return (False, UNLABELLED) if document.role == "core" and pair["headline"] < UNLIKE else None


def fitted(pairs: Sequence[LabelledPair], names: Sequence[str]) -> dict[str, float]:
    """Fit the weights of the features `names` and the constant."""
    values, same, weight = _arrays(pairs, names)
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    design = np.column_stack([np.ones(len(values)), (values - mean) / spread])
    found = np.zeros(design.shape[1])
    penalty = PENALTY * np.diag([1e-6, *[1.0] * len(names)])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-design @ found))
        slope = design.T @ (weight * (chance - same)) + penalty @ found
        curvature = (design * (weight * chance * (1 - chance))[:, None]).T @ design + penalty
        found -= np.linalg.solve(curvature, slope)
    weights = found[1:] / spread
    return {"constant": float(found[0] - weights @ mean), **dict(zip(names, weights.tolist(), strict=True))}


def _arrays(pairs: Sequence[LabelledPair], names: Sequence[str]) -> tuple[Floats, Floats, Floats]:
    values = np.array([[pair.features[name] for name in names] for pair in pairs])
    return values, np.array([float(pair.same) for pair in pairs]), np.array([pair.weight for pair in pairs])


def area_under_curve(pairs: Sequence[LabelledPair], weights: dict[str, float]) -> float:
    """Return how often a pair of one event scores above a pair of two, 0.5 by chance."""
    values, same, _ = _arrays(pairs, [name for name in weights if name != "constant"])
    scores = values @ np.array([weight for name, weight in weights.items() if name != "constant"])
    order = scores.argsort().argsort()
    positives = same.sum()
    return float(
        (order[same == 1].sum() - positives * (positives - 1) / 2) / max(positives * (len(same) - positives), 1)
    )


def main() -> None:
    """Fit, check on each period, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--share", type=float, default=1.0, help="share of the unrelated documents to mix in")
    chosen = parser.parse_args()
    corpus = corpus_place(chosen.corpus)
    if corpus is None:
        raise SystemExit("no labelled documents")
    every = labelled_pairs(stream(corpus, share=chosen.share))
    for title, foreign, table in (("WITHIN", False, WITHIN), ("ACROSS", True, ACROSS)):
        names = [name for name in table if name != "constant"]
        pairs = [pair for pair in every if pair.foreign is foreign]
        weights = fitted(pairs, names)
        if foreign:
            weights["constant"] -= CAUTION
        print(f"{title}: {len(pairs)} pairs, {sum(pair.same for pair in pairs)} of one event")
        print("\n".join(f'    "{name}": {weight:.2f},' for name, weight in weights.items()))
        for year in sorted({pair.week[:4] for pair in pairs}):
            held = [pair for pair in pairs if pair.week[:4] == year]
            kept = [pair for pair in pairs if pair.week[:4] != year]
            if any(pair.same for pair in held) and not all(pair.same for pair in held):
                found = area_under_curve(held, fitted(kept, names))
                print(f"  area under the curve in {year}, fitted on the other years: {found:.3f} ({len(held)} pairs)")


if __name__ == "__main__":
    main()
