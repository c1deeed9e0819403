"""A bolt that gathers tuples into groups and works on whole groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Any, ClassVar

from .bolt import BaseBolt
from .tuples import Tuple


class BatchingBolt(BaseBolt):
    """A bolt that works on groups of tuples, every `ticks_between_batches` ticks.

    The topology file must set `tick` for it. Tuples are kept until their group
    has been processed and are then acked; what is emitted is anchored to all
    tuples of the group. An exception fails all tuples of that group, and no other.
    Tuples that are gathered when the topology finishes are processed before
    `close`.

    As in pystorm, but the groups are processed at the tick that the name says:
    there a value of 1 meant every second tick.
    """

    ticks_between_batches: ClassVar[int] = 1
    """How many ticks lie between two batches."""

    def __init__(self) -> None:
        self.groups_: dict[Hashable, list[Tuple]] = defaultdict(list)
        self.ticks_ = 0

    def group_key(self, tup: Tuple) -> Hashable:
        """The group that a tuple belongs to; by default there is one."""
        return None

    def process_batch(self, key: Any, tups: Sequence[Tuple]) -> None:
        """Works on the tuples of a group."""
        raise NotImplementedError(f"{type(self).__name__} has no process_batch(self, key, tups)")
