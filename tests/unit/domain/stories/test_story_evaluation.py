"""What the evaluation measures, on streams so small that the answer is known, and its goals on labelled documents."""

from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.quality.labelled import corpus_place
from benchmarks.quality.placings import bcubed, figures, place
from benchmarks.quality.streams import StreamDocument, columns, pairs, stream

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)


def test_bcubed_of_known_clusters():
    gold = {"a": "x", "b": "x", "c": "y", "d": "y"}
    assert bcubed(gold, {"a": 1, "b": 1, "c": 2, "d": 2}) == (1.0, 1.0, 1.0)
    precision, recall, _ = bcubed(gold, {"a": 1, "b": 1, "c": 1, "d": 1})
    assert (precision, recall) == (0.5, 1.0)
    precision, recall, _ = bcubed(gold, {"a": 1, "b": 2, "c": 3, "d": 4})
    assert (precision, recall) == (1.0, 0.5)


def test_a_small_stream_is_placed_and_counted():
    text = (
        "The harbour bridge at Zorba collapsed into the river Lind on Monday; 14 people were hurt, Mayor Brandt said."
    )
    documents = [
        StreamDocument(
            id="1", at=NOON, outlet="a.example", title="Zorba bridge collapses", text=text, story="bridge", role="core"
        ),
        StreamDocument(
            id="2",
            at=NOON + timedelta(hours=1),
            outlet="b.example",
            title="Zorba bridge collapses",
            text=text,
            story="bridge",
            role="core",
        ),
        StreamDocument(
            id="3", at=NOON, outlet="a.example", title="Volcano erupts on Murn", text="Ash fell on the island."
        ),
    ]
    placings = place(documents)
    found = figures(documents, [], [["1", "3"]], placings)
    assert placings.root("2") == "1"
    assert found["bcubed_f1"] == 1.0
    assert found["recurring_merged"] == 0.0


@pytest.mark.skipif(corpus_place() is None, reason="labelled documents are not here: set WIREWATCH_CORPUS")
def test_goals_hold_on_the_labelled_stories():
    corpus = corpus_place()
    documents = stream(corpus, share=0.02)
    found = figures(documents, pairs(corpus), columns(corpus), place(documents))
    assert found["bcubed_f1"] >= 0.85
    assert found["bcubed_precision"] >= 0.93
    assert found["related_merged_main"] <= 0.15
    assert found["pairs_one_story"] >= 0.95
    assert found["recurring_merged"] <= 0.01
