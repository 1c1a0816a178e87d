"""Secrets from the environment: shown nowhere, twins read, troubles told without the value."""

import dataclasses
from pathlib import Path

import pytest

from monitor.config.environment import config_dir
from monitor.config.secrets import Secrets, load_secrets
from monitor.domain.strings.redaction import exposed_secrets, redact

TOKEN = "xoxb-123456789012-abcdefABCDEF"


@pytest.mark.case(103)
def test_every_secret_may_stand_in_the_environment_or_in_a_file_it_names(tmp_path: Path) -> None:
    names = ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_WEBHOOK_URL", "WIREWATCH_DATABASE", "WIREWATCH_WEB_PASSWORD"]
    direct, troubles = load_secrets({name: f" value of {name}\n" for name in names})
    assert troubles == []
    files = {}
    for name in names:
        (tmp_path / name).write_text(f"\ufeffvalue of {name}\r\n", encoding="utf-8")
        files[f"{name}_FILE"] = str(tmp_path / name)
    assert load_secrets(files) == (direct, [])
    assert dataclasses.astuple(direct) == tuple(f"value of {name}" for name in names)


@pytest.mark.case(97)
def test_secrets_do_not_show_themselves() -> None:
    secrets = Secrets(slack_bot_token=TOKEN, database="postgresql://u:pa55@db/x")
    for shown in (repr(secrets), str(secrets), f"{secrets}", f"{[secrets]}"):
        assert "abcdef" not in shown
        assert "pa55" not in shown
        assert "slack_bot_token=***" in shown


def test_an_empty_value_counts_as_not_given(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_text(" \n")
    given = {"SLACK_BOT_TOKEN": " ", "SLACK_APP_TOKEN_FILE": "", "SLACK_WEBHOOK_URL_FILE": str(empty)}
    assert load_secrets(given) == (Secrets(), [])
    _, (problem,) = load_secrets({"WIREWATCH_DATABASE_FILE": str(empty)})
    assert "one line" in problem.message


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "No such file"), (b"a\nb", "one line"), (b"\xff", "UTF-8"), (b"x" * 9999, "one line")],
)
def test_an_unusable_secret_file_is_a_problem(content: bytes | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    secrets, (problem,) = load_secrets({"SLACK_BOT_TOKEN_FILE": str(path)})
    assert secrets.slack_bot_token is None
    assert str(problem).startswith("$SLACK_BOT_TOKEN_FILE:1:1: ")
    assert words in problem.message


def test_giving_a_secret_both_ways_is_a_problem_that_quotes_neither(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    _, (problem,) = load_secrets({"SLACK_BOT_TOKEN": TOKEN, "SLACK_BOT_TOKEN_FILE": str(tmp_path / "token")})
    assert "keep one" in problem.message
    assert "abcdef" not in problem.message


@pytest.mark.case(97)
@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {TOKEN}",
        "xapp-1-A0B1C2-123-abcdef",
        "https://hooks.slack.com/services/T000/B000/abcdef",
        "postgresql+psycopg://wire:abcdef@db.example/wire",
        "https://user:abcdef@feeds.example/rss",
    ],
)
def test_what_looks_like_a_secret_is_taken_out_of_texts(text: str) -> None:
    assert "abcdef" not in redact(text)
    assert len(exposed_secrets(text)) == 1


@pytest.mark.parametrize(
    "text", ["https://a.example/x:y@z", "sqlite:///data/x.db", "a xoxo-game", "postgresql://u@h/d"]
)
def test_ordinary_texts_are_left_alone(text: str) -> None:
    assert redact(text) == text


def test_the_folder_is_the_given_one_else_the_environments_else_config(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WIREWATCH_CONFIG", raising=False)
    assert config_dir() == Path("config")
    monkeypatch.setenv("WIREWATCH_CONFIG", "/etc/wirewatch")
    assert (config_dir(), config_dir("here")) == (Path("/etc/wirewatch"), Path("here"))
