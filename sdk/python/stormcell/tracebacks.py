"""Tracebacks for people: the author's frames, with the lines of his source."""

from __future__ import annotations

import linecache
import os
import sys
import traceback
from types import TracebackType

_PACKAGE = os.path.dirname(os.path.abspath(__file__))
_MODULE_DIR = os.path.dirname(__file__)
_FOLDERS = {folder + part for folder in (_PACKAGE, _MODULE_DIR) for part in ("", "/kept", "/world")}


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
