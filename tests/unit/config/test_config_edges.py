"""What people paste, mistype and mount: texts that YAML cuts, odd files, odd addresses, and answers in time."""

import os
import time
from pathlib import Path

import pytest

from monitor.config.addresses import completed, web_address
from monitor.config.loader import load
from monitor.config.opml import read_opml

TOPIC = "receivers: [desk]\ntopics:\n  t:\n    query: {}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "feeds.yml").write_text("feeds: []\n")
    (tmp_path / "receivers.yml").write_text('receivers:\n  desk: {slack: "#desk"}\n')
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists" / "w.yml").write_text(TOPIC.format("steel"))
    return tmp_path


def errors(root: Path) -> list[str]:
    return [str(problem).removeprefix(f"{root}/") for problem in load(root).errors]


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("steel #PortStrike", "'#PortStrike' is taken for a comment"),
        ('"steel" #PortStrike', "'#PortStrike' is taken for a comment"),
        ("*tariff", 'must be quoted: "*tariff"'),
        ("&tariff", 'must be quoted: "&tariff"'),
        ("*trade war*", "must be quoted"),
        ("!tariff", "must be quoted"),
        ('"trade war" AND steel', "quote the whole"),
        ("@handle", "quote it"),
    ],
)
def test_a_query_that_yaml_would_misread_is_refused_in_its_line(root: Path, query: str, word: str) -> None:
    (root / "watchlists" / "w.yml").write_text(TOPIC.format(query))
    (problem,) = errors(root)
    assert problem.startswith("watchlists/w.yml:4:"), problem
    assert word in problem


@pytest.mark.parametrize("terms", ["[steel, #Strike, coal]", "\n    - steel #Strike"])
def test_a_term_with_a_hash_is_refused_in_its_line(root: Path, terms: str) -> None:
    text = f"receivers: [desk]\nvocabulary:\n  v: {terms}\ntopics:\n  t:\n    query: $v\n"
    (root / "watchlists" / "w.yml").write_text(text)
    assert any(
        "comment" in problem and problem.startswith(("watchlists/w.yml:3:", "watchlists/w.yml:4:"))
        for problem in errors(root)
    ), errors(root)


@pytest.mark.parametrize("query", ["steel  # only steel", '"steel OR #PortStrike"', ">-\n      steel OR #PortStrike"])
def test_comments_and_quoted_hashes_are_left_alone(root: Path, query: str) -> None:
    (root / "watchlists" / "w.yml").write_text(TOPIC.format(query))
    assert errors(root) == []


@pytest.mark.parametrize(
    "name", ["#News Desk", "#News", "#news.desk", "@somebody", "https://x.slack.com/archives/C1", "#" + "n" * 81]
)
def test_a_channel_that_slack_cannot_have_is_refused(root: Path, name: str) -> None:
    (root / "receivers.yml").write_text(f'receivers:\n  desk:\n    slack: "{name}"\n')
    (problem,) = errors(root)
    assert problem.startswith("receivers.yml:3:")
    assert "no Slack channel can be named" in problem


@pytest.mark.parametrize("name", ["#news-alerts", "#новини_1", "#速報", "C024BE91L", "desk", "#_x"])
def test_a_channel_that_slack_can_have_is_taken(root: Path, name: str) -> None:
    (root / "receivers.yml").write_text(f'receivers:\n  desk:\n    slack: "{name}"\n')
    assert errors(root) == []


def test_a_fifo_is_a_problem_and_nobody_waits_for_it(root: Path) -> None:
    os.mkfifo(root / "watchlists" / "pipe.yml")
    (problem,) = errors(root)
    assert "watchlists/pipe.yml:1:1: cannot read the file: it is not a regular file" in problem


def test_a_link_out_of_the_folder_is_refused_and_one_inside_is_followed(root: Path, tmp_path_factory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.yml"
    outside.write_text(TOPIC.format("steel"))
    (root / "watchlists" / "out.yml").symlink_to(outside)
    (root / "kept").mkdir()
    (root / "kept" / "coal.yml").write_text(TOPIC.format("coal").replace("  t:", "  coal:"))
    (root / "watchlists" / "coal.yml").symlink_to("../kept/coal.yml")
    (problem,) = errors(root)
    assert "watchlists/out.yml:1:1" in problem
    assert "out of the configuration folder" in problem


@pytest.mark.parametrize("content", [None, "no certificate\n"])
def test_a_ca_file_that_cannot_be_used_is_a_problem_at_its_line(root: Path, content: str | None) -> None:
    file = root / "kept.pem"
    if content is not None:
        file.write_text(content)
    (root / "wirewatch.yml").write_text(f"workers: 1\nhttp:\n  ca_file: {file}\n")
    (problem,) = errors(root)
    assert problem.startswith("wirewatch.yml:3:"), problem


@pytest.mark.parametrize("text", ["1" * 60_000, "1:" * 30_000 + "x", "https://" + "a:" * 30_000, "-1" * 30_000])
@pytest.mark.parametrize("where", ["title", "query"])
def test_an_endless_word_does_not_freeze_the_check(root: Path, text: str, where: str) -> None:
    written = TOPIC.format("steel" if where == "title" else text) + (f"    title: {text}\n" if where == "title" else "")
    (root / "watchlists" / "w.yml").write_text(written)
    began = time.monotonic()
    load(root)
    assert time.monotonic() - began < 2


def test_addresses_as_people_paste_them() -> None:
    assert web_address("feed://a.example/rss") == "http://a.example/rss"
    assert web_address("feed:https://a.example/rss") == "https://a.example/rss"
    assert web_address("https://a.example/feed:x") == "https://a.example/feed:x"
    assert completed("a.example/rss") == "https://a.example/rss"
    assert completed("localhost:8000/rss") == "https://localhost:8000/rss"
    assert completed("ftp://a.example/") == "ftp://a.example/"


OPML = b"""
<?xml version="1.0"?>
<opml version="2.0"><body>
<outline text="Salt & Vinegar&nbsp;&amp;c" xmlUrl="https://a.example/?x=1&y=2"/>
<outline text="b" xmlUrl="feed://b.example/rss?copy=1&quot=2&amp;z=3"/>
</body></opml>"""


def test_opml_with_bare_ampersands_and_feed_addresses_is_read() -> None:
    outlines = read_opml("f", OPML)
    assert isinstance(outlines, list), outlines
    assert [(outline.url, outline.title) for outline in outlines] == [
        ("https://a.example/?x=1&y=2", "Salt & Vinegar\xa0&c"),
        ("http://b.example/rss?copy=1&quot=2&z=3", "b"),
    ]
