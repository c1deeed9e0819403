"""Python's logging and output, wired to the host, and what modules expect of `sys`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from .context import Host

_LEVELS = ((logging.ERROR, "error"), (logging.WARNING, "warn"), (logging.INFO, "info"))


def level_of(number: int) -> str:
    """The host's level for a number of Python's logging."""
    for least, name in _LEVELS:
        if number >= least:
            return name
    return "debug" if number >= logging.DEBUG else "trace"


class HostHandler(logging.Handler):
    """Hands log records to the host, with the name of a logger that is not the
    component's own before the message."""

    def __init__(self, log: Callable[[str, str], None], component: str) -> None:
        super().__init__()
        self._log = log
        self._component = component

    def emit(self, record: logging.LogRecord) -> None:
        """Hands one record on; a record that cannot be formatted is reported."""
        try:
            message = self.format(record)
            if record.name not in (self._component, "root"):
                message = f"{record.name}: {message}"
            message = message.encode("utf-8", "backslashreplace").decode()
            self._log(level_of(record.levelno), message)
        except Exception:
            self.handleError(record)


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
