"""docs/reliability.md says what the tests say."""

from datetime import date
from pathlib import Path

from tests.reliability.cases import CASES
from tests.reliability.figures import figures, keep
from tests.reliability.marks import covering
from tests.reliability.table import PLACE, ROOT, page

SAMPLE = """
import pytest
pytestmark = [pytest.mark.torture, pytest.mark.case(1)]

@pytest.mark.case(2, 3)
def test_several(): ...

@pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.case(4))])
async def test_one_parameter(x): ...

@pytest.mark.case(5)
class TestGroup:
    def test_inside(self): ...

def helper(): ...
"""


def test_the_committed_table_is_up_to_date() -> None:
    """When this fails: scripts/reliability."""
    assert PLACE.read_text(encoding="utf-8") == page()


def test_every_case_that_a_test_names_is_listed() -> None:
    numbers = [number for cases in CASES.values() for number in cases]
    assert numbers == list(range(1, 153))
    assert {one.case for one in covering(ROOT)} <= set(numbers)


def test_marks_are_found_wherever_they_stand(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_sample.py").write_text(SAMPLE)
    found = {(one.case, one.test) for one in covering(tmp_path)}
    tests = ("test_several", "test_one_parameter", "test_inside")
    assert found == {(1, test) for test in tests} | {
        (2, "test_several"),
        (3, "test_several"),
        (4, "test_one_parameter"),
        (5, "test_inside"),
    }


def test_a_figure_is_kept_beside_the_others_and_replaced_by_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    keep(tmp_path, "tests", "unit/test_a.py::test_a", {7}, "1 of 2", date(2026, 3, 1))
    keep(tmp_path, "tests", "unit/test_b.py::test_b", {8, 7}, "3 of 3", date(2026, 3, 1))
    keep(tmp_path, "tests", "unit/test_a.py::test_a", {7}, "2 of 2", date(2026, 3, 2))
    found = [(one.by[-1], one.cases, one.said, one.measured) for one in figures(tmp_path)]
    assert found == [("a", (7,), "2 of 2", "2026-03-02"), ("b", (7, 8), "3 of 3", "2026-03-01")]


def test_every_figure_of_a_test_belongs_to_a_test_that_names_the_case() -> None:
    """When this fails: a test was renamed or its case changed; run it again with --keep-figures."""
    named = {(f"{one.file.removeprefix('tests/')}::{one.test}", one.case) for one in covering(ROOT)}
    kept = {(one.by.partition("[")[0], case) for one in figures(ROOT) if "::" in one.by for case in one.cases}
    assert kept <= named
