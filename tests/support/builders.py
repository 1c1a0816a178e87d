"""Make the values that many tests need: an article, its story's member, an alert, a delivery, a catalog.

Every field has a sensible value; a test names only what it is about.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.domain.alerts.alert import Alert, DeliveryKind, NewDelivery
from monitor.domain.articles.article import Article, Method, Stage, Text
from monitor.domain.catalog import Catalog, Channel, Feed, Receiver, Severity, Topic, Watchlist
from monitor.domain.stories.values import StoryMember

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def article(number: int = 10, *, title: str = "New tariff on lathes", body: str | None = None, **more: Any) -> Article:
    """An article of the outlet kestrel.example; `body` None: no text was extracted yet."""
    fields: dict[str, Any] = {
        "url": f"https://kestrel.example/{number}",
        "outlet": "kestrel.example",
        "feed_key": "kestrel",
        "summary": "",
        "first_seen": NOW,
        "published": NOW,
        "stage": Stage.TRIAGE,
        "text": None if body is None else Text(title=title, body=body, method=Method.PAGE),
    }
    return Article(id=number, title=title, **(fields | more))


def member(
    number: int, outlet: str = "kestrel.example", *, topics: tuple[str, ...] = (), minutes: int = 0, **more: Any
) -> StoryMember:
    """A report of a story, `minutes` after NOW, that matched these topics."""
    fields: dict[str, Any] = {"origin": outlet, "copy_of": None, "title": "t", "url": None}
    return StoryMember(
        article_id=number,
        outlet=outlet,
        at=NOW + timedelta(minutes=minutes),
        topics=tuple((topic, 1.5) for topic in topics),
        **(fields | more),
    )


def alert(number: int = 1, topic: str = "tariffs", **more: Any) -> Alert:
    """An alert of story 5, raised at NOW on article 1."""
    fields: dict[str, Any] = {
        "story_id": 5,
        "watchlist": "trade",
        "severity": Severity.MEDIUM,
        "score": 1.5,
        "article_id": 1,
        "raised_at": NOW,
        "updated_at": NOW,
    }
    return Alert(id=number, topic=topic, **(fields | more))


def delivery(number: int, *alert_ids: int, due: datetime = NOW, **more: Any) -> NewDelivery:
    """A message to the receiver `desk` about these alerts."""
    fields: dict[str, Any] = {"kind": DeliveryKind.ALERT, "group_key": f"alert:{number}:t"}
    return NewDelivery(receiver="desk", due=due, alert_ids=alert_ids, **(fields | more))


def topic(key: str = "tariffs", **more: Any) -> Topic:
    """A topic of the watchlist `trade`."""
    fields: dict[str, Any] = {
        "watchlist": "trade",
        "title": "Tariffs",
        "query": "tariff",
        "severity": Severity.MEDIUM,
    }
    return Topic(key=key, **(fields | more))


def catalog(*topics: Topic, receivers: tuple[Receiver, ...] = (), feeds: tuple[Feed, ...] = ()) -> Catalog:
    """A catalog whose topics alert every receiver; without receivers, one console named `desk`."""
    wanted = receivers or (Receiver(name="desk", channel=Channel.CONSOLE),)
    names = tuple(receiver.name for receiver in wanted)
    watchlist = Watchlist(name="trade", file="trade.yml", receivers=names, topics=topics or (topic(),))
    return Catalog(revision="r", feeds=feeds, receivers=wanted, watchlists=(watchlist,))
