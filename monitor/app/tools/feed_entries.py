"""Read a feed document, from a file or the network, to show how its entries are read."""

from dataclasses import dataclass, replace
from pathlib import Path

from monitor.adapters.feeds.propose_list import proposed_recipe
from monitor.adapters.text.outlets import outlets
from monitor.app.configuration import opened
from monitor.app.readers import open_readers
from monitor.app.runtime.clock import SystemClock
from monitor.domain.articles.article import Entry
from monitor.domain.catalog import Feed, ListRecipe, SourceKind
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.decide_poll import publisher
from monitor.domain.feeds.feed import ParsedFeed, Validators
from monitor.domain.feeds.fetch import Fetched
from monitor.steps.read_source import Document, parse_source


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDocument:
    """A document and its entries, each with the outlet that an alert would name; `recipe` is that of a list."""

    feed: ParsedFeed
    recipe: ListRecipe | None
    entries: tuple[tuple[Entry, str], ...]


def _from_file(path: Path) -> Fetched:
    return Fetched(url=path.absolute().as_uri(), status=200, body=path.read_bytes())


async def read_document(config: Path | None, target: str, feed: Feed) -> ReadDocument | Failure:
    """Read the source at a path or address, as `feed` says. Raises ConfigurationInvalid, OSError.

    A list page without a recipe is read by the one that its structure suggests.
    """
    source, _ = opened(config)
    async with open_readers(source.settings, SystemClock()) as readers:
        if "://" in target:
            answer = await readers.fetcher.feed(target, Validators(), feed.kind)
            if isinstance(answer, Failure):
                return answer
            if not isinstance(answer, Fetched):
                return Failure(reason=Reason.STATUS, detail="not modified, though never requested before")
        else:
            answer = _from_file(Path(target))
        if feed.kind is SourceKind.LIST and feed.recipe is None:
            feed = replace(feed, recipe=proposed_recipe(answer.body, answer.url, answer.charset))
        document = await parse_source(readers.fetcher, readers.parser, feed, answer)
    if not isinstance(document, Document):
        return document or Failure(reason=Reason.NO_ENTRIES)
    parsed, name = document.parsed, outlets().outlet
    return ReadDocument(
        feed=parsed,
        recipe=feed.recipe,
        entries=tuple((entry, publisher(entry, answer.url, name)) for entry in parsed.entries),
    )
