"""docs/reliability.md says what the tests say."""

from pathlib import Path

from tests.reliability.cases import CASES
from tests.reliability.marks import covering
from tests.reliability.table import PLACE, ROOT, page

SAMPLE = """
import pytest
pytestmark = [pytest.mark.slow, pytest.mark.case(1)]

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
