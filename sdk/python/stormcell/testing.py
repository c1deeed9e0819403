"""Tests of bolts, spouts and groupings without a topology and without WebAssembly.

    from stormcell.testing import BoltTester

    def test_split():
        tester = BoltTester(SplitBolt)
        result = tester.run([["a b"], ["c"]])
        assert result.emitted() == [("a",), ("b",), ("c",)]
        assert result.acked == [0, 1]

Values go through the same columns as in a topology, so what a test sees is what
the next component sees. Rows have numbers: 0 for the first that a tester is given,
and so on over all its calls.

While a component is called, it cannot start threads or processes and has no sockets, as in
a topology. What it calls over HTTP is called from this machine, or answered by the test:

    def answer(request):
        assert str(request.url) == "https://api.example.org/cities?name=Bern"
        return HttpAnswer(json={"size": 134_591})

    tester = BoltTester(CityBolt, http=answer)

Modules and files are those of this machine.
"""

from __future__ import annotations

import json as jsonlib
import os
import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar, Union

from .bolt import BaseBolt
from .bolt_task import BoltTask
from .cells import EPOCH
from .checks import cells_of_columns
from .columns import Column, decode, encode, unpack
from .component import Component
from .context import Context, GroupingContext, Input
from .errors import StateError, StormcellError, TaskError
from .hashing import stable_hash
from .grouping import CustomGrouping, GroupingTask
from .http import Headers, Request
from .http.transport import Machine, Reply, Transport, using
from .outcome import Anchors, Outcome
from .refusing import refused
from .schema import Stream, TypeLike, check_inputs, fields_of
from .spout import Spout
from .spout_task import SpoutTask

Row = Union[Sequence[Any], Mapping[str, Any]]
"""The values of a row: in the order of the fields, or by their names."""

B = TypeVar("B", bound=BaseBolt)


@dataclass
class HttpAnswer:
    """What a server answers in a test; `json` is a body by itself."""

    status: int = 200
    body: Union[bytes, str] = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None


Answers = Callable[[Request], HttpAnswer]
"""The servers of a test: called with each request, whose `method`, `url`, `headers` and
`content` are what a server would get. It may raise errors of `stormcell.http`."""


