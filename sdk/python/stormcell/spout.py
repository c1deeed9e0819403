"""The spout: a source of tuples."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, ClassVar

from .component import Component
from .context import Context
from .errors import DeclarationError, StormcellError
from .ids import check_id
from .methods import place
from .spout_collector import SpoutCollector


class Spout(Component):
    """A source of tuples.

    A tuple that is emitted with `tup_id` is tracked: `ack` or `fail` is called
    with that id, once. The id is a text, an int or another hashable value. With `replay=True` the host keeps the tuple and emits it
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

    told_: bool = False
    """Whether it has an `ack` or a `fail` to be told by."""

    _collector: SpoutCollector | None = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.told_ = cls.ack is not Spout.ack or cls.fail is not Spout.fail

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

    def ack(self, tup_id: Any) -> None:
        """The tree of this tuple is complete."""

    def fail(self, tup_id: Any) -> None:
        """The tree of this tuple failed or timed out."""

    def close(self, reason: str) -> None:
        """The last call; `reason` is "finished" or "stopped"."""

    def emit(
        self,
        values: Sequence[Any] | Mapping[str, Any],
        tup_id: Hashable | None = None,
        stream: str = "default",
        direct_task: int | None = None,
        replay: bool | None = None,
    ) -> None:
        """Emits a tuple: a list of values, or a dict by the names of the fields.

        `tup_id` is a text, an int or another hashable value, and comes back in `ack` or
        `fail`. If the host replays (`ReliableSpout`) and the class has neither, it is not
        needed. `replay` overrides `host_replay`.
        """
        by_host = self._replay(tup_id, replay)
        if by_host and replay is None and tup_id is not None:
            check_id(tup_id)
            tup_id = None
        self._ready().emit(values, tup_id, stream, direct_task, by_host)

    def emit_many(
        self,
        columns: Sequence[Sequence[Any]] | Mapping[str, Sequence[Any]],
        tup_ids: Sequence[Hashable] | None = None,
        stream: str = "default",
        direct_task: int | None = None,
        replay: bool | None = None,
    ) -> None:
        """Emits many tuples at once: a list of values for each field, and one id
        for each row if they are tracked by id."""
        by_host = self._replay(tup_ids, replay)
        if by_host and replay is None and tup_ids is not None:
            for tup_id in tup_ids:
                check_id(tup_id)
            tup_ids = None
        self._ready().emit_many(columns, tup_ids, stream, direct_task, by_host)

    def _replay(self, ids: object, replay: bool | None) -> bool:
        if replay is None:
            return self.host_replay and (ids is None or not self.told_)
        return replay

    def _ready(self) -> SpoutCollector:
        """The collector, or an error before the first call."""
        if self._collector is None:
            raise StormcellError("nothing can be emitted before prepare has returned")
        return self._collector


class ReliableSpout(Spout):
    """A spout whose tuples the host keeps and replays, up to the `max-replays` of
    the topology file. It has no `ack` or `fail`; ids are taken and not needed."""

    host_replay = True

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name in ("ack", "fail"):
            value = getattr(cls, name)
            if value is not getattr(ReliableSpout, name):
                raise DeclarationError(
                    f"{place(value)}{cls.__name__}.{name} is never called: the host keeps and "
                    "replays the tuples of a ReliableSpout. Derive from Spout to be told of "
                    "each tuple and to replay by yourself, or leave it out"
                )
