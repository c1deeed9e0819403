"""JSON that is nested too deep raises an error, as it does elsewhere.

The functions of CPython that write and read JSON call themselves for each level, and watch
a stack that is not the one which ends first in a component. So how deep a value or a text is
nested is looked at before.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from ..nesting import MESSAGE, check_value

DEEPEST = 1_000
"""How many lists and objects may be in each other."""

_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"?|[^][{}"]+', re.DOTALL)
"""What is no bracket in a text."""


def check_text(text: str, begin: int = 0) -> None:
    """Raises RecursionError for a text that is nested too deep to be read."""
    if text.count("[", begin) + text.count("{", begin) <= DEEPEST:
        return
    brackets = _BRACKETS.sub("", text[begin:])
    for _ in range(DEEPEST):
        inner = brackets.replace("[]", "").replace("{}", "")
        if len(inner) == len(brackets):
            # What is left is not JSON: the reader goes down to where it sees that.
            if len(brackets) - len(brackets.lstrip("[{")) <= DEEPEST:
                return
            break
        brackets = inner
    if brackets:
        raise RecursionError(MESSAGE.format(f"{DEEPEST:,}"))


def adapt_encoder(module: Any) -> None:
    """Changes the module `json.encoder`."""
    make = module.c_make_encoder
    if make is None:
        return

    def c_make_encoder(*settings: Any) -> Callable[[Any, int], Any]:
        encode = make(*settings)

        def checked(value: Any, level: int) -> Any:
            check_value(value)
            return encode(value, level)

        return checked

    module.c_make_encoder = c_make_encoder


def adapt_scanner(module: Any) -> None:
    """Changes the module `json.scanner`."""
    make = module.make_scanner

    @functools.wraps(make)
    def make_scanner(context: Any) -> Callable[[str, int], Any]:
        scan = make(context)

        def checked(text: str, begin: int) -> Any:
            check_text(text, begin)
            return scan(text, begin)

        return checked

    module.make_scanner = make_scanner
