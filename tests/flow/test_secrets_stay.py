"""Thirty planted secrets, through every way out: logs of both kinds, the database, status, metrics, errors."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.adapters.logs import configure
from monitor.config.environment import environment_secrets
from monitor.config.models.settings import Settings
from monitor.config.secrets import known_secrets, load_secrets
from tests.support.news_server import outlets

ROOT = Path(__file__).parents[2]
MARK = "pl4nt3d"
"""In every secret, and in nothing else."""

TEXTS = [
    f"token xoxb-1111-2222-{MARK}01",
    f"xoxp-1111-{MARK}02 was refused",
    f"xoxe.xoxp-1-{MARK}03",
    f"app token xapp-1-A0-1-{MARK}04",
    f"POST https://hooks.slack.com/services/T0/B0/{MARK}05",
    f"https://hooks.slack.com/workflows/T0/A0/1/{MARK}06 failed",
    f"https://hooks.slack.com/triggers/T0/1/{MARK}07",
    f"https://hooks.slack-gov.com/services/T0/B0/{MARK}08",
    f"postgresql://wire:{MARK}09@db.example/wire",
    f"postgresql+psycopg://wire:{MARK}%4010@db.example/wire",
    f"https://reader:{MARK}11@feeds.example/rss",
    f"http://{MARK}12@feeds.example/rss",
    f"https://feeds.example/rss?key={MARK}13",
    f"https://feeds.example/rss?a=b&api_key={MARK}14&c=d",
    f"https://feeds.example/rss?apiToken={MARK}15",
    f"https://feeds.example/rss?access_token={MARK}16#part",
    f"https://feeds.example/rss?password={MARK}17",
    f"https://feeds.example/rss?pwd={MARK}18;sig={MARK}19",
    f"https://feeds.example/rss?X-Amz-Signature={MARK}20",
    f"https://feeds.example/rss?auth={MARK}21",
    f"https://feeds.example/rss?client_secret={MARK}22",
    f"Authorization: Bearer {MARK}23",
    f"headers={{'Authorization': 'Basic {MARK}24=='}}",
    f"(b'authorization', b'Bearer {MARK}25')",
    f"Cookie: session={MARK}26",
    f"Set-Cookie: sid={MARK}27; Path=/",
    f"connection to server failed: password={MARK}28 host=db",
    f"watch https://beat.example/ping/{MARK}29 said 500",
    f"the proxy wanted {MARK}30",
]
KNOWN = Settings.model_validate(
    {
        "database": "postgresql://wire@db.example/wire",
        "heartbeat": {"url": f"https://beat.example/ping/{MARK}29"},
        "http": {"proxy": f"http://me:{MARK}30@proxy.example:3128"},
    }
)


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)
    logging.captureWarnings(False)


@pytest.mark.case(97)
@pytest.mark.parametrize("style", ["json", "text"])
def test_no_log_line_shows_a_secret(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure(style=style, level="debug", secrets=known_secrets(environment_secrets()[0], KNOWN))
    log = logging.getLogger("monitor.anything")
    for text in TEXTS:
        log.debug(text)
        log.warning("as an argument: %s, %r", text, {"nested": [text.encode(), text]})
        log.info("as an extra", extra={"answer": text})
        try:
            raise ValueError(text) from OSError(text)
        except ValueError:
            log.exception("as an exception")
    shown = capsys.readouterr().err
    assert shown.count("as an exception") == len(TEXTS)
    assert "feeds.example/rss" in shown
    assert [line for line in shown.splitlines() if MARK in line] == []


def test_known_secrets_are_the_values_and_the_passwords_inside_addresses() -> None:
    secrets, _ = load_secrets({"WIREWATCH_DATABASE": f"postgresql://w:{MARK}%40@h/d", "SLACK_BOT_TOKEN": "odd-shape"})
    found = known_secrets(secrets, KNOWN)
    assert {f"{MARK}%40", f"{MARK}@", "odd-shape", f"{MARK}30", f"/ping/{MARK}29"} <= set(found)


@pytest.mark.case(97)
@pytest.mark.parametrize("style", ["json", "text"])
def test_a_daemon_in_trouble_tells_no_secret(style: str, tmp_path: Path) -> None:
    """Feeds that need keys and passwords fail, Slack refuses, the heartbeat is down: at DEBUG nothing shows them."""
    with outlets("North", "South") as (north, south):
        north.status, south.status = 401, 503
        north.feed_body = f"<html>token {MARK} refused".encode()
        ports = [int(outlet.address.rsplit(":", 1)[1]) for outlet in (north, south)]
        settings = {
            "logging": {"level": "debug", "format": style},
            "http": {"allow_networks": ["127.0.0.0/8"], "allow_ports": [*ports, 1], "per_host": {"delay": "0s"}},
            "heartbeat": {"url": f"http://127.0.0.1:1/{MARK}"},
            "slack": {"api_url": f"http://{south.address}/"},
            "workers": 1,
        }
        feeds = [
            {"key": "keyed", "url": f"{north.feed_url}?key={MARK}"},
            {"key": "login", "url": f"http://reader:{MARK}@{south.address}/feed.xml"},
            {"key": "down", "url": f"http://reader:{MARK}@127.0.0.1:1/{MARK}?token={MARK}"},
        ]
        (tmp_path / "config/watchlists").mkdir(parents=True)
        for name, content in (
            ("wirewatch.yml", settings),
            ("feeds.yml", {"feeds": feeds}),
            ("receivers.yml", {"receivers": {"desk": {"slack": "#desk"}}, "admin": "desk"}),
            ("watchlists/a.yml", {"receivers": ["desk"], "topics": {"t": {"title": "T", "query": "tariff"}}}),
        ):
            (tmp_path / "config" / name).write_text(json.dumps(content))
        said = [wirewatch(tmp_path, *words) for words in (("run", "--once"), ("status",), ("status", "--json"))]
    assert "keyed: " in said[0]
    assert "login: " in said[0]
    for text in said:
        assert MARK not in text


def wirewatch(folder: Path, *words: str) -> str:
    """All that a command printed."""
    secrets = {"SLACK_BOT_TOKEN": f"xoxb-{MARK}", "SLACK_WEBHOOK_URL": f"https://hooks.slack.com/services/{MARK}"}
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | secrets
    done = subprocess.run(
        [sys.executable, "-m", "monitor", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=90,
    )
    return done.stdout + done.stderr


@pytest.mark.case(97)
@pytest.mark.parametrize(
    "words", [("db", "upgrade"), ("status",), ("run", "--once"), ("db", "copy", f"postgresql://u:{MARK}@127.0.0.1:1/x")]
)
def test_a_database_out_of_reach_is_told_without_its_password(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "config/watchlists").mkdir(parents=True)
    (tmp_path / "config/feeds.yml").write_text("feeds: []")
    (tmp_path / "config/receivers.yml").write_text("receivers: {desk: {console: true}}")
    (tmp_path / "config/wirewatch.yml").write_text(f"database: postgresql://wire:{MARK}@127.0.0.1:1/wire")
    said = wirewatch(tmp_path, *words)
    assert said
    assert MARK not in said
