"""Invented articles in four languages: what the shipped topics find of events that no list of terms was made from.

`articles/TOPIC.txt` has a line for each: `+` or `-`, language, title and first sentences. `bodies.txt` has the further
sentences that make a full-length article of them.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.domain.topics.matcher import compile_catalog
from monitor.domain.topics.values import Document
from tests.unit.domain.topics.test_shipped_topics import catalog

ARTICLES = Path(__file__).parent / "articles"
BODIES = dict(line.split(" | ", 1) for line in (ARTICLES / "bodies.txt").read_text("utf-8").splitlines())
GOALS = {"china-mediation": 0.95, "us-russia-reset": 0.9, "tariffs": 0.95}


def articles(topic: str, full: bool) -> Iterator[tuple[bool, Document]]:
    for line in (ARTICLES / f"{topic}.txt").read_text("utf-8").splitlines():
        head, title, lead = line.split(" | ")
        sign, language = head.split()
        text = f"{lead}\n\n{BODIES[language]}" if full else lead
        yield sign == "+", Document(title=title, text=text, language=language)


@pytest.mark.parametrize("full", [False, True], ids=["summary", "article"])
@pytest.mark.parametrize("topic", GOALS)
def test_invented_events_are_told_from_what_resembles_them(topic: str, full: bool) -> None:
    matcher = compile_catalog(catalog())
    found = [(wanted, bool(matcher.match(document, only=topic).matches)) for wanted, document in articles(topic, full)]
    right = sum(wanted and matched for wanted, matched in found)
    f1 = 2 * right / (sum(wanted for wanted, _ in found) + sum(matched for _, matched in found))
    assert f1 >= GOALS[topic]


@pytest.mark.parametrize("topic", GOALS)
def test_a_passing_mention_at_the_end_of_another_matter_alerts_nobody(topic: str) -> None:
    matcher = compile_catalog(catalog())
    title = {"en": "Orchard growers count their losses", "ru": "Садоводы считают убытки"}
    for wanted, document in articles(topic, full=False):
        if wanted and document.language in title:
            body = BODIES[document.language]
            passing = Document(
                title=title[document.language],
                text=f"{body}\n\n{body}\n\n{document.title}.",
                language=document.language,
            )
            assert matcher.match(passing, only=topic).matches == (), document.title
