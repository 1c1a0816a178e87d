"""The effect of an edit as Markdown, for a pull request: `wirewatch check --against REF --backtest STORE`."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from monitor.app.runtime.story_window import WINDOW
from monitor.app.tools.backtest import Backtest, Effect
from monitor.app.tools.backtest.configurations import catalog_at
from monitor.domain.catalog import Catalog
from storage.schema.upgrade import check_schema
from storage.sql.database import Database
from storage.views.archive import SqlArchive

LOOK_BACK = timedelta(days=7)
"""Days compared, counted back from the newest article of the store: a backup may be some days old."""
_SPECIAL = re.compile(r"[\\`*_\[\]<>|#~]")
LISTED = 10
"""Alerts listed for each topic and direction."""


async def effect_of(store: str, base: Path, edited: Catalog) -> Effect | None:
    """Compare the configuration in `base` with the edited one on a store; None for an empty store.

    `store` is a SQLite file or a database URL. Raises ConfigurationInvalid, StoreError.
    """
    before = catalog_at(base)
    database = Database.open(store if "://" in store else f"sqlite:///{store}")
    try:
        await check_schema(database)
        archive = SqlArchive(database)
        newest = await archive.moment_of(0)
        if newest is None:
            return None
        since = newest - LOOK_BACK
        return await Backtest(archive=archive, before=before, after=edited).run(since, since - WINDOW)
    finally:
        await database.close()


def markdown(effect: Effect) -> Iterator[str]:
    """Yield the effect as lines of Markdown."""
    yield "## Effect of this edit"
    yield ""
    yield f"Compared on {effect.articles:,} articles since {effect.since:%Y-%m-%d %H:%M} UTC."
    if not effect.topics:
        yield ""
        yield "No topic changes its meaning."
        return
    yield ""
    yield "| topic | alerts before | after | gained | lost |"
    yield "|---|---:|---:|---:|---:|"
    for key, topic in effect.topics.items():
        yield f"| `{key}` | {topic.before} | {topic.after} | {topic.gained} | {topic.lost} |"
    for key in effect.topics:
        for gained, word in ((True, "Gained"), (False, "Lost")):
            listed = [one for one in effect.differences if one.topic == key and one.gained is gained]
            if not listed:
                continue
            yield ""
            yield f"**{word}, `{key}`**"
            yield ""
            for one in listed[:LISTED]:
                yield f"- {_escaped(one.outlet)}: {_escaped(one.title)} ({_escaped(one.reason)})"
            if len(listed) > LISTED:
                yield f"- and {len(listed) - LISTED} more"


def _escaped(text: str) -> str:
    """Take the meaning from characters that Markdown or HTML would read."""
    return "".join(
        f"\\{character}" if character in "\\`*_[]<>|#~" else character for character in " ".join(text.split())
    )
