"""Log one event a line, JSON for machines or readable for people, with every secret taken out."""

import logging
import logging.config
import sys
from collections.abc import Sequence
from typing import Any

import structlog

from monitor.adapters.log_output import OnceAMinute, StderrHandler
from monitor.domain.strings.redaction import redact_all

_QUIET = (
    "httpx",
    "httpcore",
    "slack_sdk",
    "urllib3",
    "apscheduler",
    "uvicorn",
    "alembic",
    "trafilatura",
    "asyncio",
)
"""Libraries that log addresses (with keys in them) or every request: only their warnings are of use."""


def configure(*, style: str, level: str, secrets: Sequence[str] = ()) -> None:
    """Send all logging to stderr, as `json` or `text` (`auto`: text on a terminal)."""
    as_json = style == "json" or (style == "auto" and not sys.stderr.isatty())
    chain: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    render: structlog.typing.Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if not as_json:
        render = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
        )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=chain,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            lambda _logger, _method, event: {key: _clean(key, value, secrets) for key, value in event.items()},
            render,
        ],
    )
    out: logging.Handler
    try:
        out = StderrHandler(sys.stderr.fileno())
    except (OSError, ValueError, AttributeError):  # a test's or a caller's own stream without a file
        out = logging.StreamHandler(sys.stderr)
    out.setFormatter(formatter)
    out.addFilter(OnceAMinute())
    root = logging.getLogger()
    root.handlers[:] = [out]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # the engine logs its errors, in a line
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught


_CONTROLS = {chr(c): f"\\x{c:02x}" for c in (*range(32), *range(127, 160)) if chr(c) != "\t"}
_FORGERS = str.maketrans({**_CONTROLS, "\n": "\\n", "\u2028": "\\u2028", "\u2029": "\\u2029"})
"""What in a feed's text could forge a line or a colour. Only our own tracebacks keep their line breaks."""


def _clean(key: str, value: object, secrets: Sequence[str]) -> object:
    if isinstance(value, (int, float, bool)) or value is None:
        return value
    text = redact_all(str(value), secrets)
    if key == "exception":
        return "\n".join(line.translate(_FORGERS) for line in text.splitlines())
    return text.translate(_FORGERS)


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: Any) -> None:  # noqa: ANN401 - sys's own type
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger("wirewatch").critical("stopped by an unforeseen error", exc_info=(kind, error, trace))
