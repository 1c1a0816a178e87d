"""Edit `feeds.yml` by program; comments, order and quoting stay as they are.

ruamel.yaml keeps them (https://yaml.dev/doc/ruamel.yaml/overview); it is used for edits only, for it reads fifty times
slower than libyaml. Every result is read again by the strict reader before it is handed out.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from io import StringIO
from pathlib import Path

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import CommentMark, YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString
from ruamel.yaml.tokens import CommentToken

from monitor.config import to_domain as build
from monitor.config.document import EMPTY, ConfigFile, open_document
from monitor.config.models.durations import duration_text
from monitor.config.models.feeds_file import FeedItem
from monitor.config.yaml.nodes import Listing, Node, Scalar, bare, plain
from monitor.config.yaml.source import file_problem
from monitor.domain.catalog import Feed, Problem, SourceKind
from monitor.domain.strings.redaction import redact

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LARGEST = 50_000_000
_NEVER_FOLD = 1_000_000
"""Width in characters: no line of anybody's file is broken anew."""

_COMMENT = re.compile(r"(?:^|\s)(#[^\n]*)")
_POST = 2
"""The place of a comment behind a mapping's value, in ruamel's lists of comments; behind a list's item it is 0."""

_BY_HAND = "the program cannot edit this YAML without losing what is in it: edit it by hand"

Edited = bytes | tuple[Problem, ...]


def with_feeds(name: str, content: bytes, feeds: Sequence[Feed]) -> Edited:
    """Return the content with the feeds at the end of its list, or the problems that prevent it.

    The caller checks that keys and addresses are new.
    """

    def add(listing: CommentedSeq) -> None:
        rest = _take_tail(listing) if listing else ""
        for feed in feeds:
            item = CommentedMap((key, _written(value)) for key, value in _pairs(feed).items())
            if listing.fa.flow_style():
                item.fa.set_flow_style()
            listing.append(item)
        if rest:
            _give_tail(listing, rest)

    return _edited(name, content, add, lambda items: [*items, *(_pairs(feed) for feed in feeds)])


def without_feeds(name: str, content: bytes, keys: Collection[str]) -> Edited:
    """Return the content without the feeds of these keys; what is written around them stays."""

    def remove(listing: CommentedSeq) -> None:
        for index in reversed(range(len(listing))):
            if not _has_key(listing[index], keys):
                continue
            rest = _take_tail(listing[index])
            before = listing[:index]
            del listing[index]
            if rest and before:
                _give_tail(listing[index - 1], rest)
            elif rest and listing:
                plain = "\n".join(
                    line.strip().removeprefix("#").removeprefix(" ") for line in rest.strip("\n").split("\n")
                )
                listing.yaml_set_comment_before_after_key(0, before=plain, indent=listing.lc.col)

    def removed(items: list[object]) -> list[object]:
        return [item for item in items if not _has_key(item, keys)]

    return _edited(name, content, remove, removed, gone=keys)


def with_enabled(name: str, content: bytes, keys: Collection[str], *, enabled: bool) -> Edited:
    """Return the content with the feeds of these keys switched on or off."""

    def switch(listing: CommentedSeq) -> None:
        for item in listing:
            if not _has_key(item, keys):
                continue
            if enabled and "enabled" in item and next(reversed(item)) != "enabled":
                del item["enabled"]  # true is the default; what is said behind the last key would go with it
            elif enabled or "enabled" in item:
                item["enabled"] = enabled
            else:
                rest = _take_tail(item)
                item["enabled"] = False
                if rest:
                    _give_tail(item, rest)

    def switched(items: list[object]) -> list[object]:
        return [
            ({**item, "enabled": enabled} if _has_key(item, keys) and isinstance(item, dict) else item)
            for item in items
        ]

    return _edited(name, content, switch, switched)


def _has_key(item: object, keys: Collection[str]) -> bool:
    return isinstance(item, Mapping) and str(item.get("key")) in keys


