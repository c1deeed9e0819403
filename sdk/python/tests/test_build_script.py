"""The script that makes components, as far as it needs no tools."""

import contextlib
import importlib
import importlib.util
import io
import os
import sys
import tempfile
import unittest
from pathlib import Path

from stormcell import DeclarationError, tracebacks
from stormcell.kept.keeping import LARGEST_FILE
from stormcell.kept.records import FILES, LEFT_OUT, read_records
from stormcell.tracebacks import call_folders, ended

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
        names = [Path("/bolts") / folder.name for folder in self.folders]
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

    def test_what_the_sdk_refuses_is_told_without_its_own_frames(self):
        names = [Path("/main"), Path("/sdk"), Path("/home/me/words"), Path("/packages")]
        error = (
            'Traceback (most recent call last):\n  File "/2/words.py", line 4, in <module>\n'
            "    class Words(Bolt):\n    ...<3 lines>...\n"
            '  File "/1/stormcell/component.py", line 86, in __init_subclass__\n'
            "    check_methods(cls)\n    ~~~~~~~~~~~~~^^^^^\n"
            "stormcell.errors.DeclarationError: /2/words.py, line 9: no\n"
        )
        self.assertEqual(
            self.script.told(error, names),
            '  File "/home/me/words/words.py", line 4, in <module>\n    class Words(Bolt):\n'
            "    ...<3 lines>...\n"
            "stormcell.errors.DeclarationError: /home/me/words/words.py, line 9: no",
        )

    def test_a_module_that_ends_the_program_is_told_with_its_line(self):
        source = self.script.main_module("bolt", "words:Words", {str(self.root): "words"})
        attempt = source[source.index("try:") : source.index("BoltTask")]
        (self.root / "words.py").write_text("import sys\nclass Words: pass\nsys.exit(0)\n")
        before = dict(tracebacks._names)
        self.addCleanup(tracebacks._names.update, before)
        self.addCleanup(tracebacks._names.clear)
        call_folders({str(self.root): "words"})
        sys.path.insert(0, str(self.root))
        self.addCleanup(sys.path.remove, str(self.root))
        with self.assertRaises(DeclarationError) as caught:
            exec(attempt, {"ended": ended})
        self.assertEqual(
            str(caught.exception),
            f"{self.root}/words.py, line 3: SystemExit: the module ends the program",
        )
        (self.root / "words.py").write_text("raise KeyboardInterrupt('why')")
        importlib.invalidate_caches()
        with self.assertRaisesRegex(DeclarationError, "line 1: KeyboardInterrupt: why"):
            exec(attempt, {"ended": ended})

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
        names = self.script.called(self.folders)
        self.assertEqual(tuple(names), roots)
        self.assertEqual([names["/4"], names["/5"]], ["shared", "more"])
        self.assertIn(f"begin({roots}, '/0')", self.script.main_module("bolt", "a:B", names))

    def test_what_is_left_out_is_said_with_the_path_that_the_author_knows(self):
        (self.folders[2] / "large.bin").write_bytes(bytes(LARGEST_FILE + 1))
        self.assertIn("/bolts/source/large.bin is not kept in the component: ", self.keep())
        (record,) = read_records(self.root / FILES)
        self.assertEqual(record[:2], ("/2/large.bin", LEFT_OUT))

    def test_the_note_is_a_custom_section_at_the_end(self):
        component = self.root / "component.wasm"
        for length in (0, 100, 200, 20_000):
            component.write_bytes(b"\0asm")
            self.script.add_note(component, b"x" * length)
            data = component.read_bytes()
            self.assertEqual(data[:5], b"\0asm\0")
            size, shift, at = 0, 0, 5
            while True:
                size |= (data[at] & 0x7F) << shift
                at += 1
                if data[at - 1] < 0x80:
                    break
                shift += 7
            self.assertEqual(data[at:], b"\x09stormcell" + b"x" * length)
            self.assertEqual(size, len(data) - at)

    def test_a_note_that_is_a_link_or_too_long_is_none(self):
        note, secret = self.root / "note.json", self.root / "secret"
        self.assertIsNone(self.script.read_note(note))
        secret.write_text("secret")
        note.symlink_to(secret)
        self.assertIsNone(self.script.read_note(note))
        note.unlink()
        note.mkdir()
        self.assertIsNone(self.script.read_note(note))
        note.rmdir()
        os.mkfifo(note)
        self.assertIsNone(self.script.read_note(note))
        note.unlink()
        for length, expected in ((0, b""), (16 << 10, b"x" * (16 << 10)), ((16 << 10) + 1, None)):
            note.write_bytes(b"x" * length)
            self.assertEqual(self.script.read_note(note), expected)

    def test_the_main_module_is_valid_whatever_the_folder_is_called(self):
        for folder in ("upper", 'it\'s "up"\n', "zoë"):
            paths = [Path("work"), Path("sdk"), Path(f"/bolts/{folder}"), Path("installed")]
            source = self.script.main_module("bolt", "a.b:C", self.script.called(paths))
            compile(source, "main", "exec")
            self.assertIn(repr({"/2": folder, "/3": "site-packages"}), source)


