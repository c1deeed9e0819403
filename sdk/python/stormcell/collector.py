"""The collector: what a bolt emits, acks, fails and keeps in one call.

Invariants:
- a unit (a row, or a batch where the author works on batches) that fails leaves
  nothing behind: no tuples, no acks, no fails, no kept rows;
- a handle is acked or failed once, and only while the task holds it; so what an
  author does wrong is an error in his own line, and never an invalid outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MappingView, Sequence, Set
from typing import Any, Literal, NamedTuple, Union

from .buffers import Anchored, Buffer, compile_emit
from .cells import shown
from .checks import check_direct, no_stream, refuse_unordered
from .columns import pack
from .errors import EmitError, TupleStateError
from .outcome import Emission, Outcome, anchors_of, repeated
from .schema import Stream
from .tuples import HANDLES, Tuple

Anchor = Union[Tuple, int]
"""A tuple, or its handle out of `Batch.handles`."""


class _Step(NamedTuple):
    """One ack, fail, keep or extend, so that it can be taken back."""

    unit: int
    what: str
    handle: int
    reason: str
    was_kept: bool


class Collector:
    """Gathers the outcome of a call of a bolt."""

    def __init__(
        self, outputs: Sequence[Stream], owner: str, auto_ack: bool, auto_anchor: bool
    ) -> None:
        self._outputs = {stream.name: (i, stream) for i, stream in enumerate(outputs)}
        self._owner = owner
        self._auto_ack = auto_ack
        self._auto_anchor = auto_anchor
        self._buffers: dict[tuple[str, int | None], Buffer] = {}
        self.marks: list[tuple[Callable[[int], None], list[Any]]] = []
        """For each buffer: notes the end of a unit, and a column to measure. For units
        that are rows, of which no buffer has whole columns."""
        for index, stream in enumerate(outputs):
            if not stream.direct:
                self._open(Buffer(index, stream, None), stream.name, None)
        default = self._buffers.get(("default", None))
        if default is not None:
            self.emit = compile_emit(default, self.emit)  # type: ignore[method-assign]
        self._kept: set[int] = set()
        self._reset()

    def _reset(self) -> None:
        self._units: list[Sequence[int]] = []
        self._steps: list[_Step] = []
        self._settled: set[int] = set()
        self._errors: list[tuple[int, str]] = []
        self._base = 0
        self._first = 0
        self._rows = 0
        self.current: Tuple | None = None
        """The row whose unit is under way, where units are rows."""

    # Units ------------------------------------------------------------------

    def begin_rows(self, handles: Sequence[int]) -> None:
        """The next units are these rows, one each; set `current` before each."""
        self._base = len(self._units)
        self._first = handles[0]
        self._rows = 0
        self._units += zip(handles)

    def begin(self, handles: Sequence[int] = ()) -> None:
        """The next unit is of all these rows, or of none (a tick)."""
        self._base = len(self._units)
        self._first = handles[0] if handles else 0
        self._rows = len(handles)
        self._units.append(handles)
        self.current = None

    def _unit(self) -> int:
        """The index of the unit under way."""
        if self.current is None:
            return self._base
        return self._base + (self.current._handle - self._first) % HANDLES

    def _is_current(self, handle: int) -> bool:
        """Whether the handle is of a row of the unit under way."""
        if self.current is not None:
            return handle == self.current._handle
        units = self._units
        return bool(self._rows) and handle in units[self._base]

    def end(self) -> None:
        """The unit under way is done."""
        for buffer in self._buffers.values():
            buffer.end_unit()
        if not self._auto_ack:
            for handle in self._units[self._unit()]:
                if handle not in self._settled:
                    self._kept.add(handle)

    def fail_unit(self, reason: str, keep: bool = False) -> None:
        """Ends the unit under way, takes back what it did, and fails its rows
        (or, with `keep`, keeps them: they time out)."""
        unit = self._unit()
        for buffer in self._buffers.values():
            buffer.cut(buffer.ends[-1] if buffer.ends else 0)
        self._take_back({unit})
        if keep:
            for handle in self._units[unit]:
                self._step("keep", handle)
                self._kept.add(handle)
        else:
            self._errors += [(handle, reason) for handle in self._units[unit]]
            self._kept.difference_update(self._units[unit])
        for buffer in self._buffers.values():
            buffer.end_unit()

    def _take_back(self, units: set[int]) -> None:
        """Takes back the acks, fails and keeps of these units, last first."""
        for step in reversed(self._steps):
            if step.unit in units:
                self._settled.discard(step.handle)
                if step.was_kept:
                    self._kept.add(step.handle)
                else:
                    self._kept.discard(step.handle)
        self._steps = [step for step in self._steps if step.unit not in units]

    # Emitting ---------------------------------------------------------------

    def emit(
        self,
        values: Any,
        stream: str = "default",
        anchors: Iterable[Anchor] | None = None,
        direct_task: int | None = None,
    ) -> None:
        """Emits one tuple; see `Bolt.emit`."""
        buffer = self._buffer(stream, direct_task)
        if anchors is None:
            buffer.put(values)
            return
        same = tuple(map(self._anchor, _several(anchors)))
        start = buffer.rows
        buffer.put(values)
        buffer.anchored.append(Anchored(start, start + 1, same=same))

    def emit_many(
        self,
        columns: Any,
        stream: str = "default",
        anchors: Sequence[Anchor] | None = None,
        direct_task: int | None = None,
        counts: Iterable[int] | None = None,
    ) -> None:
        """Emits many tuples; see `Bolt.emit_many`."""
        buffer = self._buffer(stream, direct_task)
        if anchors is not None:
            _refuse_single(anchors)
            refuse_unordered("anchors, one for each row", anchors)
        each = None if anchors is None or not len(anchors) else self._anchor_each(anchors)
        if counts is not None:
            each = self._repeated(counts, anchors)
        start = buffer.rows
        add = buffer.put_columns if self.current is None else buffer.put_many
        rows = add(columns)
        if each is None and anchors is None and self._auto_anchor and self._rows > 1:
            each = pack("I", self._units[self._base])
            if rows != self._rows:
                buffer.cut(start)
                raise EmitError(
                    f"stream {stream}: {rows} rows emitted for a batch of {self._rows}; say how "
                    "many come from each row (counts=[n, ...]), which row each belongs to "
                    "(anchors=[handle, ...] out of batch.handles), or that none does (anchors=[])"
                )
        if each is not None and len(each) != 4 * rows:
            buffer.cut(start)
            what = "anchors" if counts is None else "rows in counts"
            raise EmitError(f"stream {stream}: {rows} rows, but {len(each) // 4} {what}")
        if rows and (each is not None or anchors is not None):
            buffer.anchored.append(Anchored(start, start + rows, each=each))

    def _open(self, buffer: Buffer, stream: str, direct_task: int | None) -> Buffer:
        self._buffers[stream, direct_task] = buffer
        self.marks.append((buffer.ends.append, buffer.columns[0]))
        return buffer

    def _buffer(self, stream: str, direct_task: int | None) -> Buffer:
        """The buffer of a stream, or the error of an emit that cannot be."""
        try:
            known = self._buffers.get((stream, direct_task))
        except TypeError:  # for a list, which has no hash
            known = None
        if known is not None:
            return known
        if not isinstance(stream, str) or stream not in self._outputs:
            hint = "; for anchors write anchors=[tup]"
            raise no_stream(self._owner, self._outputs, stream, hint)
        index, declared = self._outputs[stream]
        check_direct(declared, direct_task)
        ends = [0] * self._unit() if self._units else []
        return self._open(Buffer(index, declared, direct_task, ends), stream, direct_task)

    def _anchor(self, anchor: Anchor) -> int:
        """The handle of an anchor that the task still holds."""
        handle = handle_of(anchor)
        if not self._is_current(handle) and handle not in self._kept:
            raise TupleStateError(f"{anchor!r} cannot be an anchor: {_GONE}")
        return handle

    def _anchor_each(self, anchors: Sequence[Anchor]) -> bytes:
        """The handles of one anchor a row, packed. They are checked all at once if
        they are handles of the unit under way."""
        if self.current is None and self._rows and anchors is self._units[self._base]:
            return pack("I", self._units[self._base])
        try:
            distinct = set(anchors)
            of_unit = self._rows and distinct.issubset(self._units[self._base])
            if of_unit and self.current is None:
                return pack("I", anchors)
        except TypeError:
            pass  # Something else is among them: an error below.
        return pack("I", map(self._anchor, anchors))

    def _repeated(self, counts: Iterable[int], anchors: Sequence[Anchor] | None) -> bytes:
        """The handle of each row of the batch, as often as `counts` says."""
        if anchors is not None:
            raise EmitError("emit_many takes anchors or counts, not both")
        if isinstance(counts, (str, bytes, bytearray, Set, Mapping, MappingView)):
            raise EmitError(f"counts: expected a list of numbers of rows, got {shown(counts)}")
        if self.current is not None or not self._rows:
            raise EmitError("counts are of the rows of a batch: there is none here")
        return repeated(self._units[self._base], counts)

    # Acking -----------------------------------------------------------------

    def ack(self, tup: Anchor) -> None:
        """Acks a row that the task holds."""
        self._settle("ack", tup, "")

    def fail(self, tup: Anchor, reason: str) -> None:
        """Fails a row that the task holds."""
        self._settle("fail", tup, reason)

    def ack_rest(self) -> None:
        """Acks the rows of the unit under way that were not acked or failed yet."""
        for handle in self._units[self._unit()]:
            if handle not in self._settled:
                self._settle("ack", handle, "")

    @property
    def has_work(self) -> bool:
        """Whether a unit before the one under way is part of the outcome."""
        return len(self._units) > 1

    def keep(self, tup: Anchor) -> None:
        """Keeps a row of the unit under way."""
        handle = handle_of(tup)
        if handle in self._settled or not self._is_current(handle):
            if handle in self._kept:
                return
            raise TupleStateError(f"{tup!r} cannot be kept: {_GONE}")
        self._step("keep", handle)
        self._kept.add(handle)

    def extend(self, tup: Anchor) -> None:
        """Starts the time-out of a kept row again."""
        handle = handle_of(tup)
        if handle not in self._kept:
            raise TupleStateError(f"the time-out of {tup!r} cannot start again: it is not kept")
        self._step("extend", handle)

    def _settle(self, what: str, tup: Anchor, reason: str) -> None:
        handle = handle_of(tup)
        held = self._is_current(handle) or handle in self._kept
        if handle in self._settled or not held:
            raise TupleStateError(f"{tup!r} cannot be {what}ed: {_GONE}")
        self._step(what, handle, reason)
        self._settled.add(handle)
        self._kept.discard(handle)

    def _step(self, what: str, handle: int, reason: str = "") -> None:
        was_kept = handle in self._kept
        self._steps.append(_Step(self._unit(), what, handle, reason, was_kept))

    # The end of the call ----------------------------------------------------

    def finish(self) -> Outcome:
        """The outcome of the call. Starts the next one."""
        try:
            return self._outcome()
        finally:
            self.discard()

    def discard(self) -> None:
        """Forgets the call, except which rows are kept."""
        for buffer in self._buffers.values():
            buffer.clear()
        self._reset()

    def abort(self) -> None:
        """Forgets the call and takes back all of it."""
        self._take_back(set(range(len(self._units))))
        self.discard()

    def _outcome(self) -> Outcome:
        filled = [buffer for buffer in self._buffers.values() if buffer.rows]
        try:
            columns = [buffer.encode() for buffer in filled]
        except UnicodeEncodeError:
            for buffer in filled:
                self._drop_bad_text(buffer)
            filled = [buffer for buffer in filled if buffer.rows]
            columns = [buffer.encode() for buffer in filled]
        emissions = [
            Emission(
                buffer.index,
                buffer.rows,
                encoded,
                anchors_of(buffer, self._units, self._auto_anchor),
                buffer.direct_task,
            )
            for buffer, encoded in zip(filled, columns)
        ]
        return self._settled_outcome(emissions)

    def _drop_bad_text(self, bad: Buffer) -> None:
        """Fails the units that emitted text which is not Unicode."""
        found = bad.bad_text()
        if not found:
            return
        for unit, reason in found.items():
            handles = self._units[unit]
            if not handles:
                raise EmitError(reason)
            self._errors += [(handle, reason) for handle in handles]
        for buffer in self._buffers.values():
            buffer.drop_units(set(found))
        self._take_back(set(found))
        for unit in found:
            self._kept.difference_update(self._units[unit])

    def _settled_outcome(self, emissions: list[Emission]) -> Outcome:
        """The outcome with what the steps of the call come to."""
        failed = self._errors
        steps = self._steps
        if not steps:
            return Outcome(emissions, "none" if self._auto_ack else "all", [], failed, [])
        dead = {handle for handle, _ in failed}
        steps = [step for step in steps if step.handle not in dead]
        acked = [step.handle for step in steps if step.what == "ack"]
        failed = failed + [(step.handle, step.reason) for step in steps if step.what == "fail"]
        extended = dict.fromkeys(
            step.handle for step in steps if step.what == "extend" and step.handle in self._kept
        )
        kept: Literal["none", "all"] | list[int] = "all"
        if self._auto_ack:
            here = [step.handle for step in steps if step.what == "keep"]
            kept = [handle for handle in here if handle in self._kept] or "none"
            of_call = set().union(*self._units)
            acked = [handle for handle in acked if handle not in of_call]
        return Outcome(emissions, kept, acked, failed, list(extended))


_GONE = (
    "it was acked or failed before, or was acked when the call that gave it returned "
    "(keep it to hold it)"
)


def handle_of(tup: Anchor) -> int:
    """The handle of a tuple, or the handle itself."""
    if isinstance(tup, Tuple):
        return tup._handle
    if type(tup) is int:
        return tup
    raise TypeError(
        f"expected a tuple of an input stream, as `process` is given it, got {shown(tup)}"
    )


def _several(anchors: Iterable[Anchor]) -> Iterable[Anchor]:
    """The anchors; a single tuple is an error that is easy to make."""
    _refuse_single(anchors)
    if isinstance(anchors, (str, bytes, bytearray, memoryview, Mapping)) or not isinstance(
        anchors, Iterable
    ):
        raise EmitError(f"{_ANCHORS}, got {shown(anchors)}")
    return anchors


def _refuse_single(anchors: object) -> None:
    if isinstance(anchors, Tuple):
        raise EmitError(f"{_ANCHORS}, got one tuple")


_ANCHORS = "anchors is a list of tuples: anchors=[tup], or [] for none"
