"""What streams carry: types of fields, fields, and streams.

Where Python has a type of its own, that is the type of the field: `bool`, `int`
(64 bits, signed), `float`, `str`, `bytes`, `datetime`. `text` and `timestamp` are
the words of the topology file for `str` and `datetime`, and `json` is any value
that JSON can say. `nullable(int)` and `text.nullable` also take `None`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Union

from .errors import DeclarationError

MAX_FIELDS = 1024
"""The most fields that a stream has."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}\Z")


class Kind(Enum):
    """The seven types of values. The values are the words of error messages."""

    BOOLEAN = "bool"
    INTEGER = "int"
    FLOAT = "float"
    TEXT = "text"
    BYTES = "bytes"
    TIMESTAMP = "timestamp"
    JSON = "json"


@dataclass(frozen=True)
class FieldType:
    """The type of a field: a kind of values, and whether None is one."""

    kind: Kind
    is_nullable: bool = False

    @property
    def nullable(self) -> FieldType:
        """The same type, which also takes None."""
        return FieldType(self.kind, True)

    def __str__(self) -> str:
        return self.kind.value + ("?" if self.is_nullable else "")


boolean = FieldType(Kind.BOOLEAN)
"""True or False; `bool` says the same."""
integer = FieldType(Kind.INTEGER)
"""An integer from -2**63 to 2**63 - 1; `int` says the same."""
real = FieldType(Kind.FLOAT)
"""An IEEE 754 64-bit float; `float` says the same."""
text = FieldType(Kind.TEXT)
"""Text; `str` says the same."""
binary = FieldType(Kind.BYTES)
"""A byte string; `bytes` says the same."""
timestamp = FieldType(Kind.TIMESTAMP)
"""A moment, exact to the microsecond: an aware `datetime`, which says the same.
Moments that `datetime` cannot hold are `Microseconds`."""
json = FieldType(Kind.JSON)
"""Any JSON value: None, bool, int, float, str, list, dict."""

TypeLike = Union[FieldType, type]
"""A `FieldType`, or bool, int, float, str, bytes or datetime."""

_BUILTIN: dict[Any, FieldType] = {
    bool: boolean,
    int: integer,
    float: real,
    str: text,
    bytes: binary,
    datetime: timestamp,
}


class Microseconds(int):
    """A moment outside the years 1 to 9999, as microseconds since 1970 UTC."""

    __slots__ = ()


def field_type(declared: TypeLike, where: str = "a field") -> FieldType:
    """The field type that an author means; `where` names the field in errors."""
    if isinstance(declared, FieldType):
        return declared
    known = _BUILTIN.get(declared) if isinstance(declared, type) else None
    if known is None:
        raise DeclarationError(
            f"{where}: expected a type (bool, int, float, text, bytes, timestamp, json "
            f"or nullable(...) of one), got {declared!r}"
        )
    return known


def nullable(declared: TypeLike) -> FieldType:
    """The type that takes what `declared` takes, and None."""
    return field_type(declared, "nullable()").nullable


@dataclass(frozen=True)
class Field:
    """A named, typed column of a stream."""

    name: str
    type: FieldType

    def __str__(self) -> str:
        return f"{self.name}: {self.type}"


def check_name(name: object, what: str) -> str:
    """The name, if it is one: 1 to 128 letters, digits, `_` and `-`."""
    if not isinstance(name, str) or not _NAME.match(name):
        raise DeclarationError(f"{what} {name!r}: a name has 1 to 128 letters, digits, '_' and '-'")
    return name


def fields_of(columns: Mapping[str, TypeLike], where: str) -> tuple[Field, ...]:
    """The fields that a mapping of names to types declares."""
    if not isinstance(columns, Mapping):
        raise DeclarationError(
            f"{where}: expected a mapping of field names to types, such as "
            f'{{"word": text}}, got {columns!r}'
        )
    return tuple(
        Field(check_name(name, f"{where}, field"), field_type(kind, f"{where}, field {name!r}"))
        for name, kind in columns.items()
    )


