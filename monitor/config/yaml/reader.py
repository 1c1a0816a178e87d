"""Parse YAML text strictly into nodes: bounded, without aliases, tags or duplicate keys."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml import events

from monitor.config.yaml.nodes import Listing, Mapping, Node, Scalar
from monitor.config.yaml.source import YamlText, comment_behind
from monitor.domain.catalog import Problem

MAX_DEPTH = 20
MAX_MEMBERS = 20_000
"""A list or mapping longer than this is a mistake or an attack, never a watchlist."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _YamlRefusedError(Exception):
    """The text is not YAML that we read; `index` is where."""

    def __init__(self, index: int, message: str) -> None:
        super().__init__(message)
        self.index = index
        self.message = message


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been met; `key` waits for its value."""

    is_mapping: bool
    flow: bool
    start: int
    items: list[Node] = field(default_factory=list)
    pairs: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    key: Scalar | None = None

    def close(self, end: int) -> Node:
        if self.is_mapping:
            return Mapping(self.pairs, self.flow, self.start, end)
        return Listing(tuple(self.items), self.flow, self.start, end)


def read(source: YamlText) -> tuple[Node | None, list[Problem]]:
    """Parse `source`; return its tree, None when empty or unreadable, and the problems found."""
    problems: list[Problem] = []
    try:
        return _build(source, _events(source), problems), problems
    except _YamlRefusedError as refused:
        return None, [*problems, source.problem(refused.index, refused.message)]


def _events(source: YamlText) -> Iterator[Any]:
    try:
        yield from yaml.parse(source.text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        unended = "unexpected end" in (error.problem or "")  # where it began tells more than where the file ends
        mark = (error.context_mark if unended else error.problem_mark) or error.problem_mark or error.context_mark
        index = mark.index if mark else 0
        began = error.context_mark.index if error.context_mark else index
        if cut := comment_behind(source.text, began, error.problem_mark.index if error.problem_mark else index):
            index = source.text.index(cut, began)  # a bracket swallowed by a comment is missed lines later
        raise _YamlRefusedError(index, _in_plain_words(source, error)) from None
    except yaml.YAMLError:
        raise _YamlRefusedError(0, "not readable as YAML") from None


def _in_plain_words(source: YamlText, error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "not readable as YAML"
    at = error.problem_mark.index if error.problem_mark else 0
    began = error.context_mark.index if error.context_mark else at
    if "cannot start any token" in problem:
        if source.text[at : at + 1] == "\t":
            return "a tab where YAML wants spaces: indent with spaces"
        return f"a word cannot begin with {source.text[at : at + 1]!r} here: quote it"
    if "alphabetic or numeric character" in problem:  # of the name of an alias or anchor
        return f"text that begins with {source.text[began : began + 1]} must be quoted"
    context = f"{error.context}: " if error.context else ""
    return f"not readable as YAML: {context}{problem}{_hint(source.text, problem, began, at)}"


def _hint(text: str, problem: str, began: int, at: int) -> str:
    """Return the usual cause of a parser's complaint, in brackets."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    if "mapping values" in problem:
        return " (is text with a colon unquoted, or the indentation off?)"
    if comment_behind(text, began, at):
        return " (is a word with # unquoted? YAML takes it for a comment)"
    if re.search(r":\s+([\"']).*\1\s*$", line) or re.search(r"-\s+([\"']).*\1\s*$", line):
        return " (text goes on behind its closing quote: quote the whole, the other kind of quotes outside)"
    return ""


def _build(source: YamlText, stream: Iterator[Any], problems: list[Problem]) -> Node | None:
    root: Node | None = None
    stack: list[_Open] = []
    for event in stream:
        node: Node | None = None
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, events.ScalarEvent):
            _refuse_extras(event)
            node = Scalar(event.value, event.style or "", start, end)
        elif isinstance(event, events.CollectionStartEvent):
            _refuse_extras(event)
            if len(stack) >= MAX_DEPTH:
                raise _YamlRefusedError(start, f"nested more than {MAX_DEPTH} levels deep")
            if stack and stack[-1].is_mapping and stack[-1].key is None:
                raise _YamlRefusedError(start, "a key must be a word, not a list or mapping: quote it if it is text")
            stack.append(_Open(isinstance(event, events.MappingStartEvent), bool(event.flow_style), start))
        elif isinstance(event, events.CollectionEndEvent):
            node = stack.pop().close(end)
        elif isinstance(event, events.AliasEvent):
            raise _YamlRefusedError(start, f'text that begins with * must be quoted: "*{event.anchor}"')
        elif isinstance(event, events.DocumentStartEvent) and root is not None:
            raise _YamlRefusedError(start, "a second document (---) is not allowed: one file, one document")
        if node is None:
            continue
        if stack:
            _add(source, stack[-1], node, problems)
        else:
            root = node
    return None if isinstance(root, Scalar) and not root.style and not root.value else root


def _refuse_extras(event: events.ScalarEvent | events.CollectionStartEvent) -> None:
    assert event.start_mark is not None
    if event.anchor:
        raise _YamlRefusedError(event.start_mark.index, f'text that begins with & must be quoted: "&{event.anchor}"')
    if event.tag:
        raise _YamlRefusedError(event.start_mark.index, "text that begins with ! must be quoted (tags are not allowed)")


def _add(source: YamlText, parent: _Open, node: Node, problems: list[Problem]) -> None:
    if len(parent.items) + len(parent.pairs) >= MAX_MEMBERS:
        raise _YamlRefusedError(node.start, f"more than {MAX_MEMBERS:,} members in one list or mapping")
    if not parent.is_mapping:
        parent.items.append(node)
    elif parent.key is None:
        assert isinstance(node, Scalar)
        parent.key = node
    else:
        key, parent.key = parent.key, None
        first = parent.pairs.get(key.value)
        if first is None:
            parent.pairs[key.value] = (key, node)
        else:
            line = source.place(first[0].start).line
            problems.append(source.problem(key.start, f"{key.value!r} is already given in line {line}"))
