"""Python's logging and output, wired to the host, and what modules expect of `sys`."""

from __future__ import annotations

import functools
import logging
import sys
import warnings
from collections.abc import Callable
from typing import Any, ClassVar

from .context import Host
from .tracebacks import describe_error, in_names

_LEVELS = ((logging.ERROR, "error"), (logging.WARNING, "warn"), (logging.INFO, "info"))


def level_of(number: int) -> str:
    """The host's level for a number of Python's logging."""
    for least, name in _LEVELS:
        if number >= least:
            return name
    return "debug" if number >= logging.DEBUG else "trace"


class EnabledLogger(logging.Logger):
    """A logger that cannot be disabled: `logging.config` disables all that it is not told of,
    and the lines of a component would be lost without a word."""

    @property
    def disabled(self) -> bool:
        """Never."""
        return False

    @disabled.setter
    def disabled(self, value: bool) -> None:
        """Nothing."""


class ComponentLogger(EnabledLogger):
    """The logger of a component. It can also be called as the `log` of streamparse:
    `self.log("a message", level="warn")`."""

    def __call__(self, message: object, level: str | None = None) -> None:
        """Logs a message, at the level of this name; without one at "info"."""
        name = str(level or "info").upper()
        number = 5 if name == "TRACE" else logging.getLevelNamesMapping().get(name)
        if number is None:
            raise ValueError(f"log: no level {level!r}; there are debug, info, warn, error")
        self.log(number, "%s", message, stacklevel=2)


class HostRoot(logging.RootLogger):
    """The root of all loggers. The handler of the host stays in its handlers, whatever
    `logging.config`, `basicConfig(force=True)` and others remove from them."""

    @property
    def handlers(self) -> list[logging.Handler]:
        """The handlers, of which that of the host is always one."""
        found: list[logging.Handler] = vars(self)["handlers"]
        if HostHandler.used is not None and HostHandler.used not in found:
            found.append(HostHandler.used)
        return found

    @handlers.setter
    def handlers(self, value: list[logging.Handler]) -> None:
        vars(self)["handlers"] = [each for each in value if not isinstance(each, HostHandler)]


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

    used: ClassVar[HostHandler | None] = None
    """The one that hands records on."""

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
    HostHandler.used = HostHandler(host.log, component)
    if type(root) is logging.RootLogger:
        root.__class__ = HostRoot
    root.handlers = list(root.handlers)
    root.setLevel(level)
    _tell_output_of_handlers()
    _log_warnings()
    for output in (sys.stdout, sys.stderr):
        reconfigure = getattr(output, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(line_buffering=True, errors="backslashreplace")
    if not sys.argv:
        # In a component it is empty, and argparse and others read the name of the program.
        sys.argv.append("")


def _tell_output_of_handlers() -> None:
    """Sends to the host what a handler of the author writes to the output of the component,
    which nobody may see, and what no handler of the host is given: records of loggers that
    do not propagate."""
    original = logging.StreamHandler.emit
    if hasattr(original, _CHANGED):
        return

    @functools.wraps(original)
    def emit(self: Any, record: logging.LogRecord) -> None:
        original(self, record)
        host = HostHandler.used
        outputs = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
        if host is None or self.stream not in outputs:
            return
        if not hasattr(record, _CHANGED) and not _reaches_root(record.name):
            setattr(record, _CHANGED, True)
            host.handle(record)

    setattr(emit, _CHANGED, True)
    logging.StreamHandler.emit = emit  # type: ignore[method-assign]


_CHANGED = "_stormcell"
"""The attribute of functions that are changed already, and of records that are told."""


def _reaches_root(name: str) -> bool:
    """Whether the root of all loggers is given the records of this one."""
    logger: logging.Logger | None = logging.getLogger(name)
    while logger is not None:
        if logger.parent is not None and not logger.propagate:
            return False
        logger = logger.parent
    return True


def _log_warnings() -> None:
    """Sends to the log what `warnings` shows: CPython writes it to standard error. It shows a
    warning once for each place."""
    logger = logging.getLogger("py.warnings")
    if type(logger) is logging.Logger:
        logger.__class__ = EnabledLogger
    original: Any = warnings.showwarning
    original = getattr(original, _CHANGED, original)

    def showwarning(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: Any = None,
        line: str | None = None,
    ) -> None:
        if file is not None or sys.platform != "wasi":
            # Tests of an author may expect or collect warnings.
            original(message, category, filename, lineno, file, line)
        if file is None:
            said = f"{in_names(filename)}, line {lineno}: {category.__name__}: {message}"
            if "was never awaited" in said:
                said += f"; {NOT_AWAITED}"
            logger.warning("%s", said)

    setattr(showwarning, _CHANGED, original)
    warnings.showwarning = showwarning


NOT_AWAITED = "nothing of it was done: write asyncio.run(...) around the call"
"""What to do about a coroutine that nobody runs."""
