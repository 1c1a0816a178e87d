"""Define column types that mean the same on SQLite and PostgreSQL, and the one place where text is made storable."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, LargeBinary, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

Id = BigInteger().with_variant(Integer(), "sqlite")
"""64-bit row ids; SQLite gives ids of its own only to columns spelt INTEGER."""

Digest = LargeBinary(32)
"""A hash of 32 bytes: SHA-256 of identities and texts, BLAKE2b of documents."""


def storable(text: str) -> str:
    """Return text without NUL, which PostgreSQL refuses, and without lone surrogates, which no database can encode."""
    return text if "\x00" not in text and _is_encodable(text) else _UNSTORABLE.sub("", text)


def _is_encodable(text: str) -> bool:
    """Tell whether text has no lone surrogate: encoding it is ten times as fast as testing each character."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def to_json(value: object) -> str:
    """Return JSON with every string in it made storable; the finished text is searched for what must change."""
    text = _JSON.encode(value)
    if "\\u0000" in text or not _is_encodable(text):
        return _JSON.encode(_storable_json(value))
    return text


def _storable_json(value: object) -> object:
    match value:
        case str():
            return storable(value)
        case dict():
            return {storable(str(key)): _storable_json(item) for key, item in value.items()}
        case list() | tuple():
            return [_storable_json(item) for item in value]
        case _:
            return value


class Words(TypeDecorator[str]):
    """Text of any length, made storable on the way in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Strip what cannot be stored."""
        return None if value is None else storable(value)


class Json(TypeDecorator[Any]):
    """Lists and dicts of plain values, as JSON text; the engine writes it with `to_json`."""

    impl = JSON
    cache_ok = True


class Utc(TypeDecorator[datetime]):
    """An aware datetime, in UTC both ways, exact to the microsecond.

    PostgreSQL keeps `timestamptz`; SQLite, which has no such type, microseconds since 1970: small, ordered, exact.
    A moment whose UTC form lies outside the years 1 to 9999 is moved to the nearest that does not.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return whole numbers on SQLite, `timestamptz` elsewhere."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401
        """Convert to the database's form; a naive datetime is a fault of the program."""
        if value is None:
            return None
        return microseconds(value) if dialect.name == "sqlite" else _in_utc(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401
        """Convert back to an aware datetime in UTC."""
        if value is None:
            return None
        return _EPOCH + timedelta(microseconds=value) if dialect.name == "sqlite" else value.astimezone(UTC)


def microseconds(value: datetime) -> int:
    """Return an aware moment as SQLite keeps it: microseconds since 1970. Raises ValueError for a naive one."""
    since = _in_utc(value) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError("a datetime without a zone cannot be stored")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return _LAST if value.year == _LAST.year else _FIRST
