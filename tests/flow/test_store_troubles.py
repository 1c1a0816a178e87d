"""A store that vanishes, breaks or goes away for a moment under a running daemon: what it says, and how it leaves."""

import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
import pytest
from sqlalchemy import make_url

from tests.flow.test_cli_daemon import ROOT, Folder, leaves, said_until, wirewatch


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path)
    made.write()
    return made


def database(folder: Folder) -> Path:
    return folder.path / "data" / "wirewatch.db"


def health(said: str) -> int:
    """What /healthz answers; /readyz first, which writes to the store at once rather than within 10 s."""
    address = re.search(r"pages: (http://[^ \"]+?)/?[\" ,\n]", said)
    assert address, said
    answered = 0
    for page in ("readyz", "healthz"):
        try:
            with urlopen(f"{address[1]}/{page}", timeout=10) as answer:
                answered = int(answer.status)
        except HTTPError as refused:
            answered = refused.code
    return answered


def test_a_store_deleted_under_the_daemon_ends_it_with_78_and_is_not_replaced(folder: Folder) -> None:
    with wirewatch(folder, "run") as process:
        said_until(process, "pages: http")
        for path in database(folder).parent.glob("wirewatch.db*"):
            if path.suffix != ".lock":
                path.unlink()
        _, said = process.communicate(timeout=30)
    assert process.returncode == 78
    assert "was deleted or replaced" in said
    assert len(said.splitlines()) < 12, said
    assert not database(folder).exists(), "no empty store in its place"
    with wirewatch(folder, "run") as again:
        _, said = again.communicate(timeout=60)
    assert again.returncode == 78
    assert "held a store and is gone or empty" in said


def test_a_damaged_store_ends_the_daemon_with_78(folder: Folder) -> None:
    with wirewatch(folder, "run") as process:
        said_until(process, "pages: http")
        with database(folder).open("r+b") as file:
            file.write(os.urandom(1 << 16))
        with database(folder).with_name("wirewatch.db-wal").open("r+b") as log:
            log.truncate(0)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 78, said
    assert len(said.splitlines()) < 20, said


def test_a_standard_error_nobody_reads_holds_up_neither_work_nor_sigterm(folder: Folder) -> None:
    script = (
        "import logging, sys, threading, time\n"
        "def flood():\n"
        "    while not logging.getLogger().handlers:\n"
        "        time.sleep(0.01)\n"
        "    while True:\n"
        "        logging.getLogger('flood').error('x' * 5000); time.sleep(0.001)\n"
        "threading.Thread(target=flood, daemon=True).start()\n"
        "from monitor.__main__ import main\n"
        "sys.argv = ['wirewatch', 'run']\n"
        "main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=folder.path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        while not database(folder).exists():
            time.sleep(0.1)
        time.sleep(4)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.communicate()


def test_a_full_disk_fails_health_and_is_one_line_and_work_goes_on_after_it(folder: Folder) -> None:
    """A limit on the size of files stands in for the disk: writes fail, the process lives."""
    with wirewatch(folder, "run") as process:
        said = said_until(process, "pages: http")
        assert health(said) == 200
        size = database(folder).with_name("wirewatch.db-wal").stat().st_size
        unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        within(20, lambda: health(said) == 503)
        time.sleep(3)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
        within(20, lambda: health(said) == 200)
        said = leaves(process, signal.SIGTERM)
    troubles = [line for line in said.splitlines() if '"level": "info"' not in line]
    assert len(troubles) <= 2, said


def within(seconds: float, holds: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.mark.postgres
def test_the_local_engine_goes_on_when_postgresql_ended_every_session(
    folder: Folder, empty_postgres_url: str, postgres_server: str
) -> None:
    name = make_url(empty_postgres_url).database
    with wirewatch(folder, "run", WIREWATCH_DATABASE=empty_postgres_url) as process:
        said = said_until(process, "pages: http")
        with psycopg.connect(postgres_server, autocommit=True) as server:
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        said_until(process, "took the daemon's lock again")
        assert health(said) in (200, 503)
        leaves(process, signal.SIGTERM)
