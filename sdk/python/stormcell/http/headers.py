"""Headers of requests and responses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from .errors import InvalidRequestError

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_NO_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

OF_CONNECTIONS = frozenset(
    "connection expect http2-settings keep-alive proxy-authenticate proxy-authorization "
    "proxy-connection te trailer transfer-encoding upgrade".split()
)
"""Headers about a connection, which is the host's."""


class Headers(Mapping[str, str]):
    """Headers by name, in any case of letters. One that is there several times has its
    values joined by `, `; `get_all` has them one by one."""

    __slots__ = ("_pairs",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs = tuple(pairs)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """All of them, as they came."""
        return self._pairs

    def get_all(self, name: str) -> list[str]:
        """The values of one name; none if it is not there."""
        wanted = name.lower()
        return [value for each, value in self._pairs if each.lower() == wanted]

    def __getitem__(self, name: str) -> str:
        found = self.get_all(name) if isinstance(name, str) else []
        if not found:
            raise KeyError(name)
        return ", ".join(found)

    def __iter__(self) -> Iterator[str]:
        return iter({name.lower(): name for name, _ in reversed(self._pairs)}.values())

    def __len__(self) -> int:
        return len({name.lower() for name, _ in self._pairs})

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self.get_all(name))

    def __repr__(self) -> str:
        return f"Headers({list(self._pairs)!r})"


def checked(name: object, value: object) -> tuple[str, str]:
    """A header that a request may have."""
    if not isinstance(name, str) or not isinstance(value, (str, bytes)):
        raise TypeError(
            f"a header is a str and a str or bytes, got {name!r} "
            f"and a value of type {type(value).__name__}"
        )
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    if not _NAME.fullmatch(name):
        raise InvalidRequestError(f"{name!r} cannot be the name of a header")
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        raise InvalidRequestError(
            f"the header {name} has characters that headers cannot have: encode its value, "
            "as with `urllib.parse.quote` or `.encode()`"
        ) from None
    if _NO_VALUE.search(text):
        raise InvalidRequestError(f"the header {name} has a control character in its value")
    return name, text.strip(" \t")
