"""`wirewatch topics improve`: changes to a query that people's verdicts speak for."""

import json
from pathlib import Path

import click

from monitor.app.configuration import opened
from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.improve import LOOK_BACK, ScoredProposal, judged_documents, proposals, word_model
from monitor.app.tools.store import open_store
from monitor.cli.common import FOUND, INVALID, awaited, config_option, json_option, leave
from monitor.config.edit_topic import topic_diff
from monitor.config.environment import config_dir
from monitor.domain.topics.learning.improve import FOLDS_FROM, GUESSING, Figures
from storage.views.verdicts import SqlVerdicts

MOST = 3
"""Proposals shown: each is tried on the archive, which takes seconds."""


@click.command(
    "improve",
    epilog="""\b
Examples:
  wirewatch topics improve tariffs
""",
)
@click.argument("key")
@config_option
@json_option
@awaited
async def improve(key: str, given: Path | None, as_json: bool) -> None:
    """Propose changes to a topic's query that people's verdicts speak for, as diffs to paste.

    Verdicts are the buttons Relevant and Not relevant, and `/wirewatch missed`. Nothing is applied. The figures are
    precision and recall on the verdicts, and the alerts of the last 7 days that the change would gain and lose.
    """
    source, _ = opened(given)
    catalog = source.current()
    topic = catalog.topic(key)
    if topic is None:
        known = ", ".join(one.key for one in catalog.topics)
        leave(INVALID, f"wirewatch: no topic is named {key!r}; the topics are {known}")
    shown = 0
    async with open_store(given) as database:
        verdicts = await SqlVerdicts(database).of(key)
        judged = judged_documents(topic, verdicts)
        if not as_json:
            number = len(judged)
            relevant = sum(one.relevant for one in judged)
            click.echo(f"{number} verdicts and examples: {relevant} relevant, {number - relevant} not relevant")
            if number < GUESSING:
                click.echo(f"With fewer than {GUESSING} verdicts this is guessing.")
            elif number < FOLDS_FROM:
                click.echo(f"The figures are not cross-validated: that needs {FOLDS_FROM} verdicts.")
        async for proposal in proposals(database, catalog, topic, SystemClock().now() - LOOK_BACK, MOST):
            shown += 1
            diff = topic_diff(config_dir(given), catalog, proposal.improvement.topic)
            click.echo(json.dumps(_as_pairs(proposal, diff), ensure_ascii=False) if as_json else _text(proposal, diff))
        model = word_model(verdicts)
        if model.ranks and not as_json:
            up = [word for word, weight in sorted(model.words.items(), key=lambda pair: -pair[1])[:6] if weight > 0]
            down = [word for word, weight in sorted(model.words.items(), key=lambda pair: pair[1])[:6] if weight < 0]
            click.echo(f"\nWords that speak for an article: {', '.join(up)}; against it: {', '.join(down)}")
    if not shown:
        leave(FOUND, f"wirewatch: no change of {key} does better on the verdicts there are")


def _text(proposal: ScoredProposal, diff: str) -> str:
    change, effect = proposal.improvement, proposal.effect
    return (
        f"\n{change.what}\n"
        f"  on the verdicts: {_figures(change.before)} -> {_figures(change.after)}\n"
        f"  in the last 7 days: {effect.gained} alerts more, {effect.lost} fewer\n{diff}"
    )


def _figures(figures: Figures) -> str:
    return f"precision {figures.precision:.2f}, recall {figures.recall:.2f}"


def _as_pairs(proposal: ScoredProposal, diff: str) -> dict[str, object]:
    change, effect = proposal.improvement, proposal.effect
    return {
        "change": change.what,
        "query": change.topic.query,
        "threshold": change.topic.threshold,
        "before": {"precision": change.before.precision, "recall": change.before.recall},
        "after": {"precision": change.after.precision, "recall": change.after.recall},
        "gained": effect.gained,
        "lost": effect.lost,
        "diff": diff,
    }
