"""Tracebacks for people: the author's frames, with the lines of his source."""

from __future__ import annotations

import linecache
import os
import re
import sys
import traceback
from types import TracebackType

from .errors import DeclarationError

_PACKAGE = os.path.dirname(os.path.abspath(__file__))
_MODULE_DIR = os.path.dirname(__file__)
_FOLDERS = {folder + part for folder in (_PACKAGE, _MODULE_DIR) for part in ("", "/kept", "/world")}


_names: dict[str, str] = {}
"""For each folder of the component that modules come from, what an author calls it."""


def call_folders(names: dict[str, str]) -> None:
    """Says what the folders of this component are called in tracebacks."""
    _names.update(names)


def in_names(path: str) -> str:
    """The path of a module as its author knows it: `split/split.py`, and of this package from
    its name on."""
    for folder, name in (*_names.items(), (_MODULE_DIR, "stormcell")):
        if path.startswith(folder + "/"):
            return name + path[len(folder) :]
    return path


_FILE = re.compile(r'^([ |+-]*File ")([^"]+)(", line )', re.MULTILINE)


def _is_ours(file: str) -> bool:
    """Whether a frame is of this package, and of no interest to an author."""
    return os.path.dirname(file) in _FOLDERS or file.startswith("<stormcell ")


def describe_error(error: BaseException) -> str:
    """The traceback of an error, without the frames of this package around the
    author's code."""
    first: TracebackType | None = error.__traceback__
    while first is not None and _is_ours(first.tb_frame.f_code.co_filename):
        first = first.tb_next
    try:
        told = traceback.TracebackException(type(error), error, first)
        last = len(told.stack)
        while last > 1 and _is_ours(told.stack[last - 1].filename):
            last -= 1
        del told.stack[last:]
        said = "".join(told.format()).rstrip()
        if _names:
            said = _FILE.sub(lambda file: file[1] + in_names(file[2]) + file[3], said)
            for path in _paths(error):
                said = said.replace(repr(path), repr(in_names(path)))
    except BaseException:  # of the author's own methods, which it calls
        said = f"{type(error).__name__} (its traceback cannot be written)"
    return said.encode("utf-8", "backslashreplace").decode()


def _paths(error: BaseException) -> set[str]:
    """The paths of files that errors of the system name."""
    found: set[str] = set()
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        this = waiting.pop()
        if this is None or id(this) in seen:
            continue
        seen.add(id(this))
        waiting += (this.__cause__, this.__context__)
        if isinstance(this, BaseExceptionGroup):
            waiting += this.exceptions
        if isinstance(this, OSError):
            paths = (this.filename, this.filename2)
            found.update(path for path in paths if isinstance(path, str))
    return found


def ended(error: BaseException) -> DeclarationError:
    """What to say of a module that ends the program when it is imported, as `sys.exit()`
    does: of that nothing would be told."""
    place = ""
    step = error.__traceback__
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        if any(file.startswith(folder + "/") for folder in _names):
            place = f"{file}, line {step.tb_lineno}: "
        step = step.tb_next
    is_exit = isinstance(error, SystemExit)
    why = "the module ends the program" if is_exit else f"{error} (raised by the module)"
    return DeclarationError(f"{place}{type(error).__name__}: {why}")


def remember_sources(folder: str) -> None:
    """Keeps the source of the modules of a folder, so that tracebacks show lines.

    A component has no files when it runs; this is called when it is built.
    """
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if not file or not file.startswith(folder + os.sep) and os.path.dirname(file) != folder:
            continue
        lines = linecache.getlines(file)
        if lines:
            size = sum(map(len, lines))
            # Without a time of change linecache never looks for the file again.
            linecache.cache[file] = (size, None, lines, file)
