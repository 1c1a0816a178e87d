"""`wirewatch topics release`: let a held edit of the watchlists come into force."""

import getpass
from pathlib import Path

import click

from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.store import open_store
from monitor.cli.common import FOUND, awaited, config_option, leave
from storage.history.audit import AuditEntry, SqlAudit
from storage.history.config_revisions import RevisionState, SqlConfigRevisions


@click.command("release")
@config_option
@awaited
async def release(given: Path | None) -> None:
    """Let the edit that `reload.hold_explosive` holds come into force; the daemon takes it up within seconds."""
    async with open_store(given) as database:
        revisions = SqlConfigRevisions(database)
        newest = await revisions.newest()
        if newest is None or newest.state is not RevisionState.HELD or not await revisions.release(newest.revision):
            leave(FOUND, "wirewatch: no edit is held")
        entry = AuditEntry(
            at=SystemClock().now(),
            who=getpass.getuser(),
            origin="cli",
            action="configuration.released",
            subject=f"configuration:{newest.revision}",
        )
        await SqlAudit(database).add(entry)
    click.echo(f"configuration {newest.revision} is released")
