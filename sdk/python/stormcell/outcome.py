"""What a call leaves behind, before it is put into the types of the boundary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, repeat
from operator import mul
from typing import Literal, Union

from .buffers import Buffer
from .columns import Column, pack
from .errors import EmitError


@dataclass(slots=True)
class NumberLists:
    """For each row a list of 32-bit numbers; offsets and numbers as bytes."""

    offsets: bytes
    numbers: bytes


Anchors = Union[None, bytes, NumberLists]
"""None, one handle a row as bytes, or any number of handles a row."""


@dataclass(slots=True)
class Emission:
    """Rows emitted on one stream."""

    output: int
    rows: int
    columns: list[Column]
    anchors: Anchors
    direct_task: int | None


@dataclass(slots=True)
class Outcome:
    """What a bolt's call leaves behind. `kept` and the others are handles."""

    emissions: list[Emission]
    kept: Union[Literal["none", "all"], list[int]]
    acked: list[int]
    failed: list[tuple[int, str]]
    extended: list[int]


@dataclass(slots=True)
class SpoutEmission:
    """Rows emitted by a spout. `tracking`: None, "host", or ids as bytes."""

    output: int
    rows: int
    columns: list[Column]
    tracking: Union[None, Literal["host"], bytes]
    direct_task: int | None


@dataclass(slots=True)
class SpoutOutcome:
    """What a spout's call leaves behind."""

    emissions: list[SpoutEmission]
    ended: bool
    idle_ms: int


def number_lists(lists: Sequence[Sequence[int]]) -> NumberLists:
    """Lists of numbers, laid end to end."""
    offsets = accumulate(map(len, lists), initial=0)
    return NumberLists(pack("I", offsets), pack("I", chain.from_iterable(lists)))


def anchors_of(buffer: Buffer, units: Sequence[Sequence[int]], automatic: bool) -> Anchors:
    """The anchors of the rows of a buffer, given the handles of each unit."""
    own = buffer.anchored
    if not own:
        if not automatic or not any(units):
            return None
        if buffer.ends == list(range(1, len(units) + 1)) and set(map(len, units)) == {1}:
            return pack("I", chain.from_iterable(units))
        if max(map(len, units)) == 1 and all(units):
            handles = chain.from_iterable(units)
            return pack("I", chain.from_iterable(map(repeat, handles, buffer.unit_sizes())))
    elif all(run.each is not None for run in own) and covers(buffer):
        return b"".join(run.each for run in own if run.each is not None)
    lists = buffer.anchor_lists(units, automatic)
    if not any(lists):
        return None
    if all(len(handles) == 1 for handles in lists):
        return pack("I", chain.from_iterable(lists))
    return number_lists(lists)


def repeated(handles: Sequence[int], counts: Iterable[int]) -> bytes:
    """Handles, packed, each as often as its count says."""
    listed = list(counts)
    if len(listed) != len(handles):
        raise EmitError(f"counts: expected one for each of {len(handles)} rows, got {len(listed)}")
    each = map(int.to_bytes, handles, repeat(4), repeat("little"))  # type: ignore[arg-type]
    try:
        packed = b"".join(map(mul, each, listed))
    except TypeError:
        packed = None
    if packed is None or min(listed, default=0) < 0:
        bad = next(count for count in listed if not isinstance(count, int) or count < 0)
        raise EmitError(f"counts: expected a number of rows, got {bad!r}")
    return packed


def covers(buffer: Buffer) -> bool:
    """Whether every row of a buffer has anchors of its own."""
    return sum(run.stop - run.start for run in buffer.anchored) == buffer.rows
