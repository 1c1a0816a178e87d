"""What is mutated, and the quick tests that should notice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Modules and the tests run over each of their mutants."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


GROUPS = {
    "addresses": Group(
        modules=("monitor/domain/addresses.py", "monitor/adapters/http_guard.py"),
        tests=("tests/unit/test_http_guard.py", "tests/unit/test_http_addresses.py"),
    ),
    "escaping": Group(
        modules=("monitor/adapters/slack_text.py", "monitor/domain/visible.py"),
        tests=("tests/unit/test_slack_rendering.py",),
    ),
    "identity": Group(modules=("monitor/domain/identity.py",), tests=("tests/unit/test_poll_identity.py",)),
    "recognition": Group(modules=("monitor/domain/recognition.py",), tests=("tests/unit/test_poll_identity.py",)),
    "retry": Group(
        modules=("monitor/domain/intervals.py", "monitor/adapters/slack_errors.py"),
        tests=("tests/unit/test_poll_schedule.py", "tests/unit/test_slack_failures.py"),
    ),
    "outbox": Group(
        modules=("storage/outbox.py",), tests=("tests/contract/test_outbox.py", "tests/crash/test_delivery_crashes.py")
    ),
    "settling": Group(
        modules=("monitor/domain/settling.py",),
        tests=("tests/flow/test_delivery_outcomes.py", "tests/flow/test_delivery_troubles.py"),
    ),
}