class FakeHttp:
    """Sends requests to a function of the test."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def send(self, request: Request) -> Reply:
        """What the function says."""
        answer = self._answers(request)
        headers, body = dict(answer.headers), answer.body
        if answer.json is not None:
            headers.setdefault("Content-Type", "application/json")
            body = jsonlib.dumps(answer.json)
        data = body.encode() if isinstance(body, str) else body
        return Reply(answer.status, Headers(headers.items()), _BytesBody(data))


class _BytesBody:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, most: int) -> bytes:
        part, self._data = self._data[:most], self._data[most:]
        return part

    def close(self) -> None:
        self._data = b""


@contextmanager
def calling(http: Transport) -> Iterator[None]:
    """While a component is called."""
    with refused(), using(http):
        yield


def transport_of(answers: Answers | None) -> Transport:
    """What sends the requests of a test: this machine, if the test does not answer them."""
    return Machine() if answers is None else FakeHttp(answers)


@dataclass
class FakeHost:
    """The host of a test: it keeps what it is told."""

    settings: dict[str, Any] = field(default_factory=dict)
    logs: list[tuple[str, str]] = field(default_factory=list)
    """Log lines: level and message."""
    counters: dict[str, int] = field(default_factory=dict)
    gauges: dict[str, float] = field(default_factory=dict)
    state: dict[str, bytes] = field(default_factory=dict)
    """What the task keeps."""

    def config(self) -> dict[str, Any]:
        """The configuration that the test gave."""
        return dict(self.settings)

    def log(self, level: str, message: str) -> None:
        """Keeps a log line."""
        self.logs.append((level, message))

    def count(self, name: str, increment: int) -> None:
        """Adds to a counter."""
        self.counters[name] = self.counters.get(name, 0) + increment

    def gauge(self, name: str, value: float) -> None:
        """Sets a gauge."""
        self.gauges[name] = value

    def state_get(self, key: str) -> bytes | None:
        """The value under a key."""
        _check_key(key)
        return self.state.get(key)

    def state_set(self, key: str, value: bytes) -> None:
        """Puts a value under a key, with the bounds of a topology but for the quota."""
        _check_key(key)
        if len(value) > 1 << 20:
            raise StateError("value-too-large", f"a value of {len(value)} bytes: 1 MiB is the most")
        self.state[key] = value

    def state_remove(self, key: str) -> None:
        """Takes a key and its value away."""
        _check_key(key)
        self.state.pop(key, None)

    def state_keys(self, prefix: str, after: str | None, most: int) -> list[str]:
        """A page of the keys that begin with this."""
        # UTF-8 has the order of the characters.
        keys = sorted(key for key in self.state if key.startswith(prefix))
        return [key for key in keys if after is None or key > after][: min(most, 1_000)]


def _check_key(key: str) -> None:
    length = len(key.encode())
    if not 1 <= length <= 1_024:
        raise StateError("invalid-key", f"a key of {length} bytes: it must have 1 to 1024")


@dataclass(frozen=True)
class Emitted:
    """A tuple that was emitted."""

    stream: str
    values: tuple[Any, ...]
    anchors: tuple[int, ...] = ()
    """The numbers of the rows that it is anchored to."""
    direct_task: int | None = None


@dataclass
class Result:
    """What a call left behind."""

    emissions: list[Emitted]
    """What was emitted, in order within each stream."""
    acked: list[int]
    """The rows that are acked now."""
    failed: dict[int, str]
    """The rows that are failed now, and why."""
    kept: list[int]
    """The rows of this call that are kept."""
    extended: list[int]
    """The rows whose time-out starts again."""

    def emitted(self, stream: str = "default") -> list[tuple[Any, ...]]:
        """The values of what was emitted on a stream."""
        return [each.values for each in self.emissions if each.stream == stream]


class BoltTester(Generic[B]):
    """Runs a bolt. `bolt` is the instance, `host` has its logs and metrics.

    `fields` are those of its input streams, if they are not `inputs` of its class.
    `state` is what its task keeps before it is prepared: `host.state` of an earlier one,
    to go on from there. Changes stay in a test, also those of a call that fails.
    `http` answers its requests: a function from a `stormcell.http.Request` to an
    `HttpAnswer`. Without it they are sent from this machine.
    """

    def __init__(
        self,
        cls: type[B],
        config: Mapping[str, Any] | None = None,
        fields: Mapping[str, TypeLike] | None = None,
        task: int = 1,
        task_index: int = 0,
        task_count: int = 1,
        state: Mapping[str, bytes] | None = None,
        http: Answers | None = None,
    ) -> None:
        as_in_a_component(cls)
        self.host = FakeHost(dict(config or {}), state=dict(state or {}))
        self._http = transport_of(http)
        self._inputs = inputs_of(cls, fields)
        self._outputs = cls.outputs_
        self._next = 0
        context = context_of(cls, self._inputs, task, task_index, task_count)
        with calling(self._http):
            self._task = BoltTask(cls, context, self.host)
        self.bolt = self._task.bolt

    def run(self, rows: Iterable[Row], stream: str = "default", source_task: int = 9) -> Result:
        """Gives the bolt rows in one call, as `execute` of a topology does."""
        listed = list(rows)
        if not listed:
            raise ValueError("a call has at least one row")
        index, of = input_named(self._inputs, stream)
        first, self._next = self._next, self._next + len(listed)
        columns = columns_of(of, listed)
        batch = self._task.batch(index, columns, source_task, first, len(listed))
        with calling(self._http):
            outcome = self._task.execute([batch])
        return self._result(outcome, range(first, self._next))

    def tick(self, now: datetime = EPOCH) -> Result:
        """Makes a tick."""
        since = now - EPOCH
        microseconds = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        with calling(self._http):
            outcome = self._task.tick(microseconds)
        return self._result(outcome, range(0))

    def close(self, reason: str = "finished") -> Result:
        """Makes the last call."""
        with calling(self._http):
            outcome = self._task.close(reason)
        return self._result(outcome, range(0))

    def _result(self, outcome: Outcome, rows: range) -> Result:
        failed = dict(outcome.failed)
        if outcome.kept == "all":
            done = {*failed, *outcome.acked}
            kept = [row for row in rows if row not in done]
            acked = list(outcome.acked)
        else:
            kept = [] if outcome.kept == "none" else list(outcome.kept)
            held = {*failed, *kept}
            acked = [*outcome.acked, *(row for row in rows if row not in held)]
        emissions = [
            Emitted(stream.name, values, tuple(anchors), emission.direct_task)
            for emission in outcome.emissions
            for stream in [self._outputs[emission.output]]
            for values, anchors in zip(
                rows_of(stream, emission.columns), lists_of(emission.anchors, emission.rows)
            )
        ]
        return Result(emissions, acked, failed, kept, list(outcome.extended))


@dataclass(frozen=True)
class SpoutEmitted:
    """A tuple that a spout emitted; `tracking` is its id, "host" or None."""

    stream: str
    values: tuple[Any, ...]
    tracking: Any
    direct_task: int | None = None


class SpoutTester:
    """Runs a spout. `ended` and `idle_ms` are those of the last `next`; `state` and `http` are as
    for `BoltTester`."""

    def __init__(
        self,
        cls: type[Spout],
        config: Mapping[str, Any] | None = None,
        state: Mapping[str, bytes] | None = None,
        http: Answers | None = None,
    ) -> None:
        as_in_a_component(cls)
        self.host = FakeHost(dict(config or {}), state=dict(state or {}))
        self._http = transport_of(http)
        self._outputs = cls.outputs_
        with calling(self._http):
            self._task = SpoutTask(cls, context_of(cls, (), 1, 0, 1), self.host)
            self._task.activate()
        self.spout = self._task.spout
        self.ended = False
        self.idle_ms = 0

    def next(self, max_rows: int = 100) -> list[SpoutEmitted]:
        """Asks for up to `max_rows` tuples."""
        with calling(self._http):
            outcome = self._task.next(max_rows)
        self.ended, self.idle_ms = outcome.ended, outcome.idle_ms
        found: list[SpoutEmitted] = []
        for emission in outcome.emissions:
            stream = self._outputs[emission.output]
            by: Sequence[Any] = [None] * emission.rows
            if isinstance(emission.tracking, bytes):
                by = list(map(self._task.ids.of, unpack("Q", emission.tracking)))
            elif emission.tracking == "host":
                by = ["host"] * emission.rows
            for values, tracking in zip(rows_of(stream, emission.columns), by):
                found.append(SpoutEmitted(stream.name, values, tracking, emission.direct_task))
        return found

    def ack(self, *ids: Hashable) -> None:
        """Tells the spout that the trees of these tuples are complete."""
        with calling(self._http):
            self._task.acked(map(self._task.ids.known, ids))

    def fail(self, *ids: Hashable) -> None:
        """Tells the spout that the trees of these tuples failed."""
        with calling(self._http):
            self._task.failed(map(self._task.ids.known, ids))

    def close(self, reason: str = "finished") -> None:
        """Makes the last call."""
        with calling(self._http):
            self._task.close(reason)


class GroupingTester:
    """Runs a custom grouping over `targets`, the tasks of a subscriber."""

    def __init__(
        self,
        cls: type[CustomGrouping],
        targets: Sequence[int] = (1, 2, 3),
        config: Mapping[str, Any] | None = None,
        fields: Mapping[str, TypeLike] | None = None,
    ) -> None:
        as_in_a_component(cls)
        self.host = FakeHost(dict(config or {}))
        self._input = inputs_of(cls, fields)[0]
        context = GroupingContext("test", self._input, 9, tuple(targets))
        with refused():
            self._task = GroupingTask(cls, context, self.host)
        self.grouping = self._task.grouping

    def choose(self, rows: Sequence[Row]) -> list[list[int]]:
        """The indexes of the targets of each row."""
        columns = columns_of(self._input, rows)
        with refused():
            chosen = self._task.choose(len(rows), columns)
        return [list(indexes) for indexes in lists_of(chosen, len(rows))]


def as_in_a_component(cls: type[Component]) -> None:
    """Gives the module of a class, and those beside it, the `hash` that they have in a
    component, unless they have one of their own."""
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    for module in list(sys.modules.values()):
        beside = getattr(module, "__file__", None)
        if file and beside and os.path.dirname(beside) == os.path.dirname(file):
            vars(module).setdefault("hash", stable_hash)


def inputs_of(cls: type[Component], fields: Mapping[str, TypeLike] | None) -> tuple[Input, ...]:
    """The inputs of a test: one for each stream that the class names."""
    if fields is not None:
        return (Input("source", "default", fields_of(fields, "fields")),)
    requirements = check_inputs(cls.inputs, cls.__name__)
    if not requirements:
        raise StormcellError(
            f"{cls.__name__} says nothing of its inputs: give the tester fields={{...}}"
        )
    return tuple(Input("source", of.stream or "default", of.fields) for of in requirements)


def input_named(inputs: Sequence[Input], stream: str) -> tuple[int, Input]:
    """The input of a stream. One input takes every name."""
    for index, of in enumerate(inputs):
        if of.stream == stream or len(inputs) == 1:
            return index, of
    names = ", ".join(of.stream for of in inputs)
    raise StormcellError(f"no input stream {stream!r}; there are: {names}")


def context_of(
    cls: type[Component], inputs: tuple[Input, ...], task: int, task_index: int, task_count: int
) -> Context:
    """The context of a test, whose component is called as its class."""
    tasks = tuple(range(task - task_index, task - task_index + task_count))
    name = cls.__name__
    return Context("test", name, task, task_index, task_count, inputs, cls.outputs_, {name: tasks})


def columns_of(of: Input, rows: Sequence[Row]) -> list[Column]:
    """The columns of an input's rows, as the host would send them."""
    stream = Stream(of.stream, fields={field.name: field.type for field in of.fields})
    names = [field.name for field in of.fields]
    listed = [[row[name] for name in names] if isinstance(row, Mapping) else row for row in rows]
    columns = [list(column) for column in zip(*listed, strict=True)]
    cells = cells_of_columns(stream, columns)
    return [encode(field, column) for field, column in zip(of.fields, cells)]


def rows_of(stream: Stream, columns: Sequence[Column]) -> list[tuple[Any, ...]]:
    """The rows of emitted columns."""
    return list(zip(*(decode(of, column) for of, column in zip(stream.fields, columns))))


def lists_of(packed: Anchors, rows: int) -> list[Sequence[int]]:
    """The lists of numbers of each row."""
    if packed is None:
        return [()] * rows
    if isinstance(packed, bytes):
        return [(number,) for number in unpack("I", packed)]
    offsets, numbers = unpack("I", packed.offsets), unpack("I", packed.numbers)
    return [numbers[start:end] for start, end in zip(offsets, offsets[1:])]


__all__ = [
    "BoltTester",
    "Emitted",
    "FakeHost",
    "GroupingTester",
    "HttpAnswer",
    "Result",
    "SpoutEmitted",
    "SpoutTester",
    "TaskError",
]
