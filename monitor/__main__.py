"""The `wirewatch` command."""

import signal
import sys

signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
# Before anything else is imported: as a container's first process we would not even notice it otherwise.

from monitor.cli.main import main  # noqa: E402

if __name__ == "__main__":
    main(prog_name="wirewatch")
