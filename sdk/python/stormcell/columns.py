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
from itertools import chain
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

    Raises UnicodeEncodeError if a text is not valid Unicode (lone surrogates), and
    TypeError if a cell is not one of the field.
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
            payload = list(map(str.__str__, cells))
    elif kind is Kind.INTEGER or kind is Kind.TIMESTAMP:
        payload = pack("q", cells)
    elif kind is Kind.FLOAT:
        payload = pack("d", cells)
    elif kind is Kind.BOOLEAN:
        payload = bytes(cells)
    else:
        payload = list(cells)
    return Column(payload, nulls)


def cells_of(field: Field, column: Column) -> list[Cell]:
    """The cells of a column; what `encode` was given."""
    kind = field.type.kind
    payload: Any = column.payload
    cells: list[Cell]
    if kind is Kind.TEXT or kind is Kind.JSON:
        cells = payload.split("\0") if isinstance(payload, str) else list(payload)
    elif kind is Kind.INTEGER or kind is Kind.TIMESTAMP:
        cells = unpack("q", payload)
    elif kind is Kind.FLOAT:
        cells = unpack("d", payload)
    elif kind is Kind.BOOLEAN:
        cells = list(map(_FALSE_TRUE.__getitem__, payload))
    else:
        cells = list(payload)
    if column.nulls is not None:
        cells = [None if null else cell for cell, null in zip(cells, column.nulls)]
    return cells


def decode(field: Field, column: Column) -> list[Any]:
    """The values of a column as authors see them."""
    cells = cells_of(field, column)
    if field.type.kind is Kind.JSON:
        return _parse(cells)
    if field.type.kind is Kind.TIMESTAMP:
        return [None if cell is None else _moment(cell) for cell in cells]
    return cells


def concat(columns: Sequence[Column], rows: Sequence[int]) -> Column:
    """One column of several of the same kind, of which each has some rows."""
    if len(columns) == 1:
        return columns[0]
    payloads: list[Any] = [column.payload for column in columns]
    payload: Payload
    if all(isinstance(each, bytes) for each in payloads):
        payload = b"".join(payloads)
    elif all(isinstance(each, str) for each in payloads):
        payload = "\0".join(payloads)
    else:
        several = (each.split("\0") if isinstance(each, str) else each for each in payloads)
        payload = list(chain.from_iterable(several))
    if all(column.nulls is None for column in columns):
        return Column(payload, None)
    nulls = [column.nulls or bytes(count) for column, count in zip(columns, rows)]
    return Column(payload, b"".join(nulls))


def _moment(microseconds: int) -> Any:
    """An aware datetime, or Microseconds outside the years that it can hold."""
    try:
        return EPOCH + timedelta(0, 0, microseconds)
    except OverflowError:
        return Microseconds(microseconds)


def _parse(texts: list[str | None]) -> list[Any]:
    """The values of JSON texts, by one call of the parser."""
    values: list[Any] = jsonlib.loads("[" + ",".join([said or "null" for said in texts]) + "]")
    return values
