"""Who is told, when and in which message; and times of day that happen once, whatever the clocks do."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from monitor.domain.alerts.alert import Alert, AlertChange, AlertKind, DeliveryKind, NewDelivery
from monitor.domain.alerts.route import UPDATE_SPACING, route
from monitor.domain.alerts.schedules import is_open, next_digest, next_opening
from monitor.domain.catalog import Broadcast, Catalog, Channel, Digest, Hours, Per, Receiver, Severity, Topic, Watchlist

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
DESK = Receiver(name="desk", channel=Channel.SLACK, address="#desk")
TOPIC = Topic(key="talks", watchlist="w", title="Talks", query="talks", severity=Severity.MEDIUM)


def change(kind: AlertKind = AlertKind.NEW, severity: Severity = Severity.MEDIUM, news: str = "") -> AlertChange:
    return AlertChange(kind=kind, topic="talks", watchlist="w", severity=severity, score=1.0, evidence=(), news=news)


def alert(severity: Severity = Severity.MEDIUM) -> Alert:
    return Alert(
        id=1,
        story_id=7,
        topic="talks",
        watchlist="w",
        severity=severity,
        score=1.0,
        article_id=1,
        raised_at=NOW,
        updated_at=NOW,
    )


def routed(
    what: AlertChange, *receivers: Receiver, before: Alert | None = None, topic: Topic = TOPIC, now: datetime = NOW
) -> tuple[NewDelivery, ...]:
    watchlist = Watchlist(name="w", file="w.yml", receivers=tuple(r.name for r in receivers), topics=(topic,))
    catalog = Catalog(revision="r", receivers=receivers, watchlists=(watchlist,))
    return route((what,), story_id=7, before=(before,) if before else (), catalog=catalog, now=now)


def test_a_new_alert_leaves_at_once_in_a_window_of_its_own() -> None:
    [delivery] = routed(change(), DESK)
    assert (delivery.receiver, delivery.kind, delivery.group_key) == ("desk", DeliveryKind.ALERT, "alert:7")
    assert (delivery.due, delivery.topics, delivery.recurring) == (NOW, ("talks",), False)


def test_a_topics_own_receivers_replace_its_watchlists() -> None:
    other = replace(DESK, name="other")
    assert [d.receiver for d in routed(change(), DESK, other)] == ["desk", "other"]
    own = replace(TOPIC, receivers=("other", "other", "nobody"))
    assert [d.receiver for d in routed(change(), DESK, other, topic=own)] == ["other"]


def test_what_is_below_a_receivers_minimum_is_not_told_until_it_rises() -> None:
    picky = replace(DESK, min_severity=Severity.HIGH)
    assert routed(change(), picky) == ()
    assert routed(change(AlertKind.UPDATE, news="more"), picky, before=alert()) == ()
    [first] = routed(change(AlertKind.UPDATE, Severity.HIGH), picky, before=alert())
    assert (first.kind, first.group_key) == (DeliveryKind.ALERT, "alert:7")


def test_alerts_of_one_group_share_a_window_that_leaves_after_the_wait() -> None:
    grouped = replace(DESK, group_wait=timedelta(minutes=2), group_interval=timedelta(minutes=10))
    [delivery] = routed(change(), grouped)
    assert (delivery.group_key, delivery.due) == ("group", NOW + timedelta(minutes=2))
    assert (delivery.recurring, delivery.spacing) == (True, timedelta(minutes=10))


def test_a_digest_collects_for_its_next_time_and_only_real_news_is_told_again() -> None:
    daily = replace(DESK, digest=Digest(at=(time(7), time(17)), zone="Europe/Berlin"))
    [delivery] = routed(change(), daily)
    assert delivery.kind is DeliveryKind.DIGEST
    assert delivery.due == datetime(2026, 3, 4, 16, tzinfo=UTC)
    assert routed(change(AlertKind.UPDATE), daily, before=alert()) == ()
    [again] = routed(change(AlertKind.UPDATE, news="a second visit"), daily, before=alert())
    assert again.group_key == delivery.group_key


def test_outside_active_hours_alerts_wait_together_for_the_opening() -> None:
    hours = Hours(start=time(13), end=time(18), zone="UTC")
    [delivery] = routed(change(), replace(DESK, active_hours=hours))
    assert (delivery.kind, delivery.due) == (DeliveryKind.DIGEST, NOW + timedelta(hours=1))
    assert delivery.recurring


def test_what_breaks_through_ignores_hours_digests_and_groups() -> None:
    quiet = replace(
        DESK,
        active_hours=Hours(start=time(13), end=time(18), zone="UTC"),
        digest=Digest(at=(time(7),), zone="UTC"),
        group_wait=timedelta(minutes=5),
        break_through=Severity.CRITICAL,
    )
    [quietly] = routed(change(), quiet)
    assert quietly.kind is DeliveryKind.DIGEST
    [loudly] = routed(change(severity=Severity.CRITICAL), quiet)
    assert (loudly.kind, loudly.due, loudly.group_key) == (DeliveryKind.ALERT, NOW, "alert:7")
    [risen] = routed(change(AlertKind.UPDATE, Severity.CRITICAL), quiet, before=alert())
    assert (risen.kind, risen.due) == (DeliveryKind.ALERT, NOW)


def test_a_story_that_grows_is_edited_in_place_and_says_nothing() -> None:
    [update] = routed(change(AlertKind.UPDATE), DESK, before=alert())
    assert (update.kind, update.group_key) == (DeliveryKind.UPDATE, "update:7")
    assert (update.recurring, update.spacing) == (True, UPDATE_SPACING)


def test_real_news_goes_to_the_thread_and_a_rise_to_the_channel() -> None:
    _, reply = routed(change(AlertKind.UPDATE, news="A date is set"), DESK, before=alert())
    assert (reply.kind, reply.text, reply.broadcast) == (DeliveryKind.REPLY, "A date is set", False)
    _, risen = routed(change(AlertKind.UPDATE, Severity.HIGH, "A date is set"), DESK, before=alert())
    assert risen.text == "Severity rose from medium to high.\nA date is set"
    assert (risen.broadcast, risen.recurring) == (True, False)


def test_news_waits_for_people_to_listen_but_edits_do_not() -> None:
    sleeping = replace(DESK, active_hours=Hours(start=time(13), end=time(18), zone="UTC"))
    update, reply = routed(
        change(AlertKind.UPDATE, news="A date is set"), replace(sleeping, digest=None), before=alert()
    )
    assert (update.due, reply.due) == (NOW, NOW + timedelta(hours=1))


OTHER = replace(TOPIC, key="tariffs", title="Tariffs", severity=Severity.HIGH)


def routed_story(
    changes: list[AlertChange], receiver: Receiver, *before: Alert, topics: tuple[Topic, ...] = (TOPIC, OTHER)
) -> tuple[NewDelivery, ...]:
    watchlist = Watchlist(name="w", file="w.yml", receivers=(receiver.name,), topics=topics)
    catalog = Catalog(revision="r", receivers=(receiver,), watchlists=(watchlist,))
    return route(changes, story_id=7, before=before, catalog=catalog, now=NOW)


def test_an_article_of_two_topics_is_one_message() -> None:
    both = [change(), replace(change(severity=Severity.HIGH), topic="tariffs")]
    [delivery] = routed_story(both, DESK)
    assert (delivery.group_key, delivery.topics) == ("alert:7", ("talks", "tariffs"))
    per_topic = routed_story(both, replace(DESK, per=Per.TOPIC))
    assert [one.group_key for one in per_topic] == ["alert:7:talks", "alert:7:tariffs"]


def test_a_topic_that_joins_later_is_an_edit_and_a_reply() -> None:
    joining = replace(change(severity=Severity.HIGH), topic="tariffs")
    update, reply = routed_story([joining], DESK, alert())
    assert (update.kind, update.group_key, update.joins) == (DeliveryKind.UPDATE, "update:7", True)
    assert (reply.kind, reply.group_key, reply.joins) == (DeliveryKind.REPLY, "join:7:tariffs", True)
    assert reply.text == "Now also Tariffs (high).\nSeverity rose from medium to high."
    assert reply.broadcast
    quiet = replace(joining, severity=Severity.MEDIUM)
    assert not routed_story([quiet], DESK, alert())[1].broadcast


def test_a_topic_that_joins_is_a_message_of_its_own_where_it_is_louder_or_the_first() -> None:
    joining = replace(change(severity=Severity.CRITICAL), topic="tariffs")
    daily = replace(DESK, digest=Digest(at=(time(7),), zone="UTC"), break_through=Severity.CRITICAL)
    [loud] = routed_story([joining], daily, alert())
    assert (loud.kind, loud.topics) == (DeliveryKind.ALERT, ("tariffs",))
    picky = replace(DESK, min_severity=Severity.HIGH)
    [first] = routed_story([joining], picky, alert())
    assert (first.kind, first.group_key) == (DeliveryKind.ALERT, "alert:7")


@pytest.mark.parametrize(
    ("setting", "severity", "shown"),
    [
        (None, Severity.MEDIUM, False),
        (None, Severity.HIGH, True),
        (Broadcast.NEVER, Severity.CRITICAL, False),
        (Broadcast.SEVERITY, Severity.CRITICAL, False),
        (Broadcast.DEVELOPMENT, Severity.LOW, True),
    ],
)
def test_developments_are_shown_in_the_channel_as_configured(
    setting: Broadcast | None, severity: Severity, shown: bool
) -> None:
    news = replace(change(AlertKind.UPDATE, severity, "A date is set"), development=True)
    for topic, receiver in ((replace(TOPIC, broadcast=setting), DESK), (TOPIC, replace(DESK, broadcast=setting))):
        _, reply = routed_story([news], receiver, alert(severity), topics=(topic,))
        assert reply.broadcast is shown
    told = replace(news, development=False)
    _, reply = routed_story([told], replace(DESK, broadcast=setting), alert(severity))
    assert not reply.broadcast, "an edit of a known report is no development"


def test_replies_of_a_running_story_are_spaced_further_and_further() -> None:
    _, reply = routed(change(AlertKind.UPDATE, news="A date is set"), DESK, before=alert())
    assert (reply.spacing, reply.spacing_most) == (timedelta(minutes=5), timedelta(hours=2))


ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago", "Pacific/Apia"]


@pytest.mark.case(129)
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", [time(0), time(2, 30), time(1, 45), time(3), time(23, 59)])
def test_a_digest_leaves_once_on_every_local_day(zone: str, at: time) -> None:
    digest = Digest(at=(at,), zone=zone)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    days = []
    while moment.year == 2026:
        following = next_digest(digest, moment)
        assert following > moment
        days.append(following)
        moment = following
    gaps = [later - earlier for earlier, later in pairwise(days)]
    assert 364 <= len(days) <= 367
    assert min(gaps) >= timedelta(hours=22)
    assert max(gaps) <= timedelta(hours=26)


@pytest.mark.case(129)
def test_the_hour_that_is_skipped_and_the_hour_that_comes_twice() -> None:
    digest = Digest(at=(time(2, 30),), zone="Europe/Berlin")
    spring = next_digest(digest, datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert spring == datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "03:30 by the new time: 02:30 does not exist"
    autumn = next_digest(digest, datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert autumn == datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "the first of two"
    assert next_digest(digest, autumn) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_weekdays_of_a_digest() -> None:
    digest = Digest(at=(time(8),), zone="UTC", weekdays=frozenset({0}))
    assert next_digest(digest, NOW) == datetime(2026, 3, 9, 8, tzinfo=UTC)
    assert next_digest(digest, datetime(2026, 3, 9, 8, tzinfo=UTC)) == datetime(2026, 3, 16, 8, tzinfo=UTC)


def test_hours_that_run_past_midnight_belong_to_their_first_day() -> None:
    night = Hours(start=time(22), end=time(6), zone="UTC", weekdays=frozenset({2}))
    assert is_open(night, datetime(2026, 3, 4, 23, tzinfo=UTC))
    assert is_open(night, datetime(2026, 3, 5, 5, 59, tzinfo=UTC))
    assert not is_open(night, datetime(2026, 3, 5, 6, tzinfo=UTC))
    assert not is_open(night, datetime(2026, 3, 5, 23, tzinfo=UTC))
    assert next_opening(night, datetime(2026, 3, 5, 6, tzinfo=UTC)) == datetime(2026, 3, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_hours_open_when_the_wall_clock_says_so(zone: str) -> None:
    hours = Hours(start=time(9), end=time(17), zone=zone)
    for hour in range(24 * 14):
        moment = datetime(2026, 3, 25, tzinfo=UTC) + timedelta(hours=hour)
        wall = moment.astimezone(ZoneInfo(zone)).time()
        assert is_open(hours, moment) == (time(9) <= wall < time(17))
        assert is_open(hours, next_opening(hours, moment))
