"""All figures of docs/scaling.md in one run, or one of them.

    python -m benchmarks.cluster [cost|polls|scale|rescue ...] [--articles 1000] [--pages 120] [--kills 10]
        [--feeds 1000 3000 10000] [--seconds 60]

A quiet machine and about a quarter of an hour; processor times also say something of a busy one.
"""

import argparse
import asyncio
import os

from benchmarks.cluster.cost import cost
from benchmarks.cluster.machines import server
from benchmarks.cluster.polls import HEAD, polls
from benchmarks.cluster.rescue import rescue
from benchmarks.cluster.scale import scale

KINDS = ("cost", "polls", "scale", "rescue")


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__)
    parser.add_argument("what", nargs="*", choices=[*KINDS, []], default=[])
    parser.add_argument("--articles", type=int, default=1000, help="for cost")
    parser.add_argument("--pages", type=int, default=120, help="for scale")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--feeds", type=int, nargs="+", default=[1000, 3000, 10000])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--members", type=int, default=2, help="processes that poll")
    chosen = parser.parse_args()
    said = [f"load at the beginning {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"]
    with server() as own:
        for kind in chosen.what or KINDS:
            if kind == "cost":
                said += asyncio.run(cost(own, chosen.articles))
            elif kind == "polls":
                said.append(HEAD)
                for feeds in chosen.feeds:
                    said.append(asyncio.run(polls(own, feeds, chosen.members, chosen.seconds)).row())
                    print(said[-1], flush=True)
            elif kind == "scale":
                said += asyncio.run(scale(own, chosen.pages))
            else:
                said += asyncio.run(rescue(own, chosen.kills))
    print("", *said, f"load at the end {os.getloadavg()[0]:.1f}", sep="\n")


if __name__ == "__main__":
    main()
