"""Columns between Python lists and what crosses the boundary.

Everything that handles each value is done by C code of the interpreter (`split`,
`join`, `array`, `map`), because a loop in Python costs more than the rest of the
call. Text crosses joined by U+0000, as one string; a text that contains U+0000
makes its column cross as a list of strings.
"""

from __future__ import annotations

import json as jsonlib
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Union

from .cells import EPOCH, Cell
from .schema import Field, Kind, Microseconds

Payload = Union[bytes, str, list[str], list[bytes]]
"""The values of a column as they cross: bytes of fixed width, text joined by
U+0000, separate texts, or separate byte strings."""

_SWAPPED = sys.byteorder == "big"
_FALSE_TRUE = (False, True)
_FILLER: dict[Kind, Any] = {
    Kind.BOOLEAN: False,
    Kind.INTEGER: 0,
    Kind.FLOAT: 0.0,
    Kind.TEXT: "",
    Kind.BYTES: b"",
    Kind.TIMESTAMP: 0,
    Kind.JSON: "",
}


@dataclass(slots=True)
class Column:
    """One column as it crosses, and one byte a row that is 1 where it is null."""

    payload: Payload
    nulls: bytes | None


def pack(code: str, values: Any) -> bytes:
    """Numbers as little-endian bytes; `code` is that of the array module."""
    packed = array(code, values)
    if _SWAPPED:
        packed.byteswap()
    return packed.tobytes()


def unpack(code: str, data: bytes) -> list[Any]:
    """The numbers of little-endian bytes."""
    packed = array(code)
    packed.frombytes(data)
    if _SWAPPED:
        packed.byteswap()
    return packed.tolist()


def encode(field: Field, cells: Sequence[Cell]) -> Column:
    """A column of cells, ready to cross.

    Raises UnicodeEncodeError if a text is not valid Unicode (lone surrogates).
    """
    kind = field.type.kind
    nulls = None
    if field.type.is_nullable and None in cells:
        nulls = bytes([cell is None for cell in cells])
        filler = _FILLER[kind]
        cells = [filler if cell is None else cell for cell in cells]
    payload: Payload
    if kind is Kind.TEXT or kind is Kind.JSON:
        payload = "\0".join(cells)
        if not payload.isascii():
            payload.encode()
        if payload.count("\0") != len(cells) - 1 and cells:
            payload = list(cells)
    elif kind is Kind.INTEGER or kind is Kind.TIMESTAMP:
        payload = pack("q", cells)
    elif kind is Kind.FLOAT:
        payload = pack("d", cells)
    elif kind is Kind.BOOLEAN:
        payload = bytes(cells)
    else:
        payload = list(cells)
    return Column(payload, nulls)


def decode(field: Field, column: Column) -> list[Any]:
    """The values of a column as authors see them."""
    kind = field.type.kind
    payload = column.payload
    values: list[Any]
    if kind is Kind.TEXT:
        values = payload.split("\0") if isinstance(payload, str) else list(payload)
    elif kind is Kind.JSON:
        texts = payload.split("\0") if isinstance(payload, str) else list(payload)
        values = _parse(texts, column.nulls)
    elif kind is Kind.INTEGER:
        values = unpack("q", payload)  # type: ignore[arg-type]
    elif kind is Kind.FLOAT:
        values = unpack("d", payload)  # type: ignore[arg-type]
    elif kind is Kind.TIMESTAMP:
        values = list(map(_moment, unpack("q", payload)))  # type: ignore[arg-type]
    elif kind is Kind.BOOLEAN:
        values = list(map(_FALSE_TRUE.__getitem__, payload))  # type: ignore[arg-type]
    else:
        values = list(payload)
    if column.nulls is not None:
        values = [None if null else value for value, null in zip(values, column.nulls)]
    return values


def _moment(microseconds: int) -> Any:
    """An aware datetime, or Microseconds outside the years that it can hold."""
    try:
        return EPOCH + timedelta(0, 0, microseconds)
    except OverflowError:
        return Microseconds(microseconds)


def _parse(texts: list[Any], nulls: bytes | None) -> list[Any]:
    """The values of JSON texts, by one call of the parser."""
    if nulls is not None:
        texts = ["null" if null else said for said, null in zip(texts, nulls)]
    values: list[Any] = jsonlib.loads("[" + ",".join(texts) + "]")
    return values
