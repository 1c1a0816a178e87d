"""What YAML is read, what is refused, and where the complaint stands."""

from pathlib import Path

import pytest

from monitor.config.loader import load
from monitor.config.yaml.nodes import Ambiguous, Mapping, Scalar, bare, plain
from monitor.config.yaml.reader import MAX_DEPTH, read
from monitor.config.yaml.source import YamlText, decode
from monitor.domain.catalog import Problem

ALIASES = "a: &a [x, x]\nb: &b [*a, *a]\nfeeds: [*b, *b]\n"
CYCLE = "feeds: &f [*f]\n"
NASTY = {
    "python tag": ("feeds: !!python/object/apply:os.system [ls]\n", "1:8", "tags"),
    "aliases": (ALIASES, "1:4", 'must be quoted: "&a"'),
    "cycle": (CYCLE, "1:8", 'must be quoted: "&f"'),
    "alias without anchor": ("feeds: *x\n", "1:8", "*x"),
    "depth": ("feeds: " + "[" * 500 + "]" * 500, "1:27", f"more than {MAX_DEPTH}"),
    "endless depth": ("feeds: " + "[" * 200_000, "1:27", f"more than {MAX_DEPTH}"),
    "duplicate keys": ("feeds: []\nfeeds: []\n", "2:1", "already given in line 1"),
    "tab": ("feeds:\n\t- key: a\n", "2:1", "tab"),
    "norway": ("feeds:\n  - {key: a, url: 'https://a.example/', tags: [NO]}\n", "2:48", 'quote it: "NO"'),
    "sexagesimal": ("feeds:\n  - {key: 12:30, url: 'https://a.example/'}\n", "2:11", 'quote it: "12:30"'),
    "octal": ("feeds:\n  - {key: 017, url: 'https://a.example/'}\n", "2:11", 'quote it: "017"'),
    "number": ("feeds:\n  - {key: 7, url: 'https://a.example/'}\n", "2:11", 'quote it: "7"'),
    "date": ("feeds:\n  - {key: 2024-01-31, url: 'https://a.example/'}\n", "2:11", "a date"),
    "empty": ("", "1:1", "empty"),
    "only a comment": ("# nothing\n", "1:1", "empty"),
    "half-written": ("feeds:\n  - key: a\n    url: 'https://a.ex", "3:10", "quoted scalar"),
    "two documents": ("feeds: []\n---\nfeeds: []\n", "2:1", "second document"),
    "a list at the top": ("- a\n", "1:1", "mapping"),
    "a word at the top": ("hello\n", "1:1", "mapping"),
    "a list as key": ("feeds: []\n? [a, b]\n: c\n", "2:3", "key must be a word"),
    "NUL": ("feeds: []\n# \0\n", "2:3", "U+0000"),
    "escape": ("feeds: []\n# \x1b[31m\n", "2:3", "U+001B"),
    "merge key": ("feeds:\n  - {<<: {key: a}, url: 'https://a.example/'}\n", "2:6", "unknown key '<<'"),
    "long list": ("feeds: [" + "a, " * 100_000 + "]\n", "1:60009", "more than 20,000"),
}


@pytest.mark.case(98)
@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_file_is_refused_at_its_place(name: str, tmp_path: Path) -> None:
    text, place, words = NASTY[name]
    (tmp_path / "feeds.yml").write_bytes(text.encode())
    loaded = load(tmp_path)
    assert loaded.catalog is None
    assert any(f":{place}: " in str(p) and words in p.message for p in loaded.errors), [str(p) for p in loaded.errors]


@pytest.mark.case(98)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("feeds: []\n# Z\xfcrich\n".encode("latin-1"), "2:4: byte 0xFC is not UTF-8"),
        ("feeds: []\n".encode("utf-16"), "1:1: the file is UTF-16"),
        (b"feeds: []\n" + b"# " + b"x" * 5_000_000, "1:1: the file has 5,000,012 bytes"),
    ],
)
def test_foreign_or_huge_files_are_refused(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "feeds.yml").write_bytes(content)
    loaded = load(tmp_path)
    assert loaded.catalog is None
    assert any(words in str(problem) for problem in loaded.errors)


@pytest.mark.case(130)
@pytest.mark.parametrize("wrap", [lambda t: t.replace("\n", "\r\n"), lambda t: "\ufeff" + t, lambda t: t.rstrip("\n")])
def test_line_ends_and_byte_order_marks_of_editors_are_accepted(wrap, tmp_path: Path) -> None:
    text = "feeds:\n  - key: a\n    url: https://a.example/\n    nope: 1\n"
    (tmp_path / "feeds.yml").write_bytes(wrap(text).encode())
    assert [(p.place.line, p.place.column) for p in load(tmp_path).errors] == [(4, 5)]


def test_json_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "feeds.yml").write_text('{"feeds": [{"key": "a", "url": "https://a.example/", "full_text": false}]}')
    catalog = load(tmp_path).catalog
    assert catalog is not None
    assert [(feed.key, feed.full_text) for feed in catalog.feeds] == [("a", False)]


@pytest.mark.parametrize(
    ("word", "value"),
    [("true", True), ("False", False), ("~", None), ("0", 0), ("-12", -12), ("1.5", 1.5), ("a:b", "a:b"), ("1h", "1h")],
)
def test_plain_words_on_which_all_readers_agree(word: str, value: object) -> None:
    assert plain(Scalar(word, "", 0, 0)) == value
    assert plain(Scalar(word, '"', 0, 0)) == word


@pytest.mark.parametrize(
    "word",
    ["yes", "No", "ON", "off", "12:30", "08:00", "017", "0o17", "0x1F", "1_000", "+1", ".5", "1e3", ".inf", "<<"],
)
def test_plain_words_on_which_readers_differ(word: str) -> None:
    assert isinstance(plain(Scalar(word, "", 0, 0)), Ambiguous)


def test_positions_count_code_points_and_lines_as_editors_do() -> None:
    source = decode("f", "a: '😀é' # 中\r\n日本: x\n".encode(), 1000)
    assert not isinstance(source, Problem)
    root, problems = read(source)
    assert not problems
    assert isinstance(root, Mapping)
    assert bare(root) == {"a": "😀é", "日本": "x"}
    key, value = root.pairs["日本"]
    assert (str(source.place(key.start)), str(source.place(value.start))) == ("f:2:1", "f:2:5")


def test_a_position_beyond_the_text_is_its_end() -> None:
    assert str(YamlText("f", "ab\ncd").place(99)) == "f:2:3"
