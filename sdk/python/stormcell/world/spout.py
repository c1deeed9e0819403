"""The exports of the world `spout`."""

from __future__ import annotations

from typing import Any, ClassVar

from wit_world import exports
from wit_world.imports import types as wit

from ..columns import unpack
from ..outcome import SpoutOutcome
from ..spout import Spout
from ..spout_task import SpoutTask as Task
from . import convert


def export(cls: type[Spout]) -> type[exports.SpoutTask]:
    """The exported class of a component whose spout is `cls`."""
    convert.before_export(cls, Spout)

    class SpoutTask(exports.SpoutTask):  # type: ignore[misc]
        """A task of this spout. One instance of the component has one, which is kept in
        the class: every call of the host makes a new object of it."""

        _task: ClassVar[Task]

        def describe(self) -> wit.Description:
            return convert.description(cls)

        def prepare(self, context: wit.Context) -> None:
            SpoutTask._task = convert.answer(
                lambda: Task(cls, convert.context(context, cls), convert.ImportedHost())
            )

        def activate(self) -> None:
            convert.answer(self._task.activate)

        def deactivate(self) -> None:
            convert.answer(self._task.deactivate)

        def next(self, max_rows: int) -> wit.SpoutOutcome:
            return convert.answer(lambda: outcome(cls, self._task.next(max_rows)))

        def acked(self, ids: bytes) -> None:
            convert.answer(lambda: self._task.acked(unpack("Q", ids)))

        def failed(self, ids: bytes) -> None:
            convert.answer(lambda: self._task.failed(unpack("Q", ids)))

        def close(self, reason: wit.CloseReason) -> None:
            convert.answer(lambda: self._task.close(reason.name.lower()))

    return SpoutTask


def outcome(cls: type[Spout], of: SpoutOutcome) -> wit.SpoutOutcome:
    """The outcome of a call, as it is returned."""
    return wit.SpoutOutcome(
        emissions=[
            wit.SpoutEmission(
                output=emission.output,
                rows=emission.rows,
                columns=convert.columns_out(cls.outputs_[emission.output], emission.columns),
                tracking=tracking(emission.tracking),
                direct_task=emission.direct_task,
            )
            for emission in of.emissions
        ],
        ended=of.ended,
        idle_ms=of.idle_ms,
    )


def tracking(of: Any) -> Any:
    """How the rows of an emission are tracked."""
    if of is None:
        return wit.Tracking_None_()
    if of == "host":
        return wit.Tracking_ReplayedByHost()
    return wit.Tracking_Ids(of)
