"""Modules that are kept, and imported when a component runs."""

import importlib
import importlib.metadata
import importlib.resources
import importlib.util
import inspect
import pkgutil
import runpy
import sys
import traceback

from unittest import mock

from stormcell import DeclarationError
from stormcell.hashing import stable_hash
from stormcell.kept.compiling import library_folder
from stormcell.kept.preferring import prefer_author
from tests.kept_folder import KeptFolder


class Importing(KeptFolder):
    files = {
        "kept_one.py": "VALUE = 1\ndef twice(x):\n    return 2 * x\n",
        "kept_broken.py": "x = (\n",
        "kept_package/__init__.py": "NAME = __name__\n",
        "kept_package/late.py": (
            "from . import NAME\nfrom .sub.deep import DEEP\n"
            "def fail():\n    raise KeyError('late')\n"
        ),
        "kept_package/sub/__init__.py": "",
        "kept_package/sub/deep.py": "DEEP = 2\n",
        "kept_package/sub/data.txt": "hello",
        "kept_space/part/module.py": "HERE = __file__\n",
        "kept_space/data.txt": "of a namespace",
        "kept_dist-1.5.dist-info/METADATA": "Metadata-Version: 2.1\nName: kept-dist\nVersion: 1.5\n",
        "kept_dist-1.5.dist-info/entry_points.txt": "[kept.plugins]\none = kept_one:twice\n",
    }

    def test_in_functions_and_by_name(self):
        import kept_one

        self.assertEqual(kept_one.twice(4), 8)
        self.assertEqual(kept_one.__file__, self.path("kept_one.py"))
        late = importlib.import_module("kept_package.late")
        self.assertEqual((late.NAME, late.DEEP), ("kept_package", 2))
        self.assertIs(__import__("kept_package.late", fromlist=["fail"]), late)
        names = {}
        exec("from kept_package.sub.deep import *", names)
        self.assertEqual(names["DEEP"], 2)
        self.assertEqual(importlib.reload(kept_one).VALUE, 1)

    def test_modules_of_the_author_have_a_hash_that_does_not_depend_on_the_build(self):
        self.store.author = self.folder
        late = importlib.import_module("kept_package.late")
        self.assertIs(vars(late)["hash"], stable_hash)
        self.assertEqual(late.fail.__code__.co_filename, self.path("kept_package", "late.py"))
        del sys.modules["kept_package.late"]
        self.store.author = self.path("elsewhere")
        late = importlib.import_module("kept_package.late")
        self.assertNotIn("hash", vars(late))

    def test_namespace_packages(self):
        module = importlib.import_module("kept_space.part.module")
        self.assertEqual(module.HERE, self.path("kept_space", "part", "module.py"))
        self.assertEqual(list(sys.modules["kept_space"].__path__), [self.path("kept_space")])
        text = importlib.resources.files("kept_space").joinpath("data.txt").read_text()
        self.assertEqual(text, "of a namespace")

    def test_a_module_that_is_not_valid_says_so_when_it_is_imported(self):
        try:
            importlib.import_module("kept_broken")
        except SyntaxError as error:
            self.assertEqual(error.filename, self.path("kept_broken.py"))
            said = traceback.format_exc()
        self.assertNotIn("kept/finder.py", said)

    def test_what_is_not_there_is_not_found(self):
        self.assertIsNone(importlib.util.find_spec("kept_nothing"))
        with self.assertRaisesRegex(ModuleNotFoundError, "^No module named 'kept_nothing'$"):
            importlib.import_module("kept_nothing")
        self.assertEqual(importlib.util.find_spec("kept_one").origin, self.path("kept_one.py"))

    def test_sources(self):
        late = importlib.import_module("kept_package.late")
        self.assertEqual(inspect.getsource(late.fail), "def fail():\n    raise KeyError('late')\n")
        try:
            late.fail()
        except KeyError:
            said = traceback.format_exc()
        self.assertIn("raise KeyError('late')", said)

    def test_pkgutil(self):
        walked = [each.name for each in pkgutil.walk_packages([self.folder])]
        expected = "kept_broken kept_one kept_package kept_package.late kept_package.sub"
        self.assertEqual(walked, [*expected.split(), "kept_package.sub.deep"])
        self.assertEqual(pkgutil.get_data("kept_package.sub", "data.txt"), b"hello")

    def test_resources(self):
        files = importlib.resources.files("kept_package")
        self.assertEqual((files / "sub" / "data.txt").read_text(), "hello")
        self.assertEqual(sorted(x.name for x in files.iterdir()), ["__init__.py", "late.py", "sub"])
        with importlib.resources.as_file(files / "sub" / "data.txt") as path:
            self.assertEqual(path.read_bytes(), b"hello")

    def test_metadata(self):
        self.assertEqual(importlib.metadata.version("kept-dist"), "1.5")
        (found,) = importlib.metadata.entry_points(group="kept.plugins")
        self.assertEqual(found.load()(3), 6)

    def test_runpy(self):
        self.assertEqual(runpy.run_module("kept_one")["VALUE"], 1)
        self.assertEqual(runpy.run_path(self.path("kept_one.py"))["VALUE"], 1)


class Preferred(KeptFolder):
    files = {
        "json.py": "",
        "tabnanny/__init__.py": "",
    }

    def test_the_author_s_modules_come_before_the_standard_library(self):
        self.store.author = self.folder
        path = ["/0", library_folder(), "/1", self.folder, "/3"]
        with mock.patch.object(self.store, "modules", lambda folder: [("tabnanny", True)]):
            prefer_author(self.store, path)
        self.assertEqual(path, ["/0", self.folder, library_folder(), "/1", "/3"])
        before = list(path)
        with mock.patch.object(self.store, "modules", lambda folder: []):
            prefer_author(self.store, path)
        self.assertEqual(path, before)

    def test_what_is_imported_already_is_refused(self):
        self.store.author = self.folder
        said = "json.py is called like a module of the standard library, which is imported in its"
        with self.assertRaisesRegex(DeclarationError, f"^{self.folder}/{said} place: rename it"):
            prefer_author(self.store, [])


class Missing(KeptFolder):
    files = {"kept_user.py": "import msvcrt_of_no_system\n"}

    def test_what_cannot_work_says_why(self):
        from stormcell.kept import impossible

        with_one_more = {**impossible.MODULES, "msvcrt_of_no_system": "there is no such system"}
        self.addCleanup(setattr, impossible, "MODULES", impossible.MODULES)
        impossible.MODULES = with_one_more
        with self.assertRaises(ModuleNotFoundError) as caught:
            importlib.import_module("kept_user")
        self.assertEqual(
            str(caught.exception),
            "No module named 'msvcrt_of_no_system': it cannot work in a component, where there "
            "is no such system",
        )
        self.assertEqual(caught.exception.name, "msvcrt_of_no_system")
        self.assertIsNone(importlib.util.find_spec("msvcrt_of_no_system"))
