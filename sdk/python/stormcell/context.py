"""What a task is told about itself, and what it may ask of its host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .schema import Field, Stream


@dataclass(frozen=True)
class Input:
    """A subscription of a component: a stream of another one."""

    component: str
    stream: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Context:
    """The place of a task in its topology."""

    topology: str
    """The name of the topology."""
    component: str
    """The id of this component in the topology file."""
    task: int
    """The id of this task, unique in the topology, from 1 on."""
    task_index: int
    """Which of its component's tasks it is: 0 to `task_count` - 1."""
    task_count: int
    """How many tasks its component has."""
    inputs: tuple[Input, ...]
    """The streams that it subscribes to."""
    outputs: tuple[Stream, ...]
    """The streams that it emits on."""
    components: Mapping[str, tuple[int, ...]]
    """The tasks of the components that subscribe to a direct stream of this one."""


@dataclass(frozen=True)
class GroupingContext:
    """What a custom grouping is told."""

    topology: str
    """The name of the topology."""
    grouped: Input
    """The stream that it groups."""
    source_task: int
    """The task whose tuples it groups."""
    targets: tuple[int, ...]
    """The tasks of the subscriber, ascending."""


class Host(Protocol):
    """What the host offers to a component."""

    def config(self) -> dict[str, Any]:
        """The configuration of the component, from the topology file."""

    def log(self, level: str, message: str) -> None:
        """Writes a log line. Levels: trace, debug, info, warn, error."""

    def count(self, name: str, increment: int) -> None:
        """Adds to a counter."""

    def gauge(self, name: str, value: float) -> None:
        """Sets a gauge."""

    def state_get(self, key: str) -> bytes | None:
        """The value under a key."""

    def state_set(self, key: str, value: bytes) -> None:
        """Puts a value under a key."""

    def state_remove(self, key: str) -> None:
        """Takes a key and its value away."""

    def state_keys(self, prefix: str, after: str | None, most: int) -> list[str]:
        """A page of the keys that begin with this."""
