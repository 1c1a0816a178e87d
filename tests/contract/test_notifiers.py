"""Every notifier behind one port: it posts, edits or refuses to, and raises nothing, whatever the other side does."""

import base64
import hashlib
import hmac
import io
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from rich.console import Console

from monitor.adapters.console import ConsoleNotifier
from monitor.adapters.receivers.apprise import AppriseNotifier
from monitor.adapters.receivers.webhook import HttpNotifier
from monitor.adapters.slack.client import SlackCalls
from monitor.adapters.slack.notifier import SlackNotifier
from monitor.adapters.slack.webhook import WebhookNotifier
from monitor.app.notifiers import from_environment
from monitor.domain.alerts.alert import DeliveryKind, NotSent, Receipt, Unknown
from monitor.domain.catalog import Channel, Receiver
from monitor.domain.delivery.attempt import Absent, HistoryUnreadable
from monitor.domain.delivery.message import Message
from monitor.ports import Notifier
from tests.support.delivery_world import HandClock
from tests.support.fake_slack import BOT_TOKEN, FakeSlack
from tests.unit.adapters.slack.test_slack_rendering import CARD

SECRET = "whsec_" + base64.b64encode(b"a secret of 24 bytes ...").decode()
KINDS = [channel.value for channel in Channel]
TIMEOUT = timedelta(seconds=3)
ALERT = Message(kind=DeliveryKind.ALERT, cards=(CARD,), receiver="desk", delivery_id=7)


