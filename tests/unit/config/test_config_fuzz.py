"""Whatever a file holds, loading ends in values, never in an exception."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config.document import open_document
from monitor.config.edit_feeds import with_feeds
from monitor.config.loader import load
from monitor.config.opml import read_opml
from monitor.domain.catalog import Feed

FILES = ["wirewatch.yml", "feeds.yml", "receivers.yml", "watchlists/a.yml"]
WORDS = [
    *"-:?[]{},#&*!|>'\"%@`\\\n\t \r\0\ufeff\u2028\x85é中😀",
    *("  ", "\n  ", "\n- ", ": ", "---\n", "...\n", "%YAML 1.2\n", "<<", "!!binary ", "&a ", "*a", "1" * 400),
    *("null", "true", "NO", "12:30", "1e9999", "0x1F", "key", "url", "feeds", "topics", "query", "vocabulary"),
    *("receivers", "http", "limits", "severity", "raise", "must_match", "file"),
]
YAML = st.lists(st.sampled_from(WORDS), max_size=40).map("".join)


def loads(contents: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "watchlists").mkdir()
        for name, content in contents.items():
            (root / name).write_bytes(content)
        loaded = load(root)
        assert (loaded.catalog is None) == bool(loaded.errors)
        for problem in loaded.problems:
            assert problem.place.line >= 1
            assert problem.place.column >= 1
            assert "\n" not in problem.message


@pytest.mark.case(98)
@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(FILES), st.binary(max_size=80)))
def test_random_bytes(contents: dict[str, bytes]) -> None:
    loads(contents)


@pytest.mark.case(98)
@settings(max_examples=250, deadline=None)
@given(st.dictionaries(st.sampled_from(FILES), YAML.map(str.encode), min_size=1))
def test_random_yaml(contents: dict[str, bytes]) -> None:
    loads(contents)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(WORDS)
KEYS = st.sampled_from(WORDS) | st.text(max_size=4)
PLAIN = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
XML = ["<opml>", "<outline ", 'xmlUrl="x"', ">", "/>", "</opml>", "<!DOCTYPE x>", "<?xml version='1.0'?>", "&a;"]


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(FILES), st.sampled_from(["feeds", "topics", "receivers", "vocabulary", "http", "slack"]), PLAIN)
def test_right_keys_with_random_values(name: str, key: str, value: object) -> None:

    loads({name: json.dumps({key: value}).encode()})


@settings(max_examples=150, deadline=None)
@given(YAML)
def test_adding_a_feed_never_breaks_a_file(text: str) -> None:
    content = text.encode()
    added = with_feeds("f", content, [Feed(key="new", url="https://new.example/")])
    if isinstance(added, bytes):
        assert open_document("f", added, 1_000_000)[0] is not None, added


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | st.lists(st.sampled_from(XML)).map(lambda parts: "".join(parts).encode()))
def test_random_opml(content: bytes) -> None:
    read_opml("f", content)
