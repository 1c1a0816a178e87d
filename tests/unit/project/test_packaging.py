"""What is shipped: lock files in step with pyproject.toml, nothing of any machine in them, data inside the package."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
WANTED = {
    "requirements.lock": PROJECT["project"]["dependencies"],
    "requirements-dev.lock": [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]],
}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


@pytest.mark.case(150)
@pytest.mark.parametrize("lock", WANTED)
def test_the_lock_files_are_in_step_with_the_project(lock: str) -> None:
    """When this fails: scripts/lock."""
    pinned: dict[str, set[Version]] = {}
    for name, version in _PIN.findall((ROOT / lock).read_text()):
        pinned.setdefault(canonicalize_name(name), set()).add(Version(version))
    for line in WANTED[lock]:
        wanted = Requirement(line)
        versions = pinned.get(canonicalize_name(wanted.name), set())
        assert versions, f"{wanted.name} is not in {lock}"
        assert all(wanted.specifier.contains(version, prereleases=True) for version in versions), line


@pytest.mark.case(150)
@pytest.mark.parametrize("lock", WANTED)
def test_every_locked_package_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index" not in text
    entries = re.split(r"\n(?=[A-Za-z0-9])", text)
    assert [entry.splitlines()[0] for entry in entries if _PIN.match(entry) and "--hash=sha256:" not in entry] == []


def test_the_image_gets_what_the_package_needs() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = set(re.findall(r"^COPY (?!--)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    assert {name for line in copied for name in line.split()} <= kept
    inside = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert {*inside["packages"], *inside["force-include"]} <= kept


@pytest.mark.case(150)
def test_the_wheel_holds_the_migrations_and_the_default_configuration(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("wirewatch-*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        path.relative_to(ROOT).as_posix()
        for folder in ("monitor", "storage")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix not in (".pyc", "")
    }
    shipped = {
        "monitor/config/defaults/" + path.relative_to(ROOT / "config").as_posix()
        for path in (ROOT / "config").rglob("*.yml")
    }
    assert any("migrations/versions" in name for name in wanted)
    assert any("watchlists" in name for name in shipped)
    assert (wanted | shipped) - inside == set()
    assert {
        name for name in inside if name.startswith(("tests/", "benchmarks/")) or name.endswith((".db", ".env"))
    } == set()
