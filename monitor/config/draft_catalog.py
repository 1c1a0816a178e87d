"""What has been read so far: values of the domain beside the place they came from."""

from dataclasses import dataclass, field

from monitor.config.document import Document, Owner
from monitor.config.yaml.nodes import Mapping, Node, Scalar
from monitor.domain.catalog import Feed, Receiver, Topic, Vocabulary


@dataclass(frozen=True, slots=True)
class FeedPart:
    """A feed and where it is written."""

    feed: Feed
    document: Document
    node: Mapping
    owner: Owner


@dataclass(frozen=True, slots=True)
class ListedFeed:
    """Where any feed is written, sound or not."""

    document: Document
    node: Mapping
    owner: Owner


@dataclass(frozen=True, slots=True)
class TopicPart:
    """A topic and where it is written."""

    topic: Topic
    document: Document
    key: Scalar
    node: Node
    owner: Owner


@dataclass(frozen=True, slots=True)
class ReceiverPart:
    """A receiver and where it is written; the receiver of an absent file is written nowhere."""

    receiver: Receiver
    document: Document | None = None
    node: Node | None = None


@dataclass(frozen=True, slots=True)
class WatchlistPart:
    """A watchlist, its topics apart."""

    name: str
    document: Document
    receivers: tuple[str, ...]
    vocabularies: tuple[Vocabulary, ...]
    topics: list[TopicPart] = field(default_factory=list)


@dataclass(slots=True)
class Parts:
    """All that the files gave, before they are checked against each other.

    `receiver_names` are those of receivers with problems too; None when they could not be read, so that names cannot
    be judged.
    """

    feeds: list[FeedPart] = field(default_factory=list)
    listed: list[ListedFeed] = field(default_factory=list)
    receivers: dict[str, ReceiverPart] = field(default_factory=dict)
    receiver_names: set[str] | None = None
    watchlists: list[WatchlistPart] = field(default_factory=list)
