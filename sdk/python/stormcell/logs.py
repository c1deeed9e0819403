"""Python's logging and output, wired to the host, and what modules expect of `sys`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

from .context import Host
from .tracebacks import describe_error, in_names

_LEVELS = ((logging.ERROR, "error"), (logging.WARNING, "warn"), (logging.INFO, "info"))


def level_of(number: int) -> str:
    """The host's level for a number of Python's logging."""
    for least, name in _LEVELS:
        if number >= least:
            return name
    return "debug" if number >= logging.DEBUG else "trace"


class ComponentLogger(logging.Logger):
    """The logger of a component. It can also be called as the `log` of streamparse:
    `self.log("a message", level="warn")`."""

    def __call__(self, message: object, level: str | None = None) -> None:
        """Logs a message, at the level of this name; without one at "info"."""
        name = str(level or "info").upper()
        number = 5 if name == "TRACE" else logging.getLevelNamesMapping().get(name)
        if number is None:
            raise ValueError(f"log: no level {level!r}; there are debug, info, warn, error")
        self.log(number, "%s", message, stacklevel=2)


def callable_logger(name: str) -> logging.Logger:
    """The logger of this name. Whoever asked for it before has the same one."""
    logger = logging.getLogger(name)
    if type(logger) is logging.Logger:
        logger.__class__ = ComponentLogger
    return logger


class _Lines(logging.Formatter):
    """The message of a record, and its traceback with the paths of the author."""

    def formatException(self, ei: Any) -> str:  # noqa: N802
        """The traceback of an error."""
        return describe_error(ei[1]) if ei[1] is not None else super().formatException(ei)


class HostHandler(logging.Handler):
    """Hands log records to the host, with the name of a logger that is not the
    component's own before the message."""

    def __init__(self, log: Callable[[str, str], None], component: str) -> None:
        super().__init__()
        self._log = log
        self._component = component
        self.setFormatter(_Lines())

    def emit(self, record: logging.LogRecord) -> None:
        """Hands one record on. One that cannot be formatted is told as it is, with why:
        CPython writes that to standard error, which nobody may see."""
        try:
            message = self.format(record)
        except Exception as error:
            message = unformatted(record, error)
        try:
            if record.name not in (self._component, "root"):
                message = f"{record.name}: {message}"
            message = message.encode("utf-8", "backslashreplace").decode()
            self._log(level_of(record.levelno), message)
        except Exception:
            self.handleError(record)


def unformatted(record: logging.LogRecord, error: Exception) -> str:
    """What CPython's logging says of a record that cannot be formatted, shortly."""
    arguments = shown(record.args)
    if isinstance(record.args, tuple):
        each = "".join(f"{shown(argument)}, " for argument in record.args)
        arguments = f"({each[:-1] if len(record.args) == 1 else each[:-2]})"
    return (
        f"--- Logging error ---\n{type(error).__name__}: {shown(error, str)}\n"
        f"Logged from {in_names(record.pathname)}, line {record.lineno}\n"
        f"Message: {shown(record.msg)}\nArguments: {arguments}"
    )


def shown(value: object, by: Callable[[object], str] = repr) -> str:
    """A value, whatever it does when it is asked for its text."""
    try:
        return by(value)
    except Exception as error:
        return f"a {type(value).__name__} whose {by.__name__}() raises {type(error).__name__}"


def wire(host: Host, component: str, level: int) -> None:
    """Sends everything that is logged to the host. `print` works line by line,
    and never fails for a character that has no UTF-8."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, HostHandler):
            root.removeHandler(handler)
    root.addHandler(HostHandler(host.log, component))
    root.setLevel(level)
    for output in (sys.stdout, sys.stderr):
        reconfigure = getattr(output, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(line_buffering=True, errors="backslashreplace")
    if not sys.argv:
        # In a component it is empty, and argparse and others read the name of the program.
        sys.argv.append("")