class Stream:
    """A stream that a component emits on.

    `Stream(word=text, n=int)` declares the default stream, `Stream("notes",
    note=text)` another one. Fields whose names are not Python identifiers, or are
    `direct` or `fields`, go into `fields={"user-id": int}`. With `direct=True`
    every emit names the task that gets the tuple.
    """

    __slots__ = ("direct", "fields", "name")

    def __init__(
        self,
        name: str = "default",
        /,
        *,
        direct: bool = False,
        fields: Mapping[str, TypeLike] | None = None,
        **columns: TypeLike,
    ) -> None:
        self.name = check_name(name, "stream")
        if name.startswith("__"):
            raise DeclarationError(f"stream {name!r}: names that start with '__' are the host's")
        where = f"stream {name!r}"
        if not isinstance(direct, bool):
            raise DeclarationError(
                f"{where}: direct is True or False, got {direct!r}; a field of that name "
                'goes into fields={"direct": ...}'
            )
        self.direct = direct
        both = dict(fields_pairs(fields, where))
        both.update(columns)
        self.fields = fields_of(both, where)
        if not 1 <= len(self.fields) <= MAX_FIELDS:
            raise DeclarationError(f"{where}: a stream has 1 to {MAX_FIELDS} fields")

    def __repr__(self) -> str:
        inside = ", ".join(map(str, self.fields))
        return f"<Stream {self.name} ({inside}){' direct' if self.direct else ''}>"


def fields_pairs(
    fields: Mapping[str, TypeLike] | None, where: str
) -> Iterable[tuple[str, TypeLike]]:
    """The pairs of an optional mapping."""
    if fields is None:
        return ()
    if not isinstance(fields, Mapping):
        raise DeclarationError(
            f"{where}: fields is a mapping of names to types, got {fields!r}; a field of "
            'that name goes into fields={"fields": ...}'
        )
    return fields.items()


@dataclass(frozen=True)
class Requirement:
    """Fields that input streams must have: of one name, or (None) all of them."""

    stream: str | None
    fields: tuple[Field, ...]


def check_outputs(outputs: object, owner: str) -> tuple[Stream, ...]:
    """The declared output streams, checked."""
    where = f"{owner}.outputs"
    if not isinstance(outputs, (list, tuple)):
        raise DeclarationError(f"{where}: expected a list of Stream(...), got {outputs!r}")
    for stream in outputs:
        if not isinstance(stream, Stream):
            raise DeclarationError(
                f"{where}: expected Stream(...), got {stream!r}; fields have types here: "
                "Stream(word=text)"
            )
    names = [stream.name for stream in outputs]
    for name in names:
        if names.count(name) > 1:
            raise DeclarationError(f"{where}: the stream {name!r} is declared twice")
    if len(names) > 256:
        raise DeclarationError(f"{where}: a component has at most 256 streams")
    return tuple(outputs)


def check_inputs(inputs: object, owner: str) -> tuple[Requirement, ...]:
    """The declared inputs: `{"text": text}` of every input stream, or
    `{"lines": {"text": text}}` by the name of the stream."""
    where = f"{owner}.inputs"
    if not isinstance(inputs, Mapping):
        raise DeclarationError(
            f"{where}: expected a mapping of field names to types, such as "
            f'{{"text": text}}, got {inputs!r}'
        )
    by_stream = [isinstance(value, Mapping) for value in inputs.values()]
    if not inputs:
        return ()
    if not any(by_stream):
        return (Requirement(None, fields_of(inputs, where)),)
    if not all(by_stream):
        raise DeclarationError(
            f"{where}: name either fields, or streams with their fields, not both"
        )
    return tuple(
        Requirement(check_name(name, f"{where}, stream"), fields_of(of, f"{where}[{name!r}]"))
        for name, of in inputs.items()
    )
