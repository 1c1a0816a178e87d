"""Starts victims in a fraction of the time: a process that has imported the whole daemon forks one whenever asked.

What a start costs is mostly imports, two seconds of CPU in the daemon and in the fork server of its parsers, the model
of languages and the list of public suffixes. These a child has from its mother, and the fork server it shares with its
sisters, made anew where one has taken it along; its parsers end, as after any `kill -9`, when they find that nobody
talks to them. It has no thread, no file and no randomness of hers, and reads its configuration and opens its database
as any daemon does.

Run as `python -m tests.chaos.nursery`, it reads one JSON object a line, `{"argv": [...], "log": path}`, and answers
with the child's process id. It dies with the harness, at the end of its input.
"""

import asyncio
import contextlib
import gc
import json
import multiprocessing
import os
import select
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import forkserver
from pathlib import Path
from types import TracebackType

from monitor.adapters.pooled.tasks import PRELOAD
from monitor.adapters.text.language import LangidDetector
from monitor.adapters.text.outlets import outlets
from tests.chaos import victim

_STOPPED = "T"
_HEARD = 0.05
"""Seconds in which the fork server hears of a death."""


@dataclass(eq=False)
class Life:
    """One victim, from its birth on; it leads a process group of its own, with its parsers in it."""

    pid: int
    _file: int | None

    @property
    def over(self) -> bool:
        """Whether it is dead."""
        return self._file is None or bool(select.select([self._file], [], [], 0)[0])

    @property
    def stopped(self) -> bool:
        """Whether it sleeps by SIGSTOP, its own or ours."""
        with contextlib.suppress(OSError):
            return Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == _STOPPED
        return False

    async def died(self) -> None:
        """Wait for its death."""
        while not self.over:
            await asyncio.sleep(0.02)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to all its group; the dead do not mind."""
        if not self.over:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    async def end(self) -> None:
        """Kill it, with its parsers."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        await self.died()
        if self._file is not None:
            os.close(self._file)
            self._file = None


class Nursery:
    """The harness's side: asks for lives, and ends those that are left."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        # a library's threads would not survive a fork; semaphores of the killed are no news
        quiet = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore:resource_tracker"}
        self._environment = {**environment, **quiet}
        self._lives: list[Life] = []

    async def __aenter__(self) -> "Nursery":
        self._mother = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.chaos.nursery",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=self._environment,
            start_new_session=True,
        )  # fmt: skip
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for life in self._lives:
            await life.end()
        assert self._mother.stdin is not None
        self._mother.stdin.close()
        await self._mother.wait()

    async def born(self, argv: Sequence[str], log: Path) -> Life:
        """A victim with these arguments, writing to `log`."""
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        self._mother.stdin.write(json.dumps({"argv": list(argv), "log": str(log)}).encode() + b"\n")
        pid = int(await self._mother.stdout.readline())
        try:
            life = Life(pid, os.pidfd_open(pid))
        except ProcessLookupError:
            life = Life(pid, None)
        self._lives = [known for known in self._lives if not known.over]
        self._lives.append(life)
        return life


def _serve() -> bool:
    """Fork for each line of the input, and end all at its end. True in a child, which is to go on as a victim."""
    gc.freeze()
    born: list[int] = []
    for line in sys.stdin:
        born = [pid for pid in born if os.waitpid(pid, os.WNOHANG) == (0, 0)]
        asked = json.loads(line)
        # whoever is killed while handing its files to the fork server takes that along
        time.sleep(_HEARD)
        forkserver.ensure_running()
        pid = os.fork()
        if pid == 0:
            _settle(Path(asked["log"]))
            sys.argv = ["victim", *asked["argv"]]
            return True
        born.append(pid)
        print(pid, flush=True)
    for pid in born:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    return False


def _settle(log: Path) -> None:
    """Become a process of one's own: its group, its output, none of the harness's input."""
    os.setsid()
    # a fork server asks after its process as only that one's parent may
    forkserver._forkserver.ensure_running = lambda: None  # type: ignore[attr-defined]
    nothing = os.open(os.devnull, os.O_RDONLY)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for old, new in ((nothing, 0), (written, 1), (written, 2)):
        os.dup2(old, new)


def _warm() -> None:
    """What every life would load first of all."""
    for name in ("monitor.cli.run", "monitor.app.cluster", "anyio._backends._asyncio", "anyio.streams.tls"):
        import_module(name)

    multiprocessing.set_forkserver_preload(["monitor.adapters.workers.pool", *PRELOAD])
    forkserver.ensure_running()
    outlets()
    words = "These are words of the language that the feeds are written in, as far as anybody can tell."
    LangidDetector().detect(words)


if __name__ == "__main__":
    _warm()
    if _serve():
        victim.run()
