"""Open the configuration, which every command does first."""

from pathlib import Path

from monitor.app.runtime.clock import SystemClock
from monitor.config.environment import config_dir, environment_secrets
from monitor.config.loader import load_settings
from monitor.config.reload import ConfigRefused, ConfigSource, open_config
from monitor.config.secrets import Secrets
from monitor.domain.catalog import Problem
from monitor.ports import Clock


class ConfigurationInvalid(Exception):
    """The configuration cannot be used; `problems` say what is wrong and where."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} problem(s) in the configuration")
        self.problems = problems


def opened(given: Path | None, clock: Clock | None = None) -> tuple[ConfigSource, Secrets]:
    """Open the configuration and read the environment's secrets. Raises ConfigurationInvalid."""
    secrets, troubles = environment_secrets()
    source = open_config(config_dir(given), clock or SystemClock())
    refused = source.problems if isinstance(source, ConfigRefused) else ()
    if isinstance(source, ConfigRefused) or troubles:
        raise ConfigurationInvalid((*troubles, *refused))
    return source, secrets


def opened_store_url(given: Path | None) -> str:
    """Where the store is, for commands that need nothing else. Raises ConfigurationInvalid."""
    secrets, troubles = environment_secrets()
    settings, problems = load_settings(config_dir(given))
    if settings is None or troubles:
        raise ConfigurationInvalid((*troubles, *(problem for problem in problems if not problem.warning)))
    return secrets.database or settings.database


def database_url(source: ConfigSource, secrets: Secrets) -> str:
    """Where the store is: the environment wins over wirewatch.yml."""
    return secrets.database or source.settings.database
