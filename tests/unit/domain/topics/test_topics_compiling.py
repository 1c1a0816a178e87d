"""Compiling with the garbage collector at rest."""

import gc
import weakref
from dataclasses import replace

import pytest

from monitor.app.runtime.compiled_topics import CompiledTopics
from monitor.domain.catalog import Catalog
from monitor.domain.topics.matcher import CatalogMatcher, compile_catalog
from monitor.domain.topics.values import Document
from tests.support.topic_workbench import catalog, topic


class Source:
    number = 0

    def current(self) -> Catalog:
        return replace(catalog(topic(f"tariff{self.number}")), revision=str(self.number))


def test_the_collector_rests_while_topics_are_compiled_and_leaves_them_alone_afterwards() -> None:
    seen: list[bool] = []

    def compiled(given: Catalog) -> CatalogMatcher:
        seen.append(gc.isenabled())
        return compile_catalog(given)

    before = gc.get_freeze_count()
    CompiledTopics(Source(), compiled)
    assert seen == [False]
    assert gc.isenabled()
    assert gc.get_freeze_count() > before


def test_the_collector_works_again_when_compiling_fails() -> None:
    def broken(given: Catalog) -> CatalogMatcher:
        raise RuntimeError(given.revision)

    with pytest.raises(RuntimeError):
        CompiledTopics(Source(), broken)
    assert gc.isenabled()


@pytest.mark.case(131)
async def test_of_a_hundred_edits_only_the_last_stays_in_memory() -> None:
    """Without the collector's help: what was compiled is kept from it."""
    made: list[weakref.ref[CatalogMatcher]] = []

    def compiled(given: Catalog) -> CatalogMatcher:
        engine = compile_catalog(given)
        made.append(weakref.ref(engine))
        return engine

    source = Source()
    topics = CompiledTopics(source, compiled)
    for source.number in range(1, 101):
        assert await topics.refresh()
        topics.current()[1].match(Document(text=f"A tariff{source.number}.", language="en"))
    assert len(made) == 101
    assert [engine() for engine in made if engine() is not None] == [topics.current()[1]]


async def test_what_replaces_a_matcher_is_ready_for_the_languages_it_has_met() -> None:
    source = Source()
    topics = CompiledTopics(source, compile_catalog)
    for language in ("en", "pl", None):
        topics.current()[1].match(Document(text="A tariff.", language=language))
    source.number = 1
    assert await topics.refresh()
    assert set(topics.current()[1].languages) == {"en", "pl", None}
