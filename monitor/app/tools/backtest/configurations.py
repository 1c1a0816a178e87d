"""Find the two configurations of a backtest: folders on disk, or a revision of git."""

import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.app.configuration import ConfigurationInvalid
from monitor.config.loader import load
from monitor.domain.catalog import Catalog


class UnknownRevision(Exception):
    """The name is neither a folder nor a revision of git."""


def catalog_at(folder: Path) -> Catalog:
    """Load the catalog of a folder. Raises ConfigurationInvalid with every problem, each with its file."""
    loaded = load(folder)
    if loaded.catalog is None:
        raise ConfigurationInvalid(loaded.errors)
    return loaded.catalog


@contextmanager
def folder_of(name: str, config: Path) -> Iterator[Path]:
    """Yield the folder `name`, or `config` as it stood in the git revision `name`. Raises UnknownRevision."""
    if Path(name).is_dir():
        yield Path(name)
        return
    command = ["git", "-C", str(config), "archive", "--format=tar", name, "."]
    try:
        packed = subprocess.run(command, capture_output=True, check=True)  # noqa: S603  the arguments are a list
    except (OSError, subprocess.CalledProcessError) as error:
        said = error.stderr.decode(errors="replace").strip() if isinstance(error, subprocess.CalledProcessError) else ""
        raise UnknownRevision(
            f"{name}: neither a folder nor a revision of git{f' ({said})' if said else ''}"
        ) from error
    with TemporaryDirectory(prefix="wirewatch-") as folder, tarfile.open(fileobj=BytesIO(packed.stdout)) as files:
        files.extractall(folder, filter="data")
        yield Path(folder)
