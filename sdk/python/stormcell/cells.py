"""From an author's value to the cell of an output column.

A cell is what the codec packs: bool, int, float, str or bytes as they are, the
microseconds of a timestamp, the text of a JSON value, and None for a null. Values
are checked and copied here, when they are emitted, so that an error shows the
author's own line and a value that he changes afterwards is not changed.
"""

from __future__ import annotations

import json as jsonlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from .errors import FieldError
from .schema import Field, Kind, Microseconds

MIN_INTEGER = -(2**63)
MAX_INTEGER = 2**63 - 1

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)
_dumps = jsonlib.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_dumps_ascii = jsonlib.JSONEncoder(allow_nan=False, separators=(",", ":")).encode

Cell = Any
"""A cell; see the head of this module."""


def shown(value: object) -> str:
    """A value in an error message: its type and the start of it."""
    try:
        said = repr(value)
    except Exception:
        said = "a value whose repr() fails"
    if len(said) > 80:
        said = said[:77] + "..."
    return f"{type(value).__name__} {said}"


def _integer(value: Any) -> int | str:
    if isinstance(value, bool) or not isinstance(value, int):
        return "expected int"
    if not MIN_INTEGER <= value <= MAX_INTEGER:
        return "expected int of 64 bits"
    return int(value)


def _float(value: Any) -> float | str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "expected float"
    try:
        return float(value)
    except OverflowError:
        return "expected float of 64 bits"


def _timestamp(value: Any) -> int | str:
    if isinstance(value, Microseconds):
        return int(value) if MIN_INTEGER <= value <= MAX_INTEGER else "expected 64-bit Microseconds"
    if not isinstance(value, datetime):
        return "expected timestamp (an aware datetime)"
    if value.tzinfo is None or value.utcoffset() is None:
        return "expected timestamp (an aware datetime; this one has no time zone)"
    return (value - EPOCH) // _MICROSECOND


def _json(value: Any) -> tuple[str, str]:
    """The text of a JSON value and an empty error, or an error."""
    try:
        said = _dumps(value)
        if _MAY_COLLIDE(said) is not None:
            _check_keys(said)
        if not said.isascii():
            try:
                said.encode()
            except UnicodeEncodeError:  # a lone surrogate: JSON can say it escaped
                said = _dumps_ascii(value)
        return said, ""
    except RecursionError as error:
        return "", f"expected json (nested too deep: {error})"
    except (TypeError, ValueError) as error:
        return "", f"expected json ({error})"


_MAY_COLLIDE = re.compile(r'":(?<=[0-9"usl.+-][0-9el]":)').search
"""Finds a key that may have been no text, by its last two letters. To look at all keys of the
value would take much longer."""

_WAS_NO_TEXT = re.compile(r'"(?:-?[0-9][0-9.e+-]*|true|false|null)":').findall


def _check_keys(said: str) -> None:
    """Raises ValueError if an object has the same key twice: JSON has only texts as keys, so
    that 1 and "1" are one, and whoever reads it would find one of the two values."""
    keys = _WAS_NO_TEXT(said)
    if len(set(keys)) != len(keys):
        jsonlib.loads(said, object_pairs_hook=_check_object)


def _check_object(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise ValueError(
                f"two keys of a dict are {jsonlib.dumps(key)} in JSON, where keys are texts: "
                "write texts that differ"
            )
        seen.add(key)


_TAKEN: dict[Kind, tuple[type, ...]] = {
    Kind.BOOLEAN: (bool,),
    Kind.TEXT: (str,),
    Kind.BYTES: (bytes, bytearray, memoryview),
}
"""The types that are taken where no conversion is needed but a copy."""
_EXACT: dict[Kind, Callable[[Any], Cell]] = {
    Kind.BOOLEAN: bool,
    Kind.TEXT: str.__str__,  # not str(), which an enum of texts changes
    Kind.BYTES: bytes,
}


def to_cell(stream: str, field: Field) -> Callable[[Any], Cell]:
    """The function that turns any value of `field` into its cell.

    It raises `FieldError` for a value that does not fit. The emitter calls it
    only for values that are not exactly of the type that is usual for the field.
    """
    kind = field.type.kind
    can_be_null = field.type.is_nullable
    wanted = _TAKEN.get(kind)

    def refuse(value: object, why: str) -> FieldError:
        null = ", and the field is not nullable" if value is None else ""
        return FieldError(f"stream {stream}, field {field.name}: {why}, got {shown(value)}{null}")

    def cell(value: Any) -> Cell:
        if value is None and can_be_null:
            return None
        if kind is Kind.JSON:
            said, why = _json(value)
            if why:
                raise refuse(value, why)
            return said
        if wanted is not None:
            if not isinstance(value, wanted):
                raise refuse(value, f"expected {field.type}")
            return _EXACT[kind](value)
        convert = {Kind.INTEGER: _integer, Kind.FLOAT: _float, Kind.TIMESTAMP: _timestamp}[kind]
        result = convert(value)
        if isinstance(result, str):
            raise refuse(value, result)
        return result

    return cell
