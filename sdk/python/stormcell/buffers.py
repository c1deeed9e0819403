"""What a component has emitted in a call and not yet returned, column by column.

A call is a row of *units*: one row each where the author writes `process`, one
batch each where he writes `process_batch`, none in a tick. A buffer remembers how
long it was at the end of each unit. So a unit that fails is rolled back by cutting
the buffer, and rows without anchors of their own are anchored to the rows of
their unit, without any work at the emit.

Whole columns are encoded when they are emitted, or are the very ones that the host
has sent, and are not looked at again unless rows in the middle are to be dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, repeat
from operator import sub
from typing import Any

from .cells import MAX_INTEGER, MIN_INTEGER, Cell, to_cell
from .checks import cells_of_columns, columns_of, is_unicode, misfit, not_unicode, row_of
from .columns import Column, cells_of, concat, encode, unpack
from .schema import Kind, Stream

_PLAIN: dict[Kind, str] = {
    Kind.BOOLEAN: "type({v}) is bool",
    Kind.INTEGER: f"type({{v}}) is int and {MIN_INTEGER} <= {{v}} <= {MAX_INTEGER}",
    Kind.FLOAT: "type({v}) is float",
    Kind.TEXT: "type({v}) is str",
    Kind.BYTES: "type({v}) is bytes",
    Kind.TIMESTAMP: "False",
    Kind.JSON: "False",
}
"""When a value is a cell already, as a Python expression."""


class Anchored:
    """Rows of a buffer with anchors of their own: one handle for each row (packed,
    four bytes each), or the same handles for all of them."""

    __slots__ = ("each", "same", "start", "stop")

    def __init__(
        self,
        start: int,
        stop: int,
        each: bytes | None = None,
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
        return zip(unpack("I", self.each))


class Buffer:
    """The rows emitted on one stream (and, if it is direct, to one task)."""

    __slots__ = (
        "anchored",
        "columns",
        "direct_task",
        "ends",
        "index",
        "put",
        "stream",
        "whole",
        "whole_rows",
    )

    def __init__(
        self, index: int, stream: Stream, direct_task: int | None, ends: Iterable[int] = ()
    ) -> None:
        self.index = index
        self.stream = stream
        self.direct_task = direct_task
        self.whole: list[tuple[int, list[Column]]] = []
        """Rows that were emitted as whole columns: how many, and the columns."""
        self.whole_rows = 0
        self.columns: list[list[Cell]] = [[] for _ in stream.fields]
        """The cells of the rows after those."""
        self.ends: list[int] = list(ends)
        self.anchored: list[Anchored] = []
        self.put = compile_put(stream, self.columns)

    @property
    def rows(self) -> int:
        """How many rows it holds."""
        return self.whole_rows + len(self.columns[0])

    def put_many(self, columns: Any) -> int:
        """Adds whole columns of values as cells; how many rows that were."""
        cells = cells_of_columns(self.stream, columns)
        for column, more in zip(self.columns, cells):
            column += more
        return len(cells[0])

    def put_columns(self, columns: Any) -> int:
        """Adds whole columns of values, encoded at once if nothing waits to be;
        how many rows that were. What follows until the next `end_unit` is one unit."""
        if self.columns[0]:
            return self.put_many(columns)
        rows, whole = columns_of(self.stream, columns)
        if rows:
            self.whole.append((rows, whole))
            self.whole_rows += rows
        return rows

    def end_unit(self) -> None:
        """Notes the end of a unit."""
        self.ends.append(self.rows)

    def cut(self, rows: int) -> None:
        """Forgets all rows but the first `rows`: up to the end of a unit, or of what
        was emitted at once."""
        while self.whole_rows > rows:
            count, _ = self.whole.pop()
            self.whole_rows -= count
        cells = rows - self.whole_rows
        if len(self.columns[0]) > cells:
            for column in self.columns:
                del column[cells:]
        while self.anchored and self.anchored[-1].start >= rows:
            self.anchored.pop()

    def drop_units(self, bad: set[int]) -> None:
        """Forgets the rows of these units; their ends stay, without rows."""
        self._take_apart()
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
        self.whole.clear()
        self.whole_rows = 0
        for column in self.columns:
            column.clear()
        self.ends.clear()
        self.anchored.clear()

    def encode(self) -> list[Column]:
        """Its columns, ready to cross; raises UnicodeEncodeError."""
        whole = self.whole
        fields = self.stream.fields
        if self.columns[0] or not whole:
            rest = [encode(field, cells) for field, cells in zip(fields, self.columns)]
            whole = [*whole, (len(self.columns[0]), rest)]
        rows = [count for count, _ in whole]
        return [concat(parts, rows) for parts in zip(*(columns for _, columns in whole))]

    def _take_apart(self) -> None:
        """Makes cells of whole columns."""
        for i, (field, cells) in enumerate(zip(self.stream.fields, self.columns)):
            cells[:0] = chain.from_iterable(cells_of(field, part[i]) for _, part in self.whole)
        self.whole.clear()
        self.whole_rows = 0

    def bad_text(self) -> dict[int, str]:
        """The units that emitted text which is not Unicode, and what to tell. Whole
        columns have none: it was found when they were emitted."""
        if self.columns[0]:
            self._take_apart()
        found: dict[int, str] = {}
        for field, cells in zip(self.stream.fields, self.columns):
            if field.type.kind is not Kind.TEXT:
                continue
            start = 0
            for unit, end in enumerate(self.ends):
                for cell in cells[start:end]:
                    if cell is not None and not is_unicode(cell):
                        found[unit] = not_unicode(self.stream, field, cell)
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
        "    of = type(values)\n"
        "    if of is not list and of is not tuple: values = row(values)\n"
        f"    try: {values[:-1]} = values\n"
        "    except (TypeError, ValueError): raise misfit(values) from None\n"
    )
    for i, field in enumerate(stream.fields):
        plain = _PLAIN[field.type.kind].format(v=f"v{i}")
        body += f"    if not ({plain}): v{i} = cell{i}(v{i})\n"
    body += "".join(f"    append{i}(v{i})\n" for i in range(len(columns)))
    scope["misfit"] = lambda values: misfit(stream, values)
    scope["row"] = lambda values: row_of(stream, values)
    for i, (field, column) in enumerate(zip(stream.fields, columns)):
        scope[f"append{i}"] = column.append
        scope[f"cell{i}"] = to_cell(stream.name, field)
    exec(compile(head + body, "<stormcell emit>", "exec"), scope)
    made: Callable[..., None] = scope[head[4 : head.index("(")]]
    return made
