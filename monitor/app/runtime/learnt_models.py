"""The word models of topics, trained on people's verdicts and renewed while the daemon runs."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.app.tools.improve import word_model
from monitor.domain.catalog import Learn
from monitor.domain.topics.learning.model import Opinion, WordModel
from monitor.domain.topics.learning.words import words_of
from monitor.domain.topics.values import Document, Matches
from monitor.ports import CatalogSource
from storage.views.verdicts import SqlVerdicts

RENEWED_EVERY = timedelta(minutes=2)


@dataclass(slots=True, kw_only=True)
class LearntModels:
    """Fulfils `ports.Opinions` with the models of the topics that have verdicts enough to rank by."""

    verdicts: SqlVerdicts
    catalogs: CatalogSource
    _models: dict[str, WordModel] = field(default_factory=dict)

    async def renew(self) -> None:
        """Train the models again: milliseconds a topic, off the event loop."""
        models = {}
        for topic in self.catalogs.current().topics:
            if topic.learn is Learn.OFF:
                continue
            judged = await self.verdicts.of(topic.key)
            model = await asyncio.to_thread(word_model, judged) if judged else None
            if model is not None and model.ranks:
                models[topic.key] = model
        self._models = models

    def of(self, document: Document, matches: Matches) -> Mapping[str, Opinion]:
        """Return the opinions on an article, by the topics it matched."""
        matched = [match.topic for match in matches.matches if match.topic in self._models]
        if not matched:
            return {}
        words = words_of(document)
        return {topic: self._models[topic].opinion(words) for topic in matched}
