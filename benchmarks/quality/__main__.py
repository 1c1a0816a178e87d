"""Run `scripts/evaluate`: one sub-command for each kind of decision.

Exit codes: 0 measured, 2 wrong usage, 78 no documents.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.quality import learning, stories, topics
from benchmarks.quality.labelled import CORPUS_VARIABLE, corpus_place

NO_DOCUMENTS = 78


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what `arguments` name and print it."""
    parser = argparse.ArgumentParser(prog="scripts/evaluate", description=__doc__)
    parser.add_argument("--corpus", type=Path, help=f"labelled documents (default: ${CORPUS_VARIABLE})")
    commands = parser.add_subparsers(required=True, metavar="topics|stories|learn")
    for module in (topics, stories, learning):
        module.add_command(commands)
    chosen = parser.parse_args(arguments)
    corpus = corpus_place(chosen.corpus)
    if corpus is None:
        print(f"no labelled documents: set ${CORPUS_VARIABLE} or --corpus", file=sys.stderr)
        return NO_DOCUMENTS
    return int(chosen.run(corpus, chosen))


if __name__ == "__main__":
    sys.exit(main())
