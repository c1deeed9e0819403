"""The values of one field of a batch, as an author of `process_batch` sees them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

from .columns import Column, decode
from .schema import Field


class Values(Sequence[Any]):
    """The values of one field of a batch, in the order of its rows.

    They can be read like a list and not be changed; `list(values)` makes a list.
    They are decoded when the first of them is looked at. So a bolt that only hands
    them on, as in `emit_many([batch.word])`, never pays for what is in them.
    """

    __slots__ = ("_column", "_decoded", "_field", "_rows")

    def __init__(self, field: Field, column: Column, rows: int) -> None:
        self._field = field
        self._column = column
        self._rows = rows
        self._decoded: list[Any] | None = None

    def _list(self) -> list[Any]:
        """The values; nobody else changes the list."""
        if self._decoded is None:
            self._decoded = decode(self._field, self._column) if self._rows else []
        return self._decoded

    def _sent_as(self, field: Field) -> Column | None:
        """The column as it came, if it can be sent as that of `field`."""
        if field.type.kind is not self._field.type.kind:
            return None
        if self._column.nulls is not None and not field.type.is_nullable:
            return None
        return self._column

    def __len__(self) -> int:
        return self._rows

    @overload
    def __getitem__(self, row: int) -> Any: ...

    @overload
    def __getitem__(self, row: slice) -> list[Any]: ...

    def __getitem__(self, row: int | slice) -> Any:
        return self._list()[row]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._list())

    def __contains__(self, value: object) -> bool:
        return value in self._list()

    def __eq__(self, other: object) -> bool:
        return bool(self._list() == (other._list() if isinstance(other, Values) else other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._list())
