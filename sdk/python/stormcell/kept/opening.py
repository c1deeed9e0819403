"""A kept file that is opened."""

from __future__ import annotations

import io
from typing import Any


class KeptFile(io.RawIOBase):
    """The bytes of a file that is kept, as an open file that is read."""

    mode = "rb"

    def __init__(self, name: Any, data: bytes) -> None:
        super().__init__()
        self.name = name
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It has a position."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills a buffer."""
        return self._data.readinto(buffer)

    def readall(self) -> bytes:
        """The rest of it."""
        return self._data.read()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Changes the position."""
        return self._data.seek(offset, whence)

    def tell(self) -> int:
        """The position."""
        return self._data.tell()


def opened(
    raw: KeptFile,
    mode: str,
    buffering: int,
    encoding: str | None,
    errors: str | None,
    newline: str | None,
) -> Any:
    """What `open` returns for this file, in a mode that reads."""
    if buffering == 0:
        return raw
    buffered = io.BufferedReader(raw, buffering if buffering > 1 else io.DEFAULT_BUFFER_SIZE)
    if "b" in mode:
        return buffered
    wrapped = io.TextIOWrapper(buffered, encoding, errors, newline, line_buffering=buffering == 1)
    wrapped.mode = mode  # type: ignore[misc]
    return wrapped
