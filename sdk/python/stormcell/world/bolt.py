"""The exports of the world `bolt`."""

from __future__ import annotations

from typing import Any, ClassVar

from wit_world import exports
from wit_world.imports import types as wit

from ..bolt import BaseBolt
from ..bolt_task import BoltTask as Task
from ..columns import pack
from ..outcome import Anchors, Outcome
from . import convert


def export(cls: type[BaseBolt]) -> type[exports.BoltTask]:
    """The exported class of a component whose bolt is `cls`."""
    convert.before_export(cls, BaseBolt)

    class BoltTask(exports.BoltTask):  # type: ignore[misc]
        """A task of this bolt. One instance of the component has one, which is kept in
        the class: every call of the host makes a new object of it."""

        _task: ClassVar[Task[Any]]

        def describe(self) -> wit.Description:
            return convert.description(cls)

        def prepare(self, context: wit.Context) -> None:
            BoltTask._task = convert.answer(
                lambda: Task(cls, convert.context(context, cls), convert.ImportedHost())
            )

        def execute(self, batches: list[wit.Batch]) -> wit.Outcome:
            task = self._task
            return convert.answer(
                lambda: outcome(task, task.execute([batch(task, each) for each in batches]))
            )

        def tick(self, now: int) -> wit.Outcome:
            task = self._task
            return convert.answer(lambda: outcome(task, task.tick(now)))

        def close(self, reason: wit.CloseReason) -> wit.Outcome:
            task = self._task
            return convert.answer(lambda: outcome(task, task.close(reason.name.lower())))

    return BoltTask


def batch(task: Task[Any], of: wit.Batch) -> Any:
    """A batch that the host has sent."""
    columns = list(map(convert.column_in, of.columns))
    return task.batch(of.input, columns, of.source_task, of.first_row, of.rows)


def outcome(task: Task[Any], of: Outcome) -> wit.Outcome:
    """The outcome of a call, as it is returned."""
    kept: Any
    if isinstance(of.kept, list):
        kept = wit.Kept_These(pack("I", of.kept))
    else:
        kept = wit.Kept_All() if of.kept == "all" else wit.Kept_None_()
    streams = type(task.bolt).outputs_
    return wit.Outcome(
        emissions=[
            wit.Emission(
                output=emission.output,
                rows=emission.rows,
                columns=convert.columns_out(streams[emission.output], emission.columns),
                anchors=anchors(emission.anchors),
                direct_task=emission.direct_task,
            )
            for emission in of.emissions
        ],
        kept=kept,
        acked=pack("I", of.acked),
        failed=[wit.FailedRow(handle, reason) for handle, reason in of.failed],
        extended=pack("I", of.extended),
    )


def anchors(of: Anchors) -> Any:
    """The anchors of an emission."""
    if of is None:
        return wit.Anchors_None_()
    if isinstance(of, bytes):
        return wit.Anchors_Each(of)
    return wit.Anchors_Lists(wit.NumberLists(of.offsets, of.numbers))
