"""The errors that the SDK raises in an author's code."""

from __future__ import annotations


class StormcellError(Exception):
    """What all errors of this package have in common."""


class DeclarationError(StormcellError, TypeError):
    """A class declares something impossible: its inputs, outputs or settings.

    Raised when the class is defined, so that the build of the component fails
    and the traceback names the line of the class.
    """


class EmitError(StormcellError, ValueError):
    """What is emitted does not fit the stream: its number of values, its
    anchors, its direct task, or there is no such stream."""


class FieldError(EmitError, TypeError):
    """A value does not fit its field. The message names the stream, the field,
    what was expected and what was given."""


class ReturnError(StormcellError, TypeError):
    """A method returned a coroutine, a generator or something else that somebody would
    have to run. Nobody does."""


class TupleStateError(StormcellError, ValueError):
    """A tuple is acked, failed, kept or used as an anchor although it was acked
    or failed before, or was never this task's."""


class StateError(StormcellError):
    """Something of the state was not done. `code` says what sort of error:
    "not-granted", "invalid-key", "value-too-large", "over-quota" or "failed"."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class TaskError(StormcellError):
    """A call of the host that failed as a whole. Its text is what the host is
    told. Authors never raise it."""
