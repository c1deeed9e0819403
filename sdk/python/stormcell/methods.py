"""What the methods of an author's class must be, checked when the class is defined.

A method that the SDK calls is a plain one that takes what it is called with. What it
cannot mean as it is written is refused there, with its file and line.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator
from typing import Any

from .errors import DeclarationError
from .foreign import check_names
from .returned import AWAITED, YIELDED

CALLED = (
    "prepare",
    "process",
    "process_batch",
    "process_tick",
    "close",
    "group_key",
    "next_tuple",
    "next_batch",
    "activate",
    "deactivate",
    "ack",
    "fail",
    "choose",
    "choose_batch",
)
"""The methods that the SDK calls. `ack` and `fail` are among them for spouts only."""


def check_methods(cls: type) -> None:
    """Checks what the class of an author defines. Raises DeclarationError."""
    api = dict(_api(cls))
    called = [name for name in CALLED if name in api and not _is_for_authors(cls, name)]
    for name, ours in api.items():
        found = _defined(cls, name)
        if found is not None:
            owner, value = found
            _check_kind(f"{owner.__name__}.{name}", value)
            if name in called:
                _check_signature(f"{owner.__name__}.{name}", name, value, ours)
    check_names(cls, {name: _arguments(api[name]) for name in called}, set(dir(_base(cls))))


NEEDED = (
    ("group_key", ("process_batch",)),
    ("process", ("process", "process_batch")),
    ("next_tuple", ("next_tuple", "next_batch")),
    ("choose", ("choose", "choose_batch")),
)
"""By a method that only one kind of component has: of which methods a class needs one."""


def check_complete(cls: type) -> None:
    """Checks that a class which is to be run has the method that does its work."""
    needed = next((needed for method, needed in NEEDED if hasattr(cls, method)), ())
    if needed and not any(_defined(cls, name) for name in needed):
        ours = dict(_api(cls))
        wanted = " or ".join(_shown(name, ours[name]) for name in needed)
        raise DeclarationError(f"{place_of(cls)}{cls.__name__} has no method {wanted}")


def is_ours(cls: type) -> bool:
    """Whether a class is of this package."""
    return cls.__module__.partition(".")[0] == __package__


def place_of(cls: type) -> str:
    """The file and line of the first method of a class, for errors about the class."""
    for value in vars(cls).values():
        code = getattr(plain(value), "__code__", None)
        if code is not None:
            return f"{code.co_filename}, near line {code.co_firstlineno}: "
    return ""


def place(value: Any) -> str:
    """The file and line of a function, or nothing."""
    code = getattr(plain(value), "__code__", None)
    return "" if code is None else f"{code.co_filename}, line {code.co_firstlineno}: "


def plain(value: Any) -> Any:
    """The function in a static method, a class method or a partial one."""
    while True:
        if isinstance(value, (staticmethod, classmethod)):
            value = value.__func__
        elif isinstance(value, (functools.partial, functools.partialmethod)):
            value = value.func
        else:
            return value


def _base(cls: type) -> type:
    """The class of this package that an author's class derives from."""
    return next(each for each in cls.__mro__ if is_ours(each))


def _api(cls: type) -> Iterator[tuple[str, Any]]:
    """The public methods that the classes of this package give to a class."""
    base = _base(cls)
    for name in dir(base):
        value = inspect.getattr_static(base, name)
        if not name.startswith("_") and inspect.isfunction(value):
            yield name, value


def _is_for_authors(cls: type, name: str) -> bool:
    """Whether a method is called by authors, and not by the SDK."""
    return name in ("ack", "fail") and not hasattr(cls, "next_tuple")


def _defined(cls: type, name: str) -> tuple[type, Any] | None:
    """The class of an author that defines this name, and what it is there."""
    for each in cls.__mro__:
        if name in vars(each):
            return None if is_ours(each) else (each, vars(each)[name])
    return None


def _check_kind(what: str, value: Any) -> None:
    function = plain(value)
    if not callable(function) and (isinstance(value, property) or not hasattr(value, "__get__")):
        raise DeclarationError(f"{what}: expected a method, got {type(value).__name__} {value!r}")
    call = function if inspect.isroutine(function) else getattr(type(function), "__call__", None)
    if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call):
        kind, hint = "a coroutine function (async def)", AWAITED
    elif inspect.isasyncgenfunction(call):
        kind, hint = "an asynchronous generator (async def with yield)", AWAITED
    elif inspect.isgeneratorfunction(call):
        kind, hint = "a generator (it has a yield)", YIELDED
    else:
        return
    raise DeclarationError(f"{place(value)}{what} is {kind}, of which a call does nothing; {hint}")


def _check_signature(what: str, name: str, value: Any, ours: Any) -> None:
    if not isinstance(value, (staticmethod, classmethod)) and not inspect.isfunction(value):
        return
    arguments: list[Any] = list(_arguments(ours))
    if not isinstance(value, staticmethod):
        arguments.insert(0, None)
    try:
        signature = inspect.signature(plain(value))
    except (TypeError, ValueError):
        return
    try:
        signature.bind(*arguments)
    except TypeError as error:
        raise DeclarationError(
            f"{place(value)}{what}{signature} cannot be called with what it is given "
            f"({error}); write def {_shown(name, ours)}"
        ) from None


def _arguments(ours: Any) -> tuple[str, ...]:
    """The names of what a method is called with."""
    return tuple(inspect.signature(ours).parameters)[1:]


def _shown(name: str, ours: Any) -> str:
    return f"{name}({', '.join(('self', *_arguments(ours)))})"