def _edited(
    name: str,
    content: bytes,
    edit: Callable[[CommentedSeq], None],
    wanted: Callable[[list[object]], Sequence[object]],
    gone: Collection[str] = (),
) -> Edited:
    """Apply `edit` to the list of feeds; `wanted` says what the strict reader must find in it afterwards.

    No comment may be lost but those inside the feeds that are `gone`.
    """
    mark = _BYTE_ORDER_MARK if content.startswith(_BYTE_ORDER_MARK) else b""
    text = content[len(mark) :].decode("utf-8", "replace")
    document, found = open_document(name, content, _LARGEST)
    problems = tuple(finding.problem for finding in found if not finding.problem.warning)
    if problems and problems[0].message != EMPTY:
        return problems
    before = build.child(document.root, "feeds") if document else None
    if before is not None and not (
        isinstance(before, Listing) or (isinstance(before, Scalar) and bare(before) is None)
    ):
        return (file_problem(name, "feeds must be a list"),)
    try:
        new = _dumped(text, document, before, edit)
    except (YAMLError, ValueError, AttributeError, TypeError):
        # ruamel fails in several ways on YAML that is valid but odd, such as a lone "?".
        return (file_problem(name, _BY_HAND),)
    line_end = "\r\n" if "\r\n" in text else "\n"
    after = mark + new.replace("\r\n", "\n").replace("\n", line_end).encode("utf-8")
    edited, _ = open_document(name, after, _LARGEST)
    feeds = build.child(edited.root, "feeds") if edited else None
    expected = wanted([bare(item) for item in before.items] if isinstance(before, Listing) else [])
    same = feeds is not None and _meaning(bare(feeds)) == _meaning(expected) and _others(edited) == _others(document)
    for item in before.items if isinstance(before, Listing) else ():
        if _has_key(bare(item), gone):
            end = text.find("\n", _end(item)) % (len(text) + 1)  # -1, no line end, means the end of the text
            text = text[: item.start] + " " * (end - item.start) + text[end:]
    lost = [comment for comment in _COMMENT.findall(text) if comment.rstrip() not in new]
    return after if same and not lost else (file_problem(name, _BY_HAND),)


def _end(node: Node) -> int:
    """Return the end of the last word of a node; libyaml's end of a block lies behind the comments that follow it."""
    if isinstance(node, Scalar) or node.flow:
        return node.end
    children = node.items if isinstance(node, Listing) else [value for _, value in node.pairs.values()]
    keys = () if isinstance(node, Listing) else [key.end for key, _ in node.pairs.values()]
    return max([*keys, *(_end(child) for child in children if child.end > child.start)], default=node.start)


def _others(document: ConfigFile | None) -> dict[str, object]:
    """Return what the file holds beside its list of feeds."""
    pairs = document.root.pairs if document else {}
    return {key: bare(node) for key, (_, node) in pairs.items() if key != "feeds"}


def _meaning(feeds: object) -> object:
    """Return the feeds for comparison; `enabled: true` is the default, and an empty list may be written as nothing."""
    items = feeds if isinstance(feeds, list) else []
    return [
        {key: value for key, value in item.items() if (key, value) != ("enabled", True)}
        if isinstance(item, dict)
        else item
        for item in items
    ]


def _dumped(text: str, document: ConfigFile | None, before: object, edit: Callable[[CommentedSeq], None]) -> str:
    if document is not None and text.lstrip().startswith("{"):
        # JSON has no comments, so it is edited as JSON: in one line or over several, as it was
        parsed = json.loads(text)
        listing = CommentedSeq(parsed.get("feeds") or [])
        edit(listing)
        parsed["feeds"] = list(listing)
        end = "\n" if text.endswith("\n") else ""
        return json.dumps(parsed, ensure_ascii=False, indent=2 if "\n" in text.strip() else None, default=dict) + end
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _NEVER_FOLD
    offset = 2  # how far the dashes of the list are indented; 2 where there are none yet
    if isinstance(before, Listing) and not before.flow:
        offset = before.start - (text.rfind("\n", 0, before.start) + 1)
    yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
    out = StringIO()
    if document is None:  # nothing but comments: the list goes below them
        feeds = CommentedSeq()
        edit(feeds)
        yaml.dump({"feeds": feeds}, out)
        return text + ("" if not text or text.endswith("\n") else "\n") + out.getvalue()
    root = yaml.load(text)
    if root.get("feeds") is None:
        root["feeds"] = CommentedSeq()
    if not root["feeds"]:
        root["feeds"].fa.set_block_style()
    edit(root["feeds"])
    yaml.dump(root, out)
    return out.getvalue()


