"""Upgrade, back up, restore and move the store: `wirewatch db`."""

from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from monitor.app.runtime.clock import SystemClock
from monitor.app.tools.store import adopt_store, backup_store, move_store, restore_store, upgrade_store
from monitor.cli.common import FOUND, INVALID, config_option, leave, run
from storage.sql.errors import StoreCorrupt, StoreNotEmpty

_DATED = "wirewatch-%Y%m%d-%H%M%S.db"
"""The name of a backup that is given a folder only; `_ANY_DATED` finds them again."""

_ANY_DATED = "wirewatch-[0-9]*-[0-9]*.db"


@click.group()
def db() -> None:
    """Upgrade, back up, restore or move the store.

    Works on the database that wirewatch.yml or $WIREWATCH_DATABASE names.
    """


@db.command(epilog="Example:  wirewatch db upgrade")
@config_option
def upgrade(given: Path | None) -> None:
    """Bring the database's schema up to date; `wirewatch run` does so by itself.

    All steps run in one transaction: interrupted, it leaves the old schema complete. Exits with 78, nothing changed,
    when a newer program made the database.
    """
    found = run(upgrade_store(given))
    if found.before == found.after:
        click.echo(f"the schema is up to date: {found.after}")
    else:
        click.echo(f"the schema is now {found.after} (it was {found.before or 'empty'})")


@db.command(
    epilog="""\b
Examples:
  wirewatch db backup before-upgrade.db
  wirewatch db backup /backups --keep 7        # every night, from cron

\b
Exit codes: 0 written and checked, 1 the store is damaged, 2 FILE exists, 78 it cannot be written.
"""
)
@click.argument("target", metavar="[FILE_OR_FOLDER]", type=click.Path(path_type=Path), default=Path())
@click.option("--keep", type=click.IntRange(min=1), help="In a folder: delete dated backups beyond so many.")
@config_option
def backup(target: Path, keep: int | None, given: Path | None) -> None:
    """Write the whole store into one checked SQLite file, while the daemon goes on working.

    Into a FOLDER (by default the current one) it gets a dated name. PostgreSQL is backed up into the same kind of file.
    """
    folder = target if target.is_dir() else None
    if folder is None and keep is not None:
        raise click.UsageError("--keep needs a folder")
    if not target.resolve().parent.is_dir():
        raise click.UsageError(f"there is no folder {target.parent}")
    file = target / f"{SystemClock().now():{_DATED}}" if folder else target
    with Console(stderr=True).status(f"writing {file} ..."):
        try:
            run(backup_store(given, file), expected=(StoreNotEmpty, StoreCorrupt))
        except StoreNotEmpty as exists:
            leave(INVALID, f"wirewatch: {exists}")
        except StoreCorrupt as damaged:
            leave(FOUND, f"wirewatch: {damaged}")
    click.echo(f"{file}: {file.stat().st_size:,} bytes, checked")
    # other files than dated backups are never deleted
    for old in sorted(folder.glob(_ANY_DATED))[:-keep] if folder and keep else ():
        old.unlink()
        click.echo(f"{old}: deleted, {keep} newer ones are kept")


@db.command(
    epilog="""\b
Examples:
  wirewatch db restore wirewatch-20260301-030000.db
  WIREWATCH_DATABASE=sqlite:////tmp/drill.db wirewatch db restore nightly.db     # a drill, beside the real one

\b
Exit codes: 0 restored, 1 FILE is damaged, 2 the PostgreSQL database is not empty,
78 a daemon is running, or a newer program wrote FILE.
"""
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@config_option
def restore(file: Path, given: Path | None) -> None:
    """Put the backup FILE in the place of the store. Stop the daemon first.

    The backup is checked before anything is touched, and the store that was there is kept beside the new one.
    A PostgreSQL database must be empty.
    """
    try:
        kept = run(restore_store(given, file), expected=(StoreNotEmpty, StoreCorrupt))
    except StoreCorrupt as damaged:
        leave(FOUND, f"wirewatch: {damaged}")
    except StoreNotEmpty as full:
        leave(INVALID, f"wirewatch: {full}")
    click.echo(f"restored from {file}" + (f"; the store that was there is now {kept}" if kept else ""))


@db.command(
    epilog="""\b
Examples:
  wirewatch db copy postgresql://wirewatch@db.example.net/wirewatch
  wirewatch db copy sqlite:///moved/wirewatch.db

\b
A password is best left to ~/.pgpass. Exit codes: 0 copied, 2 the target is not empty, 78 a daemon is running.
"""
)
@click.argument("target", metavar="DATABASE_URL")
@config_option
def copy(target: str, given: Path | None) -> None:
    """Copy the whole store into the empty database at DATABASE_URL. Stop the daemon first.

    No alert is repeated after the move. It is one transaction: interrupted, the target is empty.
    """
    bar = Progress(
        TextColumn("copying"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("rows", total=None)
        try:
            work = move_store(given, target, lambda done, all_: bar.update(task, completed=done, total=all_))
            rows = run(work, expected=(StoreNotEmpty,))
        except StoreNotEmpty as full:
            leave(INVALID, f"wirewatch: {full}")
    listed = ", ".join(f"{count:,} {table}" for table, count in rows.items() if count) or "it was empty"
    click.echo(f"copied {sum(rows.values()):,} rows: {listed}")
    click.echo("Now name the new database in wirewatch.yml (or $WIREWATCH_DATABASE) and start the daemon.")


@db.command(epilog="Example:  wirewatch db adopt")
@config_option
def adopt(given: Path | None) -> None:
    """Make a copied store the one to work on, once no daemon works on the other any more.

    A daemon refuses to start on a SQLite file that was copied from elsewhere, with a volume for instance: two daemons,
    each on a copy, would tell everything twice.
    """
    run(adopt_store(given))
    click.echo("this store is now the one to work on; let no daemon run on the one it was copied from")
