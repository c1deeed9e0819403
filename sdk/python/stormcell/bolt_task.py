"""The task of a bolt: what happens to an author's class in each call of the host.

The types of the boundary are not known here, so the same code runs in a component
and in the tests of an author (`stormcell.testing`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Generic, TypeVar

from .batching import BatchingBolt
from .bolt import BaseBolt, Bolt
from .cells import EPOCH
from .collector import Collector
from .columns import Column
from .component import bind, check_object
from .context import Context, Host
from .errors import TaskError
from .logs import wire
from .methods import check_complete
from .outcome import Outcome
from .returned import check_nothing, check_returned, run
from .tracebacks import describe_error
from .tuples import Batch, InputReader, Tuple

B = TypeVar("B", bound=BaseBolt)


class BoltTask(Generic[B]):
    """A bolt at work. Calls come one at a time, `prepare` was the first."""

    def __init__(self, cls: type[B], context: Context, host: Host) -> None:
        check_complete(cls)
        wire(host, context.component, cls.log_level)
        self._readers = [InputReader(of) for of in context.inputs]
        try:
            bolt = cls()
            bind(bolt, host, context.component)
            run("prepare", bolt.prepare, context)
            check_object(bolt)
        except BaseException as error:
            raise TaskError(describe_error(error)) from error
        auto_ack = keeps_auto_ack(bolt)
        collector = Collector(cls.outputs_, cls.__name__, auto_ack, bolt.auto_anchor)
        self._ends_by_hand = not auto_ack
        bolt._collector = collector
        if cls.emit is BaseBolt.emit:
            bolt.emit = collector.emit  # type: ignore[method-assign]
        self.bolt = bolt
        self._collector = collector
        self._work: Callable[[Batch], None] = self._work_on_rows
        if isinstance(bolt, BatchingBolt):
            self._row: Callable[[Tuple], object] = self._gather
        elif isinstance(bolt, Bolt):
            self._row = bolt.process
            if type(bolt).process_batch is not Bolt.process_batch:
                self._work = self._work_on_batch

    def batch(self, of: int, columns: Sequence[Column], task: int, first: int, rows: int) -> Batch:
        """The batch of an input that the host has sent."""
        return self._readers[of].batch(columns, task, first, rows)

    def execute(self, batches: Sequence[Batch]) -> Outcome:
        """Works on batches. Errors of the author fail rows, not the call.

        That is also so for what is no `Exception`: `sys.exit()`, a cancelled task of asyncio.
        There is no program here that could end.
        """
        try:
            for batch in batches:
                self._work(batch)
            return self._collector.finish()
        except BaseException as error:
            self._collector.abort()
            raise TaskError(describe_error(error)) from error

    def tick(self, now: int) -> Outcome:
        """A tick, at `now` microseconds since the epoch."""
        bolt = self.bolt
        if isinstance(bolt, BatchingBolt):
            bolt.ticks_ += 1
            if bolt.ticks_ >= bolt.ticks_between_batches:
                bolt.ticks_ = 0
                self._work_on_groups(bolt)
        moment = EPOCH + timedelta(microseconds=now)
        return self._alone("process_tick", lambda: bolt.process_tick(moment))

    def close(self, reason: str) -> Outcome:
        """The last call."""
        if isinstance(self.bolt, BatchingBolt):
            self._work_on_groups(self.bolt)
        return self._alone("close", lambda: self.bolt.close(reason))

    def _alone(self, name: str, call: Callable[[], object]) -> Outcome:
        """Makes a call that has no rows, as the last unit of the outcome. If it
        fails, the call fails; but what was done for groups before it is kept."""
        collector = self._collector
        try:
            collector.begin()
            try:
                run(name, call)
            except BaseException as error:
                if not collector.has_work:
                    raise
                self.bolt.log.error("%s", describe_error(error))
                collector.fail_unit("")
            else:
                collector.end()
            return collector.finish()
        except BaseException as error:
            collector.abort()
            raise TaskError(describe_error(error)) from error

    def _work_on_rows(self, batch: Batch) -> None:
        """Works row by row. This loop is what a tuple costs: keep it short."""
        collector = self._collector
        marks = collector.marks
        process = self._row
        end_by_hand = self._ends_by_hand
        collector.begin_rows(batch.handles)
        for tup in batch:
            collector.current = tup
            try:
                returned = process(tup)
                if returned is not None:
                    check_nothing("process", returned)
            except BaseException as error:
                self._fail(error)
                continue
            if end_by_hand:
                collector.end()
                continue
            for mark, column in marks:
                mark(len(column))

    def _work_on_batch(self, batch: Batch) -> None:
        """Works on a whole batch."""
        collector = self._collector
        collector.begin(batch.handles)
        try:
            run("process_batch", self.bolt.process_batch, batch)  # type: ignore[attr-defined]
        except BaseException as error:
            self._fail(error)
        else:
            collector.end()

    def _gather(self, tup: Tuple) -> None:
        """Puts a tuple into its group."""
        bolt = self.bolt
        if isinstance(bolt, BatchingBolt):
            key = bolt.group_key(tup)
            check_returned("group_key", key)
            bolt.groups_[key].append(tup)

    def _work_on_groups(self, bolt: BatchingBolt) -> None:
        """Works on all groups; each succeeds or fails by itself."""
        collector = self._collector
        groups = list(bolt.groups_.items())
        bolt.groups_.clear()
        for key, tups in groups:
            collector.begin([tup._handle for tup in tups])
            try:
                run("process_batch", bolt.process_batch, key, tups)
                if bolt.auto_ack:
                    collector.ack_rest()
            except BaseException as error:
                self._fail(error)
            else:
                collector.end()

    def _fail(self, error: BaseException) -> None:
        """Fails the rows of the unit under way because of an error."""
        reason = describe_error(error)
        if self.bolt.auto_fail:
            self._collector.fail_unit(reason)
        else:
            self.bolt.log.error("%s", reason)
            self._collector.fail_unit(reason, keep=True)


def keeps_auto_ack(bolt: BaseBolt) -> bool:
    """Whether rows are acked when their unit ends. Those of a BatchingBolt are
    acked when their group has been processed."""
    return bolt.auto_ack and not isinstance(bolt, BatchingBolt)
