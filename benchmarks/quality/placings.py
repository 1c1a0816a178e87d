"""Placing a stream as the daemon does, and judging the stories that come of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import combinations

from benchmarks.quality.streams import NearDuplicate, StreamDocument
from monitor.domain.stories import StoryIndex, fingerprint
from monitor.domain.stories.values import Placed, ReportText


@dataclass(slots=True)
class HourlyForgetting:
    """Drops what has left the window from an index, once an hour of the stream, as the daemon does."""

    index: StoryIndex
    window: timedelta
    forgotten_at: datetime | None = None

    def at(self, now: datetime) -> None:
        """Forget and tidy when it is time."""
        self.index.tidy()
        if self.forgotten_at is None or now - self.forgotten_at >= timedelta(hours=1):
            self.index.forget(now - self.window)
            self.forgotten_at = now


@dataclass(slots=True)
class Placings:
    """Document to story, and document to the one whose text it repeats."""

    story: dict[str, int] = field(default_factory=dict)
    original: dict[str, str] = field(default_factory=dict)

    def root(self, document: str) -> str:
        """Return the document whose text `document` repeats, or itself."""
        return self.original.get(document, document)


def place(stream: Iterable[StreamDocument], window: timedelta = timedelta(hours=72)) -> Placings:
    """Place every document in its turn, and join stories of one event afterwards, as the daemon does."""
    index, placings, names = StoryIndex(window), Placings(), [""]
    forgetting = HourlyForgetting(index, window)
    members: defaultdict[int, list[Placed]] = defaultdict(list)
    sequence = 0
    for number, document in enumerate(stream, start=1):
        names.append(document.id)
        forgetting.at(document.at)
        report = ReportText(
            title=document.title, text=document.text, language=document.language, outlet=document.outlet
        )
        made = fingerprint(report)
        placement = index.locate(made, outlet=document.outlet, at=document.at)
        story = number if placement.story_id is None else placement.story_id
        if placement.copy_of is not None:
            placings.original[document.id] = names[placement.copy_of]
        sequence += 1
        placed = Placed(
            sequence=sequence,
            article_id=number,
            story_id=story,
            copy_of=placement.copy_of,
            outlet=document.outlet,
            at=document.at,
            fingerprint=made,
        )
        index.learn([placed])
        members[story].append(placed)
        other = index.same_event(story, placement.near) if placement.near else None
        if other is not None:
            into, gone = min(story, other), max(story, other)
            moved = [replace(one, story_id=into, sequence=sequence + at) for at, one in enumerate(members.pop(gone), 1)]
            sequence += len(moved)
            index.learn(moved)
            members[into] += moved
    for story, held in members.items():
        placings.story |= dict.fromkeys((names[one.article_id] for one in held), story)
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
    told, swallowed = alerts_of_events(stream, placings)
    sizes = Counter(placings.story.values())
    return {
        "documents": len(stream),
        "bcubed_precision": precision,
        "bcubed_recall": recall,
        "bcubed_f1": f1,
        "related_merged_main": main_core,
        "related_merged_any": any_core,
        "stories_an_event": told,
        "events_swallowed": swallowed,
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


def alerts_of_events(stream: Sequence[StreamDocument], placings: Placings) -> tuple[float, float]:
    """Count the stories that hold core documents of an event, on average, and the events without a story.

    Each such story would raise an alert of its own. An event is swallowed when all its stories were opened by a
    document that a reader called another event.
    """
    opener: dict[int, StreamDocument] = {}
    stories: defaultdict[str, set[int]] = defaultdict(set)
    for document in stream:
        opener.setdefault(placings.story[document.id], document)
        if document.role == "core" and document.story:
            stories[document.story].add(placings.story[document.id])
    swallowed = 0
    for event, held in stories.items():
        openers = [opener[story] for story in held]
        swallowed += all(one.story and (one.story != event or one.role != "core") for one in openers)
    return sum(map(len, stories.values())) / max(len(stories), 1), float(swallowed)


def language_figures(
    stream: Sequence[StreamDocument], read: Sequence[tuple[str, str, bool]], placings: Placings
) -> dict[str, float]:
    """Measure joins by pair of languages on core documents, and the read pairs across languages that share a story.

    The read pairs were drawn evenly over likenesses, so that their share of right joins is no share of the stream.
    """
    together: defaultdict[str, list[bool]] = defaultdict(list)
    core = [document for document in stream if document.role == "core" and document.language]
    for one, other in combinations(core, 2):
        if one.story == other.story:
            languages = "_".join(sorted((one.language or "", other.language or "")))
            together[languages].append(placings.story[one.id] == placings.story[other.id])
    joined = [same for first, second, same in read if placings.story.get(first, -1) == placings.story.get(second, -2)]
    found = {f"pairs_found_{languages}": share(answers) for languages, answers in sorted(together.items())}
    right = [placings.story.get(one, -1) == placings.story.get(other, -2) for one, other, same in read if same]
    return found | {
        "read_across_joined": float(len(joined)),
        "read_across_right": share(joined),
        "read_across_found": share(right),
    }


def share(answers: Iterable[bool]) -> float:
    """Return the share of yes; 0 of nothing."""
    counted = list(answers)
    return sum(counted) / len(counted) if counted else 0.0
