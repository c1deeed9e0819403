"""The task of a spout: what happens to an author's class in each call of the host."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .component import bind, check_object
from .context import Context, Host
from .errors import TaskError
from .ids import LOST, Ids
from .logs import wire
from .methods import check_complete
from .outcome import SpoutOutcome
from .returned import run
from .spout import Spout
from .spout_collector import SpoutCollector
from .tracebacks import describe_error


class SpoutTask:
    """A spout at work. Calls come one at a time, `prepare` was the first."""

    def __init__(self, cls: type[Spout], context: Context, host: Host) -> None:
        check_complete(cls)
        wire(host, context.component, cls.log_level)
        try:
            spout = cls()
            bind(spout, host, context.component)
            run("prepare", spout.prepare, context)
            check_object(spout)
        except BaseException as error:
            raise TaskError(describe_error(error)) from error
        self.spout = spout
        spout.told_ = cls.told_ or not {"ack", "fail"}.isdisjoint(vars(spout))
        self.ids = Ids()
        self._collector = SpoutCollector(cls.outputs_, cls.__name__, self.ids)
        spout._collector = self._collector
        self._waiting: TaskError | None = None
        self._is_new = True
        """Whether nothing was emitted yet."""
        self._by_batch = cls.next_batch is not Spout.next_batch

    def activate(self) -> None:
        """The topology is active."""
        _call("activate", self.spout.activate)

    def deactivate(self) -> None:
        """The topology is not active."""
        _call("deactivate", self.spout.deactivate)

    def next(self, max_rows: int) -> SpoutOutcome:
        """Up to `max_rows` rows.

        An error takes back what its own call of `next_tuple` emitted. What earlier
        ones emitted goes out first, and the error is reported at the next call.
        """
        if self._waiting is not None:
            error, self._waiting = self._waiting, None
            raise error
        collector = self._collector
        spout = self.spout
        try:
            if self._by_batch:
                if collector.rows < max_rows:
                    room = max_rows - collector.rows
                    self._guarded("next_batch", lambda: spout.next_batch(room))
            else:
                while not spout.ended or not collector.rows:
                    before = collector.rows
                    if before >= max_rows:
                        break
                    self._guarded("next_tuple", spout.next_tuple)
                    if collector.rows == before:
                        break
        except TaskError as error:
            if not collector.rows:
                raise
            self._waiting = error
        if self._is_new and collector.rows:
            self._is_new = False
            if spout.told_ and collector.emits_untracked_only:
                spout.log.warning("%s", UNTRACKED)
        emissions = collector.take(max_rows)
        ended = bool(spout.ended) and not collector.rows and self._waiting is None
        return SpoutOutcome(emissions, ended, _idle(spout.idle_ms))

    def _guarded(self, name: str, call: Callable[[], object]) -> None:
        """Makes a call that emits; if it fails, nothing it emitted remains."""
        before = self._collector.lengths()
        try:
            run(name, call)
            self._collector.check_text(before)
        except BaseException as error:
            self._collector.roll_back(before)
            raise TaskError(describe_error(error)) from error

    def acked(self, numbers: Iterable[int]) -> None:
        """Rows whose trees are complete."""
        self._each("ack", self.spout.ack, numbers)

    def failed(self, numbers: Iterable[int]) -> None:
        """Rows whose trees failed."""
        self._each("fail", self.spout.fail, numbers)

    def _each(self, name: str, call: Callable[[Any], object], numbers: Iterable[int]) -> None:
        """Tells the spout of each row. An error in one call is logged, so that it
        keeps no other row from being told of, and none is told of twice."""
        unknown = 0
        for tup_id in map(self.ids.taken, numbers):
            if tup_id is LOST:
                unknown += 1
                continue
            try:
                run(name, call, tup_id)
            except BaseException as error:
                self.spout.log.error("tuple %r: %s", tup_id, describe_error(error))
        if unknown:
            self.spout.log.warning(
                "%d tuples of an instance that is gone: their ids were lost with it, so %s was "
                "not called for them",
                unknown,
                name,
            )

    def close(self, reason: str) -> None:
        """The last call."""
        _call("close", lambda: self.spout.close(reason))


UNTRACKED = (
    "ack and fail are called for tuples that were emitted with tup_id, and the first ones were "
    "emitted without: write self.emit([...], tup_id=...)"
)
"""What is said to a spout that wants to be told of tuples which nobody tracks."""


def _call(name: str, call: Callable[[], object]) -> None:
    try:
        run(name, call)
    except BaseException as error:
        raise TaskError(describe_error(error)) from error


def _idle(milliseconds: object) -> int:
    """The time to wait, within what the host takes."""
    if isinstance(milliseconds, (int, float)):
        return max(0, min(1000, int(milliseconds)))
    return 10
