"""The ports' feed parser and extractor, in real workers: an answer for every input, and quickly for everyone else."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from monitor.adapters.feeds.read import read_feed
from monitor.adapters.pooled.extractor import PooledExtractor
from monitor.adapters.pooled.feed_parser import PooledFeedParser
from monitor.adapters.pooled.tasks import PRELOAD, extract_page
from monitor.adapters.workers.pool import Cut, Size, Workers
from monitor.domain.articles.article import Text
from monitor.domain.failures import Failure, Reason
from tests.support import worker_tasks
from tests.support.article_pages import SENTENCES, page, paragraphs
from tests.support.feed_documents import item, rss

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Noon:
    def now(self):
        return NOW


@pytest.fixture
async def workers():
    workers = Workers(feeds=Size(workers=2, seconds=2.0), pages=Size(workers=1, seconds=3.0), preload=PRELOAD)
    yield workers
    await workers.close()


async def parse(workers, document):
    parser = PooledFeedParser(workers, Noon())
    return await parser.parse(document.encode(), url="https://h.example/f", charset=None, media_type="")


async def test_entries_come_over_from_the_worker_as_they_were_read(workers):
    document = rss(item(1, extra="<author>Ada</author><category>piers</category><guid>n1</guid>"), item(2))
    read = read_feed(document.encode(), "https://h.example/f", None, "", NOW)
    assert len(read.entries) == 2
    assert await parse(workers, document) == read


async def extract(workers, markup):
    return await PooledExtractor(workers, Noon()).extract(markup.encode(), url="https://h.example/1", charset=None)


@pytest.mark.case(36, 65)
async def test_sound_input_is_read_while_hostile_input_is_cut(workers):
    attributes = " ".join(f'a{n}="1"' for n in range(40_000))
    hanging = asyncio.create_task(parse(workers, rss(item(1, extra=f"<x {attributes}"))))
    found = await parse(workers, rss(item(1), item(2)))
    assert [entry.guid for entry in found.entries] == ["id-1", "id-2"]
    article = await extract(workers, page(paragraphs()))
    assert isinstance(article, Text)
    assert SENTENCES[0] in article.body
    hanging.cancel()
    await asyncio.gather(hanging, return_exceptions=True)


@pytest.mark.case(36)
@pytest.mark.parametrize(
    "field",
    [
        f"<author>{'a@' + 'a.' * 30_000}!</author>",
        f'<description>&lt;p style="{"a" * 4 + " " * 40_000}!"&gt;x</description>',
        "<!" * 20_000,
    ],
)
async def test_fields_made_to_be_slow_lose_no_feed_that_can_be_read(workers, field):
    found = await parse(workers, rss(item(1), item(2, extra=field)))
    if isinstance(found, Failure):
        assert found.reason in (Reason.PARSER_LIMIT, Reason.NOT_A_FEED)
    else:
        assert found.entries[0].guid == "id-1"


@pytest.mark.case(65)
async def test_a_page_made_to_be_slow_is_cut_and_others_are_read(workers):
    hostile = page("<p>a</p>" * 100_000).encode()
    outcome = await workers.pages.run(extract_page, hostile, "https://h.example/1", None, NOW, seconds=0.3)
    assert outcome is Cut.TIME
    assert isinstance(await extract(workers, page(paragraphs())), Text)


async def test_workers_have_no_numpy_and_are_small(workers):
    assert isinstance(await extract(workers, page(paragraphs())), Text)
    modules, resident = await workers.pages.run(worker_tasks.own_size)
    assert "trafilatura" in modules
    assert {"numpy", "py3langid", "sqlalchemy", "httpx", "pytest"} & set(modules) == set()
    assert resident < 120 << 20


def test_the_main_process_loads_neither_trafilatura_nor_the_feed_parsers():
    program = (
        "import sys; import monitor.adapters.pooled.feed_parser, monitor.adapters.pooled.extractor;"
        "import monitor.adapters.workers.pool;"
        "print(sorted({'trafilatura', 'feedparser', 'dateparser', 'lxml', 'selectolax'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
