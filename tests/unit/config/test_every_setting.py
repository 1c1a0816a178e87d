"""Every key of every configuration model has an effect: a key that is missing here, or does nothing, fails."""

import asyncio
import ssl
import typing
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from pydantic import BaseModel

from monitor.app.readers import http_settings, open_readers
from monitor.app.steps import poll_settings
from monitor.config.loader import load
from monitor.config.models.feeds_file import FeedsFile
from monitor.config.models.receivers_file import ReceiversFile
from monitor.config.models.settings import Settings
from monitor.config.models.watchlist_files import WatchlistFile
from monitor.domain.failures import Failure, Reason
from monitor.domain.feeds.feed import Validators
from monitor.domain.feeds.fetch import Fetched
from tests.support.hostile_servers import FixedClock, Request, plain, resolving, serving

ROOT = Path(__file__).parents[3]

IN_REQUESTS = {
    "http.contact": "https://desk.example/us",
    "http.timeout": "31s",
    "http.connect_timeout": "9s",
    "http.read_timeout": "9s",
    "http.concurrency": 3,
    "http.per_host.concurrency": 1,
    "http.per_host.delay": "7s",
    "http.allow_networks": ["10.0.0.0/8"],
    "http.allow_ports": [8080],
    "http.robots": False,
    "http.proxy": "http://proxy.example:3128",
    "http.ca_file": "/etc/ours.pem",
    "limits.feed_bytes": 2_000_000,
    "limits.page_bytes": 2_000_000,
    "limits.robots_bytes": 600_000,
    "limits.redirects": 2,
}
"""Keys of which another value makes other requests: `HttpSettings` is all that the fetcher knows."""

IN_POLLS = {
    "poll.default_every": "2h",
    "poll.minimum_every": "7m",
    "poll.maximum_every": "2d",
    "poll.backfill": "3h",
}
"""Keys of which another value makes another timetable."""

READ_BY = {
    "database": "monitor/config/secrets.py: settings.database",
    "engine": "monitor/cli/run.py: settings.engine",
    "workers": "monitor/app/readers.py: settings.workers",
    "admin_receiver": "monitor/config/loader.py: admin_receiver",
    "limits.feed_time": "monitor/app/readers.py: limits.feed_time",
    "limits.page_time": "monitor/app/readers.py: limits.page_time",
    "limits.worker_memory": "monitor/app/readers.py: limits.worker_memory",
    "limits.worker_tasks": "monitor/app/readers.py: limits.worker_tasks",
    "limits.config_bytes": "monitor/config/loader.py: limits.config_bytes",
    "retention.text": "monitor/app/runtime/housekeeping.py: retention.text",
    "retention.metadata": "monitor/app/runtime/housekeeping.py: retention.metadata",
    "slack.api_url": "monitor/app/notifiers.py: slack.api_url",
    "slack.timeout": "monitor/app/notifiers.py: slack.timeout",
    "slack.settle": "monitor/app/notifiers.py: slack.settle",
    "slack.unknown": "monitor/app/notifiers.py: slack.unknown",
    "slack.allow.users": "monitor/app/slack_app.py: slack.allow.users",
    "slack.allow.channels": "monitor/app/slack_app.py: slack.allow.channels",
    "heartbeat.url": "monitor/app/daemon.py: heartbeat.url",
    "heartbeat.every": "monitor/app/daemon.py: heartbeat.every",
    "web.listen": "monitor/web/listener.py: web.listen",
    "web.open": "monitor/web/server.py: settings.open",
    "web.hosts": "monitor/web/guard.py: web.hosts",
    "web.trusted_header": "monitor/web/access.py: web.trusted_header",
    "web.trusted_proxies": "monitor/web/access.py: web.trusted_proxies",
    "web.public_url": "monitor/web/frame.py: settings.public_url",
    "logging.format": "monitor/cli/run.py: logging.format",
    "logging.level": "monitor/cli/run.py: logging.level",
    "reload.hold_explosive": "monitor/app/daemon.py: hold_explosive",
    "reload.every": "monitor/app/daemon.py: reload.every",
}
"""Where the other keys are read; what they do is tested beside that code."""

