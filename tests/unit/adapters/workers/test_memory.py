"""The main process holds what it needs, and gives large blocks back to the system."""

import ctypes
import subprocess
import sys

import pytest

SCRIPT = """
import ctypes, sys
from monitor.adapters.workers.memory import return_large_blocks

class Told(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in ("arena", "free", "small", "mapped", "mapped_bytes", *"abcde")]

libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Told
if sys.argv[1] == "set":
    return_large_blocks()
bytearray(20 << 20)  # given back at once, which raises the size from which the C library maps blocks
before = libc.mallinfo2().mapped
held = [bytearray(1 << 20) for _ in range(4)]
print(libc.mallinfo2().mapped - before)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="a setting of glibc")
@pytest.mark.parametrize(("given", "mapped"), [("set", 4), ("left alone", 0)])
def test_large_arrays_are_mapped_one_by_one_even_after_a_larger_one(given: str, mapped: int) -> None:
    said = subprocess.check_output([sys.executable, "-c", SCRIPT, given], text=True)
    assert int(said) == mapped


def test_the_daemon_starts_without_what_only_postgresql_or_a_migration_needs() -> None:
    script = "import sys, monitor.cli.run; print(sorted({'psycopg', 'alembic', 'procrastinate'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "[]"


def test_cycles_are_looked_for_seldom_and_not_among_what_was_there_at_the_start() -> None:
    script = (
        "import gc; from monitor.adapters.workers.memory import collect_seldom as set; set();"
        "print(gc.get_threshold()[0], "
    )
    said = subprocess.check_output([sys.executable, "-c", script + "gc.get_freeze_count() > 1_000)"], text=True)
    assert said.split() == ["10000", "True"]
