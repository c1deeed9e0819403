"""What the build notes of a component in its file, beside what it describes of itself.

The host reads it (`host/sandbox/src/note.rs`): that a bolt needs ticks, and which of the
author's methods an exported function calls, so that a call which is ended from outside is
told with them.
"""

from __future__ import annotations

import json as jsonlib
from typing import Any

from ..batching import BatchingBolt
from ..bolt import BaseBolt
from ..component import Component
from ..methods import plain
from ..spout import Spout
from ..tracebacks import in_names

_BOLT = {"execute": "process_batch process", "tick": "process_tick"}
_BATCHING = {"execute": "group_key", "tick": "process_batch process_tick"}
_SPOUT = {"next": "next_batch next_tuple", "acked": "ack", "failed": "fail"}
_SPOUT |= {"activate": "activate", "deactivate": "deactivate"}
_GROUPING = {"choose": "choose_batch choose"}
_ALL = {"prepare": "__init__ prepare", "close": "close"}
"""For each exported function, the methods that it calls."""


def write(cls: type[Component], path: str) -> None:
    """Writes the note of a class. It runs when the component is built."""
    with open(path, "w", encoding="utf-8") as file:
        jsonlib.dump(note(cls), file)


def note(cls: type[Component]) -> dict[str, Any]:
    """The note of a class."""
    works_at_ticks = False
    if issubclass(cls, BaseBolt):
        gathers = issubclass(cls, BatchingBolt)
        works_at_ticks = gathers or cls.process_tick is not BaseBolt.process_tick
        exports = {**_ALL, **(_BATCHING if gathers else _BOLT)}
    else:
        exports = {**_ALL, **(_SPOUT if issubclass(cls, Spout) else _GROUPING)}
    calls = {}
    for export, names in exports.items():
        told = [said for said in (_place(cls, name) for name in names.split()) if said]
        if told:
            calls[export] = ", ".join(told)
    return {"works-at-ticks": works_at_ticks, "calls": calls}


def _place(cls: type, name: str) -> str | None:
    """An author's method, as `Class.method at file:line`."""
    for owner in cls.__mro__:
        if name in vars(owner):
            code = getattr(plain(vars(owner)[name]), "__code__", None)
            if owner.__module__.partition(".")[0] == __package__.partition(".")[0] or code is None:
                return None
            return f"{owner.__name__}.{name} at {in_names(code.co_filename)}:{code.co_firstlineno}"
    return None
