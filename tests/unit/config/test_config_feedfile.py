"""feeds.yml edited by the program: everything people wrote stays."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config.edit_feeds import checked_feed, with_enabled, with_feeds, without_feeds, write_file
from monitor.config.loader import load
from monitor.domain.catalog import Feed

NEW = [
    Feed(
        key="south",
        url="https://south.example/rss?a=b&c=d",
        every=timedelta(minutes=15),
        language="no",
        tags=("x", "on"),
    ),
    Feed(key="7", url="https://seven.example/feed/", full_text=False, tier=3, enabled=False),
]
FILES = {
    "empty": "",
    "only a comment": "# feeds come here\n",
    "nothing yet": "feeds:\n",
    "nothing yet, with a comment": "feeds: # ours\n# end",
    "empty brackets": "feeds: []\n",
    "a list": "# ours\nfeeds:\n  - key: a   # first\n    url: https://a.example/\n    tags: [x,\n      y]  # two\n\n"
    "  # the end\n",
    "no indentation": "feeds:\n- {key: a, url: 'https://a.example/'}\n# the end\n",
    "no line end at the end": "feeds:\n  - url: https://a.example/\n    key: a",
    "Windows": "feeds:\r\n  - key: a\r\n    url: https://a.example/\r\n",
    "byte order mark": "\ufefffeeds:\n  - key: a\n    url: https://a.example/\n",
    "json": '{"feeds": [{"key": "a", "url": "https://a.example/"}]}',
    "json over lines": '{\n  "feeds": [\n    {"key": "a", "url": "https://a.example/"}\n  ]\n}\n',
    "brackets with a comma at the end": "feeds: [\n  {key: a, url: 'https://a.example/'},\n]\n",
    "an empty value": "feeds:\n  - key: a\n    url: https://a.example/\n    every:\n",
}


@pytest.mark.parametrize("name", FILES)
def test_feeds_are_added_and_nothing_else_changes(name: str, tmp_path: Path) -> None:
    before = FILES[name].encode()
    after = with_feeds("feeds.yml", before, NEW)
    assert isinstance(after, bytes)
    (tmp_path / "feeds.yml").write_bytes(after)
    loaded = load(tmp_path)
    assert loaded.errors == (), after.decode()
    assert loaded.feeds[-2:] == tuple(NEW)
    assert len(loaded.feeds) == 2 + FILES[name].count("key")
    joined = " ".join(after.decode().split())
    kept = [" ".join(line.strip("{}[], \r").split()) for line in before.decode().splitlines() if "[]" not in line]
    assert all(line in joined for line in kept), after.decode()
    if "\r\n" in FILES[name]:
        assert after.count(b"\r\n") == after.count(b"\n")


def test_feeds_come_right_after_the_last_one_and_before_what_is_said_at_the_end() -> None:
    before = b"feeds:\n  - key: a\n    tags: [x, y]   # two\n\n  # the end\n"
    assert with_feeds("f", before, [Feed(key="b", url="https://b.example/")]) == (
        b"feeds:\n  - key: a\n    tags: [x, y]   # two\n  - key: b\n    url: https://b.example/\n\n  # the end\n"
    )


def test_a_file_that_cannot_be_read_is_not_touched() -> None:
    (problem,) = with_feeds("feeds.yml", b"feeds: [", NEW)
    assert "feeds.yml:1:" in str(problem)
    (problem,) = with_feeds("feeds.yml", b"feeds: hello\n", NEW)
    assert "must be a list" in str(problem)


def test_adding_again_and_again_gives_a_file_that_still_reads_well() -> None:
    content = b"feeds:\n  - key: a\n    url: https://a.example/\n"
    for number in range(3):
        added = with_feeds("f", content, [Feed(key=f"n{number}", url=f"https://n{number}.example/")])
        assert isinstance(added, bytes)
        content = added
    assert content.decode().endswith(
        "  - key: n1\n    url: https://n1.example/\n  - key: n2\n    url: https://n2.example/\n"
    )


def test_a_feed_is_checked_like_one_in_the_file() -> None:
    assert isinstance(checked_feed({"key": "a", "url": "https://a.example/", "every": "5m"}), Feed)
    assert checked_feed({"key": "a", "url": "nowhere"}) == (
        "url: not a usable address: write it in full, beginning with https:// or http://"
    )


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yml"
    path.write_text("old")
    path.chmod(0o640)
    (tmp_path / "link.yml").symlink_to(path)
    assert write_file(tmp_path / "link.yml", b"new") is None
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o640)
    assert (tmp_path / "link.yml").is_symlink()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["feeds.yml", "link.yml"]


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    assert write_file(tmp_path / "nowhere" / "feeds.yml", b"new") == "No such file or directory"


def test_yaml_with_an_open_end_is_refused_not_broken() -> None:
    answer = with_feeds("feeds.yml", b"  ?", [Feed(key="new", url="https://new.example/")])
    assert not isinstance(answer, bytes)
    assert "edit it by hand" in answer[0].message


def test_an_edit_that_would_lose_a_comment_is_refused() -> None:
    before = b"feeds: [\n  {key: a, url: 'https://a.example/'}, # last\n]\n"
    (problem,) = with_feeds("feeds.yml", before, NEW)
    assert "edit it by hand" in str(problem)


THREE = """\
# ours
feeds:
  # Wires
  - key: a   # first
    url: https://a.example/

  # Papers
  - key: b
    url: https://b.example/
    tags:
      - x   # why

  # Blogs
  - {key: c, url: 'https://c.example/'}
# the end
"""


@pytest.mark.parametrize(("gone", "lines"), [("a", (3, 5)), ("b", (7, 11)), ("c", (13, 14))])
def test_a_feed_is_removed_and_the_comments_around_it_stay(gone: str, lines: tuple[int, int]) -> None:
    after = without_feeds("feeds.yml", THREE.encode(), [gone])
    assert isinstance(after, bytes)
    wanted = THREE.splitlines()
    del wanted[slice(*lines)]
    assert [line for line in after.decode().splitlines() if line] == [line for line in wanted if line]


def test_the_only_feed_can_be_removed() -> None:
    after = without_feeds("feeds.yml", b"# ours\nfeeds:\n  - key: a\n    url: https://a.example/\n", ["a"])
    assert after == b"# ours\nfeeds: []\n"


@pytest.mark.parametrize("key", ["a", "b", "c"])
def test_a_feed_is_switched_off_and_on_again(key: str, tmp_path: Path) -> None:
    off = with_enabled("feeds.yml", THREE.encode(), [key], enabled=False)
    assert isinstance(off, bytes)
    (tmp_path / "feeds.yml").write_bytes(off)
    loaded = load(tmp_path)
    assert [feed.key for feed in loaded.feeds if not feed.enabled] == [key], off.decode()
    on = with_enabled("feeds.yml", off, [key], enabled=True)
    assert isinstance(on, bytes)
    assert on.decode().replace("\n    enabled: true", "").replace(", enabled: true", "") == THREE
