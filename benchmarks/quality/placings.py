"""Placing a stream as the daemon does, and judging the stories that come of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations

from benchmarks.quality.streams import NearDuplicate, StreamDocument
from monitor.domain.stories import StoryIndex, fingerprint
from monitor.domain.stories.values import Placed, ReportText


@dataclass(slots=True)
class Placings:
    """Document to story, and document to the one whose text it repeats."""

    story: dict[str, int] = field(default_factory=dict)
    original: dict[str, str] = field(default_factory=dict)

    def root(self, document: str) -> str:
        """Return the document whose text `document` repeats, or itself."""
        return self.original.get(document, document)


def place(stream: Iterable[StreamDocument], window: timedelta = timedelta(hours=72)) -> Placings:
    """Place every document in its turn."""
    index, placings, names = StoryIndex(window), Placings(), [""]
    for number, document in enumerate(stream, start=1):
        names.append(document.id)
        report = ReportText(
            title=document.title, text=document.text, language=document.language, outlet=document.outlet
        )
        made = fingerprint(report)
        placement = index.locate(made, outlet=document.outlet, at=document.at)
        story = number if placement.story_id is None else placement.story_id
        placings.story[document.id] = story
        if placement.copy_of is not None:
            placings.original[document.id] = names[placement.copy_of]
        placed = Placed(
            sequence=number,
            article_id=number,
            story_id=story,
            copy_of=placement.copy_of,
            outlet=document.outlet,
            at=document.at,
            fingerprint=made,
        )
        index.learn([placed])
    return placings


def bcubed(gold: Mapping[str, str], placed: Mapping[str, int]) -> tuple[float, float, float]:
    """Compute B-cubed precision, recall and F1 over the documents of `gold`.

    Bagga and Baldwin (1998).
    """
    by_gold: defaultdict[str, set[str]] = defaultdict(set)
    by_placed: defaultdict[int, set[str]] = defaultdict(set)
    for document, story in gold.items():
        by_gold[story].add(document)
        by_placed[placed[document]].add(document)
    precision = recall = 0.0
    for document, story in gold.items():
        same = len(by_gold[story] & by_placed[placed[document]])
        precision += same / len(by_placed[placed[document]]) / len(gold)
        recall += same / len(by_gold[story]) / len(gold)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def figures(
    stream: Sequence[StreamDocument],
    pairs: Sequence[NearDuplicate],
    columns: Sequence[Sequence[str]],
    placings: Placings,
) -> dict[str, float]:
    """Compute all guard figures of one run."""
    core = {document.id: document.story for document in stream if document.role == "core" and document.story}
    precision, recall, f1 = bcubed(core, placings.story)
    cross = [pair for pair in pairs if pair.crosses_outlets]
    instalments = [pair for column in columns for pair in combinations(column, 2)]
    any_core, main_core = related(stream, placings)
    sizes = Counter(placings.story.values())
    return {
        "documents": len(stream),
        "bcubed_precision": precision,
        "bcubed_recall": recall,
        "bcubed_f1": f1,
        "related_merged_main": main_core,
        "related_merged_any": any_core,
        "pairs_one_story": share(placings.story[pair.first] == placings.story[pair.second] for pair in cross),
        "pairs_marked_copy": share(
            placings.root(pair.first) == placings.root(pair.second) for pair in cross if pair.is_copy
        ),
        "recurring_merged": share(placings.story[one] == placings.story[other] for one, other in instalments),
        "largest_story": float(max(sizes.values())),
    }


def related(stream: Sequence[StreamDocument], placings: Placings) -> tuple[float, float]:
    """Measure related documents placed with any core document of their story, and with most."""
    homes: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for document in stream:
        if document.role == "core" and document.story:
            homes[document.story][placings.story[document.id]] += 1
    others = [document for document in stream if document.role == "related" and document.story in homes]
    main = {story: counts.most_common(1)[0][0] for story, counts in homes.items()}
    return (
        share(placings.story[document.id] in homes[document.story or ""] for document in others),
        share(placings.story[document.id] == main[document.story or ""] for document in others),
    )


def share(answers: Iterable[bool]) -> float:
    """Return the share of yes; 0 of nothing."""
    counted = list(answers)
    return sum(counted) / len(counted) if counted else 0.0
