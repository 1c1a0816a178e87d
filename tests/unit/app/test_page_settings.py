"""Where the pages are served: wirewatch.yml first, then the environment's defaults, as the image sets them."""

import pytest

from monitor.app.pages import web_settings
from monitor.config.models.settings import Web


def test_the_environment_fills_in_what_the_file_does_not_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_WEB_LISTEN", "0.0.0.0:8080")
    monkeypatch.setenv("WIREWATCH_WEB_OPEN", "read")
    assert web_settings(Web()) == Web(listen="0.0.0.0:8080", open="read")
    assert web_settings(Web(listen="127.0.0.1:9000", open="none")) == Web(listen="127.0.0.1:9000", open="none")


def test_without_it_the_pages_stay_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WIREWATCH_WEB_LISTEN", raising=False)
    monkeypatch.delenv("WIREWATCH_WEB_OPEN", raising=False)
    assert web_settings(Web()) == Web(listen="127.0.0.1:8080", open="none")
