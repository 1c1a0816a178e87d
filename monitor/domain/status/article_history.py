"""Values that hold everything the store knows about one article."""

from dataclasses import dataclass, field
from datetime import datetime

from monitor.domain.alerts.alert import Alert
from monitor.domain.articles.article import Article
from monitor.domain.articles.rereads import Version
from monitor.domain.ledger import Note
from monitor.domain.stories.values import Story
from monitor.domain.topics.values import Matches


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """A note as the ledger keeps it, with its time."""

    at: datetime
    note: Note


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleHistory:
    """Everything that is known of one article.

    `feeds` are the feeds it was met in, with the time of the first meeting, its own first. `judged_by` is the revision
    of the catalog it was judged by. `alerts` are those of its story, `deliveries` the messages that carried them
    (receiver, state, when due). `versions` are those of its text, the first one first; none while it was never edited.
    """

    article: Article
    feeds: tuple[tuple[str, datetime], ...] = ()
    lines: tuple[LedgerLine, ...] = ()
    matches: Matches = field(default_factory=Matches)
    copy_of: int | None = None
    story: Story | None = None
    judged_by: str | None = None
    alerts: tuple[Alert, ...] = ()
    deliveries: tuple[tuple[str, str, datetime], ...] = ()
    versions: tuple[Version, ...] = ()
