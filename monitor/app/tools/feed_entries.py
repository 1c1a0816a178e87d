"""Read a feed document, from a file or the network, to show how its entries are read."""

from dataclasses import dataclass
from pathlib import Path

from monitor.adapters.text.outlets import outlets
from monitor.app.configuration import opened
from monitor.app.readers import open_readers
from monitor.app.runtime.clock import SystemClock
from monitor.domain.articles.article import Entry
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.decide_poll import publisher
from monitor.domain.feeds.feed import ParsedFeed, Validators
from monitor.domain.feeds.fetch import Fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDocument:
    """A document and its entries, each with the outlet that an alert would name."""

    feed: ParsedFeed
    entries: tuple[tuple[Entry, str], ...]


def _from_file(path: Path) -> Fetched:
    return Fetched(url=path.absolute().as_uri(), status=200, body=path.read_bytes())


async def read_document(config: Path | None, target: str) -> ReadDocument | Failure:
    """Read the feed at a path or address. Raises ConfigurationInvalid, OSError."""
    source, _ = opened(config)
    async with open_readers(source.settings, SystemClock()) as readers:
        if "://" in target:
            answer = await readers.fetcher.feed(target, Validators())
            if isinstance(answer, Failure):
                return answer
            if not isinstance(answer, Fetched):
                return Failure(reason=Reason.STATUS, detail="not modified, though never requested before")
        else:
            answer = _from_file(Path(target))
        parsed = await readers.parser.parse(
            answer.body, url=answer.url, charset=answer.charset, media_type=answer.media_type
        )
    if isinstance(parsed, Failure):
        return parsed
    name = outlets().outlet
    return ReadDocument(
        feed=parsed, entries=tuple((entry, publisher(entry, answer.url, name)) for entry in parsed.entries)
    )