@dataclass
class Taken:
    """What a server of any kind was sent, and what it answers."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0


@pytest.fixture
async def server() -> AsyncIterator[Taken]:
    taken = Taken()

    async def take(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        taken.requests.append((headers, await request.read()))
        return web.Response(status=taken.status, headers=taken.headers)

    app = web.Application()
    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    taken.port = runner.addresses[0][1]
    yield taken
    await runner.cleanup()


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        slack.workspace.add_channel("desk")
        yield slack


def made(kind: str, slack_url: str, hook: str, port: int) -> tuple[Notifier, Receiver]:
    clock, calls = HandClock(datetime(2026, 3, 2, 12, tzinfo=UTC)), SlackCalls(timeout=TIMEOUT, api_url=slack_url)
    receiver = Receiver(name="desk", channel=Channel(kind), address="#desk" if kind == "slack" else "")
    match Channel(kind):
        case Channel.SLACK:
            return SlackNotifier(token=lambda: BOT_TOKEN, calls=calls, clock=clock), receiver
        case Channel.WEBHOOK:
            return WebhookNotifier(url=lambda: hook, calls=calls, clock=clock), receiver
        case Channel.CONSOLE:
            return ConsoleNotifier(Console(file=io.StringIO())), receiver
        case Channel.HTTP:
            own = replace(receiver, url=f"http://127.0.0.1:{port}/alerts", secret=SECRET)
            return HttpNotifier(clock=clock, timeout=TIMEOUT, resolve=from_environment), own
        case Channel.APPRISE:
            return AppriseNotifier(resolve=from_environment), replace(receiver, url=f"json://127.0.0.1:{port}/alerts")


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize("kind", KINDS)
async def test_a_message_is_accepted_and_edited_or_refused_as_a_value(
    kind: str, slack: FakeSlack, server: Taken
) -> None:
    hook = slack.webhook_url(slack.workspace.add_webhook("x", slack.workspace.named("desk")))
    notifier, receiver = made(kind, slack.api_url, hook, server.port)
    sent = await notifier.post(receiver, ALERT, key="k", thread=None, broadcast=False, plain=False)
    assert isinstance(sent, Receipt)
    edited = await notifier.update(receiver, ALERT, channel=sent.channel or "", ts=sent.ts or "", key="k", plain=False)
    assert isinstance(edited, Receipt | NotSent)
    assert isinstance(edited, Receipt) or (edited.permanent and edited.scope is NotSent.Scope.MESSAGE)
    found = await notifier.find(receiver, "k", since=datetime(2026, 3, 2, tzinfo=UTC), thread=None)
    assert isinstance(found, Receipt | Absent | HistoryUnreadable)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "console"])
async def test_where_nobody_answers_it_says_so_and_raises_nothing(kind: str) -> None:
    port = closed_port()
    base = f"http://127.0.0.1:{port}"
    notifier, receiver = made(kind, f"{base}/api/", f"{base}/services/x", port)
    sent = await notifier.post(receiver, ALERT, key="k", thread=None, broadcast=False, plain=True)
    assert isinstance(sent, NotSent | Unknown)


@pytest.mark.parametrize("kind", ["http", "apprise"])
async def test_what_a_server_refuses_is_tried_again(kind: str, server: Taken) -> None:
    server.status = 503
    notifier, receiver = made(kind, "http://127.0.0.1:1/", "", server.port)
    sent = await notifier.post(receiver, ALERT, key="k", thread=None, broadcast=False, plain=False)
    assert isinstance(sent, NotSent)
    assert not sent.permanent


@pytest.mark.parametrize(
    ("status", "permanent", "scope"),
    [(400, False, "message"), (401, True, "receiver"), (410, True, "receiver"), (302, True, "receiver"),
     (429, False, "receiver"), (500, False, "receiver")],
)  # fmt: skip
async def test_an_answer_to_a_webhook_concerns_the_message_or_its_receiver(
    server: Taken, status: int, permanent: bool, scope: str
) -> None:
    server.status, server.headers = status, {"Retry-After": "7"}
    notifier, receiver = made("http", "http://127.0.0.1:1/", "", server.port)
    sent = await notifier.post(receiver, ALERT, key="k", thread=None, broadcast=False, plain=False)
    assert isinstance(sent, NotSent)
    assert (sent.permanent, sent.scope.value) == (permanent, scope)
    assert sent.retry_after == (timedelta(seconds=7) if status in (429, 500) else None)


async def test_a_webhook_is_signed_and_a_repeat_has_the_same_id(server: Taken) -> None:
    notifier, receiver = made("http", "http://127.0.0.1:1/", "", server.port)
    for _ in range(2):
        await notifier.post(receiver, ALERT, key="k", thread=None, broadcast=False, plain=False)
    answer = replace(ALERT, kind=DeliveryKind.REPLY)
    await notifier.post(receiver, answer, key="r", thread="k", broadcast=False, plain=False)
    await notifier.update(receiver, ALERT, channel="desk", ts="k", key="k", plain=False)
    (first, body), (second, _), (_, reply), (edit, edited) = server.requests
    assert first["webhook-id"] == second["webhook-id"] == "k"
    content = f"k.{first['webhook-timestamp']}.".encode() + body
    expected = hmac.new(b"a secret of 24 bytes ...", content, hashlib.sha256).digest()
    assert first["webhook-signature"] == f"v1,{base64.b64encode(expected).decode()}"
    told = json.loads(body)
    assert (told["version"], told["kind"], told["stories"][0]["report"]["headline"]) == (1, "alert", "Envoys meet")
    assert told["stories"][0]["evidence"] == [
        {"outlet": "herald.example", "field": "text", "quote": "offered to host talks soon", "matched": ["talks"]}
    ]
    assert json.loads(reply)["answers"] == "k"
    assert (edit["webhook-id"], json.loads(edited)["edits"]) == ("k.7", "k")


async def test_apprise_gets_title_and_plain_text(server: Taken) -> None:
    notifier, receiver = made("apprise", "http://127.0.0.1:1/", "", server.port)
    await notifier.post(receiver, ALERT, key="k", thread=None, broadcast=False, plain=False)
    [(_, body)] = server.requests
    told = json.loads(body)
    assert told["title"] == "High: Envoys meet"
    assert "herald.example" in told["message"]
    assert "offered to host talks soon" in told["message"]


@pytest.mark.parametrize(
    ("kind", "url", "secret"),
    [("apprise", "$NO_SUCH_VARIABLE", ""), ("apprise", "nonsense://x", ""), ("http", "$NO_SUCH_VARIABLE", ""),
     ("http", "http://127.0.0.1:1/", "whsec_not base64!"), ("http", "http://127.0.0.1:1/", "$NO_SUCH_VARIABLE")],
)  # fmt: skip
async def test_a_receiver_that_cannot_work_is_blocked_with_a_reason(kind: str, url: str, secret: str) -> None:
    notifier, receiver = made(kind, "http://127.0.0.1:1/", "", 1)
    receiver = replace(receiver, url=url, secret=secret)
    sent = await notifier.post(receiver, ALERT, key="k", thread=None, broadcast=False, plain=False)
    assert isinstance(sent, NotSent)
    assert (sent.permanent, sent.scope) == (True, NotSent.Scope.RECEIVER)


def test_addresses_and_secrets_come_from_variables_or_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DESK_URL", "https://desk.example/")
    assert from_environment("$DESK_URL") == "https://desk.example/"
    assert from_environment("https://plain.example/") == "https://plain.example/"
    assert from_environment("$DESK_SECRET") is None
    file = tmp_path / "secret"
    file.write_text("whsec_x\n")
    monkeypatch.setenv("DESK_SECRET_FILE", str(file))
    assert from_environment("$DESK_SECRET") == "whsec_x"


def test_no_log_shows_an_address_or_secret() -> None:
    receiver = Receiver(name="desk", channel=Channel.HTTP, url="https://user:pass@desk.example/", secret=SECRET)
    assert "pass" not in repr(receiver)
    assert SECRET not in repr(receiver)
