"""Putting functions in the place of others, wherever modules have them by name."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

_SETS = ("supports_dir_fd", "supports_effective_ids", "supports_fd", "supports_follow_symlinks")
"""The sets of functions in `os`, which say what each can do."""


def replace(stand_ins: Mapping[Any, Any]) -> Callable[[], None]:
    """Puts functions in the place of others (the keys) in all modules that are loaded;
    returns what takes that back.

    A function is in several modules: `open` is in `builtins`, `io` and `_io`, and in each
    that has imported it from there.
    """
    by_id = {id(real): (real, stand_in) for real, stand_in in stand_ins.items()}
    _put(by_id)

    def undo() -> None:
        _put({id(stand_in): (stand_in, real) for real, stand_in in by_id.values()})

    return undo


def _put(by_id: Mapping[int, tuple[Any, Any]]) -> None:
    for module in list(sys.modules.values()):
        names = getattr(module, "__dict__", None)
        if type(names) is not dict:
            continue
        for name, value in list(names.items()):
            if id(value) in by_id:
                names[name] = by_id[id(value)][1]
    for name in _SETS:
        functions: set[Any] = getattr(os, name, set())
        functions |= {by_id[id(each)][1] for each in functions if id(each) in by_id}
