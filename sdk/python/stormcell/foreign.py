"""Names in an author's class that mean something elsewhere, or almost mean something here.

Bolts come from streamparse, pystorm, pyleus, Petrel and Storm itself, where other methods
are called and other attributes are read. One that nobody calls here would do nothing, in
silence; so it is refused, with the name to write. A name that the author's own code uses
is his own.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from types import CodeType
from typing import Any

from .errors import DeclarationError

_PREPARE = "write prepare(self, context); the configuration is self.config"
_PROCESS = "write process(self, tup)"
_TICK = "write process_tick(self, now), and set `tick` in the topology file"
_OUTPUTS = "write outputs = [Stream(word=text)], with the type of each field"
_SCHEMA = "write config_schema = {...}, a JSON Schema of its configuration"
_FAILS = "write auto_fail = True or False"

ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "initialize": ("", _PREPARE),
    "open": ("next_tuple", _PREPARE),
    "process_tuple": ("process", _PROCESS),
    "execute": ("process process_batch", _PROCESS),
    "process_tick_tuple": ("process_tick", _TICK),
    "on_tick": ("process_tick", _TICK),
    "tick": ("process_tick", _TICK),
    "next": ("next_tuple", "write next_tuple(self)"),
    "acked": ("next_tuple", "write ack(self, tup_id)"),
    "failed": ("next_tuple", "write fail(self, tup_id)"),
    "cleanup": ("", "write close(self, reason)"),
    "run": ("", "the host calls prepare, and then the other methods"),
    "choose_tasks": ("choose", "write choose(self, tup), which returns an index of self.targets"),
    "declare_output_fields": ("", _OUTPUTS),
    "OUTPUT_FIELDS": ("", _OUTPUTS),
    "get_component_configuration": ("", "what Storm reads there is in the topology file"),
    "OPTIONS": ("", _SCHEMA),
    "max_fails": ("next_tuple", "set `max-replays` in the topology file"),
    "fail_on_exception": ("process_tick", _FAILS),
    "exit_on_exception": ("process_tick", _FAILS),
}
"""For each name: methods of which the class must have one for the name to be wrong (none:
always), and what to write here. nextTuple is as good as next_tuple, but Options is not
OPTIONS."""

SETTINGS = (
    "inputs",
    "outputs",
    "config_schema",
    "capabilities",
    "log_level",
    "auto_ack",
    "auto_anchor",
    "auto_fail",
    "ticks_between_batches",
    "host_replay",
    "idle_ms",
)
"""The attributes that are read from a class."""


def check_names(cls: type, called: Mapping[str, tuple[str, ...]], ours: set[str]) -> None:
    """Refuses names that mean nothing here. `called` are the methods that the SDK calls,
    with their arguments, and `ours` all names that it knows."""
    used: set[str] | None = None
    for owner, name, value in _own(cls, ours):
        instead = _instead(cls, name, value, called, ours)
        if instead is None:
            continue
        if used is None:
            used = set(_used(cls))
        if name not in used and name not in _used_by_module(cls, value):
            where = _place(value)
            means = "is never called" if callable(value) or _is_method(value) else "is never read"
            raise DeclarationError(f"{where}{owner.__name__}.{name} {means} here: {instead}")


def _own(cls: type, ours: set[str]) -> Iterator[tuple[type, str, Any]]:
    """The public names that the classes of an author define."""
    for owner in cls.__mro__:
        if owner is object or owner.__module__.partition(".")[0] == __package__:
            continue
        for name, value in vars(owner).items():
            if not name.startswith("_") and name not in ours:
                yield owner, name, value


def _is_method(value: Any) -> bool:
    return inspect.isfunction(value) or isinstance(value, (staticmethod, classmethod))


def _instead(
    cls: type, name: str, value: Any, called: Mapping[str, tuple[str, ...]], ours: set[str]
) -> str | None:
    """What to write instead of this name; None if it is the author's own."""
    simple = _simple(name)
    for known, (only_with, instead) in ELSEWHERE.items():
        if name == known if known.isupper() else simple == _simple(known):
            methods = only_with.split()
            if not methods or any(method in called for method in methods):
                return instead
    if _is_method(value):
        for method, arguments in called.items():
            if not _is_given(cls, method) and _is_near(simple, _simple(method)):
                if simple == _simple(method) or _takes(value, len(arguments)):
                    return f"write {method}({', '.join(('self', *arguments))})"
    elif not isinstance(value, type) and not hasattr(value, "__get__"):
        for setting in SETTINGS:
            if setting in ours and not _is_given(cls, setting):
                if _is_near(simple, _simple(setting)):
                    return f"write {setting} = ..."
    return None


def _simple(name: str) -> str:
    return name.lower().replace("_", "")


def _is_given(cls: type, name: str) -> bool:
    """Whether an author's class defines it."""
    owners = (owner for owner in cls.__mro__ if name in vars(owner))
    return next(owners).__module__.partition(".")[0] != __package__


def _takes(value: Any, arguments: int) -> bool:
    """Whether a method can be called with so many arguments."""
    function = getattr(value, "__func__", value)
    try:
        given = [None] * (arguments + (not isinstance(value, staticmethod)))
        inspect.signature(function).bind(*given)
    except (TypeError, ValueError):
        return False
    return True


def _is_near(name: str, other: str) -> bool:
    """Whether somebody may have meant the other name: one slip of the keyboard, or two in
    a long name."""
    allowed = 2 if len(other) >= 7 else 1
    return abs(len(name) - len(other)) <= allowed and _slips(name, other) <= allowed


def _slips(a: str, b: str) -> int:
    """How many letters are left out, added, changed or swapped with the next one."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(b, 1):
            best = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
    return row[-1]


def _place(value: Any) -> str:
    code = getattr(getattr(value, "__func__", value), "__code__", None)
    return "" if code is None else f"{code.co_filename}, line {code.co_firstlineno}: "


def _used(cls: type) -> Iterator[str]:
    """The names that methods of the author's classes look up, each but in itself."""
    for owner in cls.__mro__:
        if owner is object or owner.__module__.partition(".")[0] == __package__:
            continue
        for name, value in vars(owner).items():
            if isinstance(value, property):
                codes = [getattr(each, "__code__", None) for each in (value.fget, value.fset)]
            else:
                codes = [getattr(getattr(value, "__func__", value), "__code__", None)]
            for code in codes:
                if code is not None:
                    yield from (found for found in _looked_up(code) if found != name)


def _used_by_module(cls: type, value: Any) -> set[str]:
    """The names that the module of the class looks up, but for what is in `value`. It is
    known while the module is imported."""
    own = getattr(getattr(value, "__func__", value), "__code__", None)
    frame = sys._getframe()
    while frame is not None:
        code = frame.f_code
        if code.co_name == "<module>" and frame.f_globals.get("__name__") == cls.__module__:
            return set(_looked_up(code, own))
        frame = frame.f_back  # type: ignore[assignment]
    return set()


def _looked_up(code: CodeType, but: CodeType | None = None) -> Iterator[str]:
    """The attributes that code reads or sets, by name or by a text, with what is defined in
    it."""
    import dis

    if code is but:
        return
    for step in dis.get_instructions(code):
        if step.opname.startswith(("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER", "STORE_ATTR")):
            yield str(step.argval)
    for constant in code.co_consts:
        if isinstance(constant, str) and constant.isidentifier():
            yield constant
        elif isinstance(constant, CodeType):
            yield from _looked_up(constant, but)
