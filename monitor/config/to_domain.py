"""Build values of the domain from sections of files, each with its place."""

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from monitor.config.document import ConfigFile, Owner
from monitor.config.models.feeds_file import FeedItem, ListItem
from monitor.config.models.receivers_file import ReceiverItem, RouteItem
from monitor.config.models.watchlist_files import ExampleItem, TopicItem
from monitor.config.yaml.folder import Content
from monitor.config.yaml.nodes import Listing, Mapping, Node, Scalar, walk
from monitor.config.yaml.positions import position_in_file
from monitor.domain.catalog import (
    Broadcast,
    Channel,
    Digest,
    Example,
    Feed,
    Hours,
    Learn,
    ListRecipe,
    Per,
    Receiver,
    Route,
    SeverityStep,
    SourceKind,
    Topic,
    Vocabulary,
)
from monitor.domain.volume.rules import Counting, Expectation, FirstSeen, Spike, VolumeRules

ReadExample = Callable[[str], Content]


def feed(item: FeedItem) -> Feed:
    """Build the feed as configured."""
    return Feed(
        key=item.key,
        url=item.url,
        kind=SourceKind(item.kind),
        recipe=recipe(item.list_) if item.list_ else None,
        every=item.every,
        full_text=item.full_text,
        language=item.language,
        tier=item.tier,
        tags=item.tags,
        enabled=item.enabled,
    )


def recipe(item: ListItem) -> ListRecipe:
    """Build the recipe of a list page."""
    return ListRecipe(links=item.links, title=item.title, date=item.date, date_format=item.date_format)


def receiver(name: str, item: ReceiverItem) -> Receiver:
    """Build the receiver as configured, with the domain's defaults where the file is silent."""
    default = Receiver(name=name, channel=Channel.CONSOLE)
    digest, hours = item.digest, item.active_hours
    chosen = {
        Channel.SLACK: item.slack,
        Channel.WEBHOOK: item.webhook,
        Channel.HTTP: item.http,
        Channel.APPRISE: item.apprise,
    }
    channel = next((kind for kind, given in chosen.items() if given), Channel.CONSOLE)
    return Receiver(
        name=name,
        channel=channel,
        address=item.slack or "",
        url=item.http.url if item.http else item.apprise or "",
        secret=(item.http.secret or "") if item.http else "",
        group_wait=default.group_wait if item.group_wait is None else item.group_wait,
        group_interval=default.group_interval if item.group_interval is None else item.group_interval,
        digest=Digest(at=tuple(sorted(digest.at)), zone=digest.zone, weekdays=digest.weekdays) if digest else None,
        min_severity=item.min_severity,
        active_hours=Hours(start=hours.from_, end=hours.to, zone=hours.zone, weekdays=hours.weekdays)
        if hours
        else None,
        break_through=item.break_through,
        max_per_hour=item.max_per_hour,
        fallback=item.fallback,
        escalate_to=item.escalate.to if item.escalate else None,
        escalate_after=item.escalate.after if item.escalate else None,
        per=Per(item.per),
        broadcast=Broadcast(item.broadcast) if item.broadcast else None,
    )


def route(item: RouteItem) -> Route:
    """Build a route as configured; languages are compared without region."""
    return Route(
        receivers=item.to,
        languages=tuple(code.split("-")[0] for code in item.when.lang),
        outlets=tuple(outlet.lower().removeprefix("www.") for outlet in item.when.outlet),
        topics=item.when.topic,
        watchlists=item.when.watchlist,
        min_severity=item.when.severity,
        goes_on=item.continue_,
    )


def rough_vocabulary(names: Node | None) -> dict[str, object]:
    """Return the section with every word taken for a term, so that its names exist whatever is wrong."""
    if not isinstance(names, Mapping):
        return {}
    return {"vocabulary": {name: [s.value for s in walk(node)] or ["-"] for name, (_, node) in names.pairs.items()}}


