"""docs/reliability.md, made of the cases and of the tests that name them."""

from collections import defaultdict
from pathlib import Path

from tests.mutants.groups import GROUPS
from tests.reliability.cases import CASES
from tests.reliability.figures import ROOT, Figure, figures
from tests.reliability.marks import Covering, covering

PLACE = ROOT / "docs" / "reliability.md"
_HEAD = """# What may go wrong, and which tests cover it

`scripts/reliability` writes this page from the marks `@pytest.mark.case(N)` of the tests and from the figures in
`docs/figures`; do not edit it by hand. A test fails when the page is out of date.

**{covered} of {total} cases** have at least one test that names them ({tests} tests); {missing} have none yet{which}.
A test here means that the case is tried, not that every possible input, fault and machine is.
Tests marked `torture` take minutes or hours: `scripts/torture` runs them, and a short version of each runs with all
other tests. `--keep-figures` updates the figures that tests measure. More measurements (load, quality) are in
[scaling.md](scaling.md), [the decisions](decisions/README.md) and [evaluation.md](evaluation.md).

| part | cases | with tests |
|---|---|---|
"""


def page(root: Path = ROOT) -> str:
    """The whole document."""
    tests: dict[int, list[Covering]] = defaultdict(list)
    for one in covering(root):
        tests[one.case].append(one)
    numbers = [number for cases in CASES.values() for number in cases]
    without = [number for number in numbers if number not in tests]
    head = _HEAD.format(
        covered=len(numbers) - len(without),
        total=len(numbers),
        tests=len({(one.file, one.test) for several in tests.values() for one in several}),
        missing=len(without),
        which=f": {', '.join(_name(number) for number in without)}" if without else "",
    )
    measured: dict[int, list[Figure]] = defaultdict(list)
    for one in figures(root):
        for case in one.cases:
            measured[case].append(one)
    parts = [
        f"| {part} | {len(cases)} | {sum(number in tests for number in cases)} |\n" for part, cases in CASES.items()
    ]
    sections = "".join(_section(part, cases, tests, measured) for part, cases in CASES.items())
    return head + "".join(parts) + sections + _mutants(figures(root))


def _section(
    part: str, cases: dict[int, str], tests: dict[int, list[Covering]], measured: dict[int, list[Figure]]
) -> str:
    rows = (
        f"| {_name(number)} | {sentence} | {'<br>'.join(one.said for one in measured[number])} "
        f"| {'<br>'.join(map(_link, tests[number])) or 'not yet'} |\n"
        for number, sentence in cases.items()
    )
    return f"\n## {part}\n\n| case | what must hold | measured | tests |\n|---|---|---|---|\n" + "".join(rows)


_MUTANTS = """
## Do the tests notice?

`scripts/mutants` changes one thing at a time in the modules that must not be wrong and runs their quick tests
(`tests/mutants/groups.py`): how many of the changes were noticed.

| part | modules | noticed | measured |
|---|---|---|---|
"""


def _mutants(kept: list[Figure]) -> str:
    rows = [
        f"| {one.by} | {', '.join(GROUPS[one.by].modules)} | {one.said} | {one.measured} |\n"
        for one in kept
        if one.by in GROUPS
    ]
    return _MUTANTS + "".join(rows) if rows else ""


def _name(number: int) -> str:
    return f"T{number:03}"


def _link(one: Covering) -> str:
    return f"[{one.file.removeprefix('tests/')}::{one.test}](../{one.file})"
