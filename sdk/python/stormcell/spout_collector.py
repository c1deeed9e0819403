"""What a spout emits in one call of the host."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Union

from .buffers import Buffer
from .cells import Cell
from .checks import check_direct, is_unicode, no_stream, refuse_unordered
from .columns import encode, pack
from .errors import EmitError
from .ids import Ids, check_id
from .outcome import SpoutEmission
from .schema import Kind, Stream

Way = Literal["none", "ids", "host"]
"""How rows are tracked."""


class _Rows:
    """Rows of one stream that are tracked in one way and go one way."""

    __slots__ = ("buffer", "ids", "way")

    def __init__(self, buffer: Buffer, way: Way) -> None:
        self.buffer = buffer
        self.way = way
        self.ids: list[Any] = []
        """Of each row, as the author has given it."""

    def cut(self, rows: int) -> None:
        """Forgets all rows but the first `rows`."""
        self.buffer.cut(rows)
        del self.ids[rows:]

    def take(self, rows: int, known: Ids) -> SpoutEmission:
        """Takes out the first `rows` rows, whose ids get numbers."""
        buffer = self.buffer
        taken: list[list[Cell]] = [column[:rows] for column in buffer.columns]
        ids = self.ids[:rows]
        for column in buffer.columns:
            del column[:rows]
        del self.ids[:rows]
        tracking: Union[None, Literal["host"], bytes] = None
        if self.way == "ids":
            tracking = pack("Q", map(known.number, ids))
        elif self.way == "host":
            tracking = "host"
        columns = [encode(field, cells) for field, cells in zip(buffer.stream.fields, taken)]
        return SpoutEmission(buffer.index, rows, columns, tracking, buffer.direct_task)


class SpoutCollector:
    """Gathers what a spout emits. Rows over what the host asked for stay for the
    next call; none is lost."""

    def __init__(self, outputs: Sequence[Stream], owner: str, ids: Ids) -> None:
        self._ids = ids
        self._outputs = {stream.name: (i, stream) for i, stream in enumerate(outputs)}
        self._owner = owner
        self._rows: dict[tuple[str, Way, int | None], _Rows] = {}

    @property
    def rows(self) -> int:
        """How many rows wait to be returned."""
        return sum(rows.buffer.rows for rows in self._rows.values())

    def emit(
        self, values: Any, tup_id: Any, stream: str, direct_task: int | None, replay: bool
    ) -> None:
        """Emits one tuple; see `Spout.emit`."""
        rows = self._target(stream, _way(tup_id, replay), direct_task)
        if tup_id is not None:
            check_id(tup_id)
        rows.buffer.put(values)
        if tup_id is not None:
            rows.ids.append(tup_id)

    def emit_many(
        self,
        columns: Any,
        ids: Sequence[Any] | None,
        stream: str,
        direct_task: int | None,
        replay: bool,
    ) -> None:
        """Emits many tuples; see `Spout.emit_many`."""
        rows = self._target(stream, _way(ids, replay), direct_task)
        if ids is not None:
            refuse_unordered("tup_ids", ids)
            for tup_id in ids:
                check_id(tup_id)
        before = rows.buffer.rows
        count = rows.buffer.put_many(columns)
        if ids is not None:
            if len(ids) != count:
                rows.buffer.cut(before)
                raise EmitError(f"stream {stream}: {count} rows, but {len(ids)} ids")
            rows.ids += ids

    def _target(self, stream: str, way: Way, direct_task: int | None) -> _Rows:
        try:
            known = self._rows.get((stream, way, direct_task))
        except TypeError:  # for a list, which has no hash
            known = None
        if known is not None:
            return known
        if not isinstance(stream, str) or stream not in self._outputs:
            raise no_stream(self._owner, self._outputs, stream)
        index, declared = self._outputs[stream]
        check_direct(declared, direct_task)
        made = _Rows(Buffer(index, declared, direct_task), way)
        self._rows[stream, way, direct_task] = made
        return made

    @property
    def emits_untracked_only(self) -> bool:
        """Whether something was emitted, and nothing of it is tracked."""
        return bool(self._rows) and all(way == "none" for _, way, _ in self._rows)

    def lengths(self) -> dict[tuple[str, Way, int | None], int]:
        """How many rows there are of each kind: where to roll back to."""
        return {key: rows.buffer.rows for key, rows in self._rows.items()}

    def roll_back(self, lengths: dict[tuple[str, Way, int | None], int]) -> None:
        """Forgets what was emitted since `lengths` was taken."""
        for key, rows in self._rows.items():
            rows.cut(lengths.get(key, 0))

    def check_text(self, since: dict[tuple[str, Way, int | None], int]) -> None:
        """Raises EmitError if a text emitted since then is not Unicode."""
        for key, rows in self._rows.items():
            start = since.get(key, 0)
            for field, cells in zip(rows.buffer.stream.fields, rows.buffer.columns):
                if field.type.kind is not Kind.TEXT:
                    continue
                if not is_unicode("".join(filter(None, cells[start:]))):
                    raise EmitError(
                        f"stream {rows.buffer.stream.name}, field {field.name}: expected text, "
                        "got text which is not Unicode (it has lone surrogates)"
                    )

    def take(self, max_rows: int) -> list[SpoutEmission]:
        """Takes out up to `max_rows` rows."""
        emissions: list[SpoutEmission] = []
        for rows in self._rows.values():
            count = min(rows.buffer.rows, max_rows)
            if count:
                emissions.append(rows.take(count, self._ids))
                max_rows -= count
        return emissions


def _way(ids: object, replay: bool) -> Way:
    if ids is None:
        return "host" if replay else "none"
    if replay:
        raise EmitError(
            "a tuple is tracked by its id or replayed by the host, not both: leave out the id, "
            "or replay=True"
        )
    return "ids"
