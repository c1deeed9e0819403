"""Compiling modules when a component is built, or the tools are installed.

It runs in CPython as it is in components; no other makes code for it. The code is written
to files and read again, so that what compiling leaves behind in memory is used again. What
may be large, the standard library and dependencies, is compiled by a component that is made
for nothing else.
"""

from __future__ import annotations

import encodings
import marshal
import os
import warnings
import zlib
from collections.abc import Iterator, Sequence
from types import CodeType

from .impossible import MODULES
from .records import read_records, write_record

# What is made here is kept among the tools. If that changes, so must its folder in
# host/build/src/python/library.rs.
OF_NO_USE = (
    "_aix_support _android_support _apple_support _ios_support _osx_support antigravity "
    "asyncio.proactor_events asyncio.windows_events asyncio.windows_utils "
    "config-3.14-wasm32-wasi nturl2path site-packages this"
).split()
"""Modules of other systems, jokes, and what is no module."""


def library_folder() -> str:
    """The folder of the standard library. `os` does not tell: it comes with the interpreter."""
    return os.path.dirname(os.path.dirname(encodings.__file__))


def compile_library(to: str) -> None:
    """Compiles the standard library: all of it takes as long as all else in a build, so it
    is done once for all components."""
    compile_all(sources(library_folder(), {*OF_NO_USE, *MODULES}), to)


def compile_folders(folders: Sequence[str], to: str, done: Sequence[str] = ()) -> None:
    """Compiles the modules of folders, but for those that are in one of the files `done`."""
    compiled_before = {path for file in done for path, _, _ in read_records(file)}
    paths = (path for folder in folders for path in sources(folder, set()))
    compile_all((path for path in paths if path not in compiled_before), to)


def compile_all(paths: Iterator[str], to: str) -> None:
    """Compiles modules, and writes them to a file. What is not valid is left out."""
    with open(to, "wb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in paths:
            code = compiled(path)
            if code is not None:
                write_record(file, path, 0, zlib.compress(marshal.dumps(code), 9))


def sources(folder: str, left_out: set[str], package: str = "") -> Iterator[str]:
    """The source files of the modules of a folder, in an order that is always the same."""
    for name in sorted(os.listdir(folder)):
        path = f"{folder}/{name}"
        module = package + name.removesuffix(".py")
        if module in left_out or name == "__pycache__" or name.startswith("."):
            continue
        if name.endswith(".py"):
            yield path
        elif os.path.isdir(path) and not os.path.islink(path):
            yield from sources(path, left_out, f"{module}.")


def compiled(path: str) -> CodeType | None:
    """The code of a module; None if it is not valid."""
    with open(path, "rb") as file:
        source = file.read()
    try:
        return compile(source, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
