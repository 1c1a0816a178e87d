"""Read and write OPML, the format in which feed readers exchange lists.

Read with expat and no document type: without one there are no entities, hence no expansion and no outside files.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from html.entities import html5
from typing import NoReturn
from urllib.parse import urlsplit
from xml.parsers import expat

from monitor.config.addresses import web_address
from monitor.config.yaml.source import file_problem
from monitor.domain.catalog import Feed, FilePlace, Problem

MAX_BYTES = 20_000_000
MAX_DEPTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A feed as an OPML file lists it; `folders` are the outlines around it, outermost first."""

    url: str
    title: str = ""
    language: str | None = None
    folders: tuple[str, ...] = ()
    line: int = 1


class _OpmlRefusedError(Exception):
    """The file is not an OPML file that we read."""


@dataclass(slots=True)
class _OpmlReader:
    parser: expat.XMLParserType
    outlines: list[Outline] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    is_opml: bool = False
    depth: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _OpmlRefusedError(f"nested more than {MAX_DEPTH} levels deep")
        self.is_opml = self.is_opml or name.lower() == "opml"
        if name.lower() != "outline":
            return
        given = {key.lower(): value.strip() for key, value in attributes.items()}
        title = given.get("title") or given.get("text", "")
        if given.get("xmlurl"):
            self.outlines.append(
                Outline(
                    url=web_address(given["xmlurl"]),
                    title=title,
                    language=given.get("language") or None,
                    folders=tuple(folder for folder in self.folders if folder),
                    line=self.parser.CurrentLineNumber,
                )
            )
        self.folders.append("" if given.get("xmlurl") else title)

    def end(self, name: str) -> None:
        self.depth -= 1
        if name.lower() == "outline":
            self.folders.pop()

    def refuse(self, *_: object) -> NoReturn:
        raise _OpmlRefusedError("a document type (<!DOCTYPE) is not allowed")


def read_opml(name: str, content: bytes) -> list[Outline] | Problem:
    """Return every feed that the file lists, in its order, or why it cannot be read.

    What other programs write is repaired where the meaning is plain: a bare &, entities of HTML, white space before
    the XML declaration.
    """
    if len(content) > MAX_BYTES:
        return file_problem(name, f"the file has more than the {MAX_BYTES:,} bytes allowed")
    found = _parse(name, content)
    repaired = _repaired(content)
    if isinstance(found, Problem) and repaired != content:
        again = _parse(name, repaired)
        return found if isinstance(again, Problem) else again
    return found


_AMPERSAND = re.compile(rb"&(?:#[0-9]{1,7};|#[xX][0-9A-Fa-f]{1,6};|([A-Za-z][A-Za-z0-9]{1,31});)?")
_ENTITIES_OF_XML = (b"amp", b"lt", b"gt", b"quot", b"apos")


def _repaired(content: bytes) -> bytes:
    """Return the file with bare ampersands escaped and entities of HTML as numbers; lines stay where they are."""

    def mend(found: re.Match[bytes]) -> bytes:
        if found[0] == b"&":
            return b"&amp;"
        if found[1] is None or found[1] in _ENTITIES_OF_XML:
            return found[0]
        meant = html5.get(found[1].decode("ascii") + ";")
        return b"".join(b"&#%d;" % ord(letter) for letter in meant) if meant else b"&amp;" + found[0][1:]

    return _AMPERSAND.sub(mend, content.lstrip(b" \t\r\n"))


def _parse(name: str, content: bytes) -> list[Outline] | Problem:
    parser = expat.ParserCreate()
    reading = _OpmlReader(parser)
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.StartDoctypeDeclHandler = reading.refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        place = FilePlace(file=name, line=error.lineno, column=error.offset + 1)
        return Problem(place=place, message=f"not readable as XML: {expat.ErrorString(error.code)}")
    except _OpmlRefusedError as refused:
        place = FilePlace(file=name, line=parser.CurrentLineNumber, column=parser.CurrentColumnNumber + 1)
        return Problem(place=place, message=str(refused))
    except (LookupError, ValueError):
        return file_problem(name, "the file's encoding is not known: save it as UTF-8")
    return reading.outlines if reading.is_opml else file_problem(name, "not an OPML file: there is no <opml> in it")


def write_opml(feeds: Iterable[Feed]) -> str:
    """Write the feeds as OPML 2.0, with key, tags and language."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += ["  <head><title>Wirewatch feeds</title></head>", "  <body>"]
    for feed in feeds:
        pairs = {"type": "rss", "text": feed.key, "title": feed.key, "xmlUrl": feed.url}
        pairs |= {"language": feed.language} if feed.language else {}
        pairs |= {"category": ",".join(feed.tags)} if feed.tags else {}
        lines.append("    <outline " + " ".join(f'{key}="{escape(value)}"' for key, value in pairs.items()) + "/>")
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def feed_key(outline: Outline, taken: Iterable[str]) -> str:
    """Choose a key for the feed that is not taken: from its title, else from its host."""
    used = set(taken)
    host = (urlsplit(outline.url).hostname or "feed").removeprefix("www.")
    base = _slug(outline.title)
    base = base if len(base) >= 3 else _slug(host) or "feed"
    numbers = (f"{base}-{number}" for number in range(2, len(used) + 3))
    return next(key for key in (base, *numbers) if key not in used)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:60].strip("-")
