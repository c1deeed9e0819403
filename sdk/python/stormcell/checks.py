"""What a component may emit: checks of whole columns and of direct tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MappingView, Sequence, Set
from typing import Any

from .cells import MAX_INTEGER, MIN_INTEGER, Cell, shown, to_cell
from .columns import Column, encode
from .errors import EmitError, FieldError
from .schema import Field, Kind, Stream
from .tuples import Tuple
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


def no_stream(
    owner: str, outputs: Mapping[str, object], stream: object, hint: str = ""
) -> EmitError:
    """Why this is none of the streams that a class emits on."""
    if not isinstance(stream, str):
        return EmitError(f"stream is the name of a stream, got {shown(stream)}{hint}")
    names = ", ".join(outputs) or "none"
    return EmitError(f"no stream {stream!r} in {owner}.outputs, which has: {names}")


def row_of(stream: Stream, values: Any) -> Any:
    """The values of one tuple, in the order of the fields: of a list or tuple, which may be
    of the input, or of a dict by the names of the fields."""
    if isinstance(values, (list, tuple, Tuple)):
        return values
    if isinstance(values, Mapping):
        return by_name(stream, values)
    raise misfit(stream, values)


def by_name(stream: Stream, values: Mapping[Any, Any]) -> list[Any]:
    """What a dict has for each field: for all of them, and for no other."""
    names = [field.name for field in stream.fields]
    where = f"stream {stream.name}: expected a value for each field ({', '.join(names)})"
    for key in values:
        if key not in names:
            raise EmitError(f"{where}, got {key!r}, which is none of them")
    for name in names:
        if name not in values:
            raise EmitError(f"{where}, got none for {name!r}")
    return [values[name] for name in names]


def misfit(stream: Stream, values: object) -> EmitError:
    """Why these are not the values of one tuple of the stream."""
    names = ", ".join(map(str, stream.fields))
    wanted = f"stream {stream.name}: expected a list of {len(stream.fields)} ({names})"
    if isinstance(values, (list, tuple, Tuple)):
        return EmitError(f"{wanted}, got {len(values)} value{'' if len(values) == 1 else 's'}")
    return EmitError(f"{wanted}, got {shown(values)}; {instead(values)}")


def instead(values: object) -> str:
    """What to emit instead of something that is no list."""
    if isinstance(values, (Set, MappingView)):
        return "it has no order of fields: emit a list, emit([first, second]), or a dict"
    if isinstance(values, Iterable) and not isinstance(values, (str, bytes, bytearray, memoryview)):
        return "emit a list of what it gives: emit(list(...))"
    return "emit a list, also of one value: emit([value])"


def refuse_unordered(what: str, values: object) -> None:
    """Raises EmitError for what is not one thing after another, and known beforehand."""
    if isinstance(values, Sequence) and not isinstance(values, (str, bytes, bytearray, memoryview)):
        return
    if hasattr(type(values), "__getitem__") and hasattr(type(values), "__len__"):
        if not isinstance(values, (str, bytes, bytearray, memoryview, Mapping)):
            return
    raise EmitError(f"{what}: expected a list of values, got {shown(values)}")


def cells_of_columns(stream: Stream, columns: Any) -> list[list[Cell]]:
    """The cells of whole columns of values, checked."""
    columns = check_count(stream, columns)
    cells: list[list[Cell]] = []
    for field, column in zip(stream.fields, columns):
        made = cells_of_values(stream, field, listed(stream, field, column))
        check_length(stream, field, len(made), len(cells[0]) if cells else len(made))
        cells.append(made)
    return cells


def columns_of(stream: Stream, columns: Any) -> tuple[int, list[Column]]:
    """Whole columns of values, checked and ready to cross, and how many rows they
    have. What the host has sent is not looked at."""
    columns = check_count(stream, columns)
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
    refuse_unordered(f"stream {stream.name}, field {field.name}", column)
    return list(column)


def check_count(stream: Stream, columns: object) -> Sequence[Sequence[Any]]:
    """The columns, one for each field, also of a dict by the names of the fields."""
    if isinstance(columns, Mapping):
        return by_name(stream, columns)
    names = ", ".join(map(str, stream.fields))
    wanted = f"stream {stream.name}: expected {len(stream.fields)} columns ({names})"
    if not isinstance(columns, (list, tuple)):
        raise EmitError(f"{wanted} in a list, got {shown(columns)}")
    if len(columns) != len(stream.fields):
        raise EmitError(f"{wanted}, got {len(columns)}")
    return columns


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
