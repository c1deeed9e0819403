"""Importing modules that are kept: `sys.path` and `__path__` work as they do for files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, ModuleType

from ..hashing import stable_hash
from .adapted import ADAPTED, adapt
from .store import Store


class KeptLoader(SourceFileLoader):
    """Loads a module whose code is kept. Its source, its resources and the data beside it
    are those of a module that was loaded from a file: kept files are read by their paths."""

    def __init__(self, name: str, path: str, store: Store) -> None:
        super().__init__(name, path)
        self._store = store

    def get_code(self, fullname: str) -> CodeType | None:
        """The code that was compiled when the component was built."""
        return self._store.code(self.get_filename(fullname))


class AuthorLoader(KeptLoader):
    """Loads a module of the author's folder, whose `hash` does not depend on the build."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """An empty module, which has that already. To run it is not overridden: what is, is
        seen in tracebacks of errors in the module."""
        module = ModuleType(spec.name)
        vars(module)["hash"] = stable_hash
        return module


class AdaptingLoader(KeptLoader):
    """Loads a module that is changed after that. A class of its own, because what it
    overrides is seen in tracebacks of errors in the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Runs the module and changes it."""
        super().exec_module(module)
        adapt(module)


def loader_of(name: str, path: str, store: Store) -> SourceFileLoader:
    """A loader of the module whose source has this path. One that could not be compiled
    raises its SyntaxError when it is imported."""
    if not store.has_code(path):
        return SourceFileLoader(name, path)
    if store.is_author_s(path):
        return AuthorLoader(name, path, store)
    made = AdaptingLoader if name in ADAPTED else KeptLoader
    return made(name, path, store)


class KeptFinder:
    """Finds the modules of one folder."""

    def __init__(self, folder: str, store: Store) -> None:
        self._folder = folder
        self._store = store

    def find_spec(self, fullname: str, target: object = None) -> ModuleSpec | None:
        """The module of this name; its last part is looked for. A folder that is no
        package is a part of a namespace package, as usual."""
        store = self._store
        base = f"{self._folder}/{fullname.rpartition('.')[2]}"
        for path, is_package in ((f"{base}/__init__.py", True), (f"{base}.py", False)):
            if store.has_module(path):
                loader = loader_of(fullname, path, store)
                spec = ModuleSpec(fullname, loader, origin=path, is_package=is_package)
                spec.has_location = True
                if is_package:
                    spec.submodule_search_locations = [base]
                return spec
        if not store.has_modules(base):
            return None
        spec = ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = [base]
        return spec

    def invalidate_caches(self) -> None:
        """There are none: what is kept does not change."""

    def iter_modules(self, prefix: str = "") -> Iterator[tuple[str, bool]]:
        """For `pkgutil`: the modules of this folder."""
        for name, is_package in self._store.modules(self._folder):
            yield prefix + name, is_package


def path_hook(store: Store) -> Callable[[str], KeptFinder]:
    """A hook for `sys.path_hooks`."""

    def kept_folder(path: str) -> KeptFinder:
        folder = os.path.normpath(path) if path else path
        if not store.has_modules(folder):
            raise ImportError("nothing of this folder is kept", path=path)
        return KeptFinder(folder, store)

    return kept_folder
