"""Open one configuration file and validate its sections, collecting problems with their owners."""

from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from monitor.config.explain import MOST_PROBLEMS, explain
from monitor.config.yaml.folder import Content, UnreadableFile
from monitor.config.yaml.nodes import Mapping, Node, bare
from monitor.config.yaml.reader import read
from monitor.config.yaml.source import YamlText, decode, file_problem
from monitor.domain.catalog import Problem
from monitor.domain.strings.redaction import exposed_secrets

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
class ConfigFinding:
    """A problem and, where it concerns nothing else, its owner."""

    problem: Problem
    owner: Owner | None = None


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A file that could be read: its text and its tree, a mapping at the top. `findings` grows while it is checked."""

    source: YamlText
    root: Mapping
    findings: list[ConfigFinding]

    def report(self, index: int, message: str, owner: Owner | None = None, *, warning: bool = False) -> None:
        """Note something wrong at a position of the file."""
        self.findings.append(ConfigFinding(self.source.problem(index, message, warning=warning), owner))

    def validate(
        self, model: type[M], node: Node, owner: Owner | None = None, *, apart: dict[str, object] | None = None
    ) -> M | None:
        """Validate the section at `node`; report its problems and return None when it is refused.

        `apart` stands in for keys that are validated on their own.
        """
        content = bare(node)
        if apart and isinstance(content, dict):
            content |= apart
        try:
            return model.model_validate(content)
        except ValidationError as error:
            self.findings.extend(ConfigFinding(problem, owner) for problem in explain(self.source, node, model, error))
            return None

    def readable(self, model: type[M], node: Node, *, apart: dict[str, object] | None = None) -> M | None:
        """Return the section at `node` without what `validate` refused in it; report nothing.

        It exists so that the rest is checked too, and must never be run. None when the rest is no valid section either.
        """
        content = bare(node)
        if not isinstance(content, dict):
            return None
        content |= apart or {}
        try:
            return model.model_validate(content)
        except ValidationError as error:
            for refused in error.errors(include_url=False):
                # a refused value is taken out: an entry of a mapping, else the whole key
                key, *rest = map(str, refused["loc"] or ("",))
                inner = content.get(key)
                if rest and isinstance(inner, dict):
                    inner.pop(rest[0], None)
                else:
                    content.pop(key, None)
        try:
            return model.model_validate(content)
        except ValidationError:
            return None


def open_document(name: str, content: Content, limit: int) -> tuple[ConfigFile | None, list[ConfigFinding]]:
    """Open one file; the list of findings belongs to the returned file and grows with it."""
    findings: list[ConfigFinding] = []
    if isinstance(content, UnreadableFile):
        return None, [ConfigFinding(file_problem(name, f"cannot read the file: {content.reason}"))]
    source = decode(name, content, limit)
    if isinstance(source, Problem):
        return None, [ConfigFinding(source)]
    for at, kind in exposed_secrets(source.text):
        message = (
            f"{kind} in a configuration file: keep it in the environment or in a file named by a ..._FILE variable"
        )
        findings.append(ConfigFinding(source.problem(at, message, warning=True)))
    root, problems = read(source)
    findings.extend(ConfigFinding(problem) for problem in problems)
    if root is None:
        if not problems:
            findings.append(ConfigFinding(file_problem(name, EMPTY)))
        return None, findings
    if not isinstance(root, Mapping):
        findings.append(ConfigFinding(source.problem(root.start, "the file must be a mapping (key: value) at its top")))
        return None, findings
    return ConfigFile(source, root, findings), findings


def shorten(findings: list[ConfigFinding]) -> list[ConfigFinding]:
    """At most as many errors and warnings as people can use, in the order of the file; the rest is counted."""
    errors = _shortened([finding for finding in findings if not finding.problem.warning])
    warnings = _shortened([finding for finding in findings if finding.problem.warning])
    return sorted([*errors, *warnings], key=_place)


def _place(finding: ConfigFinding) -> tuple[int, int]:
    return finding.problem.place.line, finding.problem.place.column


def _shortened(findings: list[ConfigFinding]) -> list[ConfigFinding]:
    ordered = sorted(findings, key=_place)
    if len(ordered) <= MOST_PROBLEMS:
        return ordered
    first = ordered[MOST_PROBLEMS].problem
    message = f"and {len(ordered) - MOST_PROBLEMS:,} more problems from here on"
    return [*ordered[:MOST_PROBLEMS], ConfigFinding(replace(first, message=message))]
