"""`wirewatch check` and `wirewatch feeds`, as people and scripts call them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli.main import main

FEEDS = "# our feeds\nfeeds:\n  - key: north   # the best\n    url: https://north.example/rss\n"
TOPICS = """\
receivers: [desk]
topics:
  tariffs:
    query: tariff
    must_match: [A new tariff on grain]
    must_not_match:
      - Rain in the north
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "feeds.yml").write_text(FEEDS)
    (tmp_path / "receivers.yml").write_text("receivers: {desk: {console: true}}\n")
    (tmp_path / "watchlists/trade.yml").write_text(TOPICS)
    return tmp_path


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_WEBHOOK_URL", "WIREWATCH_DATABASE", "WIREWATCH_CONFIG"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


def wirewatch(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


def test_check_of_a_sound_folder(root: Path) -> None:
    result = wirewatch("check", "--config", root)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "valid: 1 feed, 1 topic, 2 examples, 1 receiver" in result.stderr


def test_check_lists_every_problem_and_exits_with_2(root: Path) -> None:
    (root / "feeds.yml").write_text("feeds:\n  - {kee: a}\n")
    (root / "wirewatch.yml").write_text("http: {timeout: soon}\n")
    result = wirewatch("check", "--config", root)
    assert result.exit_code == 2
    lines = result.stdout.splitlines()
    assert len(lines) == 4
    assert f"{root}/feeds.yml:2:6: unknown key 'kee'; did you mean 'key'?" in lines
    assert f"{root}/wirewatch.yml:1:17: timeout: not a duration" in result.stdout


def test_check_says_which_example_goes_against_its_topic_and_exits_with_1(root: Path) -> None:
    (root / "watchlists/trade.yml").write_text(TOPICS.replace("Rain in the north", "The tariff of the north"))
    result = wirewatch("check", "--config", root)
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{root}/watchlists/trade.yml:7:9: topic tariffs: a must_not_match example fails")
    assert "tariff" in result.stdout


def test_examples_are_tried_in_the_language_they_are_written_in(root: Path) -> None:
    text = "receivers: [desk]\ntopics:\n  duties:\n    query: lang:uk AND мито\n    must_match:\n"
    (root / "watchlists/trade.yml").write_text(
        text + "      - Уряд країни підвищив мито на зерно з понеділка\n", encoding="utf-8"
    )
    result = wirewatch("check", "--config", root)
    assert (result.exit_code, result.stdout) == (0, "")
    (root / "watchlists/trade.yml").write_text(
        text + "      - The price of мито rose again on Monday\n", encoding="utf-8"
    )
    assert wirewatch("check", "--config", root).exit_code == 1


def test_check_with_json_prints_an_object_a_line(root: Path) -> None:
    (root / "feeds.yml").write_text("feeds:\n  - {kee: a}\n")
    result = wirewatch("check", "--config", root, "--json")
    first = json.loads(result.stdout.splitlines()[0])
    assert (first["file"], first["line"], first["level"]) == (f"{root}/feeds.yml", 2, "error")
    assert set(first) == {"file", "line", "column", "level", "check", "message"}


def test_check_looks_at_the_environments_secrets_too(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(root / "nowhere"))
    result = wirewatch("check", "--config", root)
    assert result.exit_code == 2
    assert "$SLACK_BOT_TOKEN_FILE:1:1: cannot read" in result.stdout


def test_the_folder_comes_from_the_environment_when_not_given(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_CONFIG", str(root))
    assert wirewatch("check").exit_code == 0


def test_check_of_a_missing_folder(tmp_path: Path) -> None:
    result = wirewatch("check", "--config", tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "cannot read the folder" in result.stdout


def test_feeds_list(root: Path) -> None:
    assert "https://north.example/rss" in wirewatch("feeds", "list", "--config", root).stdout
    (line,) = wirewatch("feeds", "list", "--config", root, "--json").stdout.splitlines()
    assert json.loads(line)["key"] == "north"


def test_feeds_add_keeps_what_is_written(root: Path) -> None:
    words = ("--key", "south", "--language", "en", "--every", "15m", "--tag", "economy", "--config", root)
    result = wirewatch("feeds", "add", "https://south.example/rss", "--no-try", *words)
    assert (result.exit_code, result.stdout) == (0, "added south: https://south.example/rss\n")
    assert (root / "feeds.yml").read_text() == FEEDS + (
        "  - key: south\n    url: https://south.example/rss\n    every: 15m\n    language: en\n    tags: [economy]\n"
    )
    assert wirewatch("check", "--config", root).exit_code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("https://north.example/rss",), "already has this address"),
        (("https://south.example/rss", "--key", "north"), "already a feed with the key"),
        (("ftp://south.example",), "not a usable address"),
        (("https://south.example/rss", "--every", "often"), "not a duration"),
        (("https://south.example/rss", "--language", "English"), "not a language code"),
    ],
)
def test_feeds_add_refuses(words: tuple[str, ...], message: str, root: Path) -> None:
    result = wirewatch("feeds", "add", *words, "--no-try", "--config", root)
    assert result.exit_code == 2
    assert message in result.stderr
    assert (root / "feeds.yml").read_text() == FEEDS


