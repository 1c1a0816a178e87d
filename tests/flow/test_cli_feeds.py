"""`wirewatch feeds test` and `feeds discover` against outlets on loopback."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.adapters.pages.feed_links import Offered, feeds_offered
from monitor.cli.main import main
from tests.support.news_server import Outlet, outlets

PAGE = b"""<!doctype html><html><head><base href="/en/"><title>North</title>
<link rel="alternate" type="application/rss+xml" title=" All  the news " href="/feed.xml">
<link rel="ALTERNATE nofollow" type="application/atom+xml; charset=utf-8" href="atom">
<link rel="alternate" type="application/rss+xml" href="/feed.xml">
<link rel="alternate" type="text/html" href="/other"><link rel="stylesheet" href="/a.css">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)"></head><body>News</body></html>"""


@pytest.fixture
def pair() -> Iterator[list[Outlet]]:
    with outlets("North", "South") as made:
        yield made


@pytest.fixture
def root(tmp_path: Path, pair: list[Outlet]) -> Path:
    (tmp_path / "watchlists").mkdir()
    ports = [int(outlet.address.rsplit(":", 1)[1]) for outlet in pair]
    http = {"allow_networks": ["127.0.0.0/8"], "allow_ports": ports, "per_host": {"delay": "0s"}}
    feeds = [{"key": key, "url": outlet.feed_url} for key, outlet in zip(("north", "south"), pair, strict=True)]
    (tmp_path / "wirewatch.yml").write_text(json.dumps({"http": http, "workers": 1}))
    (tmp_path / "feeds.yml").write_text(json.dumps({"feeds": feeds}))
    (tmp_path / "receivers.yml").write_text("receivers: {desk: {console: true}}")
    (tmp_path / "watchlists/a.yml").write_text("receivers: [desk]\ntopics: {t: {title: T, query: tariff}}")
    return tmp_path


def feeds(*words: object) -> Result:
    return CliRunner().invoke(main, ["feeds", *(str(word) for word in words)], catch_exceptions=False)


def test_each_feed_is_asked_once_and_what_fails_is_said(root: Path, pair: list[Outlet]) -> None:
    pair[0].publish("one", "A ferry is late", "Nobody knows why.")
    pair[1].status = 503
    result = feeds("test", "--config", root, "--json")
    north, south = (json.loads(line) for line in result.stdout.splitlines())
    assert result.exit_code == 1
    assert "1 of 2 feeds failed" in result.stderr
    assert (north["key"], north["ok"], north["entries"], north["title"]) == ("north", True, 1, "North")
    assert (south["ok"], south["problem"].split(":")[0]) == (False, "server error")
    assert [len(outlet.requests) for outlet in pair] == [1, 1]


def test_only_the_feeds_that_are_named(root: Path, pair: list[Outlet]) -> None:
    pair[0].publish("one", "A ferry is late", "Nobody knows why.")
    assert feeds("test", "north", "--config", root).exit_code == 0
    assert pair[1].requests == []
    assert feeds("test", "east", "--config", root).exit_code == 2


def test_a_site_s_feeds_are_found_from_its_page(root: Path, pair: list[Outlet]) -> None:
    north = pair[0]
    north.publish("one", "A ferry is late", "Nobody knows why.")
    north.publish("", "Home", "", page=PAGE)
    result = feeds("discover", f"http://{north.address}/", "--config", root, "--json")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [(feed["url"], feed["ok"]) for feed in found] == [
        (north.feed_url, True),
        (f"http://{north.address}/en/atom", False),
    ]


def test_a_site_without_feeds_is_a_finding(root: Path, pair: list[Outlet]) -> None:
    pair[1].feed_body = b"nothing here"
    pair[1].publish("", "Home", "There is only a page.")
    result = feeds("discover", f"http://{pair[1].address}/", "--config", root)
    assert result.exit_code == 1
    assert "offers no feed" in result.stderr


@pytest.mark.parametrize("body", [b"", b"\x00", b"<", b"{}"])
def test_what_is_no_page_offers_nothing(body: bytes) -> None:
    assert feeds_offered(body, "https://north.example/", "no-such-charset") == ()


def test_the_page_s_own_base_and_names_are_used() -> None:
    assert feeds_offered(PAGE, "https://north.example/start") == (
        Offered(url="https://north.example/feed.xml", title="All the news"),
        Offered(url="https://north.example/en/atom"),
    )


def test_a_feed_is_tried_before_it_is_added_and_shows_what_it_brings(root: Path, pair: list[Outlet]) -> None:
    north = pair[0]
    north.publish("one", "A tariff on kettles", "Nobody knows why.")
    (root / "feeds.yml").write_text("# ours\nfeeds: []\n")
    result = feeds("add", north.feed_url.removeprefix("http://"), "--config", root)
    assert (result.exit_code, (root / "feeds.yml").read_text()) == (1, "# ours\nfeeds: []\n")  # https finds no feed
    assert "--no-try adds the address all the same" in result.stderr
    result = feeds("add", north.feed_url, "--config", root, "--key", "north")
    assert result.exit_code == 0, result.stderr
    assert "North: 1 entries" in result.stdout
    assert "A tariff on kettles" in result.stdout
    assert "topics that match these entries by headline and summary: t (1)" in result.stdout
    assert (root / "feeds.yml").read_text() == f"# ours\nfeeds:\n  - key: north\n    url: {north.feed_url}\n"


def test_feeds_are_switched_off_on_and_removed(root: Path) -> None:
    (root / "feeds.yml").write_text("feeds:\n  - key: north # ours\n    url: https://u:secret@north.example/\n")
    assert feeds("disable", "north", "--config", root).stdout == "north is now off\n"
    assert feeds("disable", "north", "--config", root).stdout == "north is already off\n"
    assert "enabled: false" in (root / "feeds.yml").read_text()
    assert feeds("enable", "north", "--config", root).stdout == "north is now on\n"
    assert feeds("remove", "east", "--config", root).exit_code == 2
    assert feeds("remove", "north", "--config", root).stdout == "removed north: https://***@north.example/\n"
    assert (root / "feeds.yml").read_text() == "feeds: []\n"


def test_secrets_in_addresses_are_shown_on_demand_only(root: Path, tmp_path: Path) -> None:
    address = "https://me:hush@north.example/rss?api_key=k123&x=1"
    (root / "feeds.yml").write_text(f"feeds: [{{key: north, url: '{address}'}}]\n")
    for words in (("list",), ("list", "--json"), ("export",)):
        shown = feeds(*words, "--config", root)
        assert "hush" not in shown.output, words
        assert "k123" not in shown.output, words
        assert "hush" in feeds(*words, "--show-secrets", "--config", root).stdout
    file = tmp_path / "out.opml"
    assert feeds("export", file, "--config", root).exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert "exists: --force replaces it" in feeds("export", file, "--config", root).stderr
    assert feeds("export", file, "--force", "--config", root).exit_code == 0


def test_an_address_without_scheme_is_asked_by_https_then_by_http(root: Path, pair: list[Outlet]) -> None:
    pair[0].publish("one", "A ferry is late", "Nobody knows why.")
    result = feeds("discover", pair[0].feed_url.removeprefix("http://"), "--config", root, "--json")
    assert json.loads(result.stdout)["url"] == pair[0].feed_url
