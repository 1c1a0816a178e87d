"""The `wirewatch` command."""

import gc
import signal
import sys

signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
# Before anything else is imported: as a container's first process we would not even notice it otherwise.

from monitor.cli.main import main  # noqa: E402

# Python's default of 700 new objects makes the collector find every batch of work half done, and then search all
# objects again. What exists now stays until the end, so it is not searched at all.
gc.freeze()
gc.set_threshold(10_000)

if __name__ == "__main__":
    main(prog_name="wirewatch")
