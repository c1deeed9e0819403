"""Tuples and batches: what a bolt is given.

A class is made for the fields of each input, so that reading a field is as cheap
as an attribute of any object and making a tuple is one call.
"""

from __future__ import annotations

import keyword
from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import Any

from .columns import Column
from .context import Input
from .schema import Field
from .texts import values_of
from .values import Values

HANDLES = 2**32
"""Handles of rows are numbers modulo this."""


ELSEWHERE = {
    "id": "ack, fail, keep and anchors take the tuple itself",
    "comp": "the component that emitted it is tup.component",
    "component_id": "the component that emitted it is tup.component",
    "stream_id": "its stream is tup.stream",
    "task_id": "the task that emitted it is tup.task",
    "is_tick": "a tick is no tuple: it calls process_tick",
    "is_tick_tuple": "a tick is no tuple: it calls process_tick",
}
"""What tuples have in other frameworks, and what to write here."""


class Source:
    """Where the tuples of a batch come from: the same for all of them."""

    __slots__ = ("component", "fields", "stream", "task")

    def __init__(self, component: str, stream: str, task: int, fields: tuple[Field, ...]) -> None:
        self.component = component
        self.stream = stream
        self.task = task
        self.fields = fields


class Tuple:
    """A tuple of an input stream.

    Its fields are attributes (`tup.word`), and it works like a named tuple:
    `tup[0]`, `len(tup)`, `word, n = tup`. `tup["word"]` reads fields whose names
    are not Python identifiers, or start with an underscore. A field hides an
    attribute of the same name, such as `task`. A tuple equals only itself.
    """

    __slots__ = ("_handle", "_source")
    _handle: int
    _source: Source
    _fields: tuple[str, ...] = ()
    _cells: tuple[str, ...] = ()
    _named: Callable[..., Any]

    @property
    def component(self) -> str:
        """The id of the component that emitted it."""
        return self._source.component

    @property
    def stream(self) -> str:
        """The stream that it came on."""
        return self._source.stream

    @property
    def task(self) -> int:
        """The task that emitted it."""
        return self._source.task

    @property
    def values(self) -> Any:
        """Its values, as a named tuple."""
        return type(self)._named(*self)

    def _asdict(self) -> dict[str, Any]:
        """Its values by the names of their fields."""
        return dict(zip(self._fields, self))

    def __len__(self) -> int:
        return len(self._fields)

    def __iter__(self) -> Iterator[Any]:
        return iter([getattr(self, cell) for cell in self._cells])

    def __getitem__(self, key: int | slice | str) -> Any:
        if isinstance(key, str):
            try:
                return getattr(self, self._cells[self._fields.index(key)])
            except ValueError:
                raise KeyError(
                    f"no field {key!r} in {', '.join(self._fields) or 'a tuple without fields'}"
                ) from None
        return tuple(self)[key]

    def __getattr__(self, name: str) -> Any:
        known = ", ".join(type(self)._fields)
        hint = ELSEWHERE.get(name)
        raise AttributeError(
            f"no field {name!r} in this tuple; its fields are: {known}"
            + (f" ({hint})" if hint else "")
        )

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self))
        return f"Tuple({inside})"


def tuple_class(fields: Sequence[Field]) -> tuple[type[Tuple], Callable[..., Iterator[Tuple]]]:
    """The class of the tuples with these fields, and the function that makes the
    tuples of a batch, one by one, so that few are alive at a time: it takes the
    columns, the handles and the source."""
    names = tuple(field.name for field in fields)
    cells = tuple(f"_cell{i}" for i in range(len(fields)))
    body = "".join(f"    self.{cell} = {cell}\n" for cell in cells)
    args = "".join(f"{cell}, " for cell in cells)
    columns = "".join(f"column{i}, " for i in range(len(fields)))
    source = (
        f"def __init__(self, {args}handle, source):\n{body}"
        "    self._handle = handle\n    self._source = source\n"
        f"def make({columns}handles, source):\n"
        f"    return (new({args}handle, source) for {args}handle in zip({columns}handles))\n"
    )
    scope: dict[str, Any] = {}
    exec(compile(source, "<stormcell tuples>", "exec"), scope)
    made = type(
        "Tuple",
        (Tuple,),
        {
            "__slots__": cells,
            "__init__": scope["__init__"],
            "__module__": __name__,
            "_fields": names,
            "_cells": cells,
            "_named": staticmethod(namedtuple("Values", names, rename=True)),
        },
    )
    for name, cell in zip(names, cells):
        if name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("_"):
            setattr(made, name, made.__dict__[cell])
    scope["new"] = made
    return made, scope["make"]


class InputReader:
    """Makes batches of one input of a task."""

    __slots__ = ("fields", "input", "make")

    def __init__(self, of: Input) -> None:
        self.input = of
        self.fields = of.fields
        self.make = tuple_class(of.fields)[1]

    def batch(self, columns: Sequence[Column], task: int, first: int, rows: int) -> Batch:
        """The batch of `rows` rows whose first has the handle `first`."""
        source = Source(self.input.component, self.input.stream, task, self.fields)
        return Batch(self, source, columns, first, rows)


class Batch:
    """Rows of one input stream, from one task.

    `batch.word` or `batch["word"]` has the values of one field (`Values`, or `Texts`
    of a text field), and a loop over the batch gives its tuples. `len(batch)` is the
    number of rows.
    """

    __slots__ = ("_reader", "_source", "columns", "handles")
    columns: Sequence[Values]
    """The values of all fields, in their order."""
    handles: Sequence[int]
    """For each row, what to anchor to in `emit_many`."""

    def __init__(
        self,
        reader: InputReader,
        source: Source,
        columns: Sequence[Column],
        first: int,
        rows: int,
    ) -> None:
        self._reader = reader
        self._source = source
        self.columns = tuple(map(values_of, reader.fields, columns, repeat(rows)))
        handles: Sequence[int] = range(first, first + rows)
        if first + rows > HANDLES:
            handles = [handle % HANDLES for handle in handles]
        self.handles = handles

    @property
    def component(self) -> str:
        """The id of the component that emitted the rows."""
        return self._source.component

    @property
    def stream(self) -> str:
        """The stream that they came on."""
        return self._source.stream

    @property
    def task(self) -> int:
        """The task that emitted them."""
        return self._source.task

    def __len__(self) -> int:
        return len(self.handles)

    def __getitem__(self, name: str) -> Any:
        for field, values in zip(self._reader.fields, self.columns):
            if field.name == name:
                return values
        known = ", ".join(field.name for field in self._reader.fields)
        raise KeyError(f"no field {name!r} in this batch; its fields are: {known}")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(error.args[0]) from None

    def __iter__(self) -> Iterator[Tuple]:
        return self._reader.make(*self.columns, self.handles, self._source)

    def __repr__(self) -> str:
        inside = ", ".join(map(str, self._reader.fields))
        return f"<Batch of {len(self)} rows ({inside})>"
