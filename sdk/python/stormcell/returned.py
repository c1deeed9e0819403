"""What the methods of an author return: nothing that somebody would have to run, or emit.

A coroutine, a generator or anything else that is awaited does its work only when it is
run, and a list of values would be emitted by nobody. The SDK calls methods and does nothing
with what they return, so such a value is an error and not passed over.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, NoReturn

from .cells import shown
from .errors import ReturnError
from .tracebacks import in_names


def run(what: str, method: Callable[..., object], *arguments: Any) -> None:
    """Calls a method that has nothing to return, and raises ReturnError if it returns
    something that was to be run or emitted."""
    check_nothing(what, method(*arguments))


def check_nothing(what: str, value: object) -> None:
    """Raises ReturnError if a method has returned something that was to be run or emitted."""
    check_returned(what, value)
    if isinstance(value, Iterable) and not _is_empty(value):
        raise ReturnError(
            f"{what} returned a {type(value).__name__}, which nobody emits; {YIELDED}"
        )
    if isinstance(value, CALLABLE):
        raise ReturnError(f"{what} returned {shown(value)}, which nobody calls; call it yourself")


def _is_empty(value: Iterable[object]) -> bool:
    """Whether there is nothing in it to emit: `return []` ends a method early."""
    try:
        return len(value) == 0  # type: ignore[arg-type]
    except Exception:  # it has no length
        return False


def check_returned(what: str, value: object) -> None:
    """Raises ReturnError if a method has returned something that was to be run; `what` is
    its name. Callers look first whether it is None, which it nearly always is."""
    if isinstance(value, Iterator) or inspect.isasyncgen(value) or inspect.isawaitable(value):
        refuse_returned(what, value)


def refuse_returned(what: str, value: Any) -> NoReturn:
    """Raises the error for a value that was to be run, and closes the value."""
    if inspect.iscoroutine(value):
        kind, hint, code = "a coroutine", AWAITED, value.cr_code
        value.close()
    elif inspect.isasyncgen(value):
        kind, hint, code = "an asynchronous generator", AWAITED, value.ag_code
    elif inspect.isgenerator(value):
        kind, hint, code = "a generator", YIELDED, value.gi_code
        value.close()
    elif inspect.isawaitable(value):
        kind, hint, code = f"a {type(value).__name__}, which is awaited", AWAITED, None
    else:
        kind, hint, code = f"an iterator ({type(value).__name__})", YIELDED, None
    made_by = ""
    if code is not None:
        file = in_names(code.co_filename)
        made_by = f" of {code.co_name} ({file}, line {code.co_firstlineno})"
    raise ReturnError(f"{what} returned {kind}{made_by}, which nobody runs; {hint}")


AWAITED = "methods are not awaited: make it a plain `def`, and call asyncio.run(...) in it"
CALLABLE = (FunctionType, MethodType, BuiltinFunctionType, functools.partial)
"""What looks like a call that was to be made."""

YIELDED = "values are not taken from what is returned or yielded: emit them with self.emit([...])"
