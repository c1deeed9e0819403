"""The task of a spout: what happens to an author's class in each call of the host."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .component import bind
from .context import Context, Host
from .errors import TaskError
from .logs import wire
from .outcome import SpoutOutcome
from .spout import Spout
from .spout_collector import SpoutCollector
from .tracebacks import describe_error


class SpoutTask:
    """A spout at work. Calls come one at a time, `prepare` was the first."""

    def __init__(self, cls: type[Spout], context: Context, host: Host) -> None:
        wire(host, context.component, cls.log_level)
        try:
            spout = cls()
            bind(spout, host, context.component)
            spout.prepare(context)
        except Exception as error:
            raise TaskError(describe_error(error)) from error
        self.spout = spout
        self._collector = SpoutCollector(cls.outputs_, cls.__name__)
        spout._collector = self._collector
        self._waiting: TaskError | None = None
        self._by_batch = cls.next_batch is not Spout.next_batch

    def activate(self) -> None:
        """The topology is active."""
        _call(self.spout.activate)

    def deactivate(self) -> None:
        """The topology is not active."""
        _call(self.spout.deactivate)

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
                    self._guarded(lambda: spout.next_batch(room))
            else:
                while not spout.ended or not collector.rows:
                    before = collector.rows
                    if before >= max_rows:
                        break
                    self._guarded(spout.next_tuple)
                    if collector.rows == before:
                        break
        except TaskError as error:
            if not collector.rows:
                raise
            self._waiting = error
        emissions = collector.take(max_rows)
        ended = bool(spout.ended) and not collector.rows and self._waiting is None
        return SpoutOutcome(emissions, ended, _idle(spout.idle_ms))

    def _guarded(self, call: Callable[[], None]) -> None:
        """Makes a call that emits; if it fails, nothing it emitted remains."""
        before = self._collector.lengths()
        try:
            call()
            self._collector.check_text(before)
        except Exception as error:
            self._collector.roll_back(before)
            raise TaskError(describe_error(error)) from error

    def acked(self, ids: Iterable[int]) -> None:
        """Rows whose trees are complete."""
        self._each(self.spout.ack, ids)

    def failed(self, ids: Iterable[int]) -> None:
        """Rows whose trees failed."""
        self._each(self.spout.fail, ids)

    def _each(self, call: Callable[[int], None], ids: Iterable[int]) -> None:
        """Tells the spout of each row. An error in one call is logged, so that it
        keeps no other row from being told of, and none is told of twice."""
        for tup_id in ids:
            try:
                call(tup_id)
            except Exception as error:
                self.spout.log.error("tuple %d: %s", tup_id, describe_error(error))

    def close(self, reason: str) -> None:
        """The last call."""
        _call(lambda: self.spout.close(reason))


def _call(call: Callable[[], None]) -> None:
    try:
        call()
    except Exception as error:
        raise TaskError(describe_error(error)) from error


def _idle(milliseconds: object) -> int:
    """The time to wait, within what the host takes."""
    if isinstance(milliseconds, (int, float)):
        return max(0, min(1000, int(milliseconds)))
    return 10