class Syntax(unittest.TestCase):
    """What is wrong with an author's modules, before anything is built."""

    def errors(self, guest=sys.version_info[:2], **modules):
        file = FILE.with_name("syntax.py")
        spec = importlib.util.spec_from_file_location("syntax_script", file)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        with tempfile.TemporaryDirectory() as folder:
            for name, text in modules.items():
                path = Path(folder, *name.split("__in__")[::-1])
                path.parent.mkdir(exist_ok=True)
                data = text if isinstance(text, bytes) else text.encode()
                path.with_name(path.name + ".py").write_bytes(data)
            self.folder = str(Path(folder).resolve())
            return list(script.errors(folder, "main", guest))

    def test_the_first_error_of_each_module_is_told_with_line_and_caret(self):
        bad = "def f(:\n"
        (error,) = self.errors(main="x = 1\nclass A\n    pass\n")
        self.assertEqual(
            error,
            f'  File "{self.folder}/main.py", line 2\n    class A\n'
            "           ^\nSyntaxError: expected ':'\n",
        )
        for found in (
            self.errors(main="import other", other=bad),
            self.errors(main="def f():\n  from other import x", other=bad),
            self.errors(main="import other.sub", __init____in__other="", sub__in__other=bad),
            self.errors(main="from other import sub", __init____in__other="", sub__in__other=bad),
            self.errors(
                main="import other",
                __init____in__other="from .sub import x",
                sub__in__other="from . import last",
                last__in__other=bad,
            ),
        ):
            self.assertEqual(len(found), 1, found)
            self.assertIn("SyntaxError", found[0])
        (error,) = self.errors(main="def f():\n    a = 1\n   b = 2\n")
        self.assertIn("IndentationError: unindent", error)
        (error,) = self.errors(main="return 5")
        self.assertIn("'return' outside function", error)
        (error,) = self.errors(main=b"x = '\xff'\n")
        self.assertIn("utf-8", error)
        (error,) = self.errors(main=b"x = 1\0\n")
        self.assertIn("null bytes", error)

    def test_what_may_be_right_is_left_to_the_build(self):
        bad = "def f(:\n"
        self.assertEqual(self.errors(main="x = 1", other=bad), [])
        self.assertEqual(self.errors(main="try:\n    import other\nexcept: pass", other=bad), [])
        self.assertEqual(self.errors(main="if 0:\n    import other", other=bad), [])
        self.assertEqual(self.errors(main="import nowhere, sys"), [])
        (error,) = self.errors(main="(" * 100_000)
        self.assertLess(len(error), 2_000, "lines are cut")
        later = (sys.version_info[0], 99)
        for source in ("x = t'{y}' 5", "try: pass\nexcept A, B: pass 5"):
            self.assertEqual(len(self.errors(main=source)), 1)
            if sys.version_info < (3, 14):
                self.assertEqual(self.errors(guest=later, main=source), [])


if __name__ == "__main__":
    unittest.main()
