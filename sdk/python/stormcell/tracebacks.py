"""Tracebacks for people: the author's frames, with the lines of his source."""

from __future__ import annotations

import linecache
import os
import re
import sys
import traceback
from types import TracebackType

_PACKAGE = os.path.dirname(os.path.abspath(__file__))
_MODULE_DIR = os.path.dirname(__file__)
_FOLDERS = {folder + part for folder in (_PACKAGE, _MODULE_DIR) for part in ("", "/kept", "/world")}


_names: dict[str, str] = {}
"""For each folder of the component that modules come from, what an author calls it."""


def call_folders(names: dict[str, str]) -> None:
    """Says what the folders of this component are called in tracebacks."""
    _names.update(names)


def in_names(path: str) -> str:
    """The path of a module as its author knows it: `split/split.py`."""
    for folder, name in _names.items():
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
    except Exception:
        said = f"{type(error).__name__} (its traceback cannot be written)"
    return said.encode("utf-8", "backslashreplace").decode()


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
