"""One file, read and checked: problems with their owners, sections validated one by one."""

from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from monitor.config.explain import MOST_PROBLEMS, explain
from monitor.config.yaml.folder import Content, Unreadable
from monitor.config.yaml.nodes import Mapping, Node, bare
from monitor.config.yaml.reader import read
from monitor.config.yaml.source import Source, decode, file_problem
from monitor.domain.catalog import Problem
from monitor.domain.strings.redaction import strays

M = TypeVar("M", bound=BaseModel)
EMPTY = "the file is empty"


@dataclass(frozen=True, slots=True)
class Owner:
    """The one feed (by its position), topic or $vocabulary (by its name) that a problem concerns.

    Without it the rest is sound.
    """

    file: str
    key: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem and, where it concerns nothing else, its owner."""

    problem: Problem
    owner: Owner | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file that could be read: its text and its tree, a mapping at the top. `findings` grows while it is checked."""

    source: Source
    root: Mapping
    findings: list[Finding]

    def report(self, index: int, message: str, owner: Owner | None = None, *, warning: bool = False) -> None:
        """Note something wrong at a position of the file."""
        self.findings.append(Finding(self.source.problem(index, message, warning=warning), owner))

    def validate(
        self, model: type[M], node: Node, owner: Owner | None = None, *, apart: dict[str, object] | None = None
    ) -> M | None:
        """The section at `node` as the model; None, its problems noted, when refused.

        `apart` stands in for keys that are validated on their own.
        """
        content = bare(node)
        if apart and isinstance(content, dict):
            content |= apart
        try:
            return model.model_validate(content)
        except ValidationError as error:
            self.findings.extend(Finding(problem, owner) for problem in explain(self.source, node, model, error))
            return None

    def readable(self, model: type[M], node: Node, *, apart: dict[str, object] | None = None) -> M | None:
        """The section at `node` without what `validate` refused in it, so that the rest is judged too; notes nothing.

        None when what is left is no such section either. Nothing may run by it.
        """
        content = bare(node)
        if not isinstance(content, dict):
            return None
        content |= apart or {}
        try:
            return model.model_validate(content)
        except ValidationError as error:
            for refused in error.errors(include_url=False):
                _drop(content, refused["loc"])
        try:
            return model.model_validate(content)
        except ValidationError:
            return None


def _drop(content: dict[str, object], where: tuple[int | str, ...]) -> None:
    """Take a refused value out: an entry of a mapping, else the whole key."""
    key, *rest = map(str, where or ("",))
    inner = content.get(key)
    if rest and isinstance(inner, dict):
        inner.pop(rest[0], None)
    else:
        content.pop(key, None)


def open_document(name: str, content: Content, limit: int) -> tuple[Document | None, list[Finding]]:
    """The file's document, or None; the list holds what was found and is the document's own."""
    findings: list[Finding] = []
    if isinstance(content, Unreadable):
        return None, [Finding(file_problem(name, f"cannot read the file: {content.reason}"))]
    source = decode(name, content, limit)
    if isinstance(source, Problem):
        return None, [Finding(source)]
    findings.extend(Finding(source.problem(at, _stray(kind), warning=True)) for at, kind in strays(source.text))
    root, problems = read(source)
    findings.extend(Finding(problem) for problem in problems)
    if root is None:
        if not problems:
            findings.append(Finding(file_problem(name, EMPTY)))
        return None, findings
    if not isinstance(root, Mapping):
        findings.append(Finding(source.problem(root.start, "the file must be a mapping (key: value) at its top")))
        return None, findings
    return Document(source, root, findings), findings


def _stray(kind: str) -> str:
    return f"{kind} in a configuration file: keep it in the environment or in a file named by a ..._FILE variable"


def shorten(findings: list[Finding]) -> list[Finding]:
    """At most as many errors and warnings as people can use, in the order of the file; the rest is counted."""
    errors = _shortened([finding for finding in findings if not finding.problem.warning])
    warnings = _shortened([finding for finding in findings if finding.problem.warning])
    return sorted([*errors, *warnings], key=_place)


def _place(finding: Finding) -> tuple[int, int]:
    return finding.problem.place.line, finding.problem.place.column


def _shortened(findings: list[Finding]) -> list[Finding]:
    ordered = sorted(findings, key=_place)
    if len(ordered) <= MOST_PROBLEMS:
        return ordered
    first = ordered[MOST_PROBLEMS].problem
    message = f"and {len(ordered) - MOST_PROBLEMS:,} more problems from here on"
    return [*ordered[:MOST_PROBLEMS], Finding(replace(first, message=message))]
