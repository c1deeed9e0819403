"""Names in an author's class that mean something elsewhere, or almost mean something here.

Bolts come from streamparse, pystorm, pyleus, Petrel and Storm itself, where other methods
are called and other attributes are read. One that nobody calls here would do nothing, in
silence; so it is refused, with the name to write. A name that the author's own code uses
is his own.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from types import CodeType
from typing import Any

from .errors import DeclarationError
from .tracebacks import in_names

_PREPARE = "write prepare(self, context); the configuration is self.config"
_PROCESS = "write process(self, tup)"
_TICK = "write process_tick(self, now), and set `tick` in the topology file"
_TICK_SECONDS = "write `tick` in the topology file: it says how often a bolt is ticked"
_CLOSE = "write close(self, reason)"
_OUTPUTS = "write outputs = [Stream(word=text)], with the type of each field"
_SCHEMA = "write config_schema = {...}, a JSON Schema of its configuration"
_FAILS = "write auto_fail = True or False"

ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "initialize": ("", _PREPARE),
    "initialise": ("", _PREPARE),
    "setup": ("", _PREPARE),
    "open": ("next_tuple", _PREPARE),
    "process_tuple": ("process", _PROCESS),
    "execute": ("process process_batch", _PROCESS),
    "process_tick_tuple": ("process_tick", _TICK),
    "on_tick": ("process_tick", _TICK),
    "tick": ("process_tick", _TICK),
    "tick_freq_secs": ("process_tick", _TICK_SECONDS),
    "tick_tuple_freq_secs": ("process_tick", _TICK_SECONDS),
    "tick_freq": ("process_tick", _TICK_SECONDS),
    "next": ("next_tuple", "write next_tuple(self)"),
    "acked": ("next_tuple", "write ack(self, tup_id)"),
    "failed": ("next_tuple", "write fail(self, tup_id)"),
    "cleanup": ("", _CLOSE),
    "teardown": ("", _CLOSE),
    "on_close": ("", _CLOSE),
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

OF_CLASSES = ("inputs", "outputs", "config_schema", "capabilities", "log_level")
"""The settings that are read from a class."""

OF_OBJECTS = (
    "auto_ack",
    "auto_anchor",
    "auto_fail",
    "ticks_between_batches",
    "host_replay",
    "idle_ms",
)
"""Those that an object may have of its own."""

SETTINGS = OF_CLASSES + OF_OBJECTS


def check_set(component: object) -> None:
    """Refuses a setting that is set on an object and read from its class only, unless the
    author's own code reads it."""
    for name in OF_CLASSES:
        if name in vars(component) and hasattr(type(component), name):
            _refuse_set(type(component), name)


def _refuse_set(cls: type, name: str) -> None:
    import dis

    place = ""
    for code in _codes(cls):
        for step in dis.get_instructions(code):
            if step.argval == name and step.opname.startswith(("LOAD_ATTR", "LOAD_METHOD")):
                return
            if step.argval == name and step.opname.startswith("STORE_ATTR"):
                line = step.positions.lineno if step.positions else code.co_firstlineno
                place = f"{in_names(code.co_filename)}, line {line}: "
    raise DeclarationError(
        f"{place}{cls.__name__}.{name} is set on the object, and is read from the class only: "
        f"write {name} = ... in the class"
    )


def _codes(cls: type) -> Iterator[CodeType]:
    """The code of all that the author's classes define, with what is defined in it."""
    waiting = [code for _, code in _defined(cls)]
    while waiting:
        code = waiting.pop()
        yield code
        waiting += (each for each in code.co_consts if isinstance(each, CodeType))


