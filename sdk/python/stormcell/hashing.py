"""A `hash` that is the same in every build, in every process and on every machine.

CPython begins with a random seed for the hashes of texts, bytes and times. In a component
that is the seed of its build, so a grouping that chooses tasks by `hash` would choose
others after the next one. The modules of an author's folder have this one as `hash`.

Values that are equal have equal hashes. Numbers have those of CPython on machines with 64
bits. What is not named here, such as an object with a `__hash__` of its own, has what the
`hash` of Python says.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any

_MODULUS = 2**61 - 1
_python = hash


def stable_hash(value: Any, /) -> int:
    """The hash of a value: an int of 64 bits, signed."""
    of: Any = type(value).__hash__
    if value is None:
        return _of_bytes(b"n", b"")
    if of is str.__hash__:
        return _of_bytes(b"s", str.encode(value, "utf-8", "surrogatepass"))
    if of is int.__hash__ or of is bool.__hash__:
        return _of_ratio(int(value), 1)
    if of is tuple.__hash__:
        parts = b"".join(stable_hash(part).to_bytes(8, "big", signed=True) for part in value)
        return _of_bytes(b"t", parts)
    if of is bytes.__hash__ or of is memoryview.__hash__:
        _python(value)  # what cannot be hashed raises its error
        return _of_bytes(b"b", bytes(value))
    if of is frozenset.__hash__:
        hashes = sorted(stable_hash(part) for part in value)
        return _of_bytes(b"f", b"".join(part.to_bytes(8, "big", signed=True) for part in hashes))
    if hasattr(value, "as_integer_ratio"):
        return _of_number(value)
    if of is Enum.__hash__:
        return stable_hash(value._name_)
    if of in _TIMES:
        return _of_time(value)
    return _python(value)


_TIMES: tuple[Any, ...] = (date.__hash__, datetime.__hash__, time.__hash__, timedelta.__hash__)


def _of_bytes(kind: bytes, data: bytes) -> int:
    digest = hashlib.blake2b(data, digest_size=8, person=kind).digest()
    return int.from_bytes(digest, "big", signed=True)


def _of_number(value: Any) -> int:
    try:
        numerator, denominator = value.as_integer_ratio()
    except (OverflowError, ValueError):  # infinite, or not a number
        return _python(value)
    return _of_ratio(numerator, denominator)


def _of_ratio(numerator: int, denominator: int) -> int:
    """As the documentation of Python says, "Hashing of numeric types"."""
    if denominator % _MODULUS == 0:
        return 314159
    inverse = 1 if denominator == 1 else pow(denominator, _MODULUS - 2, _MODULUS)
    found = abs(numerator) % _MODULUS * inverse % _MODULUS
    if numerator < 0:
        found = -found
    return -2 if found == -1 else found


def _of_time(value: Any) -> int:
    """By the moment: times of different zones are equal if that is the same."""
    if isinstance(value, timedelta):
        return stable_hash((value.days, value.seconds, value.microseconds))
    if not isinstance(value, (datetime, time)):
        return stable_hash(value.toordinal())
    # As Python does, so that the two moments of an hour that comes twice are equal.
    offset = value.replace(fold=0).utcoffset() or timedelta()
    day = value.toordinal() if isinstance(value, datetime) else 0
    clock = timedelta(day, 0, value.microsecond, 0, value.minute, value.hour)
    return stable_hash(clock + timedelta(seconds=value.second) - offset)
