"""The bolt: it takes tuples, and emits tuples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from .collector import Anchor, Collector
from .component import Component
from .context import Context
from .errors import StormcellError
from .tuples import Batch, Tuple


class BaseBolt(Component):
    """What all bolts can do. Derive from `Bolt` or `BatchingBolt`."""

    auto_ack: ClassVar[bool] = True
    """Whether a tuple is acked when `process` returns. If not, it is kept until
    `ack` or `fail`."""
    auto_anchor: ClassVar[bool] = True
    """Whether what `process` emits is anchored to the tuple it was given."""
    auto_fail: ClassVar[bool] = True
    """Whether a tuple fails at once when `process` raises. If not, the error is
    logged and the tuple is kept: it times out unless it is acked or failed."""

    _collector: Collector | None = None

    def prepare(self, context: Context) -> None:
        """Called once, before the first tuple. Nothing can be emitted here. An
        exception keeps the topology from starting."""

    def process_tick(self, now: datetime) -> None:
        """Called every `tick` seconds if the topology file says so. What is
        emitted here is not anchored unless `anchors` says so."""

    def close(self, reason: str) -> None:
        """The last call; `reason` is "finished" or "stopped". What is emitted here
        is not anchored, and still goes down the topology if it has finished."""

    def emit(
        self,
        values: Sequence[Any] | Mapping[str, Any],
        stream: str = "default",
        anchors: Iterable[Anchor] | None = None,
        direct_task: int | None = None,
    ) -> None:
        """Emits a tuple: a list of values, or a dict with one for the name of each field.

        Without `anchors` it is anchored to the tuple that is being processed, and
        with `[]` to none. `direct_task` is the task that gets it, on a direct
        stream. Values that do not fit the stream raise `FieldError` here.

        Tuples of one stream leave in the order in which they were emitted; between
        streams there is no order.
        """
        self._ready("emit").emit(values, stream, anchors, direct_task)

    def emit_many(
        self,
        columns: Sequence[Sequence[Any]] | Mapping[str, Sequence[Any]],
        stream: str = "default",
        anchors: Sequence[Anchor] | None = None,
        direct_task: int | None = None,
        counts: Iterable[int] | None = None,
    ) -> None:
        """Emits many tuples at once: a list of values for each field, in their order or by
        their names.

        `anchors` has one handle (of `Batch.handles`) or one tuple for each row.
        Without it every row is anchored to the tuple that is being processed; in
        `process_batch` row i is anchored to row i of the batch, and the numbers
        of rows must be equal. `[]` anchors none.

        `counts` instead of `anchors` says, in `process_batch`, how many of the rows
        come from each row of the batch: the first `counts[0]` are anchored to its
        first row, and so on.

        A column of the batch itself (`batch.word`) goes out as it came in, which
        costs next to nothing.
        """
        self._ready("emit_many").emit_many(columns, stream, anchors, direct_task, counts)

    def ack(self, tup: Anchor) -> None:
        """Acks a tuple: one that was kept, or the current one early."""
        self._ready("ack").ack(tup)

    def fail(self, tup: Anchor, reason: str = "failed by the bolt") -> None:
        """Fails a tuple, so that its spout replays its tree. `reason` is shown to
        people, at most 64 KiB of it."""
        self._ready("fail").fail(tup, str(reason))

    def keep(self, tup: Anchor) -> None:
        """Keeps the tuple that is being processed: it is not acked when `process`
        returns, and may be an anchor, acked or failed in a later call."""
        self._ready("keep").keep(tup)

    def extend_timeout(self, tup: Anchor) -> None:
        """Starts the time-out of a kept tuple again (Storm's resetTimeout)."""
        self._ready("extend_timeout").extend(tup)

    def _ready(self, what: str) -> Collector:
        """The collector, or an error before the first call."""
        if self._collector is None:
            raise StormcellError(f"{what} cannot be called before prepare has returned")
        return self._collector


class Bolt(BaseBolt):
    """A bolt that works on one tuple at a time.

    An exception in `process` fails that tuple, with the traceback as the reason;
    what was emitted, acked, failed or kept for it is taken back, and the bolt goes
    on with the next tuple.
    """

    def process(self, tup: Tuple) -> None:
        """Works on one tuple."""
        raise NotImplementedError(f"{type(self).__name__} has no process(self, tup)")

    def process_batch(self, batch: Batch) -> None:
        """Works on many tuples at once, for speed; defined instead of `process`.

        `batch.word` has the values of a field, to be read like a list. An exception
        fails all tuples of the batch.
        """
        for tup in batch:
            self.process(tup)
