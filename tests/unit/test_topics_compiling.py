"""Compiling with the garbage collector at rest."""

import gc

import pytest

from monitor.app.topics import CompiledTopics
from monitor.domain.catalog import Catalog
from monitor.domain.topics.engine import Engine, compile_catalog
from tests.topic_desk import catalog, topic


class Source:
    def current(self) -> Catalog:
        return catalog(topic("tariff"))


def test_the_collector_rests_while_topics_are_compiled_and_leaves_them_alone_afterwards() -> None:
    seen: list[bool] = []

    def compiled(given: Catalog) -> Engine:
        seen.append(gc.isenabled())
        return compile_catalog(given)

    before = gc.get_freeze_count()
    CompiledTopics(Source(), compiled)
    assert seen == [False]
    assert gc.isenabled()
    assert gc.get_freeze_count() > before


def test_the_collector_works_again_when_compiling_fails() -> None:
    def broken(given: Catalog) -> Engine:
        raise RuntimeError(given.revision)

    with pytest.raises(RuntimeError):
        CompiledTopics(Source(), broken)
    assert gc.isenabled()
