"""Find the shipped configuration and copy it into an empty folder."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from monitor.config.yaml.folder import MAIN_FILES, WATCHLISTS_DIR

_PACKAGE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The files that a first start copied; `trouble` is the reason when it could not."""

    target: Path
    files: tuple[str, ...] = ()
    trouble: str | None = None

    def __str__(self) -> str:
        if self.trouble:
            return f"cannot copy the default configuration to {self.target}: {self.trouble}"
        if not self.files:
            return f"{self.target} already holds a configuration: left as it is"
        return f"{self.target} was empty: the default configuration was copied there ({len(self.files)} files)"


def default_config_dir() -> Path:
    """Return the shipped configuration: in the installed package, or `config/` of a source tree."""
    packaged = _PACKAGE / "defaults"
    return packaged if packaged.is_dir() else _PACKAGE.parents[1] / "config"


def is_unconfigured(target: Path) -> bool:
    """Whether the folder is missing or holds no configuration; hidden files and lost+found do not count."""
    try:
        names = {path.name for path in target.iterdir()}
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return not any(name in names for name in (*MAIN_FILES, WATCHLISTS_DIR)) and all(
        name.startswith(".") or name == "lost+found" for name in names
    )


def install_defaults(target: Path) -> Installed:
    """Copy the shipped configuration into a folder that is empty or missing; anything else is left untouched."""
    if not is_unconfigured(target):
        return Installed(target=target)
    source = default_config_dir()
    try:
        shutil.copytree(source, target, dirs_exist_ok=True, copy_function=shutil.copyfile)
    except (OSError, shutil.Error) as error:
        return Installed(target=target, trouble=getattr(error, "strerror", None) or "not writable")
    return Installed(
        target=target,
        files=tuple(sorted(str(p.relative_to(source)) for p in source.rglob("*") if p.is_file())),
    )
