"""A folder that is kept and then removed, as it is for a component that runs."""

import os
import shutil
import sys
import tempfile
import unittest

from stormcell.kept.compiling import compile_folders
from stormcell.kept.files import stand_ins
from stormcell.kept.finder import path_hook
from stormcell.kept.impossible import MissingFinder
from stormcell.kept.keeping import Keeper
from stormcell.kept.records import CODE, FILES
from stormcell.kept.replacing import replace
from stormcell.kept.store import Store


class KeptFolder(unittest.TestCase):
    """Tests with the kept folder `folder` in `sys.path`, and a real folder `real`."""

    files = {}
    """What is in it: text or bytes by relative path."""

    def setUp(self):
        self.real = self.enterContext(tempfile.TemporaryDirectory())
        self.folder = os.path.join(self.real, "source")
        for name, content in self.files.items():
            path = self.path(name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content if isinstance(content, bytes) else content.encode())
        files, code = os.path.join(self.real, FILES), os.path.join(self.real, CODE)
        with open(files, "wb") as file:
            keeper = Keeper(file)
            keeper.keep(self.folder, self.folder)
        self.notes = keeper.notes
        compile_folders([self.folder], code)
        shutil.rmtree(self.folder)
        self.store = Store()
        self.store.read_files((self.folder,), files)
        self.store.read_code(code)
        self.use(self.store)

    def use(self, store):
        """What `begin` does, and the end of it."""
        before = (list(sys.path), list(sys.path_hooks), list(sys.meta_path), dict(sys.modules))
        self.addCleanup(replace(stand_ins(store)))
        sys.path_hooks.insert(0, path_hook(store))
        sys.path.insert(0, self.folder)
        sys.path_importer_cache.clear()
        sys.meta_path.append(MissingFinder())

        def undo():
            sys.path[:], sys.path_hooks[:], sys.meta_path[:] = before[:3]
            sys.path_importer_cache.clear()
            for name in set(sys.modules) - set(before[3]):
                if (
                    self.folder in str(getattr(sys.modules[name], "__path__", ""))
                    or getattr(sys.modules[name], "__file__", None) in self.store._code
                ):
                    del sys.modules[name]

        self.addCleanup(undo)

    def path(self, *parts):
        """A path in the kept folder."""
        return os.path.join(self.folder, *parts)
