"""The `wirewatch` command."""

import gc
import os
import signal
import sys

signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
# Before anything else is imported: as a container's first process we would not even notice it otherwise.

# `http.proxy` alone decides about proxies; slack-sdk and urllib would take one from the environment.
for name in [name for name in os.environ if name.lower() in ("http_proxy", "https_proxy", "all_proxy", "no_proxy")]:
    del os.environ[name]

from monitor.cli.main import main  # noqa: E402

# Python's default of 700 new objects makes the collector find every batch of work half done, and then search all
# objects again. What exists now stays until the end, so it is not searched at all.
gc.freeze()
gc.set_threshold(10_000)

if __name__ == "__main__":
    main(prog_name="wirewatch")