def vocabulary(document: ConfigFile, name: str, terms: dict[str, tuple[str, ...]], key: Scalar) -> Vocabulary:
    """Build a named term list with the place of its name."""
    return Vocabulary(name=name, terms=dict(terms), place=document.source.place(key.start))


def topic(
    document: ConfigFile, watchlist: str, key: Scalar, node: Node, item: TopicItem, owner: Owner, read: ReadExample
) -> Topic:
    """Build a topic with its places and examples; unreadable example files are reported and left out."""
    query = child(node, "query")
    assert isinstance(query, Scalar), "the model wants text"
    return Topic(
        key=key.value,
        watchlist=watchlist,
        title=item.title or key.value,
        query=item.query,
        severity=item.severity,
        threshold=item.threshold,
        receivers=item.receivers or (),
        min_outlets=item.min_outlets,
        learn=Learn(item.learn),
        broadcast=Broadcast(item.broadcast) if item.broadcast else None,
        steps=tuple(
            SeverityStep(severity=s.to, min_score=s.score, min_independent=s.independent, within=s.within or None)
            for s in item.raise_
        ),
        must_match=_examples(document, child(node, "must_match"), item.must_match, read, owner),
        must_not_match=_examples(document, child(node, "must_not_match"), item.must_not_match, read, owner),
        place=document.source.place(key.start),
        query_place=position_in_file(document.source, query, 0),
        description=item.description or "",
        owner=item.owner or "",
        volume=_volume(item),
    )


def _volume(item: TopicItem) -> VolumeRules:
    """Build the rules about quantity and time."""
    spike, expect, first = item.spike, item.expect, item.first_seen
    return VolumeRules(
        spike=Spike(times=spike.times, over=spike.over, at_least=spike.at_least, count=Counting(spike.count))
        if spike
        else None,
        expect=Expectation(at_least=expect.at_least, every=expect.every, weekdays=expect.weekdays, by=expect.by)
        if expect
        else None,
        first_seen=FirstSeen(of=first.of.removeprefix("$"), within=first.within) if first else None,
        formerly=item.formerly,
    )


def child(node: Node, *steps: str | int) -> Node | None:
    """Return the node under these keys and positions, or None."""
    here: Node | None = node
    for step in steps:
        if isinstance(here, Mapping) and step in here.pairs:
            here = here.pairs[str(step)][1]
        elif isinstance(here, Listing) and isinstance(step, int) and step < len(here.items):
            here = here.items[step]
        else:
            return None
    return here


def _examples(
    document: ConfigFile, node: Node | None, items: tuple[ExampleItem, ...], read: ReadExample, owner: Owner
) -> tuple[Example, ...]:
    if not isinstance(node, Listing) or not items:
        return ()
    made = (_example(document, place, item, read, owner) for place, item in zip(node.items, items, strict=True))
    return tuple(example for example in made if example is not None)


def _example(document: ConfigFile, node: Node, item: ExampleItem, read: ReadExample, owner: Owner) -> Example | None:
    text: str | None = item.text
    if item.file is not None:
        content = read(item.file) if stays_inside(item.file) else None
        try:
            text = content.decode("utf-8-sig") if isinstance(content, bytes) else None
        except UnicodeDecodeError:
            text = None
    if text is None:
        document.report(node.start, f"cannot read the example file {item.file!r} as UTF-8 text", owner)
        return None
    return Example(
        text=text, title=item.title, language=item.lang, source=item.file, place=document.source.place(node.start)
    )


def stays_inside(path: str) -> bool:
    """Whether a relative path names something inside the configuration folder."""
    parts = PurePosixPath(path)
    return not parts.is_absolute() and ".." not in parts.parts and "\x00" not in path


def is_key(word: str) -> bool:
    """Whether a word can name a topic."""
    return bool(re.match(r"[^\s\x00-\x1f]{1,100}\Z", word))
