"""What is mutated, and the quick tests that should notice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Modules and the tests run over each of their mutants."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


GROUPS = {
    "addresses": Group(
        modules=("monitor/domain/feeds/addresses.py", "monitor/adapters/http/network.py"),
        tests=("tests/unit/adapters/http/test_http_guard.py", "tests/unit/adapters/http/test_http_addresses.py"),
    ),
    "escaping": Group(
        modules=("monitor/adapters/slack/escape.py", "monitor/domain/strings/visible.py"),
        tests=("tests/unit/adapters/slack/test_slack_rendering.py",),
    ),
    "identity": Group(
        modules=("monitor/domain/feeds/identity.py",), tests=("tests/unit/domain/feeds/test_poll_identity.py",)
    ),
    "recognition": Group(
        modules=("monitor/domain/feeds/match_entries.py",), tests=("tests/unit/domain/feeds/test_poll_identity.py",)
    ),
    "retry": Group(
        modules=("monitor/domain/feeds/intervals.py", "monitor/adapters/slack/errors.py"),
        tests=("tests/unit/domain/feeds/test_poll_schedule.py", "tests/unit/adapters/slack/test_slack_failures.py"),
    ),
    "outbox": Group(
        modules=("storage/outbox/store.py",),
        tests=("tests/contract/test_outbox.py", "tests/crash/test_delivery_crashes.py"),
    ),
    "settling": Group(
        modules=("monitor/domain/delivery/outcomes.py",),
        tests=("tests/flow/test_delivery_outcomes.py", "tests/flow/test_delivery_troubles.py"),
    ),
}
