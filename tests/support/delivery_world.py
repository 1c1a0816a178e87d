"""A delivery desk for tests: a store, the deliver step, a fake Slack, and one clock for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from monitor.adapters.slack.client import SlackCalls
from monitor.adapters.slack.notifier import SlackNotifier
from monitor.adapters.slack.webhook import WebhookNotifier
from monitor.domain.alerts.alert import (
    AlertChange,
    AlertKind,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Evidence,
    NewDelivery,
)
from monitor.domain.catalog import Catalog, Channel, Receiver, Severity, Topic, Watchlist
from monitor.domain.delivery.attempt import Rules
from monitor.domain.topics.values import Field
from monitor.ports import Notifier
from monitor.steps.deliver import Deliver
from storage.outbox.add import add_deliveries
from storage.outbox.read import delivery_of
from storage.outbox.store import SqlOutbox
from storage.schema.content import articles, stories
from storage.schema.outbox import deliveries
from storage.schema.upgrade import upgrade_now
from storage.sql.database import Database
from storage.sql.upserts import url_key
from storage.stories.alerts import write_alerts
from tests.support.fake_slack import BOT_TOKEN, FakeSlack

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@dataclass
class HandClock:
    """Stands still until moved."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    def timestamp(self) -> float:
        return self.moment.timestamp()

    def advance(self, by: timedelta) -> None:
        self.moment += by


@dataclass
class FixedCatalog:
    """A catalog that tests may exchange."""

    catalog: Catalog

    def current(self) -> Catalog:
        return self.catalog


def memory_database() -> Database:
    """A migrated database in memory."""
    database = Database.open("sqlite://")
    database.run_now(upgrade_now)
    return database


def catalog_of(*receivers: Receiver, admin: str | None = None) -> Catalog:
    """One topic, `talks`, told to all of them."""
    names = tuple(receiver.name for receiver in receivers)
    topic = Topic(key="talks", watchlist="w", title="Peace talks", query="talks", severity=Severity.HIGH)
    watchlist = Watchlist(name="w", file="w.yml", receivers=names, topics=(topic,))
    return Catalog(revision="r", receivers=receivers, watchlists=(watchlist,), admin_receiver=admin)


DESK = Receiver(name="desk", channel=Channel.SLACK, address="#desk")


@dataclass
class Desk:
    """Everything between a raised alert and the channel."""

    database: Database
    slack: FakeSlack
    clock: HandClock
    catalogs: FixedCatalog
    rules: Rules
    token: str | None = BOT_TOKEN
    webhook: str | None = None
    others: Mapping[Channel, Notifier] = field(default_factory=dict)
    raised: int = 0
    interactive: bool = False

    def __post_init__(self) -> None:
        self.calls = SlackCalls(timeout=self.rules.timeout, api_url=self.slack.api_url)
        self.outbox = SqlOutbox(self.database)

    @property
    def step(self) -> Deliver:
        """The deliver step as the daemon would build it."""
        notifiers: dict[Channel, Notifier] = {
            Channel.SLACK: SlackNotifier(token=lambda: self.token, calls=self.calls, clock=self.clock),
            Channel.WEBHOOK: WebhookNotifier(url=lambda: self.webhook, calls=self.calls, clock=self.clock),
            **self.others,
        }
        return Deliver(
            outbox=self.outbox,
            notifiers=notifiers,
            catalogs=self.catalogs,
            clock=self.clock,
            rules=self.rules,
            interactive=lambda: self.interactive,
        )

    async def raise_alert(
        self, title: str = "", *, severity: Severity = Severity.HIGH, receivers: tuple[str, ...] = ("desk",)
    ) -> int:
        """A story with one article and one alert, and its delivery to each receiver; the alert's id."""
        self.raised += 1
        title = title or f"Envoys meet for round {self.raised}"

        def work(connection: Connection) -> int:
            alert_id, story_id = write_alert(connection, title, self.raised, severity, self.clock.now())
            wanted = [
                NewDelivery(
                    receiver=name,
                    kind=DeliveryKind.ALERT,
                    group_key=f"alert:{story_id}:talks",
                    due=self.clock.now(),
                    alert_ids=(alert_id,),
                )
                for name in receivers
            ]
            add_deliveries(connection, wanted, {}, self.clock.now())
            return alert_id

        return await self.database.run(work)

    async def add(self, *wanted: NewDelivery) -> tuple[int, ...]:
        """Write deliveries into the outbox."""
        now = self.clock.now()
        return await self.database.run(lambda connection: add_deliveries(connection, wanted, {}, now))

    def about(self, alert_id: int, kind: DeliveryKind, **fields: object) -> NewDelivery:
        """A later message about an alert."""
        new = NewDelivery(
            receiver="desk",
            kind=kind,
            group_key=f"{kind.value}:{alert_id}",
            due=self.clock.now(),
            alert_ids=(alert_id,),
            recurring=True,
        )
        return replace(new, **fields)  # type: ignore[arg-type]

    async def work(self, seconds: float = 0.0) -> None:
        """Deliver all that is due, and all that falls due while the clock moves on by `seconds`."""
        step, end = self.step, self.clock.now() + timedelta(seconds=seconds)
        while True:
            while rows := await step.due(100):
                for row in rows:
                    await step.attempt(row)
            following = await step.next_at()
            if following is None or following > end:
                self.clock.moment = end
                return
            self.clock.moment = max(following, self.clock.now() + timedelta(milliseconds=1))

    async def close(self) -> None:
        """Let go of threads and connections."""
        await self.database.close()

    async def rows(self) -> list[Delivery]:
        """Every delivery, oldest first."""
        found = await self.database.read(lambda c: c.execute(select(deliveries).order_by(deliveries.c.id)).all())
        return [delivery_of(row) for row in found]

    async def states(self) -> list[str]:
        """The state of every delivery, oldest first."""
        return [row.state.value for row in await self.rows()]

    async def only(self) -> Delivery:
        """The one delivery there is."""
        [row] = await self.rows()
        return row


def write_alert(connection: Connection, title: str, number: int, severity: Severity, now: datetime) -> tuple[int, int]:
    """A story with one article and one alert; the ids of alert and story."""
    story_id: int = connection.execute(
        stories.insert().values(title=title, first_seen=now, last_seen=now).returning(stories.c.id)
    ).scalar_one()
    article = {
        "url": f"https://herald.example/{number}",
        "url_key": url_key(f"https://herald.example/{number}"),
        "outlet": "herald.example",
        "origin": "herald.example",
        "feed_key": "herald",
        "title": title,
        "summary": "",
        "author": "",
        "tags": [],
        "language": "en",
        "first_seen": now,
        "baseline": False,
        "stage": "done",
        "attempt": 0,
        "revision": 0,
        "story_id": story_id,
    }
    article_id: int = connection.execute(articles.insert().values(article).returning(articles.c.id)).scalar_one()
    change = AlertChange(
        kind=AlertKind.NEW,
        topic="talks",
        watchlist="w",
        severity=severity,
        score=2.0,
        evidence=(Evidence(term="talks", field=Field.TEXT, before="offered to host ", quote="talks", after=" soon"),),
    )
    return write_alerts(connection, story_id, article_id, [change], now)["talks"], story_id


PENDING, SENDING, SENT, HELD = (
    DeliveryState.PENDING.value,
    DeliveryState.SENDING.value,
    DeliveryState.SENT.value,
    DeliveryState.HELD.value,
)
