"""The script that makes components, as far as it needs no tools."""

import contextlib
import importlib.util
import io
import sys
import tempfile
import unittest
from pathlib import Path

from stormcell.kept.keeping import LARGEST_FILE
from stormcell.kept.records import FILES, LEFT_OUT, read_records

FILE = Path(__file__).parents[1] / "build" / "componentize.py"

ERROR = """\
Traceback (most recent call last):
  File "/0/stormcell_main.py", line 4, in <module>
    from words import Words
  File "/2/words.py", line 1, in <module>
    import ssl
  File "/1/stormcell/kept/impossible.py", line 60, in find_spec
    raise ModuleNotFoundError(message, name=fullname)
ModuleNotFoundError: No module named 'ssl': read /2/words.py, not /some/2/words.py


Caused by:
    something of the tool
"""


def script():
    before = list(sys.path)
    spec = importlib.util.spec_from_file_location("componentize_script", FILE)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = before
    return module


class Script(unittest.TestCase):
    def setUp(self):
        self.script = script()
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.folders = [self.root / name for name in ("main", "sdk", "source", "packages")]
        for folder in self.folders:
            folder.mkdir()
        # The author's own.
        (self.folders[3] / "tzdata").mkdir()

    def keep(self):
        names = [Path("/work") / folder.name for folder in self.folders]
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            self.script.keep(self.root / FILES, self.folders, names)
        return said.getvalue()

    def test_errors_have_the_frames_and_the_paths_of_the_author(self):
        names = [Path("/main"), Path("/sdk"), Path("/home/me/words"), Path("/packages")]
        self.assertEqual(
            self.script.told(ERROR, names),
            '  File "/home/me/words/words.py", line 1, in <module>\n    import ssl\n'
            "ModuleNotFoundError: No module named 'ssl': read /home/me/words/words.py, "
            "not /some/2/words.py",
        )

    def test_the_author_s_folder_and_his_dependencies_are_kept(self):
        (self.folders[2] / "data").mkdir()
        (self.folders[2] / "data" / "a.txt").write_text("a")
        (self.folders[3] / "package.py").write_text("")
        (self.folders[2] / "__pycache__").mkdir()
        (self.folders[2] / "__pycache__" / "x.pyc").write_text("")
        self.assertEqual(self.keep(), "")
        found = [path for path, _, _ in read_records(self.root / FILES)]
        self.assertEqual(found, ["/2/data/a.txt", "/3/package.py"])

    def test_what_is_shared_is_kept_under_paths_of_its_own(self):
        for name in ("shared", "more"):
            self.folders.append(self.root / name)
            self.folders[-1].mkdir()
            (self.folders[-1] / "words.py").write_text("")
        self.assertEqual(self.keep(), "")
        found = [path for path, _, _ in read_records(self.root / FILES)]
        self.assertEqual(found, ["/4/words.py", "/5/words.py"])
        roots = self.script.roots_of(self.folders)
        self.assertEqual(roots, ("/2", "/3", "/4", "/5"))
        self.assertIn(f"begin({roots}, '/0')", self.script.main_module("bolt", "a:B", roots))

    def test_what_is_left_out_is_said_with_the_path_that_the_author_knows(self):
        (self.folders[2] / "large.bin").write_bytes(bytes(LARGEST_FILE + 1))
        self.assertIn("/work/source/large.bin is not kept in the component: ", self.keep())
        (record,) = read_records(self.root / FILES)
        self.assertEqual(record[:2], ("/2/large.bin", LEFT_OUT))


if __name__ == "__main__":
    unittest.main()
