"""Columns of text, and what can be done with all texts of one at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, repeat
from typing import Any

from .columns import Column, encode
from .schema import Field, Kind, text
from .values import Values

_PIECE = Field("piece", text)


class Texts(Values):
    """The values of a text field of a batch.

    The methods do for all texts what those of `str` do for one. They are faster than
    a loop: texts cross the boundary as one string, and where they can they work on
    that, so that no object is made for each text. A null stays null.
    """

    __slots__ = ()

    def split(self, separator: str | None = None) -> Pieces:
        """Splits each text, as `str.split` does; all the pieces, one after another.

            words = batch.text.split(" ")
            self.emit_many([words], counts=words.counts)

        A null has no pieces.
        """
        whole = self._together()
        if whole is not None and separator and "\0" not in separator:
            counts = [n + 1 for n in map(str.count, whole.split("\0"), repeat(separator))]
            return Pieces(Column(whole.replace(separator, "\0"), None), sum(counts), counts)
        found = [[] if text is None else text.split(separator) for text in self]
        pieces = list(chain.from_iterable(found))
        return Pieces(encode(_PIECE, pieces), len(pieces), list(map(len, found)))

    def lower(self) -> Texts:
        """All texts in lower case."""
        return self._each(str.lower)

    def upper(self) -> Texts:
        """All texts in upper case."""
        return self._each(str.upper)

    def _together(self) -> str | None:
        """All texts joined by U+0000, if they came so and none is a null."""
        payload = self._column.payload
        if isinstance(payload, str) and self._column.nulls is None and self._rows:
            return payload
        return None

    def _each(self, operation: Callable[[str], str]) -> Texts:
        """The texts after an operation to which U+0000 is nothing special; nulls, which
        are empty, stay so."""
        payload: Any = self._column.payload
        made = operation(payload) if isinstance(payload, str) else list(map(operation, payload))
        return Texts(self._field, Column(made, self._column.nulls), len(self))


class Pieces(Texts):
    """The pieces of all texts of a column, in the order of its rows."""

    __slots__ = ("counts",)
    counts: Sequence[int]
    """How many pieces each text has: for `emit_many`."""

    def __init__(self, column: Column, rows: int, counts: Sequence[int]) -> None:
        super().__init__(_PIECE, column, rows)
        self.counts = counts


def values_of(field: Field, column: Column, rows: int) -> Values:
    """The values of a column, of the class for its field."""
    made = Texts if field.type.kind is Kind.TEXT else Values
    return made(field, column, rows)
