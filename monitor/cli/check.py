"""Validate the configuration and list every problem at once: `wirewatch check`."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from monitor.adapters.text.language import LangidDetector
from monitor.app.configuration import ConfigurationInvalid
from monitor.app.tools.advice import advice
from monitor.app.tools.backtest.configurations import UnknownRevision, folder_of
from monitor.app.tools.feedback import against_labels, stored_labels
from monitor.cli.check_online import failures, online_answers, show_online
from monitor.cli.common import FOUND, INVALID, config_option, json_option, leave, run, show
from monitor.cli.inspect.check_effect import effect_of, markdown
from monitor.cli.inspect.check_route import destinations, show_destinations
from monitor.config.environment import config_dir, environment_secrets
from monitor.config.loader import load
from monitor.domain.catalog import Catalog, Example, Problem, Topic
from monitor.domain.topics.authoring.checks import check_examples
from monitor.domain.topics.matcher import CatalogMatcher
from storage.sql.errors import StoreError
from storage.views.feedback import Label


@click.command(
    short_help="Is the configuration valid? Every problem at once.",
    epilog="""\b
Examples:
  wirewatch check
  wirewatch check --online
  wirewatch check --route article.json     # {"id": "1", "title": ..., "lang": "zh", "outlet": "news.example"}
  wirewatch check --config /etc/wirewatch
  wirewatch check --against origin/main --backtest archive.db     # the effect of the edit, as Markdown
  wirewatch check --json | jq 'select(.level == "error")'

\b
Exit codes: 0 valid, 1 an example or something online failed, 2 the configuration is invalid.
""",
)
@click.option("--online", is_flag=True, help="Ask Slack and every feed, too; nothing is posted or stored.")
@click.option(
    "--route",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Tell where an alert on this text, page or JSON document would go.",
)
@click.option("--against", metavar="REF_OR_DIR", help="Compare with a folder, or with --config at a git revision.")
@click.option("--backtest", "store", metavar="STORE", help="The archive to compare on: a SQLite file or database URL.")
@config_option
@json_option
def check(
    given: Path | None, as_json: bool, online: bool, route: Path | None, against: str | None, store: str | None
) -> None:
    """Read the whole configuration and list every problem as file:line:column: message.

    Then try each topic on its own must_match and must_not_match examples, and, where the store can be read, on the
    articles that people marked as not relevant: one that still matches is a warning. Last, advise on terms that miss
    plurals, peoples and compounds, that are everyday words, and on languages without terms.
    """
    if bool(against) is not bool(store):
        raise click.UsageError("--against and --backtest go together")
    folder = config_dir(given)
    loaded = load(folder)
    _, troubles = environment_secrets()
    show([*troubles, *loaded.problems], as_json=as_json)
    errors = len(troubles) + len(loaded.errors)
    if errors or loaded.catalog is None or loaded.compiled is None:
        leave(INVALID, f"{folder}: {counted(errors, 'error')}")
    engine = loaded.compiled.matcher(loaded.catalog)
    failed = list(_examples(engine, loaded.catalog))
    show(failed, as_json=as_json, check="examples")
    doubted = against_labels(engine, loaded.catalog, _labels(given))
    show(doubted, as_json=as_json, check="labels")
    advised = advice(loaded.compiled, loaded.catalog.feeds)
    show(advised, as_json=as_json, check="advice")
    if against is not None and store is not None:
        _show_effect(folder, against, store, loaded.catalog)
    if failed:
        leave(FOUND, f"{folder}: {counted(len(failed), 'example')} against the topic")
    if online:
        slack, feeds = run(online_answers(given, loaded.catalog))
        show_online(slack, feeds, as_json=as_json)
        if failed_online := failures(slack, feeds):
            leave(FOUND, f"{folder}: valid, but {counted(failed_online, 'check')} failed online")
    if route is not None:
        show_destinations(*run(destinations(given, route)), as_json=as_json)
    warnings = len(loaded.problems) + len(doubted) + len(advised)
    parts = [
        counted(len(loaded.catalog.feeds), "feed"),
        counted(len(loaded.catalog.topics), "topic"),
        counted(sum(len(t.must_match) + len(t.must_not_match) for t in loaded.catalog.topics), "example"),
        counted(len(loaded.catalog.receivers), "receiver"),
    ]
    doubts = f", {counted(warnings, 'warning')}" if warnings else ""
    click.echo(f"{folder}: valid: {', '.join(parts)}{doubts}", err=True)


def _show_effect(folder: Path, against: str, store: str, edited: Catalog) -> None:
    """Print the effect of the edit as Markdown."""
    try:
        with folder_of(against, folder) as base:
            effect = run(effect_of(store, base, edited))
    except UnknownRevision as unknown:
        leave(INVALID, f"wirewatch: {unknown}")
    for line in markdown(effect) if effect else ("The store holds no articles.",):
        click.echo(line)


def counted(number: int, noun: str) -> str:
    """Return a count with its noun: `1 error`, `2 errors`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _labels(given: Path | None) -> Sequence[Label]:
    """Read the stored labels; an unreadable store is noted on stderr and does not fail the check."""
    try:
        return asyncio.run(stored_labels(given))
    except (StoreError, ConfigurationInvalid) as unread:
        click.echo(f"what people marked as not relevant was not tried: {unread}", err=True)
        return ()


def _examples(engine: CatalogMatcher, catalog: Catalog) -> Iterator[Problem]:
    """Examples that name no language are given the one that is detected, as articles are."""
    languages = LangidDetector()

    def detected(example: Example) -> Example:
        return replace(example, language=languages.detect(f"{example.title}\n{example.text}"))

    for failure in check_examples(engine, with_languages(catalog, detected)):
        place = failure.example.place
        assert place is not None, "examples from files have one"
        yield Problem(place=place, message=str(failure))


def with_languages(catalog: Catalog, detected: Callable[[Example], Example]) -> Catalog:
    """Return the catalog with a language for every example."""

    def known(examples: tuple[Example, ...]) -> tuple[Example, ...]:
        return tuple(example if example.language else detected(example) for example in examples)

    def tried(topic: Topic) -> Topic:
        return replace(topic, must_match=known(topic.must_match), must_not_match=known(topic.must_not_match))

    return replace(
        catalog,
        watchlists=tuple(
            replace(watchlist, topics=tuple(tried(topic) for topic in watchlist.topics))
            for watchlist in catalog.watchlists
        ),
    )
