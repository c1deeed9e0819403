"""Modules of the author that are called like those of the standard library."""

from __future__ import annotations

import sys

from ..errors import DeclarationError
from .compiling import library_folder
from .store import Store


def prefer_author(store: Store, path: list[str]) -> None:
    """Puts the author's folder before the standard library, as CPython does with the folder
    of a script. Of what is imported already the author's would be passed over in silence, so
    it is refused.

    It comes right before an author's module is imported: what the SDK imports is what it
    takes it for.
    """
    for name, is_package in store.modules(store.author):
        module = sys.modules.get(name)
        if module is None or name not in sys.stdlib_module_names:
            continue
        if not store.is_author_s(getattr(module, "__file__", None) or ""):
            file = f"{store.author}/{name}" + ("/__init__.py" if is_package else ".py")
            raise DeclarationError(
                f"{file} is called like a module of the standard library, which is imported in "
                "its place: rename it"
            )
    library = library_folder()
    first = path.index(library) if library in path else 0
    if store.author in path:
        at = path.index(store.author)
        if at > first:
            path.insert(first, path.pop(at))