def test_feeds_add_leaves_a_broken_file_alone(root: Path) -> None:
    (root / "feeds.yml").write_text("feeds: [")
    result = wirewatch("feeds", "add", "https://south.example/rss", "--no-try", "--config", root)
    assert result.exit_code == 2
    assert (root / "feeds.yml").read_text() == "feeds: ["


def test_feeds_go_out_as_opml_and_come_in_elsewhere(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    assert wirewatch("feeds", "export", other / "ours.opml", "--config", root).exit_code == 0
    assert wirewatch("feeds", "export", "--config", root).stdout == (other / "ours.opml").read_text()
    result = wirewatch("feeds", "import", other / "ours.opml", "--tag", "theirs", "--config", other)
    assert (result.exit_code, result.stdout) == (0, "1 of 1 feeds added\n")
    assert (other / "feeds.yml").read_text() == (
        "feeds:\n  - key: north\n    url: https://north.example/rss\n    tags: [theirs]\n"
    )


def test_feeds_import_names_what_it_leaves_out(root: Path) -> None:
    (root / "list.opml").write_text(
        '<opml><body>\n<outline text="N" xmlUrl="https://north.example/rss"/>\n<outline text="X" xmlUrl="gopher://x"/>\n'
        '<outline text="North" xmlUrl="https://n2.example/" language="Klingon"/></body></opml>'
    )
    result = wirewatch("feeds", "import", root / "list.opml", "--config", root)
    assert result.stdout == "1 of 3 feeds added\n"
    assert f"{root}/list.opml:2: already there" in result.stderr
    assert f"{root}/list.opml:3: left out: url: not a usable address" in result.stderr
    assert "key: north-2" in (root / "feeds.yml").read_text()


def test_feeds_import_of_a_long_list(root: Path) -> None:
    outlines = "".join(f'<outline text="Feed {n}" xmlUrl="https://f{n}.example/"/>' for n in range(1000))
    (root / "list.opml").write_text(f"<opml><body>{outlines}</body></opml>")
    assert wirewatch("feeds", "import", root / "list.opml", "--config", root).stdout == "1,000 of 1,000 feeds added\n"
    assert len(wirewatch("feeds", "list", "--json", "--config", root).stdout.splitlines()) == 1001


@pytest.mark.parametrize("content", ["", "<html/>", "<opml/>"])
def test_feeds_import_refuses_what_is_no_list(content: str, root: Path) -> None:
    (root / "list.opml").write_text(content)
    result = wirewatch("feeds", "import", root / "list.opml", "--config", root)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{root}/list.opml:")


@pytest.mark.parametrize("words", [(), ("check",), ("feeds",), ("feeds", "add"), ("feeds", "import")])
def test_help_has_examples(words: tuple[str, ...]) -> None:
    result = wirewatch(*words, "--help")
    assert result.exit_code == 0
    assert words[-1:] in ((), ("feeds",)) or "Example" in result.stdout
