"""Write log lines to standard error without waiting for its reader, each kind of complaint once a minute.

A pipe that nobody reads holds 64 KiB; a daemon that waits for room in it stands still, and SIGTERM does not end it.
"""

import contextlib
import logging
import os
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

HELD_LINES = 2_000
"""Lines that wait for a slow reader: a megabyte or two. Later ones are dropped and counted."""

FLUSH_WITHIN = 1.0
"""Seconds that the end of the process waits for its last lines to be read."""

REPEAT_AFTER = 60.0
"""Seconds in which a complaint of one kind is logged once (a full disk must not fill its own log)."""


class StderrHandler(logging.Handler):
    """Hands lines to a thread that writes them to a file descriptor, past Python's buffers and their locks."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._lines: queue.Queue[str] = queue.Queue(HELD_LINES)
        self._dropped = 0
        threading.Thread(target=self._write, name="log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Queue a record's line, or count it when too many wait."""
        try:
            self._lines.put_nowait(self.format(record))
        except queue.Full:
            self._dropped += 1

    def flush(self) -> None:
        """Wait for the lines to be written, for `FLUSH_WITHIN` seconds at the most."""
        end = time.monotonic() + FLUSH_WITHIN
        while self._lines.unfinished_tasks and time.monotonic() < end:
            time.sleep(0.01)

    def _write(self) -> None:
        while True:
            line = self._lines.get()
            with contextlib.suppress(OSError):  # closed at the other end: nobody is there to read
                self._write_line(line)
                if self._dropped:
                    dropped, self._dropped = self._dropped, 0
                    text = f"{dropped} log lines were dropped: nobody read standard error"
                    note = logging.LogRecord("wirewatch", logging.WARNING, "", 0, text, None, None)
                    self._write_line(self.format(note))
            self._lines.task_done()

    def _write_line(self, line: str) -> None:
        rest = memoryview(f"{line}\n".encode("utf-8", "backslashreplace"))
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]


@dataclass(slots=True)
class OnceAMinute:
    """Lets one record a minute and kind pass, by the attribute `once_a_minute` of records that have it.

    The next one of the kind says how many were left out.
    """

    now: Callable[[], float] = time.monotonic
    _kinds: dict[str, tuple[float, int]] = field(default_factory=dict)

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is to be logged."""
        kind: str | None = record.__dict__.pop("once_a_minute", None)
        if kind is None:
            return True
        since, left_out = self._kinds.get(kind, (-REPEAT_AFTER, 0))
        if self.now() - since < REPEAT_AFTER:
            self._kinds[kind] = (since, left_out + 1)
            return False
        self._kinds[kind] = (self.now(), 0)
        if left_out:
            record.msg, record.args = f"{record.getMessage()} (and {left_out} more like it)", None
        return True
