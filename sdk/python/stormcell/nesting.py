"""How deep lists and dicts are in each other.

Functions of CPython that go through values call themselves for each level, and watch a
stack that is not the one which ends first in a component.
"""

from __future__ import annotations

import marshal
from typing import Any

MESSAGE = "lists and objects are nested more than {} deep"
"""The message of the errors, with a number to fill in."""


def check_value(value: Any) -> None:
    """Raises RecursionError for what is nested too deep to be written.

    `marshal` looks at it, which is quick and has a bound of its own. What it cannot store has
    classes of its author's, and is not looked at.
    """
    if not isinstance(value, (list, tuple, dict)):
        return
    try:
        marshal.dumps(value)
    except ValueError as error:
        if "nested" in str(error):
            raise RecursionError(MESSAGE.format("about 1,500")) from None
