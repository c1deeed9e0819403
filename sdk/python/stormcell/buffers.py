"""What a component has emitted in a call and not yet returned, column by column.

A call is a row of *units*: one row each where the author writes `process`, one
batch each where he writes `process_batch`, none in a tick. A buffer remembers how
long it was at the end of each unit. So a unit that fails is rolled back by cutting
the buffer, and rows without anchors of their own are anchored to the rows of
their unit, without any work at the emit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, repeat
from operator import sub
from typing import Any

from .cells import MAX_INTEGER, MIN_INTEGER, Cell, to_cell
from .columns import Column, encode
from .errors import EmitError
from .schema import Kind, Stream

_PLAIN: dict[Kind, tuple[str, frozenset[type]]] = {
    Kind.BOOLEAN: ("type({v}) is bool", frozenset({bool})),
    Kind.INTEGER: (
        f"type({{v}}) is int and {MIN_INTEGER} <= {{v}} <= {MAX_INTEGER}",
        frozenset(),
    ),
    Kind.FLOAT: ("type({v}) is float", frozenset({float})),
    Kind.TEXT: ("type({v}) is str", frozenset({str})),
    Kind.BYTES: ("type({v}) is bytes", frozenset({bytes})),
    Kind.TIMESTAMP: ("False", frozenset()),
    Kind.JSON: ("False", frozenset()),
}
"""When a value is a cell already: as a Python expression, and as exact types."""


class Anchored:
    """Rows of a buffer with anchors of their own: one handle for each row, or
    the same handles for all of them."""

    __slots__ = ("each", "same", "start", "stop")

    def __init__(
        self,
        start: int,
        stop: int,
        each: Sequence[int] | None = None,
        same: tuple[int, ...] = (),
    ) -> None:
        self.start = start
        self.stop = stop
        self.each = each
        self.same = same

    def lists(self) -> Iterable[Sequence[int]]:
        """The anchors, row by row."""
        if self.each is None:
            return repeat(self.same, self.stop - self.start)
        return ([handle] for handle in self.each)


class Buffer:
    """The rows emitted on one stream (and, if it is direct, to one task)."""

    __slots__ = ("anchored", "columns", "direct_task", "ends", "index", "put", "stream")

    def __init__(
        self, index: int, stream: Stream, direct_task: int | None, ends: Iterable[int] = ()
    ) -> None:
        self.index = index
        self.stream = stream
        self.direct_task = direct_task
        self.columns: list[list[Cell]] = [[] for _ in stream.fields]
        self.ends: list[int] = list(ends)
        self.anchored: list[Anchored] = []
        self.put = compile_put(stream, self.columns)

    @property
    def rows(self) -> int:
        """How many rows it holds."""
        return len(self.columns[0])

    def put_many(self, columns: Sequence[Sequence[Any]]) -> int:
        """Adds whole columns of values; how many rows that were."""
        cells = cells_of_columns(self.stream, columns)
        for column, more in zip(self.columns, cells):
            column += more
        return len(cells[0])

    def cut(self, rows: int) -> None:
        """Forgets all rows but the first `rows`."""
        if self.rows > rows:
            for column in self.columns:
                del column[rows:]
        while self.anchored and self.anchored[-1].start >= rows:
            self.anchored.pop()

    def drop_units(self, bad: set[int]) -> None:
        """Forgets the rows of these units; their ends stay, without rows."""
        lists = [list(handles) for handles in self.anchor_lists([()] * len(self.ends), False)]
        own = [False] * self.rows
        for run in self.anchored:
            own[run.start : run.stop] = [True] * (run.stop - run.start)
        kept: list[int] = []
        ends: list[int] = []
        start = 0
        for unit, end in enumerate(self.ends):
            if unit not in bad:
                kept += range(start, end)
            ends.append(len(kept))
            start = end
        for column in self.columns:
            column[:] = [column[row] for row in kept]
        self.ends = ends
        self.anchored = [
            Anchored(new, new + 1, same=tuple(lists[old]))
            for new, old in enumerate(kept)
            if own[old]
        ]

    def clear(self) -> None:
        """Forgets everything. The columns stay the same lists."""
        for column in self.columns:
            column.clear()
        self.ends.clear()
        self.anchored.clear()

    def encode(self) -> list[Column]:
        """Its columns, ready to cross; raises UnicodeEncodeError."""
        return [encode(field, cells) for field, cells in zip(self.stream.fields, self.columns)]

    def bad_text(self) -> dict[int, str]:
        """The units that emitted text which is not Unicode, and what to tell."""
        found: dict[int, str] = {}
        for field, cells in zip(self.stream.fields, self.columns):
            if field.type.kind is not Kind.TEXT:
                continue
            start = 0
            for unit, end in enumerate(self.ends):
                for cell in cells[start:end]:
                    if cell is not None and not is_unicode(cell):
                        found[unit] = (
                            f"stream {self.stream.name}, field {field.name}: expected text, got "
                            f"{ascii(cell[:60])}, which is not Unicode (it has lone surrogates)"
                        )
                start = end
        return found

    def unit_sizes(self) -> Iterable[int]:
        """How many rows each unit emitted."""
        return map(sub, self.ends, chain((0,), self.ends))

    def anchor_lists(self, units: Sequence[Sequence[int]], automatic: bool) -> list[Sequence[int]]:
        """The anchors of each row, given the handles of each unit."""
        lists: list[Sequence[int]] = []
        for handles, size in zip(units, self.unit_sizes()):
            lists += repeat(handles if automatic else (), size)
        for run in self.anchored:
            lists[run.start : run.stop] = run.lists()
        return lists


def is_unicode(said: str) -> bool:
    """Whether a string can be written as UTF-8."""
    try:
        said.encode()
    except UnicodeEncodeError:
        return False
    return True


def compile_put(stream: Stream, columns: list[list[Cell]]) -> Callable[[Any], None]:
    """The function that adds one row to the columns of a stream."""
    return _compile("def put(values):\n", stream, columns)


def compile_emit(buffer: Buffer, other: Callable[..., None]) -> Callable[..., None]:
    """The `emit` of a bolt whose default stream is that of `buffer`; it hands what
    is not a plain emit on that stream to `other`."""
    head = (
        "def emit(values, stream='default', anchors=None, direct_task=None):\n"
        "    if anchors is not None or direct_task is not None or stream != 'default':\n"
        "        return other(values, stream, anchors, direct_task)\n"
    )
    return _compile(head, buffer.stream, buffer.columns, other=other)


def _compile(
    head: str, stream: Stream, columns: list[list[Cell]], **scope: Any
) -> Callable[..., None]:
    """A function that adds a row to the columns of a stream.

    It checks all values before it adds any. It is compiled for the stream because
    it is what a bolt spends most of its time in.
    """
    values = "".join(f"v{i}, " for i in range(len(columns)))
    body = (
        f"    try: {values[:-1]} = values\n"
        "    except (TypeError, ValueError): raise misfit(values) from None\n"
    )
    for i, field in enumerate(stream.fields):
        plain = _PLAIN[field.type.kind][0].format(v=f"v{i}")
        body += f"    if not ({plain}): v{i} = cell{i}(v{i})\n"
    body += "".join(f"    append{i}(v{i})\n" for i in range(len(columns)))
    scope["misfit"] = lambda values: misfit(stream, values)
    for i, (field, column) in enumerate(zip(stream.fields, columns)):
        scope[f"append{i}"] = column.append
        scope[f"cell{i}"] = to_cell(stream.name, field)
    exec(compile(head + body, "<stormcell emit>", "exec"), scope)
    made: Callable[..., None] = scope[head[4 : head.index("(")]]
    return made


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
    if isinstance(columns, (str, bytes)) or len(columns) != len(stream.fields):
        names = ", ".join(map(str, stream.fields))
        raise EmitError(
            f"stream {stream.name}: expected {len(stream.fields)} columns ({names}), "
            f"got {len(columns)}"
        )
    cells: list[list[Cell]] = []
    for field, column in zip(stream.fields, columns):
        if isinstance(column, (str, bytes)):
            raise EmitError(
                f"stream {stream.name}, field {field.name}: expected a list of values, "
                f"got {type(column).__name__}"
            )
        made = list(column)
        kind = field.type.kind
        exact = _PLAIN[kind][1]
        types = set(map(type, made))
        plain = bool(exact) and types <= exact
        if kind is Kind.INTEGER and types == {int}:
            plain = MIN_INTEGER <= min(made) and max(made) <= MAX_INTEGER
        if not plain:
            made = list(map(to_cell(stream.name, field), made))
        if cells and len(made) != len(cells[0]):
            raise EmitError(
                f"stream {stream.name}: columns of one length expected, but field "
                f"{stream.fields[0].name} has {len(cells[0])} values and field {field.name} has "
                f"{len(made)}"
            )
        cells.append(made)
    return cells
