"""A second handle on a SQLite file leaves the first one's locks alone."""

import asyncio
import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from storage.schema.upgrade import upgrade
from storage.sql.database import Database


async def test_the_log_survives_another_process_while_a_second_handle_was_opened(tmp_path: Path) -> None:
    """Opening and closing the file by hand would drop the locks: another connection then deletes the log in use."""
    database = Database.open(f"sqlite:///{tmp_path / 'a.db'}")
    await upgrade(database)
    await database.reopen().close()
    script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('select count(*) from meta'); c.close()"
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", script, str(tmp_path / "a.db")], check=True)
    assert (tmp_path / "a.db-wal").exists()
    await database.run(lambda connection: connection.execute(text("SELECT 1")).scalar_one())
    await database.close()
