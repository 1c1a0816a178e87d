"""`wirewatch topics release`: let a held edit of the watchlists come into force."""

import getpass
from pathlib import Path

import click

from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.store import open_store
from monitor.cli.common import FOUND, config_option, leave, run
from storage.history.audit import AuditEntry, SqlAudit
from storage.history.config_revisions import RevisionState, SqlConfigRevisions


@click.command("release")
@config_option
def release(given: Path | None) -> None:
    """Let the edit that `reload.hold_explosive` holds come into force; the daemon takes it up within seconds."""
    revision = run(_release(given))
    if revision is None:
        leave(FOUND, "wirewatch: no edit is held")
    click.echo(f"configuration {revision} is released")


async def _release(given: Path | None) -> str | None:
    async with open_store(given) as database:
        revisions = SqlConfigRevisions(database)
        newest = await revisions.newest()
        if newest is None or newest.state is not RevisionState.HELD or not await revisions.release(newest.revision):
            return None
        entry = AuditEntry(
            at=SystemClock().now(),
            who=getpass.getuser(),
            origin="cli",
            action="configuration.released",
            subject=f"configuration:{newest.revision}",
        )
        await SqlAudit(database).add(entry)
        return newest.revision
