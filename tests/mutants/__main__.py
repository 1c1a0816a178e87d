"""`scripts/mutants [GROUP...]`: mutates one group of modules after the other, and keeps the figures for the table."""

import argparse
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutants.groups import GROUPS, Group
from tests.reliability.figures import ROOT, keep

_COPIED = ("monitor", "storage", "tests", "config", "pyproject.toml")
_SETTINGS = """
[tool.mutmut]
source_paths = ["monitor", "storage"]
only_mutate = {modules}
also_copy = ["config"]
pytest_add_cli_args = ["-m", "not postgres and not torture", "-p", "no:randomly"]
pytest_add_cli_args_test_selection = {tests}
use_git_change_detection = false
track_dependencies = false
"""
_CAUGHT = ("killed", "timeout")


def counted(folder: Path, group: Group) -> dict[str, int]:
    """Run mutmut over a copy of the project in `folder`; how many mutants came to each end."""
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    with (folder / "pyproject.toml").open("a") as settings:
        settings.write(_SETTINGS.format(modules=json.dumps(group.modules), tests=json.dumps(group.tests)))
    mutmut = [sys.executable, "-m", "mutmut"]
    subprocess.run([*mutmut, "run", "--max-children", "2"], cwd=folder, check=True)
    subprocess.run([*mutmut, "export-cicd-stats"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    stats: dict[str, int] = json.loads((folder / "mutants" / "mutmut-cicd-stats.json").read_text())
    subprocess.run([*mutmut, "results"], cwd=folder, check=True)
    return stats


def main() -> None:
    """Run the groups asked for; all of them when none is named."""
    parser = argparse.ArgumentParser(prog="scripts/mutants", description=__doc__)
    parser.add_argument("groups", nargs="*", choices=[*GROUPS, []], help="which groups (default: all)")
    for name in parser.parse_args().groups or GROUPS:
        with TemporaryDirectory(prefix="wirewatch-mutants-") as folder:
            found = counted(Path(folder), GROUPS[name])
        caught = sum(found[end] for end in _CAUGHT)
        said = f"{caught} of {found['total']} ({caught / found['total']:.0%})"
        print(f"{name}: {said}")
        keep(ROOT, "mutants", name, (), said, datetime.now(UTC).date())


if __name__ == "__main__":
    main()
