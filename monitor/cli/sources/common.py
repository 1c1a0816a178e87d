"""Read and write feeds.yml for the commands that edit it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from monitor.cli.common import INVALID, leave, show
from monitor.config.edit_feeds import Edited, write_file
from monitor.config.loader import load
from monitor.config.yaml.folder import FEEDS_FILE, UnreadableFile, read_one
from monitor.domain.catalog import Feed
from monitor.domain.strings.redaction import redact_all

secrets_option = click.option(
    "--show-secrets", is_flag=True, help="Print passwords and keys in addresses, which are hidden otherwise."
)


def configured_feeds(folder: Path) -> tuple[Feed, ...]:
    """Return the feeds of a valid feeds.yml; exit with 2 when that file has problems, whatever the others have."""
    loaded = load(folder)
    name = str(folder / FEEDS_FILE)
    wrong = [problem for problem in loaded.errors if problem.place.file in (name, str(folder))]
    if wrong:
        show(wrong, as_json=False)
        leave(INVALID, f"{name}: fix this first")
    return loaded.feeds


def named_feeds(folder: Path, keys: Sequence[str]) -> list[Feed]:
    """Return the feeds of these keys; exit with a usage error for a key that is not configured."""
    known = {feed.key: feed for feed in configured_feeds(folder)}
    for key in keys:
        if key not in known:
            raise click.UsageError(f"there is no feed with the key {key!r}; see `wirewatch feeds list`")
    return [known[key] for key in dict.fromkeys(keys)]


def write_feeds(folder: Path, edit: Callable[[str, bytes], Edited]) -> None:
    """Apply `edit` to feeds.yml and write it; exit with 2 and the reason when it cannot be edited or written."""
    path = folder / FEEDS_FILE
    content = read_one(path) or b""
    if isinstance(content, UnreadableFile):
        leave(INVALID, f"{path}: {content.reason}")
    changed = edit(str(path), content)
    if isinstance(changed, tuple):
        show(changed, as_json=False)
        leave(INVALID, f"{path}: not changed")
    if trouble := write_file(path, changed):
        leave(INVALID, f"{path}: {trouble}")


def shown_url(url: str, *, secrets: bool) -> str:
    """Return an address for people: without passwords and keys unless they are asked for."""
    return url if secrets else redact_all(url)
