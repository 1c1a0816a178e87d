"""The configuration that comes with the program, its schemas, and a first start."""

import json
from pathlib import Path

import pytest

from monitor.config.defaults import default_config_dir, install_defaults
from monitor.config.loader import load
from monitor.config.models.json_schema import SCHEMAS, schema_text
from monitor.config.models.settings import Settings

DEFAULTS = default_config_dir()


def test_the_shipped_configuration_is_sound_and_covers_many_languages() -> None:
    loaded = load(DEFAULTS)
    assert loaded.errors == ()
    assert loaded.catalog is not None
    assert len(loaded.catalog.feeds) >= 45
    languages = {feed.language for feed in loaded.catalog.feeds}
    assert {"en", "zh", "ru", "uk", "pl", "de", "fr", "es"} <= languages
    assert len({feed.url for feed in loaded.catalog.feeds}) == len(loaded.catalog.feeds)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_files_are_those_of_the_models(name: str) -> None:
    text = (DEFAULTS / "schemas" / name).read_text(encoding="utf-8")
    assert text == schema_text(SCHEMAS[name]), "run: python -m monitor.config.models.json_schema config/schemas"


def described(schema: dict[str, object], path: str) -> list[str]:
    """The keys of a schema that editors could not explain."""
    missing = []
    for key, value in schema.get("properties", {}).items():  # type: ignore[attr-defined]
        missing += [] if "description" in value or "$ref" in value else [f"{path}.{key}"]
    for name, section in schema.get("$defs", {}).items():  # type: ignore[attr-defined]
        missing += described(section, name)
    return missing


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_is_described_for_editors(name: str) -> None:
    assert described(json.loads(schema_text(SCHEMAS[name])), name) == []


def test_every_shipped_file_names_its_schema() -> None:
    for path in [*DEFAULTS.glob("*.yml"), *(DEFAULTS / "watchlists").glob("*.yml")]:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema=")
        assert (path.parent / first.partition("=")[2]).is_file(), path


@pytest.mark.parametrize("make", [False, True])
def test_a_first_start_fills_an_empty_folder(make: bool, tmp_path: Path) -> None:
    target = tmp_path / "config"
    if make:
        (target / "lost+found").mkdir(parents=True)
    installed = install_defaults(target)
    assert "feeds.yml" in installed.files
    assert "was empty" in str(installed)
    assert load(target).revision == load(DEFAULTS).revision
    assert install_defaults(target).files == ()


def test_a_folder_with_anything_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "my-feeds.txt").write_text("x")
    installed = install_defaults(tmp_path)
    assert installed.files == ()
    assert "left as it is" in str(installed)
    assert [path.name for path in tmp_path.iterdir()] == ["my-feeds.txt"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    installed = install_defaults(tmp_path / "file" / "config")
    assert installed.trouble
    assert "cannot copy" in str(installed)


def test_settings_have_a_default_for_everything() -> None:
    assert Settings() == Settings.model_validate({})
