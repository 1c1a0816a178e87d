"""Write docs/reference from the program: commands, configuration keys, metrics and the web API.

Usage: `python -m docs.render_reference`. A test checks that the committed pages are what the program says.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
from fastapi import FastAPI

from monitor.adapters.metrics import Metrics
from monitor.cli.main import main
from monitor.config.models.json_schema import SCHEMAS, schema_text
from monitor.web.api.routes import router

if TYPE_CHECKING:
    from monitor.app.tools.views import Views

FOLDER = Path(__file__).parent / "reference"
FILES = {
    "wirewatch.json": "wirewatch.yml",
    "feeds.json": "feeds.yml",
    "receivers.json": "receivers.yml",
    "watchlist.json": "watchlists/*.yml",
    "vocabulary.json": "vocabularies/*.yml",
}


def pages() -> dict[str, str]:
    """Return the text of every generated page by its name."""
    return {
        "commands.md": "\n".join(_commands()) + "\n",
        "configuration-keys.md": "\n".join(_keys()) + "\n",
        "metrics.md": "\n".join(_metrics()) + "\n",
        "api.md": "\n".join(_api()) + "\n",
    }


def _commands() -> Iterator[str]:
    yield "# Commands\n\nGenerated from the program: `wirewatch COMMAND --help` prints the same."
    root = click.Context(main, info_name="wirewatch")
    for name in main.list_commands(root):
        command = main.get_command(root, name)
        if command is not None:
            yield from _command(command, root, name, 2)


def _command(command: click.Command, parent: click.Context, name: str, level: int) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent)
    context.terminal_width = 96
    yield f"\n{'#' * level} {context.command_path}\n"
    yield "```text"
    yield command.get_help(context).rstrip()
    yield "```"
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None:
                yield from _command(found, context, inner, level + 1)


def _keys() -> Iterator[str]:
    yield "# Configuration keys\n"
    yield "Generated from the models that check the files. Durations are written `30s`, `15m`, `1h` or `7d`."
    for schema_name, file_name in FILES.items():
        schema: dict[str, Any] = json.loads(schema_text(SCHEMAS[schema_name]))
        yield f"\n## {file_name}\n\n{schema.get('description', '')}\n"
        yield "| key | type | default | meaning |\n|---|---|---|---|"
        yield from _rows(schema, schema.get("$defs", {}), "")


def _rows(schema: dict[str, Any], definitions: dict[str, Any], prefix: str) -> Iterator[str]:
    required = schema.get("required", ())
    for name, raw in schema.get("properties", {}).items():
        one = _resolved(raw, definitions)
        inner, path = _inner(one, definitions, f"{prefix}{name}")
        default = "required" if name in required else _code(raw.get("default", one.get("default")))
        if inner is not None:
            default = "required" if name in required else ""
        meaning = raw.get("description") or one.get("description") or ""
        yield f"| `{prefix}{name}` | {_type(one, definitions)} | {default} | {_cell(meaning)} |"
        if inner is not None:
            yield from _rows(inner, definitions, f"{path}.")


def _resolved(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference; of alternatives take the one that is not null."""
    if "$ref" in schema:
        return {**definitions[schema["$ref"].rpartition("/")[2]], **{k: v for k, v in schema.items() if k != "$ref"}}
    choices = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
    return {**_resolved(choices[0], definitions), **schema} if len(choices) == 1 else schema


def _inner(schema: dict[str, Any], definitions: dict[str, Any], path: str) -> tuple[dict[str, Any] | None, str]:
    """Return the schema of the keys inside, and the path they stand under; None for a plain value."""
    if schema.get("properties"):
        return schema, path
    for key, mark in (("items", "[]"), ("additionalProperties", ".NAME")):
        inside = schema.get(key)
        if isinstance(inside, dict):
            inside = _resolved(inside, definitions)
            if inside.get("properties"):
                return inside, f"{path}{mark}"
    return None, path


def _type(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "anyOf" in schema:
        kinds = (_type(_resolved(choice, definitions), definitions) for choice in schema["anyOf"])
        return " or ".join(dict.fromkeys(kind for kind in kinds if kind != "null"))
    kind = schema.get("type", "value")
    if kind == "array" and isinstance(schema.get("items"), dict):
        return f"list of {_type(_resolved(schema['items'], definitions), definitions)}"
    return str({"object": "section", "boolean": "true or false", "string": "text"}.get(kind, kind))


def _code(value: object) -> str:
    return "" if value is None or value in ({}, [], "") else f"`{json.dumps(value, ensure_ascii=False).strip(chr(34))}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _metrics() -> Iterator[str]:
    yield "# Metrics\n\nGenerated from the program; served at `/metrics` in the Prometheus text format.\n"
    yield "| metric | kind | labels | meaning |\n|---|---|---|---|"
    for family in sorted(Metrics().registry.collect(), key=lambda one: one.name):
        labels = ", ".join(sorted({label for sample in family.samples for label in sample.labels} - {"le"}))
        yield f"| `{family.name}` | {family.type} | {labels} | {_cell(family.documentation)} |"


def _api() -> Iterator[str]:
    described = FastAPI()
    described.include_router(router(cast("Views", None)))  # the views are only needed to answer
    schema: dict[str, Any] = described.openapi()
    yield "# Web API\n"
    yield "The desk serves JSON under `/api/v1/`. This page is generated from the OpenAPI description that your own"
    yield "installation serves at `/openapi.json`, where the shapes of all answers are.\n"
    yield "Lists are paged: pass the `next` of an answer as `cursor` to get the page after it. Where the desk asks for a"
    yield "log-in, the API does too.\n"
    yield "Feeds out: `/feed.atom` for all stories, `/topics/KEY/feed.atom` and `/topics/KEY/feed.json` for one topic. They"
    yield "send `ETag` and `Last-Modified`, so that readers get a 304 when nothing is new."
    for path, methods in schema["paths"].items():
        for method, one in methods.items():
            yield f"\n## {method.upper()} {path}\n\n{_cell(one.get('description') or one.get('summary', ''))}\n"
            parameters = one.get("parameters", ())
            if parameters:
                yield "| parameter | in | type | default | meaning |\n|---|---|---|---|---|"
            for parameter in parameters:
                kind = parameter["schema"]
                default = "required" if parameter.get("required") else _code(kind.get("default"))
                meaning = _cell(parameter.get("description", ""))
                name = parameter["name"]
                yield f"| `{name}` | {parameter['in']} | {_type(kind, {})} | {default} | {meaning} |"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for page, text in pages().items():
        (FOLDER / page).write_text(text, encoding="utf-8")
