"""The configuration that comes with the program, its schemas, and a first start."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.adapters.pooled.tasks import parse_feed
from monitor.config.defaults import default_config_dir, install_defaults
from monitor.config.loader import load
from monitor.config.models.json_schema import SCHEMAS, schema_text
from monitor.config.models.settings import Settings
from monitor.domain.catalog import Feed
from monitor.domain.failures import Failure

DEFAULTS = default_config_dir()


def test_the_shipped_configuration_is_sound_and_covers_many_languages() -> None:
    loaded = load(DEFAULTS)
    assert loaded.errors == ()
    assert loaded.catalog is not None
    assert len(loaded.catalog.feeds) >= 45
    languages = {feed.language for feed in loaded.catalog.feeds}
    assert {"en", "zh", "ru", "uk", "pl", "de", "fr", "es"} <= languages
    assert len({feed.url for feed in loaded.catalog.feeds}) == len(loaded.catalog.feeds)


def shipped(key: str) -> Feed:
    catalog = load(DEFAULTS).catalog
    assert catalog is not None
    feed = catalog.feed(key)
    assert feed is not None
    return feed


def read_as_shipped(key: str, body: str) -> list[tuple[str, str | None, datetime | None]]:
    """What a page of the shipped source would bring."""
    feed = shipped(key)
    found = parse_feed(body.encode(), feed.url, None, "", datetime(2026, 10, 9, tzinfo=UTC), feed.kind, feed.recipe)
    assert not isinstance(found, Failure), found
    return [(entry.title, entry.url, entry.published) for entry in found.entries]


@pytest.mark.parametrize("key", ["reuters", "ap", "straitstimes", "caixin", "nikkei-asia"])
def test_a_shipped_sitemap_reads_a_page_of_its_structure(key: str) -> None:
    place = "/".join(shipped(f"{key}-sitemap-en").url.split("/")[:3]) + "/world/ferry-line-opens"
    body = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
        f"<url><loc>{place}</loc><news:news><news:publication_date>2026-10-08T10:00:00Z</news:publication_date>"
        "<news:title>A ferry line opens</news:title></news:news></url></urlset>"
    )
    wanted = ("A ferry line opens", place, datetime(2026, 10, 8, 10, tzinfo=UTC))
    assert read_as_shipped(f"{key}-sitemap-en", body) == [wanted]


def test_the_shipped_lists_read_pages_of_their_structure() -> None:
    ministry = (
        "<div class=menu><a href=/eng/>Home</a></div><ul><li><a href='./202610/t20261008_11500001.html'>"
        "Remarks on the ferry line</a>(2026-10-08)</li></ul>"
    )
    day = datetime(2026, 10, 8, tzinfo=UTC)
    place = "https://www.mfa.gov.cn/eng/xw/fyrbt/202610/t20261008_11500001.html"
    assert read_as_shipped("mfa-china-en", ministry) == [("Remarks on the ferry line", place, day)]
    trade = (
        "<ul><li><a href='/xwfb/xwfyrth/art/2026/art_0a1b2c.html' title='发言人谈渡轮航线'>发言人谈渡轮…</a>"
        "<span>[2026-10-08]</span></li></ul><a href=/xwfb/index.html>更多</a>"
    )
    place = "https://www.mofcom.gov.cn/xwfb/xwfyrth/art/2026/art_0a1b2c.html"
    assert read_as_shipped("mofcom-china-zh", trade) == [("发言人谈渡轮航线", place, day)]


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
