"""Feeds added to `feeds.yml` by the program: text is inserted, so comments, order and quoting stay as they are."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from monitor.config import to_domain as build
from monitor.config.document import EMPTY, open_document
from monitor.config.models.durations import duration_text
from monitor.config.models.files import FeedItem
from monitor.config.yaml import nodes
from monitor.config.yaml.nodes import Listing, Node, Scalar, plain
from monitor.config.yaml.source import file_problem
from monitor.domain.catalog import Feed, Problem
from monitor.domain.strings.redaction import redact

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LARGEST = 50_000_000
_SAFE = re.compile(r"[A-Za-z0-9](?:[\w./?=&%+~@-]|:(?=\S))*\Z", re.ASCII)


def with_feeds(name: str, content: bytes, feeds: Sequence[Feed]) -> bytes | tuple[Problem, ...]:
    """The file's content with the feeds added at the end of its list; the problems when it cannot be read.

    Whether keys or addresses repeat is the caller's to see.
    """
    mark = _BYTE_ORDER_MARK if content.startswith(_BYTE_ORDER_MARK) else b""
    text = content[len(mark) :].decode("utf-8", "replace")
    line_end = "\r\n" if "\r\n" in text else "\n"
    document, found = open_document(name, content, _LARGEST)
    problems = tuple(finding.problem for finding in found if not finding.problem.warning)
    if problems and problems[0].message != EMPTY:
        return problems
    node = document.root.pairs["feeds"][1] if document and "feeds" in document.root.pairs else None
    if document is None or node is None:
        new = _ended(text, line_end) + f"feeds:{line_end}" + _block(feeds, 2, line_end)
    elif isinstance(node, Listing):
        new = _into_list(text, node, feeds, line_end)
    elif isinstance(node, Scalar) and plain(node) is None:
        new = _under_key(text, document.root.pairs["feeds"][0], feeds, line_end)
    else:
        return (file_problem(name, "feeds must be a list"),)
    added = mark + new.encode("utf-8")
    if open_document(name, added, _LARGEST)[0] is None:
        # Open ends of YAML, such as a lone "?", swallow what follows them.
        return (file_problem(name, "feeds cannot be added to this YAML: write the list `feeds:` into it first"),)
    return added


def _into_list(text: str, listing: Listing, feeds: Sequence[Feed], line_end: str) -> str:
    if listing.flow:
        return _into_brackets(text, listing, feeds, line_end)
    indent = listing.start - (text.rfind("\n", 0, listing.start) + 1)
    last = _last_written(listing)
    at = last if text[last - 1 : last] == "\n" else text.find("\n", last) + 1
    before = text[:at] if at else _ended(text, line_end)
    return before + _block(feeds, indent, line_end) + (text[at:] if at else "")


def _into_brackets(text: str, listing: Listing, feeds: Sequence[Feed], line_end: str) -> str:
    """JSON style, one feed a line before the closing bracket."""
    end = listing.items[-1].end if listing.items else listing.start + 1
    rest = text[end : listing.end - 1]
    comma = "," if listing.items and "," not in re.sub(r"#[^\n]*", "", rest) else ""
    added = f",{line_end}".join(f"  {json.dumps(_pairs(feed), ensure_ascii=False)}" for feed in feeds)
    return text[:end] + comma + rest.rstrip() + line_end + added + line_end + text[listing.end - 1 :]


def _under_key(text: str, key: Scalar, feeds: Sequence[Feed], line_end: str) -> str:
    at = text.find("\n", key.end) + 1
    before = text[:at] if at else _ended(text, line_end)
    return before + _block(feeds, 2, line_end) + (text[at:] if at else "")


def _last_written(node: Node) -> int:
    """The end of the last thing really written: a block list's own end lies behind the comments that follow it."""
    if isinstance(node, Scalar) or node.flow:
        return node.end
    children = [value for _, value in node.pairs.values()] if isinstance(node, nodes.Mapping) else list(node.items)
    keys = [key.end for key, _ in node.pairs.values()] if isinstance(node, nodes.Mapping) else []
    return max([*keys, *(_last_written(child) for child in children if child.end > child.start)], default=node.start)


def _ended(text: str, line_end: str) -> str:
    return text if not text or text.endswith("\n") else text + line_end


def _block(feeds: Sequence[Feed], indent: int, line_end: str) -> str:
    lines = []
    for feed in feeds:
        for number, (key, value) in enumerate(_pairs(feed).items()):
            lines.append(f"{' ' * indent}{'  ' if number else '- '}{key}: {_written(value)}")
    return "".join(line + line_end for line in lines)


def _pairs(feed: Feed) -> dict[str, object]:
    """What differs from a feed's defaults, in the order people write it."""
    default = Feed(key=feed.key, url=feed.url)
    pairs: dict[str, object] = {"key": feed.key, "url": feed.url}
    if feed.every is not None:
        pairs["every"] = duration_text(feed.every)
    for name in ("full_text", "language", "tier", "tags", "enabled"):
        value = getattr(feed, name)
        if value != getattr(default, name):
            pairs[name] = list(value) if isinstance(value, tuple) else value
    return pairs


def _written(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_written(item) for item in value)}]"
    if isinstance(value, str):
        plainly = _SAFE.match(value) and plain(Scalar(value, "", 0, 0)) == value
        return value if plainly else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def checked_feed(pairs: Mapping[str, object]) -> Feed | str:
    """A feed from keys and values as in the file, None for those not given; or what is wrong with it in words."""
    try:
        return build.feed(FeedItem.model_validate({key: value for key, value in pairs.items() if value is not None}))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return f"{'.'.join(str(step) for step in first['loc'])}: {redact(first['msg'])}"


def write_file(path: Path, content: bytes) -> str | None:
    """Replace a file whole, so that no reader meets half of it; in place where it cannot be replaced.

    A single file bound into a container cannot be. None when written, else why not.
    """
    try:
        real = path.resolve()
        handle, name = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        if real.exists():
            shutil.copymode(real, name)
        else:
            Path(name).chmod(0o644)
        try:
            Path(name).replace(real)
        except OSError:
            Path(name).unlink()
            real.write_bytes(content)
    except OSError as error:
        return error.strerror or "not writable"
    return None
