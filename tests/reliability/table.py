"""docs/reliability.md, made of the cases and of the tests that name them."""

from collections import defaultdict
from pathlib import Path

from tests.reliability.cases import CASES
from tests.reliability.marks import Covering, covering

ROOT = Path(__file__).parents[2]
PLACE = ROOT / "docs" / "reliability.md"
_HEAD = """# What may go wrong, and which tests see to it

Written by `scripts/reliability` from the marks `@pytest.mark.case(N)` of the tests; do not edit it by hand.
A test fails when it is out of date.

**{covered} of {total} cases** have at least one test that names them ({tests} tests); {missing} have none yet{which}.
A test here means that the case is tried in the ordinary test run, not that every input, fault and machine one
could think of for it is. The long measurements (thousands of kills, load, quality) are in
[scaling.md](scaling.md), [decisions.md](decisions.md) and [evaluation.md](evaluation.md).

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
    parts = [
        f"| {part} | {len(cases)} | {sum(number in tests for number in cases)} |\n" for part, cases in CASES.items()
    ]
    return head + "".join(parts) + "".join(_section(part, cases, tests) for part, cases in CASES.items())


def _section(part: str, cases: dict[int, str], tests: dict[int, list[Covering]]) -> str:
    rows = (
        f"| {_name(number)} | {sentence} | {'<br>'.join(map(_link, tests[number])) or 'not yet'} |\n"
        for number, sentence in cases.items()
    )
    return f"\n## {part}\n\n| case | what must hold | tests |\n|---|---|---|\n" + "".join(rows)


def _name(number: int) -> str:
    return f"T{number:03}"


def _link(one: Covering) -> str:
    return f"[{one.file.removeprefix('tests/')}::{one.test}](../{one.file})"
