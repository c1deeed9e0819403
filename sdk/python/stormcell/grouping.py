"""A grouping of one's own (Storm's CustomStreamGrouping)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

from .columns import Column, pack
from .component import Component, bind, check_object
from .context import GroupingContext, Host
from .errors import EmitError, TaskError
from .logs import wire
from .methods import check_complete
from .outcome import NumberLists, number_lists
from .returned import check_returned, run
from .tracebacks import describe_error
from .tuples import Batch, InputReader, Tuple

Chosen = Union[int, Sequence[int]]
"""The index of a target, or several."""


class CustomGrouping(Component):
    """Chooses which tasks of a subscriber get each tuple of a stream.

    Every task that emits the stream has an instance.
    """

    targets: tuple[int, ...] = ()
    """The tasks of the subscriber, ascending."""

    def prepare(self, context: GroupingContext) -> None:
        """Called once, first. An exception keeps the topology from starting."""

    def choose(self, tup: Tuple) -> Chosen:
        """The index in `targets` of the task that gets the tuple, or a list of
        indexes: one twice is an error, and with none the tuple goes nowhere."""
        raise NotImplementedError(f"{type(self).__name__} has no choose(self, tup)")

    def choose_batch(self, batch: Batch) -> Sequence[Chosen]:
        """The choices for all rows of a batch; defined instead of `choose`, for
        speed."""
        return list(map(self.choose, batch))


class GroupingTask:
    """A grouping at work. Calls come one at a time, `prepare` was the first."""

    def __init__(self, cls: type[CustomGrouping], context: GroupingContext, host: Host) -> None:
        check_complete(cls)
        name = context.grouped.component
        wire(host, name, cls.log_level)
        self._reader = InputReader(context.grouped)
        self._task = context.source_task
        self._targets = range(len(context.targets))
        try:
            grouping = cls()
            bind(grouping, host, name)
            grouping.targets = context.targets
            run("prepare", grouping.prepare, context)
            check_object(grouping)
        except BaseException as error:
            raise TaskError(describe_error(error)) from error
        self.grouping = grouping

    def choose(self, rows: int, columns: Sequence[Column]) -> Union[bytes, NumberLists]:
        """One index a row as bytes, or any number of indexes a row."""
        batch = self._reader.batch(columns, self._task, 0, rows)
        try:
            chosen = self.grouping.choose_batch(batch)
            check_returned("choose_batch", chosen)
            if len(chosen) != rows:
                raise EmitError(f"choose_batch gave {len(chosen)} choices for {rows} rows")
            if set(map(type, chosen)) == {int}:
                self._check(set(chosen))  # type: ignore[arg-type]
                return pack("I", chosen)
            for choice in chosen:
                check_returned("choose", choice)
            lists = [[choice] if type(choice) is int else list(choice) for choice in chosen]  # type: ignore[arg-type]
            for indexes in lists:
                if len(set(indexes)) != len(indexes):
                    raise EmitError(f"a target is chosen twice for one tuple: {indexes}")
                self._check(set(indexes))
            return number_lists(lists)
        except BaseException as error:
            raise TaskError(describe_error(error)) from error

    def _check(self, indexes: set[int]) -> None:
        for index in indexes:
            if type(index) is not int or index not in self._targets:
                raise EmitError(
                    f"expected indexes of targets, 0 to {len(self._targets) - 1}, got {index!r}"
                )
