"""Changes modules when they are imported, in tests of an author."""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from . import CHANGED, Active

_DONE = "__stormcell_http__"
"""What a changed module has."""


def change_now_and_later(active: Active) -> None:
    """Changes the modules that are imported, and the others when they are. To do it again
    changes only what was imported anew."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder(active))
    for name in CHANGED:
        module = sys.modules.get(name)
        spec = getattr(module, "__spec__", None)
        if module is not None and not getattr(spec, "_initializing", False):
            _change(module, active)


def _change(module: ModuleType, active: Active) -> None:
    if not hasattr(module, _DONE):
        setattr(module, _DONE, True)
        CHANGED[module.__name__](module, active)


class _Finder(MetaPathFinder):
    """Finds what the others find, and has it changed when it was loaded."""

    def __init__(self, active: Active) -> None:
        self._active = active

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """The spec of a module that is changed; None for all others."""
        if fullname not in CHANGED:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(fullname, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _Loader(spec.loader, self._active)
                return spec
        return None


class _Loader(Loader):
    """Loads a module and changes it."""

    def __init__(self, loader: Any, active: Active) -> None:
        self._loader = loader
        self._active = active

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the loader does."""
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        """Runs the module and changes it."""
        self._loader.exec_module(module)
        _change(module, self._active)
