"""Hold what was read of each file: values of the domain with the place they came from."""

from dataclasses import dataclass, field
from datetime import timedelta

from monitor.config.document import ConfigFile, ConfigFinding, Owner
from monitor.config.models.settings import Settings
from monitor.config.yaml.nodes import Mapping, Node, Scalar
from monitor.domain.catalog import JOIN_WAIT, Feed, Receiver, Route, Topic, Vocabulary


@dataclass(frozen=True, slots=True)
class FeedPart:
    """Hold a feed and where it is written."""

    feed: Feed
    document: ConfigFile
    node: Mapping
    owner: Owner


@dataclass(frozen=True, slots=True)
class ListedFeed:
    """Hold where a feed is written, valid or not."""

    document: ConfigFile
    node: Mapping
    owner: Owner


@dataclass(frozen=True, slots=True)
class TopicPart:
    """Hold a topic and where it is written."""

    topic: Topic
    document: ConfigFile
    key: Scalar
    node: Node
    owner: Owner


@dataclass(frozen=True, slots=True)
class ReceiverPart:
    """Hold a receiver and where it is written; the console of a folder without receivers.yml is written nowhere."""

    receiver: Receiver
    document: ConfigFile | None = None
    node: Node | None = None


@dataclass(frozen=True, slots=True)
class WatchlistPart:
    """Hold a watchlist; its topics are apart."""

    name: str
    document: ConfigFile
    receivers: tuple[str, ...]
    vocabularies: tuple[Vocabulary, ...]
    topics: list[TopicPart] = field(default_factory=list)
    description: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class SharedVocabulary:
    """Hold a vocabulary that all watchlists share and where it is written."""

    vocabulary: Vocabulary
    document: ConfigFile
    key: Scalar


@dataclass(frozen=True, slots=True)
class SettingsPart:
    """Hold wirewatch.yml as read; `settings` is None when something is wrong with it."""

    settings: Settings | None
    document: ConfigFile | None = None
    admin_at: Node | None = None
    findings: list[ConfigFinding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FeedsPart:
    """Hold feeds.yml as read: `listed` names every feed, `feeds` those without a problem of their own."""

    listed: list[ListedFeed] = field(default_factory=list)
    feeds: list[FeedPart] = field(default_factory=list)
    findings: list[ConfigFinding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RoutePart:
    """Hold a route and where it is written."""

    route: Route
    document: ConfigFile
    node: Node


@dataclass(frozen=True, slots=True)
class ReceiversPart:
    """Hold receivers.yml as read.

    `names` includes receivers with problems; None when the names could not be read and thus cannot be checked.
    """

    receivers: dict[str, ReceiverPart] = field(default_factory=dict)
    names: set[str] | None = None
    admin: str | None = None
    join_wait: timedelta = JOIN_WAIT
    routes: list[RoutePart] = field(default_factory=list)
    findings: list[ConfigFinding] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Hold all that the files gave, before they are checked against each other."""

    settings: SettingsPart
    feeds: FeedsPart
    receivers: ReceiversPart
    watchlists: list[WatchlistPart]
    shared: dict[str, SharedVocabulary] = field(default_factory=dict)

    @property
    def admin(self) -> str | None:
        """Return the receiver of notices about the program: receivers.yml wins over wirewatch.yml."""
        settings = self.settings.settings
        return self.receivers.admin or (settings.admin_receiver if settings else None)
