"""Explain what the models refuse, in plain words and at its place in the file."""

import re
from collections.abc import Iterator
from collections.abc import Mapping as AbcMapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from monitor.config.models.fields import suggest
from monitor.config.yaml.nodes import Ambiguous, Listing, Mapping, Node, Scalar, plain
from monitor.config.yaml.source import YamlText
from monitor.domain.catalog import Problem
from monitor.domain.strings.redaction import redact

MOST_PROBLEMS = 100
"""No file reports more; the rest is counted."""

_SHAPES = {
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "must be at least"),
    "greater_than": ("gt", "must be more than"),
    "less_than_equal": ("le", "must be at most"),
    "less_than": ("lt", "must be less than"),
}


def explain(source: YamlText, root: Node, model: type[BaseModel], error: ValidationError) -> Iterator[Problem]:
    """One problem for each thing the model refused, in the order of the file."""
    found = sorted((_explain(root, model, details) for details in error.errors(include_url=False)), key=lambda f: f[0])
    for index, message in found[:MOST_PROBLEMS]:
        yield source.problem(index, redact(message))
    if len(found) > MOST_PROBLEMS:
        yield source.problem(found[MOST_PROBLEMS][0], f"and {len(found) - MOST_PROBLEMS:,} more problems from here on")


def _explain(root: Node, model: type[BaseModel], details: ErrorDetails) -> tuple[int, str]:
    loc = details["loc"]
    kind = details["type"]
    node, key = find(root, loc)
    name = str(loc[-1]) if loc else ""
    if kind == "missing":
        return (key or node).start, f"{name!r} is missing"
    if kind == "extra_forbidden":
        known = keys_at(model, loc[:-1])
        return (key or node).start, f"unknown key {name!r}{suggest(name, known)}"
    at = key.start if key is not None and "[key]" in loc else node.start
    named = f"{' '.join(key.value.split())}: " if key is not None else ""
    return at, named + _message(kind, details, node)


def _message(kind: str, details: ErrorDetails, node: Node) -> str:
    context: AbcMapping[str, Any] = details.get("ctx", {})
    if kind == "string_type":
        if not isinstance(node, Scalar):
            return f"must be text, not {_what(node)}"
        value = plain(node)
        if value is None:
            return 'nothing is given where text is wanted (to mean the word itself, quote it: "null")'
        written = node.value[:40]
        return f'{written} may be read as {_what(node)}, not as text: quote it: "{written}"'
    if kind in _SHAPES:
        return f"must be {_SHAPES[kind]}, not {_what(node)}"
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return f"{words} {context[bound]}"
    if kind == "too_short":
        return "must not be empty"
    if kind == "literal_error":
        known = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        word = node.value[:40] if isinstance(node, Scalar) else _what(node)
        # the known words are listed already: only a likely one is added
        hint = suggest(word, known)
        return f"{word!r} is not one of {', '.join(known)}" + (hint if "mean" in hint else "")
    message = details["msg"]
    return message[:1].lower() + message[1:] if kind != "shown" else message


def _what(node: Node) -> str:
    if isinstance(node, Listing):
        return "a list"
    if isinstance(node, Mapping):
        return "a mapping"
    value = plain(node)
    if value is None:
        return "nothing"
    if isinstance(value, Ambiguous):
        return value.reading
    if isinstance(value, bool):
        return "true or false"
    return "text" if isinstance(value, str) else "a number"


def find(root: Node, loc: tuple[int | str, ...]) -> tuple[Node, Scalar | None]:
    """Return the node at `loc` and its key, as deep as the file goes; names of unions are skipped."""
    node: Node = root
    key: Scalar | None = None
    for step in loc:
        if isinstance(node, Mapping) and str(step) in node.pairs:
            key, node = node.pairs[str(step)]
        elif isinstance(node, Listing) and isinstance(step, int) and step < len(node.items):
            key, node = None, node.items[step]
    return node, key


def keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys allowed in the section at `loc` of a file that `model` describes."""
    here: Any = model
    for step in loc:
        section = _section(here)
        if section is None:
            return []
        fields = {field.alias or name: field for name, field in section.model_fields.items()}
        if str(step) in fields:
            here = fields[str(step)].annotation
    section = _section(here)
    return [field.alias or name for name, field in section.model_fields.items()] if section else []


def _section(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _section(part))), None)
