"""Propose changes of a topic's query, scored by people's verdicts and by backtest."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.app.runtime.story_window import WINDOW
from monitor.app.tools.backtest import Backtest, TopicEffect
from monitor.domain.catalog import Catalog, Topic
from monitor.domain.topics.learning.improve import Improvement, JudgedDocument, improvements
from monitor.domain.topics.learning.model import JudgedArticle, WordModel, train
from monitor.domain.topics.learning.words import words_of
from monitor.domain.topics.values import Document
from storage.sql.database import Database
from storage.views.archive import SqlArchive
from storage.views.verdicts import SqlVerdicts, StoredVerdict

LOOK_BACK = timedelta(days=7)
"""Days of the archive in which a proposal is tried."""
CLEAR = 1.0
"""Strength of a verdict that was given, not inferred from an acknowledgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredProposal:
    """A proposed change with its effect on the alerts of the archive."""

    improvement: Improvement
    effect: TopicEffect


def judged_documents(topic: Topic, verdicts: Sequence[StoredVerdict]) -> list[JudgedDocument]:
    """Return what proposals are scored on: clear verdicts, and the examples of the configuration."""
    documents = [
        JudgedDocument(document=one.document, relevant=one.relevant) for one in verdicts if one.strength >= CLEAR
    ]
    for relevant, examples in ((True, topic.must_match), (False, topic.must_not_match)):
        documents += (
            JudgedDocument(document=Document(title=one.title, text=one.text, language=one.language), relevant=relevant)
            for one in examples
        )
    return documents


def word_model(verdicts: Sequence[StoredVerdict]) -> WordModel:
    """Train the word model of a topic on its verdicts."""
    return train(
        [JudgedArticle(words=words_of(one.document), relevant=one.relevant, strength=one.strength) for one in verdicts]
    )


async def proposals(
    database: Database, catalog: Catalog, topic: Topic, since: datetime, most: int
) -> AsyncIterator[ScoredProposal]:
    """Yield the best proposals with their backtests, one after the other."""
    judged = judged_documents(topic, await SqlVerdicts(database).of(topic.key))
    for improvement in improvements(catalog, topic.key, judged)[:most]:
        new = improvement.topic
        watchlists = tuple(
            replace(one, topics=tuple(new if old.key == new.key else old for old in one.topics))
            for one in catalog.watchlists
        )
        edited = replace(catalog, revision=f"{catalog.revision}+", watchlists=watchlists)
        compared = Backtest(archive=SqlArchive(database), before=catalog, after=edited, topic=topic.key)
        effect = await compared.run(since, since - WINDOW)
        yield ScoredProposal(improvement=improvement, effect=effect.topics[topic.key])
