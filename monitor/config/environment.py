"""Read the environment; no other module does."""

import os
from pathlib import Path

from monitor.config.secrets import Secrets, load_secrets
from monitor.domain.catalog import Problem

_DEFAULT_DIR = "config"


def config_dir(given: str | Path | None = None) -> Path:
    """Return the configuration folder: as given, else `$WIREWATCH_CONFIG`, else `config`."""
    return Path(given or os.environ.get("WIREWATCH_CONFIG") or _DEFAULT_DIR)


def environment_secrets() -> tuple[Secrets, list[Problem]]:
    """Read the secrets of the environment; return them with the problems found."""
    return load_secrets(os.environ)
