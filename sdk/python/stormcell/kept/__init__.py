"""What a component keeps of the files that it was built from, and how they are used.

Nothing of the folders in which modules are looked for is there when a component runs. So
when it is built they are put into its memory, which then becomes part of the component:

- the standard library as compiled modules (`compiling`);
- the author's folder and his dependencies with all their files (`keeping`).

When it runs, modules are imported from there (`finder`), and files are read by the paths
that they had (`files`). What cannot work in a component says so (`impossible`), and a few
modules of the standard library are adapted (`adapted`).

The main module of a component calls `begin` before it imports anything of the author, so
that his modules are imported in the same way when the component is built and when it runs.
"""

from __future__ import annotations

import _thread
import os
import sys
from typing import Any

from .adapted import adapt_loaded
from .compiling import compile_folders, library_folder
from .files import stand_ins
from .finder import path_hook
from .impossible import MissingFinder, no_thread
from .preferring import prefer_author
from .records import CODE, FILES, LIBRARY, PACKAGES
from .replacing import replace
from .store import Store

STORE = Store()
"""What this component keeps."""


def begin(roots: tuple[str, ...], work: str) -> None:
    """Keeps the folders `roots` as a whole, and the modules of all others in which modules
    are looked for. In the folder `work` are the files that `records` names.

    It must come before an author's code: modules hold on to functions that they have
    imported from others, and these are replaced here.
    """
    others = (folder for folder in sys.path if folder not in (*roots, work, library_folder()))
    folders = [*filter(os.path.isdir, others), *roots]
    library, packages, code = (f"{work}/{name}" for name in (LIBRARY, PACKAGES, CODE))
    done = [packages] if os.path.exists(packages) else []
    compile_folders(folders, code, done)
    for file in (library, *done, code):
        STORE.read_code(file)
    STORE.author = roots[0]
    STORE.read_files(roots, f"{work}/{FILES}")
    replace({**stand_ins(STORE), **dict.fromkeys(_thread_starters(), no_thread)})
    sys.path_hooks.insert(0, path_hook(STORE))
    sys.path_importer_cache.clear()
    sys.meta_path.append(MissingFinder())
    adapt_loaded()


def prefer_own() -> None:
    """Says that modules of the author come before those of the standard library."""
    prefer_author(STORE, sys.path)


def _thread_starters() -> list[Any]:
    names = ("start_new_thread", "start_joinable_thread")
    return [getattr(_thread, name) for name in names if hasattr(_thread, name)]


__all__ = ["STORE", "begin", "prefer_own"]
