"""The spout: a source of tuples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from .component import Component
from .context import Context
from .errors import StormcellError
from .spout_collector import SpoutCollector


class Spout(Component):
    """A source of tuples.

    A tuple that is emitted with `tup_id` is tracked: `ack` or `fail` is called
    with that id, once. With `replay=True` the host keeps the tuple and emits it
    again if it fails. With neither nobody tells what became of it.
    """

    host_replay: ClassVar[bool] = False
    """Whether the host keeps and replays what is emitted without a `tup_id`."""

    ended: bool = False
    """Whether the source has ended. The host reads it after each call: it then
    asks no more, unless a tuple fails, and the topology finishes when all tuples
    are done. Say True only if nothing waits to be emitted (again)."""
    idle_ms: int = 10
    """How long the host may wait before it asks again after a call that emitted
    nothing: milliseconds, at most 1,000."""

    _collector: SpoutCollector | None = None

    def prepare(self, context: Context) -> None:
        """Called once, first. An exception keeps the topology from starting."""

    def activate(self) -> None:
        """Called before the first tuple, and when a topology is activated again."""

    def deactivate(self) -> None:
        """Called when a topology is deactivated."""

    def next_tuple(self) -> None:
        """Emits the next tuple, or a few, or none if there is none now. It must
        not wait for one."""
        raise NotImplementedError(f"{type(self).__name__} has no next_tuple(self)")

    def next_batch(self, max_rows: int) -> None:
        """Emits up to `max_rows` tuples; defined instead of `next_tuple`, for
        speed. Tuples over that number leave in the next call."""
        raise NotImplementedError

    def ack(self, tup_id: int) -> None:
        """The tree of this tuple is complete."""

    def fail(self, tup_id: int) -> None:
        """The tree of this tuple failed or timed out."""

    def close(self, reason: str) -> None:
        """The last call; `reason` is "finished" or "stopped"."""

    def emit(
        self,
        values: Iterable[Any],
        tup_id: int | None = None,
        stream: str = "default",
        direct_task: int | None = None,
        replay: bool | None = None,
    ) -> None:
        """Emits a tuple. `tup_id` (0 to 2**64 - 1) is unique among the pending
        tuples; `replay` overrides `host_replay`."""
        self._ready().emit(values, tup_id, stream, direct_task, self._replay(tup_id, replay))

    def emit_many(
        self,
        columns: Sequence[Sequence[Any]],
        tup_ids: Sequence[int] | None = None,
        stream: str = "default",
        direct_task: int | None = None,
        replay: bool | None = None,
    ) -> None:
        """Emits many tuples at once: a list of values for each field, and one id
        for each row if they are tracked by id."""
        by_host = self._replay(tup_ids, replay)
        self._ready().emit_many(columns, tup_ids, stream, direct_task, by_host)

    def _replay(self, ids: object, replay: bool | None) -> bool:
        if replay is None:
            return self.host_replay and ids is None
        return replay

    def _ready(self) -> SpoutCollector:
        """The collector, or an error before the first call."""
        if self._collector is None:
            raise StormcellError("nothing can be emitted before prepare has returned")
        return self._collector


class ReliableSpout(Spout):
    """A spout whose tuples the host keeps and replays, up to the `max-replays` of
    the topology file. It needs no `ack` or `fail`."""

    host_replay = True
