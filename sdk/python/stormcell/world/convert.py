"""Between the SDK's own types and the generated types of the boundary."""

from __future__ import annotations

import gc
import json as jsonlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from componentize_py_types import Err
from wit_world.imports import config, logging, metrics, state
from wit_world.imports import types as wit

from ..columns import Column
from ..component import Component, summary_of
from ..context import Context, Input
from ..errors import StateError, TaskError
from ..http import transport
from ..http.errors import Asked
from ..methods import check_complete
from ..schema import Field, FieldType, Kind, Requirement, Stream
from ..tracebacks import remember_sources
from .http import ImportedHttp, NotYet

R = TypeVar("R")

transport.use(NotYet())


class ImportedHost:
    """The host, through the imports of the component."""

    def config(self) -> dict[str, Any]:
        """The configuration from the topology file."""
        said: dict[str, Any] = jsonlib.loads(config.all())
        return said

    def log(self, level: str, message: str) -> None:
        """Writes a log line."""
        logging.log(logging.Level[level.upper()], message)

    def count(self, name: str, increment: int) -> None:
        """Adds to a counter."""
        metrics.count(name, increment)

    def gauge(self, name: str, value: float) -> None:
        """Sets a gauge."""
        metrics.gauge(name, value)

    def state_get(self, key: str) -> bytes | None:
        """The value under a key."""
        return of_state(lambda: state.get(key))

    def state_set(self, key: str, value: bytes) -> None:
        """Puts a value under a key."""
        of_state(lambda: state.set(key, value))

    def state_remove(self, key: str) -> None:
        """Takes a key and its value away."""
        of_state(lambda: state.remove(key))

    def state_keys(self, prefix: str, after: str | None, most: int) -> list[str]:
        """A page of the keys that begin with this."""
        return of_state(lambda: state.keys(prefix, after, most))


def of_state(call: Callable[[], R]) -> R:
    """What a call of the state returns; its error as one of the SDK."""
    try:
        return call()
    except Err as error:
        code = error.value.code.name.lower().replace("_", "-")
        raise StateError(code, error.value.message) from None


def before_export(cls: type[Component], base: type[Component]) -> None:
    """Checks the class that is exported, and keeps the sources of its folder for
    tracebacks. It runs when the component is built."""
    if not (isinstance(cls, type) and issubclass(cls, base)):
        raise TypeError(f"expected a class derived from stormcell.{base.__name__}, got {cls!r}")
    check_complete(cls)
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    if file:
        remember_sources(os.path.dirname(file))
    transport.use(ImportedHttp())
    # What is there now stays: the collector need not look at it in every instance.
    gc.collect()
    gc.freeze()


def answer(call: Callable[[], R]) -> R:
    """The result of a call, or its error as the boundary knows errors."""
    try:
        return call()
    except TaskError as error:
        raise Err(str(error)) from None
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def description(cls: type[Component]) -> wit.Description:
    """What a class of a bolt or a spout says of itself."""
    return wit.Description(
        summary=summary_of(cls),
        outputs=[output(stream) for stream in cls.outputs_],
        inputs=requirements(cls.requirements_),
        config_schema=config_schema(cls),
        text_form=wit.TextForm.JOINED,
        capabilities=[wit.Capability[name.upper()] for name in cls.capabilities],
    )


def config_schema(cls: type[Component]) -> str | None:
    """The schema of the configuration, as text."""
    return None if cls.config_schema is None else jsonlib.dumps(dict(cls.config_schema))


def requirements(of: Sequence[Requirement]) -> list[wit.InputRequirement]:
    """Demands of the inputs."""
    return [
        wit.InputRequirement(requirement.stream, [field(each) for each in requirement.fields])
        for requirement in of
    ]


def output(stream: Stream) -> wit.OutputStream:
    """An output stream."""
    return wit.OutputStream(stream.name, [field(each) for each in stream.fields], stream.direct)


def field(of: Field) -> wit.Field:
    """A field."""
    return wit.Field(of.name, wit.ValueType[of.type.kind.name], of.type.is_nullable)


def fields(of: Sequence[wit.Field]) -> tuple[Field, ...]:
    """Fields that the host has described."""
    return tuple(Field(each.name, FieldType(Kind[each.kind.name], each.nullable)) for each in of)


def input_stream(of: wit.InputStream) -> Input:
    """A subscription that the host has described."""
    return Input(of.component, of.name, fields(of.fields))


def context(of: wit.Context, cls: type[Component]) -> Context:
    """What a task is told about itself."""
    Asked.component = of.component
    return Context(
        topology=of.topology,
        component=of.component,
        task=of.task,
        task_index=of.task_index,
        task_count=of.task_count,
        inputs=tuple(map(input_stream, of.inputs)),
        outputs=cls.outputs_,
        components={each.component: tuple(each.tasks) for each in of.components},
    )


def column_in(column: wit.Column) -> Column:
    """A column that the host has sent."""
    values = column.values.value
    if not isinstance(values, bytes):
        values = values.value  # the form of the texts or byte strings
        if isinstance(values, wit.Packed):
            values = separate(values, isinstance(column.values, wit.Values_ByteStrings))
    return Column(values, column.nulls)


def separate(packed: wit.Packed, as_bytes: bool) -> list[Any]:
    """The values of a packed column."""
    data = packed.data
    parts = [data[start:end] for start, end in zip(packed.offsets, packed.offsets[1:])]
    return parts if as_bytes else [part.decode() for part in parts]


_FIXED = {
    Kind.BOOLEAN: wit.Values_Booleans,
    Kind.INTEGER: wit.Values_Integers,
    Kind.FLOAT: wit.Values_Floats,
    Kind.TIMESTAMP: wit.Values_Timestamps,
}


def column_out(of: Field, column: Column) -> wit.Column:
    """A column to send."""
    kind = of.type.kind
    payload: Any = column.payload
    fixed = _FIXED.get(kind)
    if fixed is not None:
        return wit.Column(fixed(payload), column.nulls)
    if kind is Kind.BYTES:
        return wit.Column(wit.Values_ByteStrings(wit.ByteStrings_Separate(payload)), column.nulls)
    form = wit.Text_Joined(payload) if isinstance(payload, str) else wit.Text_Separate(payload)
    case = wit.Values_Texts if kind is Kind.TEXT else wit.Values_Jsons
    return wit.Column(case(form), column.nulls)


def columns_out(stream: Stream, columns: Sequence[Column]) -> list[wit.Column]:
    """The columns of an emission."""
    return [column_out(of, column) for of, column in zip(stream.fields, columns)]
