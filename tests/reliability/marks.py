"""Which test names which case: read from the sources, without importing or running them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Covering:
    """A test (or a class or module of tests, by its `pytestmark`) that names a case."""

    case: int
    file: str
    """Relative to the root of the repository, with slashes."""
    test: str
    line: int


def covering(root: Path) -> list[Covering]:
    """Every `pytest.mark.case(...)` under `root`/tests, by case, file and line."""
    found = {
        Covering(case=case, file=path.relative_to(root).as_posix(), test=name, line=line)
        for path in sorted((root / "tests").rglob("test_*.py"))
        for name, line, cases in _named(ast.parse(path.read_text(encoding="utf-8")), ())
        for case in cases
    }
    return sorted(found, key=lambda one: (one.case, one.file, one.line))


def _named(scope: ast.Module | ast.ClassDef, inherited: tuple[int, ...]) -> Iterator[tuple[str, int, set[int]]]:
    """Name, line and cases of the tests in a module or class; `pytestmark` counts for each of them."""
    own = {*inherited, *_cases(node.value for node in scope.body if _is_pytestmark(node))}
    for node in scope.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            yield node.name, node.lineno, {*own, *_cases(node.decorator_list)}
        elif isinstance(node, ast.ClassDef):
            yield from _named(node, (*own, *_cases(node.decorator_list)))


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
    )


def _cases(expressions) -> Iterator[int]:
    """The numbers in every `mark.case(...)` of the expressions, marks of single parameters included."""
    for expression in expressions:
        for node in ast.walk(expression):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.case"):
                yield from (ast.literal_eval(argument) for argument in node.args)
