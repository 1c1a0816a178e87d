"""The one place where the program reads its environment."""

import os
from pathlib import Path

from monitor.config.secrets import Secrets, load_secrets
from monitor.domain.catalog import Problem

_DEFAULT_DIR = "config"


def config_dir(given: str | Path | None = None) -> Path:
    """The configuration folder: as given, else `$WIREWATCH_CONFIG`, else `config`."""
    return Path(given or os.environ.get("WIREWATCH_CONFIG") or _DEFAULT_DIR)


def environment_secrets() -> tuple[Secrets, list[Problem]]:
    """The secrets of the environment and what is wrong with how they are given."""
    return load_secrets(os.environ)
