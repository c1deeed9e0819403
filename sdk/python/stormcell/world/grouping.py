"""The exports of the world `custom-grouping`."""

from __future__ import annotations

from typing import Any, ClassVar

from wit_world import exports
from wit_world.exports import grouping_task as made
from wit_world.imports import types as wit

from ..component import summary_of
from ..context import GroupingContext
from ..grouping import CustomGrouping
from ..grouping import GroupingTask as Task
from ..http.errors import Asked
from . import convert


def export(cls: type[CustomGrouping]) -> type[exports.GroupingTask]:
    """The exported class of a component whose grouping is `cls`."""
    convert.before_export(cls, CustomGrouping)

    class GroupingTask(exports.GroupingTask):  # type: ignore[misc]
        """A grouping of one task's stream. One instance of the component has one, which is kept in
        the class: every call of the host makes a new object of it."""

        _task: ClassVar[Task]

        def describe(self) -> made.GroupingDescription:
            return made.GroupingDescription(
                summary=summary_of(cls),
                inputs=convert.requirements(cls.requirements_),
                config_schema=convert.config_schema(cls),
                text_form=wit.TextForm.JOINED,
            )

        def prepare(self, context: made.GroupingContext) -> None:
            told = GroupingContext(
                topology=context.topology,
                grouped=convert.input_stream(context.grouped),
                source_task=context.source_task,
                targets=tuple(context.targets),
            )
            Asked.component = None
            GroupingTask._task = convert.answer(lambda: Task(cls, told, convert.ImportedHost()))

        def choose(self, rows: int, columns: list[wit.Column]) -> Any:
            return convert.answer(
                lambda: choice(self._task.choose(rows, list(map(convert.column_in, columns))))
            )

    return GroupingTask


def choice(chosen: Any) -> Any:
    """The choice for each row, as it is returned."""
    if isinstance(chosen, bytes):
        return made.Choice_Each(chosen)
    return made.Choice_Lists(wit.NumberLists(chosen.offsets, chosen.numbers))
