"""`wirewatch topics improve`: changes to a query that people's verdicts speak for."""

import json
from pathlib import Path

import click

from monitor.app.configuration import opened
from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.improve import LOOK_BACK, ScoredProposal, judged_documents, proposals, word_model
from monitor.app.tools.store import open_store
from monitor.cli.common import FOUND, INVALID, config_option, json_option, leave, run
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
def improve(key: str, given: Path | None, as_json: bool) -> None:
    """Propose changes to a topic's query that people's verdicts speak for, as diffs to paste.

    Verdicts are the buttons Relevant and Not relevant, and `/wirewatch missed`. Nothing is applied. The figures are
    precision and recall on the verdicts, and the alerts of the last 7 days that the change would gain and lose.
    """
    shown = run(_improve(key, given, as_json))
    if not shown:
        leave(FOUND, f"wirewatch: no change of {key} does better on the verdicts there are")


async def _improve(key: str, given: Path | None, as_json: bool) -> int:
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
            for line in _head(len(judged), sum(one.relevant for one in judged)):
                click.echo(line)
        async for proposal in proposals(database, catalog, topic, SystemClock().now() - LOOK_BACK, MOST):
            shown += 1
            diff = topic_diff(config_dir(given), catalog, proposal.improvement.topic)
            click.echo(json.dumps(_as_pairs(proposal, diff), ensure_ascii=False) if as_json else _text(proposal, diff))
        model = word_model(verdicts)
        if model.ranks and not as_json:
            up = [word for word, weight in sorted(model.words.items(), key=lambda pair: -pair[1])[:6] if weight > 0]
            down = [word for word, weight in sorted(model.words.items(), key=lambda pair: pair[1])[:6] if weight < 0]
            click.echo(f"\nWords that speak for an article: {', '.join(up)}; against it: {', '.join(down)}")
    return shown


def _head(verdicts: int, relevant: int) -> list[str]:
    lines = [f"{verdicts} verdicts and examples: {relevant} relevant, {verdicts - relevant} not relevant"]
    if verdicts < GUESSING:
        lines.append(f"With fewer than {GUESSING} verdicts this is guessing.")
    elif verdicts < FOLDS_FROM:
        lines.append(f"The figures are not cross-validated: that needs {FOLDS_FROM} verdicts.")
    return lines


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
