"""Files and compiled modules in memory, compressed, by their absolute paths."""

from __future__ import annotations

import errno
import marshal
import os
import zlib
from collections.abc import Iterator
from types import CodeType

from .records import LEFT_OUT, read_records


class Store:
    """What is kept. It is filled when the component is built, and only read after that."""

    def __init__(self) -> None:
        self.left_out: dict[str, str] = {}
        """Files that are not kept, with the reason."""
        self.author = ""
        """The author's folder."""
        self._roots: tuple[str, ...] = ()
        self._files: dict[str, tuple[int, bytes]] = {}
        self._code: dict[str, bytes] = {}
        self._names: dict[str, list[str]] = {}
        self._modules: dict[str, list[str]] = {}

    def read_files(self, roots: tuple[str, ...], path: str) -> None:
        """Keeps the files of a file of records; all of them are in these folders, which are
        kept as a whole."""
        self._roots += roots
        self._names.update((root, []) for root in roots)
        same: dict[bytes, bytes] = {}
        for name, length, data in read_records(path):
            if length == LEFT_OUT:
                self.left_out[name] = data.decode()
            else:
                self._add_name(name)
                self._files[name] = (length, same.setdefault(data, data))

    def _add_name(self, path: str) -> None:
        folder, name = os.path.split(path)
        if folder not in self._names:
            self._names[folder] = []
            self._add_name(folder)
        self._names[folder].append(name)

    def read_code(self, path: str) -> None:
        """Keeps the modules of a file of records. Their paths are those of the sources."""
        for source, _, data in read_records(path):
            folder, name = os.path.split(source)
            self._code[source] = data
            self._modules.setdefault(folder, []).append(name)

    def is_inside(self, path: str) -> bool:
        """Whether a path lies in a folder that is kept as a whole."""
        return any(path == root or path.startswith(root + "/") for root in self._roots)

    def is_author_s(self, path: str) -> bool:
        """Whether a path lies in the author's folder."""
        return bool(self.author) and path.startswith(self.author + "/")

    def is_file(self, path: str) -> bool:
        """Whether a file with this path is kept."""
        return path in self._files

    def is_folder(self, path: str) -> bool:
        """Whether files of this folder are kept."""
        return path in self._names

    def names(self, folder: str) -> list[str]:
        """What is in a folder, in no particular order."""
        return list(self._names[folder])

    def length(self, path: str) -> int:
        """The length of a file."""
        return self._files[path][0]

    def read(self, path: str) -> bytes:
        """The contents of a file; FileNotFoundError without one."""
        if path not in self._files:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        length, packed = self._files[path]
        return packed if len(packed) == length else zlib.decompress(packed)

    def has_code(self, path: str) -> bool:
        """Whether the code of the module whose source has this path is kept."""
        return path in self._code

    def code(self, path: str) -> CodeType | None:
        """The code of the module whose source has this path, if it is kept."""
        packed = self._code.get(path)
        if packed is None:
            return None
        code: CodeType = marshal.loads(zlib.decompress(packed))
        return code

    def has_module(self, path: str) -> bool:
        """Whether there is a module whose source has this path."""
        return path in self._code or path in self._files

    def has_modules(self, folder: str) -> bool:
        """Whether this folder may have modules in it."""
        return folder in self._modules or folder in self._names

    def modules(self, folder: str) -> Iterator[tuple[str, bool]]:
        """The modules of a folder: the name of each, and whether it is a package."""
        found = {*self._modules.get(folder, ()), *self._names.get(folder, ())}
        for name in sorted(found):
            if name.endswith(".py") and name != "__init__.py":
                yield name[: -len(".py")], False
        inside = {os.path.basename(of) for of in self._modules if os.path.dirname(of) == folder}
        for name in sorted({*inside, *self._names.get(folder, ())}):
            if self.has_module(f"{folder}/{name}/__init__.py"):
                yield name, True
