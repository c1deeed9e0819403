"""The ids of a spout's tuples, and the numbers by which the host knows them.

An int from 0 to 2**64 - 1 is its own number. Any other id gets one of the 2**48 that are
`RESERVED`, by a hash of what the id shows: so an instance that begins anew gives the same id
the same number, and hardly ever gives a number that the host still knows to another id. (The
few ints that are reserved are treated as other ids.) Such ids are kept until the host has
told what became of their tuples.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from typing import Any

from .errors import EmitError

RESERVED = range(0xFFFE << 48, 0xFFFF << 48)
"""The numbers of ids that are not their own numbers."""

LOST = object()
"""Stands for an id that is not known: it was that of an instance that is gone."""


class Ids:
    """The ids of the tuples of a task that are pending and are not their own numbers."""

    __slots__ = ("_pending",)

    def __init__(self) -> None:
        self._pending: dict[int, list[Any]] = {}
        """For each number the id, once for each tuple that has it."""

    def __len__(self) -> int:
        return len(self._pending)

    def number(self, tup_id: Hashable) -> int:
        """The number of an id whose tuple leaves now."""
        if is_own(tup_id):
            return tup_id  # type: ignore[return-value]
        number = self._place(tup_id)
        self._pending.setdefault(number, []).append(tup_id)
        return number

    def known(self, tup_id: Hashable) -> int:
        """The number that an id has. No tuple need have it."""
        return tup_id if is_own(tup_id) else self._place(tup_id)  # type: ignore[return-value]

    def of(self, number: int) -> Any:
        """The id of a number that is known."""
        return number if number not in RESERVED else self._pending[number][0]

    def taken(self, number: int) -> Any:
        """The id of a number whose tuple is done; it is forgotten. `LOST` if there is none."""
        if number not in RESERVED:
            return number
        ids = self._pending.get(number)
        if ids is None:
            return LOST
        tup_id = ids.pop()
        if not ids:
            del self._pending[number]
        return tup_id

    def _place(self, tup_id: Hashable) -> int:
        """The number of an id: that of its hash, or the next one that no other id has."""
        shown = f"{type(tup_id).__name__} {tup_id!r}".encode("utf-8", "backslashreplace")
        place = int.from_bytes(hashlib.blake2b(shown, digest_size=6).digest(), "big")
        while (held := self._pending.get(RESERVED[place])) and not is_same(held[0], tup_id):
            place = (place + 1) % len(RESERVED)
        return RESERVED[place]


def is_own(tup_id: object) -> bool:
    """Whether an id is its own number."""
    return type(tup_id) is int and 0 <= tup_id < 2**64 and tup_id not in RESERVED


def is_same(one: object, other: object) -> bool:
    """Whether two ids are the same for their author: 1.0 is not 1."""
    return one is other or type(one) is type(other) and one == other


def check_id(tup_id: object) -> None:
    """Raises EmitError for what can be no id."""
    if isinstance(tup_id, bool) or not isinstance(tup_id, Hashable):
        raise EmitError(f"a tuple id is a text, an int or another hashable value, got {tup_id!r}")
    try:
        hash(tup_id)
    except TypeError as error:
        raise EmitError(f"a tuple id is hashable, got {tup_id!r} ({error})") from None
