"""From a position inside a query to the place in the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.yaml.nodes import Mapping, Scalar
from monitor.config.yaml.positions import index_in_file, position_in_file
from monitor.config.yaml.reader import read
from monitor.config.yaml.source import YamlText

WRITINGS = {
    "plain": "q: tariff AND duty\n",
    "plain over lines": "q: tariff\n   AND\n\n   duty\nz: 1\n",
    "plain over empty lines": "q: tariff\n\n\n\n   AND duty\nz: 1\n",
    "single": "q: 'tariff AND duty'\n",
    "single with quotes": "q: 'it''s AND\n  duty '' x'\n",
    "double": 'q: "tariff AND duty"\n',
    "double with escapes": 'q: "a \\"trade war\\" \\u4e2d \\x41 \\\\ duty"\n',
    "double over lines": 'q: "tariff \\\n   AND\n   more\n\n   duty"\n',
    "literal": "q: |\n  tariff\n    AND\n\n  duty\nz: 1\n",
    "literal with header": "q: |2-  # why\n    tariff\n  duty\n",
    "literal with line ends of Windows": "q: |\r\n  tariff\r\n  duty\r\n",
    "folded": "q: >\n  tariff\n  AND\n\n  duty\n    more\n  end\nz: 1\n",
    "folded and stripped": "q: >-\n\n  关税 AND\n  мыто\n",
}
ESCAPED = {'"', "\\", "中", "A", "'"}


def query_of(text: str) -> tuple[YamlText, Scalar]:
    source = YamlText("f", text)
    root, problems = read(source)
    assert isinstance(root, Mapping)
    assert not problems
    node = root.pairs["q"][1]
    assert isinstance(node, Scalar)
    return source, node


@pytest.mark.parametrize("name", WRITINGS)
def test_every_character_is_found_where_it_is_written(name: str) -> None:
    source, query = query_of(WRITINGS[name])
    for offset, letter in enumerate(query.value):
        written = source.text[index_in_file(source, query, offset)]
        assert written == letter or letter.isspace() or (letter in ESCAPED and written in "\\'"), (offset, letter)


@pytest.mark.parametrize(
    ("name", "word", "place"),
    [
        ("plain over lines", "duty", "f:4:4"),
        ("plain over empty lines", "duty", "f:5:8"),
        ("single with quotes", "duty", "f:2:3"),
        ("double with escapes", "duty", "f:1:36"),
        ("double over lines", "duty", "f:5:4"),
        ("literal", "duty", "f:5:3"),
        ("literal with header", "duty", "f:3:3"),
        ("folded", "more", "f:6:5"),
        ("folded and stripped", "мыто", "f:4:3"),
    ],
)
def test_words_after_folds_and_escapes(name: str, word: str, place: str) -> None:
    source, query = query_of(WRITINGS[name])
    assert str(position_in_file(source, query, query.value.index(word))) == place


def test_the_first_character_of_a_quoted_and_of_a_block_query() -> None:
    assert str(position_in_file(*query_of("q: 'x'\n"), 0)) == "f:1:5"
    assert str(position_in_file(*query_of("q: |  # note\n  x\n"), 0)) == "f:2:3"
    assert str(position_in_file(*query_of("q: >-\n  x\n"), 0)) == "f:2:3"


def test_a_position_beyond_the_query_is_its_end() -> None:
    assert str(position_in_file(*query_of("q: 'ab'\n"), 99)) == "f:1:7"
    assert str(position_in_file(*query_of("q: |\n  ab\n"), 99)) == "f:2:5"


@given(
    st.lists(st.text("ab $\"'", min_size=1, max_size=6).filter(str.strip), min_size=1, max_size=5),
    st.sampled_from("|>"),
)
def test_blocks_map_exactly_whatever_their_lines(lines: list[str], style: str) -> None:
    written = "".join(f"  x{line}\n" for line in lines)
    source, query = query_of(f"q: {style}\n{written}z: 1\n")
    for offset, letter in enumerate(query.value):
        if not letter.isspace():
            assert source.text[index_in_file(source, query, offset)] == letter
