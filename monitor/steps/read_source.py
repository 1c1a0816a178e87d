"""Request and parse a source once; follow the parts of a sitemap index."""

from dataclasses import dataclass, replace

from monitor.domain.catalog import Feed, SourceKind
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.feed import ParsedFeed, Validators
from monitor.domain.feeds.fetch import Fetched
from monitor.domain.feeds.identity import body_hash
from monitor.ports import FeedParser, Fetcher

PARTS_AT_MOST = 5
"""Requests that one poll of an index makes beside the index: the newest parts hold the last days."""
DEEPEST = 2
"""Indexes within indexes; the protocol permits none, sites have one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed answer and the hash of all that was read for it."""

    answer: Fetched
    parsed: ParsedFeed
    hash: bytes


async def parse_source(
    fetcher: Fetcher, parser: FeedParser, feed: Feed, answer: Fetched, known: bytes | None = None
) -> Document | Failure | None:
    """Parse the answer of a source, with the parts of an index; None when its hash is `known`."""
    whole = body_hash(answer.body)
    if whole == known:
        return None
    parsed = await _parsed(parser, feed, answer)
    if isinstance(parsed, Failure) or not parsed.parts:
        return parsed if isinstance(parsed, Failure) else Document(answer=answer, parsed=parsed, hash=whole)
    read, failures = await _follow(fetcher, parser, feed, parsed.parts, visited={answer.url, feed.url})
    if not read:
        return failures[0] if failures else Failure(reason=Reason.NO_ENTRIES, detail="an index without sitemaps")
    whole = body_hash(whole + b"".join(document.hash for document in read))
    # the parts change without the index: no answer "not modified" may stand for them
    plain = replace(answer, validators=Validators())
    return None if whole == known else Document(answer=plain, parsed=_joined(parsed, read, failures), hash=whole)


async def _parsed(parser: FeedParser, feed: Feed, answer: Fetched) -> ParsedFeed | Failure:
    if feed.kind is SourceKind.FEED:
        return await parser.parse(answer.body, url=answer.url, charset=answer.charset, media_type=answer.media_type)
    return await parser.parse(
        answer.body,
        url=answer.url,
        charset=answer.charset,
        media_type=answer.media_type,
        kind=feed.kind,
        recipe=feed.recipe,
    )


async def _follow(
    fetcher: Fetcher, parser: FeedParser, feed: Feed, parts: tuple[str, ...], visited: set[str]
) -> tuple[list[Document], list[Failure]]:
    """Read parts of an index, each address once, however they name each other."""
    waiting = [(address, 1) for address in parts]
    read: list[Document] = []
    failures: list[Failure] = []
    while waiting and len(read) + len(failures) < PARTS_AT_MOST:
        address, depth = waiting.pop(0)
        if address in visited:
            continue
        visited.add(address)
        answer = await fetcher.feed(address, Validators(), feed.kind)
        if not isinstance(answer, Fetched):
            failures.append(answer if isinstance(answer, Failure) else Failure(reason=Reason.STATUS))
            continue
        parsed = await _parsed(parser, feed, answer)
        if isinstance(parsed, Failure):
            failures.append(parsed)
        elif parsed.parts and depth < DEEPEST:
            waiting[:0] = [(part, depth + 1) for part in parsed.parts]
            read.append(Document(answer=answer, parsed=parsed, hash=body_hash(answer.body)))
        else:
            read.append(Document(answer=answer, parsed=parsed, hash=body_hash(answer.body)))
    return read, failures


def _joined(index: ParsedFeed, read: list[Document], failures: list[Failure]) -> ParsedFeed:
    doubts = dict.fromkeys((*index.doubts, *(doubt for document in read for doubt in document.parsed.doubts)))
    failed = (f"{len(failures)} of the sitemaps it names could not be read: {failures[0]}",) if failures else ()
    return replace(
        index,
        title=next((document.parsed.title for document in read if document.parsed.title), index.title),
        entries=tuple(entry for document in read for entry in document.parsed.entries),
        doubts=(*doubts, *failed),
        parts=(),
    )