def _last(node: CommentedMap | CommentedSeq) -> tuple[CommentedMap | CommentedSeq, str | int]:
    """Return the block container and the key behind which the comments that follow `node` are kept."""
    while True:
        key = len(node) - 1 if isinstance(node, CommentedSeq) else next(reversed(node))
        value = node[key]
        if not isinstance(value, CommentedMap | CommentedSeq) or value.fa.flow_style() or not value:
            return node, key
        node = value


def _take_tail(node: object) -> str:
    """Take away and return the lines of comments that follow a node, but for the comment in its last line."""
    if not isinstance(node, CommentedMap | CommentedSeq) or not node or node.fa.flow_style():
        return ""
    holder, key = _last(node)
    kept = holder.ca.items.get(key)
    at = _POST if isinstance(holder, CommentedMap) else 0
    token = kept[at] if kept else None
    if token is None:
        return ""
    line, _, rest = token.value.partition("\n")
    token.value = line + "\n" if line else ""
    if not line:
        kept[at] = None
    return str(rest)


def _give_tail(node: CommentedMap | CommentedSeq, lines: str) -> None:
    """Put lines of comments behind a node."""
    holder, key = _last(node)
    at = _POST if isinstance(holder, CommentedMap) else 0
    kept = holder.ca.items.setdefault(key, [None, None, None, None])
    if kept[at] is None:
        kept[at] = CommentToken("\n" + lines, CommentMark(0), None)
    else:
        kept[at].value += lines


def _pairs(feed: Feed) -> dict[str, object]:
    """Return the keys that differ from a feed's defaults, in the order people write them."""
    default = Feed(key=feed.key, url=feed.url)
    pairs: dict[str, object] = {"key": feed.key, "url": feed.url}
    if feed.kind is not SourceKind.FEED:
        pairs["kind"] = feed.kind.value
    if feed.recipe is not None:
        pairs["list"] = {name: value for name, value in asdict(feed.recipe).items() if value is not None}
    if feed.every is not None:
        pairs["every"] = duration_text(feed.every)
    for name in ("full_text", "language", "tier", "tags", "enabled"):
        value = getattr(feed, name)
        if value != getattr(default, name):
            pairs[name] = list(value) if isinstance(value, tuple) else value
    return pairs


def _written(value: object) -> object:
    """Return a value for ruamel: quoted where any YAML reader might not take a word for text, lists in brackets."""
    if isinstance(value, dict):
        mapping = CommentedMap({key: _written(inner) for key, inner in value.items()})
        mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        listing = CommentedSeq(map(_written, value))
        listing.fa.set_flow_style()
        return listing
    if isinstance(value, str) and plain(Scalar(value, "", 0, 0)) != value:
        return DoubleQuotedScalarString(value)
    return value


def checked_feed(pairs: Mapping[str, object]) -> Feed | str:
    """Build a feed from keys and values as in the file (None: not given), or say what is wrong with it."""
    try:
        return build.feed(FeedItem.model_validate({key: value for key, value in pairs.items() if value is not None}))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return f"{'.'.join(str(step) for step in first['loc'])}: {redact(first['msg'])}"


def write_file(path: Path, content: bytes) -> str | None:
    """Replace a file whole, so that no reader meets half of it; in place where it cannot be replaced.

    A single file bound into a container cannot be. A new file is readable by its owner only: addresses of sources may
    hold keys. None when written, else why not.
    """
    try:
        real = path.resolve()
        handle, name = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        if real.exists():
            shutil.copymode(real, name)
        try:
            Path(name).replace(real)
        except OSError:
            Path(name).unlink()
            real.write_bytes(content)
    except OSError as error:
        return error.strerror or "not writable"
    return None
