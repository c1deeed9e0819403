"""What bolts, spouts and groupings have in common."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from .context import Host
from .errors import DeclarationError
from .foreign import check_set
from .logs import callable_logger
from .methods import check_methods
from .schema import Requirement, Stream, TypeLike, check_inputs, check_outputs
from .state import State

CAPABILITIES = ("files", "stdout", "environment")
"""What a component can say that it needs to be granted."""

FLAGS = ("auto_ack", "auto_anchor", "auto_fail", "host_replay")
"""What a class says yes or no to."""

Inputs = Mapping[str, "TypeLike | Mapping[str, TypeLike]"]
"""`{"text": text}`, or by the name of the stream `{"lines": {"text": text}}`."""


class Metrics:
    """A component's own figures, shown in the summary of the topology.

    Names have 1 to 128 letters, digits, `_`, `-` and `.`; a task has at most 256.
    """

    __slots__ = ("_host",)

    def __init__(self, host: Host) -> None:
        self._host = host

    def count(self, name: str, increment: int = 1) -> None:
        """Adds `increment` (0 to 2**32 - 1) to a counter."""
        if type(increment) is not int or not 0 <= increment < 2**32:
            raise ValueError(
                f"metric {name}: expected an int from 0 to 2**32 - 1, got {increment!r}"
            )
        self._host.count(name, increment)

    def gauge(self, name: str, value: float) -> None:
        """Sets a gauge. A component's gauge is the sum over its tasks."""
        self._host.gauge(name, float(value))


class Component:
    """The base of `Bolt`, `Spout` and `CustomGrouping`.

    The first line of the docstring of a class is its summary.
    """

    inputs: ClassVar[Inputs] = {}
    """The fields that its input streams must have."""
    outputs: ClassVar[Sequence[Stream]] = []
    """The streams that it emits on."""
    config_schema: ClassVar[Mapping[str, Any] | None] = None
    """A JSON Schema (draft 2020-12) of its configuration; None: it takes none."""
    capabilities: ClassVar[Sequence[str]] = ()
    """What it cannot do without and must be granted: "files", "stdout",
    "environment"."""
    log_level: ClassVar[int] = logging.INFO
    """The least level of log lines that leave the component."""

    config: dict[str, Any]
    """Its configuration, from the topology file."""
    log: logging.Logger
    """Its logger. All of `logging` ends up in the host's log."""
    metrics: Metrics
    """Its own counters and gauges."""
    state: State
    """What its task keeps."""

    requirements_: ClassVar[tuple[Requirement, ...]] = ()
    outputs_: ClassVar[tuple[Stream, ...]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.requirements_ = check_inputs(cls.inputs, cls.__name__)
        cls.outputs_ = check_outputs(cls.outputs, cls.__name__)
        check_settings(cls)
        check_methods(cls)


def check_settings(cls: type[Component]) -> None:
    """Checks what a class declares besides its streams."""
    for capability in cls.capabilities:
        if isinstance(cls.capabilities, str) or capability not in CAPABILITIES:
            raise DeclarationError(
                f"{cls.__name__}.capabilities: expected a list of {', '.join(CAPABILITIES)}; "
                f"got {cls.capabilities!r}"
            )
    check_flags(cls, cls)
    ticks = getattr(cls, "ticks_between_batches", 1)
    if type(ticks) is not int or ticks < 1:
        raise DeclarationError(
            f"{cls.__name__}.ticks_between_batches: expected an int of 1 or more, got {ticks!r}"
        )
    if cls.config_schema is not None and not isinstance(cls.config_schema, Mapping):
        raise DeclarationError(
            f"{cls.__name__}.config_schema: expected a JSON Schema as a dict, "
            f"got {cls.config_schema!r}"
        )


def check_flags(cls: type[Component], of: object) -> None:
    """Checks what a class, or an object of it, says yes or no to."""
    for name in FLAGS:
        if not isinstance(getattr(of, name, True), bool):
            raise DeclarationError(
                f"{cls.__name__}.{name}: expected True or False, got {getattr(of, name)!r}"
            )


def check_object(component: Component) -> None:
    """Checks the settings that an object has of its own when it is prepared: some are read
    from it, and the others would do nothing."""
    check_flags(type(component), component)
    check_set(component)


def summary_of(cls: type[Component]) -> str:
    """The first line of the docstring of a class, or its name without one."""
    said = inspect.cleandoc(cls.__dict__.get("__doc__") or "")
    return said.partition("\n")[0].rstrip(".") or cls.__name__


def bind(component: Component, host: Host, name: str) -> None:
    """Gives a component its configuration, its logger, its metrics and its state."""
    component.config = host.config()
    component.log = callable_logger(name)
    component.metrics = Metrics(host)
    component.state = State(host)
