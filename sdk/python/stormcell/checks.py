"""What a component may emit: checks of whole columns and of direct tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .cells import MAX_INTEGER, MIN_INTEGER, Cell, to_cell
from .columns import Column, encode
from .errors import EmitError, FieldError
from .schema import Field, Kind, Stream
from .values import Values

_EXACT: dict[Kind, frozenset[type]] = {
    Kind.BOOLEAN: frozenset({bool}),
    Kind.FLOAT: frozenset({float}),
    Kind.TEXT: frozenset({str}),
    Kind.BYTES: frozenset({bytes}),
}
"""The exact types of values that are cells already."""


def check_direct(stream: Stream, direct_task: object) -> None:
    """Checks that a direct task is given on direct streams, and only there."""
    if not stream.direct:
        if direct_task is not None:
            raise EmitError(f"stream {stream.name}: direct_task is only for direct streams")
    elif direct_task is None:
        raise EmitError(f"stream {stream.name}: a direct stream needs direct_task")
    elif type(direct_task) is not int or not 0 <= direct_task < 2**32:
        raise EmitError(
            f"stream {stream.name}: direct_task is the id of a task, got {direct_task!r}"
        )


def misfit(stream: Stream, values: object) -> EmitError:
    """Why these are not the values of one tuple of the stream."""
    names = ", ".join(map(str, stream.fields))
    wanted = f"stream {stream.name}: expected a list of {len(stream.fields)} ({names})"
    if isinstance(values, (str, bytes)):
        return EmitError(f"{wanted}, got {values[:60]!r}; emit a list: emit([value])")
    try:
        count = len(values)  # type: ignore[arg-type]
    except TypeError:
        return EmitError(f"{wanted}, got {type(values).__name__}")
    return EmitError(f"{wanted}, got {count} value{'' if count == 1 else 's'}")


def cells_of_columns(stream: Stream, columns: Sequence[Sequence[Any]]) -> list[list[Cell]]:
    """The cells of whole columns of values, checked."""
    check_count(stream, columns)
    cells: list[list[Cell]] = []
    for field, column in zip(stream.fields, columns):
        made = cells_of_values(stream, field, listed(stream, field, column))
        check_length(stream, field, len(made), len(cells[0]) if cells else len(made))
        cells.append(made)
    return cells


def columns_of(stream: Stream, columns: Sequence[Sequence[Any]]) -> tuple[int, list[Column]]:
    """Whole columns of values, checked and ready to cross, and how many rows they
    have. What the host has sent is not looked at."""
    check_count(stream, columns)
    rows = None
    ready: list[Column] = []
    for field, column in zip(stream.fields, columns):
        made = column._sent_as(field) if isinstance(column, Values) else None
        if made is None:
            column = listed(stream, field, column)
            made = column_of(stream, field, column)
        if rows is None:
            rows = len(column)
        check_length(stream, field, len(column), rows)
        ready.append(made)
    return rows or 0, ready


def column_of(stream: Stream, field: Field, values: list[Any]) -> Column:
    """A column of values, checked."""
    try:
        if field.type.kind is Kind.TEXT:
            # What cannot be joined is not all text. To look at the types of all
            # values takes five times as long.
            try:
                return encode(field, values)
            except TypeError:
                pass
        return encode(field, cells_of_values(stream, field, values))
    except UnicodeEncodeError:
        bad = next(value for value in values if isinstance(value, str) and not is_unicode(value))
        raise FieldError(not_unicode(stream, field, bad)) from None


def cells_of_values(stream: Stream, field: Field, values: list[Any]) -> list[Cell]:
    """The cells of the values of a field, checked; a list of its own or `values`."""
    kind = field.type.kind
    types = set(map(type, values))
    plain = types <= _EXACT.get(kind, frozenset())
    if kind is Kind.INTEGER and types == {int}:
        plain = MIN_INTEGER <= min(values) and max(values) <= MAX_INTEGER
    return values if plain else list(map(to_cell(stream.name, field), values))


def listed(stream: Stream, field: Field, column: Sequence[Any]) -> list[Any]:
    """The values of a column as a list, which is not to be changed."""
    if type(column) is list:
        return column
    if isinstance(column, (str, bytes)):
        raise EmitError(
            f"stream {stream.name}, field {field.name}: expected a list of values, "
            f"got {type(column).__name__}"
        )
    return list(column)


def check_count(stream: Stream, columns: Sequence[Sequence[Any]]) -> None:
    """Checks that there is a column for each field."""
    if isinstance(columns, (str, bytes)) or len(columns) != len(stream.fields):
        names = ", ".join(map(str, stream.fields))
        raise EmitError(
            f"stream {stream.name}: expected {len(stream.fields)} columns ({names}), "
            f"got {len(columns)}"
        )


def check_length(stream: Stream, field: Field, length: int, wanted: int) -> None:
    """Checks that a column is as long as the first one."""
    if length != wanted:
        raise EmitError(
            f"stream {stream.name}: columns of one length expected, but field "
            f"{stream.fields[0].name} has {wanted} values and field {field.name} has {length}"
        )


def not_unicode(stream: Stream, field: Field, said: str) -> str:
    """What is wrong with a text that UTF-8 cannot say."""
    return (
        f"stream {stream.name}, field {field.name}: expected text, got {ascii(said[:60])}, "
        "which is not Unicode (it has lone surrogates)"
    )


def is_unicode(said: str) -> bool:
    """Whether a string can be written as UTF-8."""
    try:
        said.encode()
    except UnicodeEncodeError:
        return False
    return True