def check_names(cls: type, called: Mapping[str, tuple[str, ...]], ours: set[str]) -> None:
    """Refuses names that mean nothing here. `called` are the methods that the SDK calls,
    with their arguments, and `ours` all names that it knows."""
    used: set[str] | None = None
    refused: list[str] = []
    for owner, name, value in _own(cls, ours):
        instead = _instead(cls, name, value, called, ours)
        if instead is None:
            continue
        if used is None:
            used = set(_used(cls))
        if name not in used and name not in _used_by_module(cls, value):
            where = _place(value) or _place_of_attribute(owner, name)
            means = "is never called" if callable(value) or _is_method(value) else "is never read"
            refused.append(f"{where}{owner.__name__}.{name} {means} here: {instead}")
    if refused:
        raise DeclarationError("\n".join(refused))


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
    return (
        _elsewhere(name, called, _is_the_same)
        or _own_instead(cls, name, value, called, ours)
        or _elsewhere(name, called, _is_nearly)
    )


def _elsewhere(
    name: str, called: Mapping[str, tuple[str, ...]], is_meant: Callable[[str, str], bool]
) -> str | None:
    """What to write instead of a name of another library."""
    for known, (only_with, instead) in ELSEWHERE.items():
        methods = only_with.split()
        is_wrong = not methods or any(method in called for method in methods)
        if is_wrong and is_meant(name, known):
            return instead
    return None


def _own_instead(
    cls: type, name: str, value: Any, called: Mapping[str, tuple[str, ...]], ours: set[str]
) -> str | None:
    """The method or the setting of this package that was meant."""
    simple = _simple(name)
    if _is_method(value):
        for method, arguments in called.items():
            if not _is_given(cls, method) and _is_near(simple, _simple(method)):
                if simple == _simple(method) or _takes(value, len(arguments)):
                    return f"write {method}({', '.join(('self', *arguments))})"
    elif not isinstance(value, type) and not hasattr(value, "__get__"):
        for setting in SETTINGS:
            if setting in ours and not _is_given(cls, setting):
                if _is_near(_in_ms(simple), _simple(setting), least=6):
                    return f"write {setting} = ..."
    return None


def _is_the_same(name: str, known: str) -> bool:
    return name == known if known.isupper() else _simple(name) == _simple(known)


def _is_nearly(name: str, known: str) -> bool:
    """Whether it is a slip of a foreign name. Of a short one it may be any other word."""
    if known.isupper() and not name.isupper():
        return False
    simple = _simple(known)
    return len(simple) >= 8 and _is_near(_simple(name), simple)


_MILLISECONDS = re.compile("(milliseconds?|millis?|msecs?)$")


def _in_ms(simple: str) -> str:
    """A name with its unit as it is in the settings."""
    return _MILLISECONDS.sub("ms", simple)


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


def _is_near(name: str, other: str, least: int = 7) -> bool:
    """Whether somebody may have meant the other name: one slip of the keyboard, or two in
    a long name, of `least` letters or more."""
    allowed = 2 if len(other) >= least else 1
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


def _place_of_attribute(owner: type, name: str) -> str:
    """The file and line where a class sets an attribute, if its source is there."""
    import ast
    import linecache

    file = getattr(sys.modules.get(owner.__module__), "__file__", None)
    if not file:
        return ""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError, RecursionError):
        return ""
    found = ""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == owner.__name__:
            for inside in node.body:
                set_here = {
                    target.id
                    for target in ast.walk(inside)
                    if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store)
                }
                if name in set_here and not isinstance(inside, (ast.FunctionDef, ast.ClassDef)):
                    found = f"{file}, line {inside.lineno}: "
    return found


def _used(cls: type) -> Iterator[str]:
    """The names that methods of the author's classes look up, each but in itself."""
    for name, code in _defined(cls):
        yield from (found for found in _looked_up(code) if found != name)


def _defined(cls: type) -> Iterator[tuple[str, CodeType]]:
    """The code of what the author's classes define, by its names."""
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
                    yield name, code


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

    if code is but or code.co_name == "__annotate__":
        return
    annotated = code.co_names if "__annotations__" in code.co_names else ()
    for step in dis.get_instructions(code):
        if step.opname.startswith(("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER", "STORE_ATTR")):
            yield str(step.argval)
    for constant in code.co_consts:
        if isinstance(constant, str) and constant.isidentifier():
            # The name of an annotated attribute is such a text before Python 3.14.
            if constant not in annotated:
                yield constant
        elif isinstance(constant, CodeType):
            yield from _looked_up(constant, but)
