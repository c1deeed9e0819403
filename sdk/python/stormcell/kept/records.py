"""The form of the files in which a build hands on what is to be kept: one record after
another, so that neither side has more in memory than it needs."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

FILES = "kept-files"
"""The file with the author's files and those of his dependencies."""
LIBRARY = "kept-library"
"""The file with the compiled standard library."""
PACKAGES = "kept-packages"
"""The file with the compiled modules of the dependencies, if that has been done before."""
CODE = "kept-code"
"""The file with the modules that are compiled when the component is built."""

LEFT_OUT = 2**32 - 1
"""The length of a file that is not kept: its data is the reason."""

_HEADER = struct.Struct("<III")


def write_record(file: BinaryIO, path: str, length: int, data: bytes) -> None:
    """Writes a record: a path, the length of the file, and the data, compressed or not."""
    name = path.encode("utf-8", "surrogateescape")
    file.write(_HEADER.pack(len(name), length, len(data)))
    file.write(name)
    file.write(data)


def read_records(path: str) -> Iterator[tuple[str, int, bytes]]:
    """The records of a file: path, length and data of each."""
    with open(path, "rb") as file:
        while header := file.read(_HEADER.size):
            name_size, length, size = _HEADER.unpack(header)
            name = file.read(name_size).decode("utf-8", "surrogateescape")
            yield name, length, file.read(size)