FEEDS = "feeds: [{{key: north, url: 'https://north.example/rss'{more}}}]\n"
RECEIVERS = "admin: desk\nreceivers: {{desk: {{console: true}}, duty: {{{kind}{more}}}}}\n{routes}"
TOPICS = (
    "watchlist: trade\nreceivers: [desk]\nvocabulary: {{duties: [tariff]}}\n{top}"
    "topics: {{tariffs: {{title: Tariffs, query: $duties{more}}}}}\n"
)
FEED_KEYS = {
    "key": None,
    "url": None,
    "kind": "sitemap",
    "list.links": "{links: 'li a'}",
    "list.title": "{links: a, title: h2}",
    "list.date": "{links: a, date: time}",
    "list.date_format": "{links: a, date_format: '%d.%m.%Y'}",
    "every": "2h",
    "full_text": "false",
    "language": "de",
    "tier": "3",
    "tags": "[economy]",
    "enabled": "false",
}
RECEIVER_KEYS = {
    "slack": None,
    "webhook": None,
    "console": None,
    "http.url": None,
    "http.secret": None,
    "apprise": None,
    "group_wait": "9m",
    "group_interval": "9h",
    "digest.at": "{at: ['07:45']}",
    "digest.zone": "{at: ['08:00'], zone: Europe/Kyiv}",
    "digest.weekdays": "{at: ['08:00'], weekdays: [mon]}",
    "min_severity": "urgent",
    "active_hours.from": "{from: '07:00', to: '18:00', zone: UTC}",
    "active_hours.to": "{from: '08:00', to: '19:00', zone: UTC}",
    "active_hours.zone": "{from: '08:00', to: '18:00', zone: Europe/Kyiv}",
    "active_hours.weekdays": "{from: '08:00', to: '18:00', zone: UTC, weekdays: [mon]}",
    "break_through": "medium",
    "max_per_hour": "7",
    "fallback": "desk",
    "escalate.to": "{to: desk, after: 30m}",
    "escalate.after": "{to: desk, after: 45m}",
    "per": "topic",
    "broadcast": "never",
}
"""Values for one receiver; None where every configuration has the key, and other tests give it another value."""
KINDS = {
    "slack": "slack: '#other'",
    "webhook": "webhook: true",
    "console": "console: true",
    "http.url": "http: {url: 'https://hooks.example/1'}",
    "http.secret": "http: {url: 'https://hooks.example/1', secret: $OUR_SECRET}",
    "apprise": "apprise: $OUR_APPRISE",
}
"""Destinations, of which a receiver has one."""
ROUTE_KEYS = {
    "when.lang": "{when: {lang: zh}, to: [desk]}",
    "when.severity": "{when: {severity: high}, to: [desk]}",
    "when.outlet": "{when: {outlet: north.example}, to: [desk]}",
    "when.topic": "{when: {topic: tariffs}, to: [desk]}",
    "when.watchlist": "{when: {watchlist: trade}, to: [desk]}",
    "to": "{when: {lang: zh}, to: [duty]}",
    "continue": "{when: {lang: zh}, to: [desk], continue: true}",
}
TOPIC_KEYS = {
    "title": None,
    "query": None,
    "description": "What it is for",
    "owner": "'@anna'",
    "severity": "urgent",
    "threshold": "0.5",
    "receivers": "[duty]",
    "min_outlets": "3",
    "broadcast": "never",
    "learn": "hold",
    "raise.to": "[{to: urgent, score: 0.9}]",
    "raise.score": "[{to: urgent, score: 0.95}]",
    "raise.independent": "[{to: urgent, independent: 4}]",
    "raise.within": "[{to: urgent, independent: 4, within: 3h}]",
    "spike.times": "{times: 4}",
    "spike.over": "{over: 12h}",
    "spike.at_least": "{at_least: 7}",
    "spike.count": "{count: independent}",
    "expect.at_least": "{at_least: 2}",
    "expect.every": "{every: 12h}",
    "expect.weekdays": "{weekdays: mon-fri}",
    "expect.by": "{by: '14:30'}",
    "first_seen.of": "{of: $duties}",
    "first_seen.within": "{of: $duties, within: 10d}",
    "formerly": "[duties]",
    "must_match.title": "[{title: 'A tariff', text: x}]",
    "must_match.text": "[{text: 'A tariff'}]",
    "must_match.lang": "[{text: 'A tariff', lang: de}]",
    "must_match.file": None,
    "must_not_match.title": "[{title: 'A ferry', text: x}]",
    "must_not_match.text": "[{text: 'A ferry'}]",
    "must_not_match.lang": "[{text: 'A ferry', lang: de}]",
    "must_not_match.file": None,
}


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Every key that holds a value, with the sections around it."""
    for name, field in model.model_fields.items():
        key, inner = f"{prefix}{field.alias or name}", list(models_in(field.annotation))
        for section in inner:
            yield from keys_of(section, f"{key}.")
        if not inner:
            yield key


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from models_in(inner)


def settings_with(key: str, value: object) -> Settings:
    *sections, name = key.split(".")
    given: object = {name: value}
    for section in reversed(sections):
        given = {section: given}
    return Settings.model_validate(given)


def test_every_key_is_in_a_table() -> None:
    assert {*IN_REQUESTS, *IN_POLLS, *READ_BY} == set(keys_of(Settings))
    assert {f"feeds.{key}" for key in FEED_KEYS} == set(keys_of(FeedsFile))
    routes = {f"routes.{key}" for key in ROUTE_KEYS}
    assert {"admin", "join_wait", *(f"receivers.{key}" for key in RECEIVER_KEYS)} | routes == set(
        keys_of(ReceiversFile)
    )
    assert set(KINDS) < set(RECEIVER_KEYS)
    own = {"watchlist", "description", "owner", "receivers", "vocabulary"}
    assert own | {f"topics.{key}" for key in TOPIC_KEYS} == set(keys_of(WatchlistFile))


@pytest.mark.parametrize(("key", "value"), IN_REQUESTS.items())
def test_a_key_changes_requests(key: str, value: object) -> None:
    assert http_settings(settings_with(key, value)) != http_settings(Settings())


@pytest.mark.parametrize(("key", "value"), IN_POLLS.items())
def test_a_key_changes_the_timetable(key: str, value: object) -> None:
    assert poll_settings(settings_with(key, value)) != poll_settings(Settings())


@pytest.mark.parametrize(("key", "place"), READ_BY.items())
def test_a_key_is_read_where_it_is_said_to_be(key: str, place: str) -> None:
    where, _, expression = place.partition(": ")
    assert expression in (ROOT / where).read_text(encoding="utf-8")


def catalog(
    path: Path,
    *,
    feed: str = "",
    receiver: str = "",
    kind: str = "slack: '#duty'",
    routes: str = "",
    topic: str = "",
    top: str = "",
) -> str:
    """What a folder with these keys loads, without where it stands."""
    (path / "watchlists").mkdir(parents=True)
    (path / "feeds.yml").write_text(FEEDS.format(more=feed))
    (path / "receivers.yml").write_text(RECEIVERS.format(kind=kind, more=receiver, routes=routes))
    (path / "watchlists" / "trade.yml").write_text(TOPICS.format(more=topic, top=top))
    loaded = load(path)
    assert loaded.catalog is not None, [str(problem) for problem in loaded.problems]
    assert not loaded.errors
    hidden = [receiver.secret for receiver in loaded.catalog.receivers]  # not in the repr
    return f"{replace(loaded.catalog, revision='')} {hidden}".replace(str(path), "")


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, value in FEED_KEYS.items() if value])
def test_a_key_of_a_feed_reaches_the_catalog(tmp_path: Path, key: str, value: str) -> None:
    section, *inner = key.split(".")
    near = ", kind: list, list: {links: a}" if inner else ""
    more = f", kind: list, {section}: {value}" if inner else f", {key}: {value}"
    assert catalog(tmp_path / "a", feed=more) != catalog(tmp_path / "b", feed=near)


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, value in RECEIVER_KEYS.items() if value])
def test_a_key_of_a_receiver_reaches_the_catalog(tmp_path: Path, key: str, value: str) -> None:
    section = key.split(".")[0]
    near = {other for name, other in RECEIVER_KEYS.items() if other and name.startswith(f"{section}.")}
    changed = catalog(tmp_path / "a", receiver=f", {section}: {value}")
    assert changed != catalog(tmp_path / "b")
    for number, other in enumerate(near - {value}):
        assert changed != catalog(tmp_path / f"c{number}", receiver=f", {section}: {other}")


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, value in TOPIC_KEYS.items() if value])
def test_a_key_of_a_topic_reaches_the_catalog(tmp_path: Path, key: str, value: str) -> None:
    section = key.split(".")[0]
    assert catalog(tmp_path / "a", topic=f", {section}: {value}") != catalog(tmp_path / "b")


@pytest.mark.parametrize("kind", KINDS.values())
def test_a_destination_reaches_the_catalog(tmp_path: Path, kind: str) -> None:
    others = ["slack: '#duty'", *(other for other in KINDS.values() if other != kind)]
    changed = catalog(tmp_path / "a", kind=kind)
    assert all(changed != catalog(tmp_path / f"b{number}", kind=other) for number, other in enumerate(others))


@pytest.mark.parametrize("route", ROUTE_KEYS.values())
def test_a_key_of_a_route_reaches_the_catalog(tmp_path: Path, route: str) -> None:
    others = ["", *(f"routes: [{other}]\n" for other in ROUTE_KEYS.values() if other != route)]
    changed = catalog(tmp_path / "a", routes=f"routes: [{route}]\n")
    assert all(changed != catalog(tmp_path / f"b{number}", routes=other) for number, other in enumerate(others))


@pytest.mark.parametrize("line", ["description: All of it\n", "owner: '@anna'\n"])
def test_a_key_of_a_watchlist_reaches_the_catalog(tmp_path: Path, line: str) -> None:
    assert catalog(tmp_path / "a", top=line) != catalog(tmp_path / "b")


def at(port: int, **http: object) -> Settings:
    allowed = {"allow_networks": ["127.0.0.0/8"], "allow_ports": [port], "robots": False}
    return Settings.model_validate({"workers": 1, "http": {**allowed, **http}})


async def test_ca_file_replaces_the_authorities(tmp_path: Path) -> None:
    authority, file = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("secure.example").configure_cert(context)
    async with serving({"/": plain(b"<rss/>")}, tls=context) as server:
        url, resolve = f"https://secure.example:{server.port}/", resolving(secure_example=["127.0.0.1"])
        for given, kind in ({"ca_file": str(file)}, Fetched), ({}, Failure):
            async with open_readers(at(server.port, **given), FixedClock(), resolve=resolve) as readers:
                assert isinstance(await readers.fetcher.feed(url, Validators()), kind)


@pytest.mark.parametrize(("limit", "kind"), [("1s", Failure), ("5s", Fetched)])
async def test_read_timeout_limits_a_pause(limit: str, kind: type) -> None:
    async def after_a_pause(_: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1.2)
        writer.write(plain(b"<rss/>"))

    async with serving({"/": after_a_pause}) as server:
        async with open_readers(at(server.port, read_timeout=limit), FixedClock()) as readers:
            found = await readers.fetcher.feed(server.url("/"), Validators())
    assert isinstance(found, kind)
    assert not isinstance(found, Failure) or found.reason is Reason.TIMEOUT


async def test_proxy_gets_every_request() -> None:
    async with serving({}) as proxy:
        settings = at(proxy.port, proxy=f"http://127.0.0.1:{proxy.port}", allow_networks=[])
        resolve = resolving(herald_example=["93.184.215.14"])
        async with open_readers(settings, FixedClock(), resolve=resolve) as readers:
            await readers.fetcher.feed("http://herald.example/feed", Validators())
    assert "http://herald.example/feed" in str(proxy.requests)


def test_the_wait_for_a_join_changes_the_catalog(tmp_path: Path) -> None:
    assert catalog(tmp_path / "a") != catalog(tmp_path / "b", routes="join_wait: 5s\n")
