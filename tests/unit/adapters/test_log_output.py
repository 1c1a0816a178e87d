"""Log output: a reader that does not read harms nobody, and a complaint does not repeat itself."""

import logging
import os

from monitor.adapters.log_output import HELD_LINES, OnceAMinute, StderrHandler


def test_a_pipe_nobody_reads_holds_up_nobody_and_what_was_dropped_is_counted() -> None:
    reading, writing = os.pipe()
    handler = StderrHandler(writing)
    logger = logging.Logger("test")
    logger.addHandler(handler)
    for _ in range(HELD_LINES + 500):
        logger.warning("x" * 1000)
    handler.flush()  # returns, though nobody has read
    said = b""
    while b"dropped" not in said:
        said = said[-500:] + os.read(reading, 65536)
    assert b"log lines were dropped: nobody read standard error" in said
    os.close(reading)


def test_a_kind_is_logged_once_a_minute_with_a_count() -> None:
    moment = [0.0]
    gate = OnceAMinute(now=lambda: moment[0])

    def passes(kind: str | None) -> str | None:
        record = logging.makeLogRecord({"msg": "row %d: disk full", "args": (1,)})
        if kind:
            record.__dict__["once_a_minute"] = kind
        return record.getMessage() if gate.filter(record) else None

    assert passes("StoreFull") == "row 1: disk full"
    assert [passes("StoreFull") for _ in range(5)] == [None] * 5
    assert passes("StoreReplaced") == passes(None) == "row 1: disk full"
    moment[0] = 61.0
    assert passes("StoreFull") == "row 1: disk full (and 5 more like it)"
