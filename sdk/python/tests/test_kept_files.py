"""Files that are kept, and read by the paths that they had."""

import glob
import io
import os
import pathlib
import shutil
import tempfile
import types
import unittest
import unittest.mock
import zipfile
from io import open as opened_before

from stormcell.kept.keeping import LARGEST_FILE, MOST, Keeper, TooMuchError
from stormcell.kept.replacing import replace
from tests.kept_folder import KeptFolder


# Not a name of this module, so it stays.
REAL = {"mkdir": os.mkdir}


def read(path, *arguments, **options):
    with open(path, *arguments, **options) as file:
        return file.read()


class Reading(KeptFolder):
    files = {
        "stop.txt": "to or\nzoë\n",
        "data/b.bin": b"\xff\xfe\0binary",
        "data/deep/one.txt": "1",
        "data/deep/same.txt": "1" * 5000,
        "other/same.txt": "1" * 5000,
        ".env": "SECRET=1",
        "data/.hidden/x": "x",
        "huge.bin": bytes(LARGEST_FILE + 1),
        "empty.txt": "",
    }

    def test_text(self):
        with open(self.path("stop.txt")) as file:
            self.assertEqual(file.read(), "to or\nzoë\n")
            self.assertEqual((file.name, file.mode), (self.path("stop.txt"), "r"))
        self.assertEqual(read(self.path("stop.txt"), encoding="latin-1")[6:], "zoÃ«\n")
        self.assertEqual(read(self.path("empty.txt")), "")

    def test_who_looks_in_the_working_folder_is_told_where_the_file_is(self):
        self.store.author = self.folder
        for path in ("stop.txt", "./data/b.bin", pathlib.Path("stop.txt")):
            with self.assertRaises(FileNotFoundError) as caught:
                open(path)
            (note,) = caught.exception.__notes__
            name = os.path.normpath(path)
            self.assertEqual(
                note,
                f"the working folder is {os.getcwd()}, and the file is beside the modules of the "
                f"component; write open(pathlib.Path(__file__).parent / {name!r})",
            )
        for path in ("nothing.txt", "/stop.txt", b"stop.txt"):
            with self.assertRaises(FileNotFoundError) as caught:
                open(path)
            self.assertFalse(hasattr(caught.exception, "__notes__"))

    def test_bytes(self):
        path = self.path("data", "b.bin")
        with open(path, "rb") as file:
            file.seek(3)
            self.assertEqual((file.read(3), file.tell()), (b"bin", 6))
            file.seek(-1, os.SEEK_END)
            self.assertEqual(file.read(), b"y")
            self.assertTrue(file.readable() and file.seekable() and not file.writable())
            with self.assertRaises(io.UnsupportedOperation):
                file.write(b"x")
            with self.assertRaises(io.UnsupportedOperation):
                file.fileno()
        with open(path, "rb", buffering=0) as file:
            self.assertEqual(file.read(2), b"\xff\xfe")
        with io.open_code(path) as file:
            self.assertEqual(file.read()[3:], b"binary")
        self.assertEqual(read(os.fsencode(path), "rb")[3:], b"binary")

    def test_paths_of_any_form(self):
        path = pathlib.Path(self.folder) / "data" / ".." / "stop.txt"
        self.assertEqual(path.read_text(encoding="utf-8")[:5], "to or")
        self.assertEqual(path.resolve(), pathlib.Path(self.path("stop.txt")))
        self.assertEqual(read("//" + self.path("stop.txt"))[:5], "to or")
        here = os.getcwd()
        self.addCleanup(os.chdir, here)
        os.chdir(self.real)
        self.assertEqual(read("source/stop.txt")[:5], "to or")

    def test_whoever_has_imported_open_before_gets_them_too(self):
        self.assertIs(opened_before, open)
        self.assertEqual(read(self.path("stop.txt"))[:5], "to or")

    def test_what_is_there(self):
        self.assertTrue(os.path.isfile(self.path("stop.txt")))
        self.assertTrue(os.path.isdir(self.path("data")) and os.path.exists(self.folder))
        self.assertFalse(os.path.exists(self.path("nothing")))
        self.assertFalse(os.path.islink(self.path("stop.txt")))
        self.assertEqual(os.path.getsize(self.path("data", "b.bin")), 9)
        self.assertTrue(os.access(self.path("stop.txt"), os.R_OK))
        self.assertFalse(os.access(self.path("stop.txt"), os.W_OK))
        self.assertFalse(os.access(self.path("nothing"), os.R_OK))
        self.assertTrue(os.path.samefile(self.path("data/../stop.txt"), self.path("stop.txt")))
        self.assertFalse(os.path.samefile(self.path("empty.txt"), self.path("stop.txt")))

    def test_folders(self):
        data = self.path("data")
        self.assertEqual(sorted(os.listdir(data)), ["b.bin", "deep"])
        self.assertEqual(sorted(os.listdir(os.fsencode(data))), [b"b.bin", b"deep"])
        with os.scandir(data) as entries:
            found = sorted((e.name, e.is_dir(), e.is_file(), e.stat().st_size) for e in entries)
        self.assertEqual(found, [("b.bin", False, True, 9), ("deep", True, False, 0)])
        walked = {top: (sorted(folders), sorted(files)) for top, folders, files in os.walk(data)}
        deep = self.path("data", "deep")
        self.assertEqual(walked, {data: (["deep"], ["b.bin"]), deep: ([], ["one.txt", "same.txt"])})
        texts = sorted(pathlib.Path(data).rglob("*.txt"))
        self.assertEqual([each.name for each in texts], ["one.txt", "same.txt"])
        self.assertEqual(len(glob.glob(self.path("**", "*.txt"), recursive=True)), 5)

    def test_errors_are_those_of_a_system(self):
        for call, error in (
            (lambda: open(self.path("nothing")), FileNotFoundError),
            (lambda: open(self.path("data")), IsADirectoryError),
            (lambda: os.listdir(self.path("stop.txt")), NotADirectoryError),
            (lambda: os.stat(self.path("nothing")), FileNotFoundError),
            (lambda: os.scandir(self.path("nothing")), FileNotFoundError),
            (lambda: open(self.path("stop.txt"), "rx"), ValueError),
        ):
            with self.assertRaises(error):
                call()

    def test_nothing_can_be_written(self):
        path, new = self.path("stop.txt"), self.path("new")
        for call in (
            lambda: open(path, "w"),
            lambda: open(path, "a"),
            lambda: open(path, "r+"),
            lambda: open(new, "x"),
            lambda: os.open(path, os.O_RDWR),
            lambda: os.remove(path),
            lambda: os.rename(path, self.real + "/moved"),
            lambda: os.mkdir(new),
            lambda: pathlib.Path(path).unlink(),
            lambda: os.chmod(path, 0o777),
        ):
            with self.assertRaisesRegex(OSError, "part of the component, which is read-only"):
                call()
        os.makedirs(self.path("data"), exist_ok=True)
        with self.assertRaisesRegex(OSError, r"has no file descriptor: use open\(\)"):
            os.open(path, os.O_RDONLY)

    def test_what_is_left_out_says_why(self):
        with self.assertRaisesRegex(FileNotFoundError, "not kept .* begins with a dot"):
            open(self.path(".env"))
        with self.assertRaisesRegex(FileNotFoundError, r"16\.0 MiB is the most; read it from"):
            open(self.path("huge.bin"), "rb")
        self.assertEqual(len(self.notes), 1)
        self.assertIn("huge.bin is not kept in the component: it has 16.0 MiB", self.notes[0])

    def test_files_of_the_system_are_never_hidden(self):
        for folder in (self.folder, self.path("data")):
            REAL["mkdir"](folder)
        with open(self.path("data", "b.bin"), "w") as file:
            file.write("granted")
        self.assertEqual(read(self.path("data", "b.bin")), "granted")
        self.assertEqual(os.listdir(self.path("data")), ["b.bin"])
        self.assertEqual(read(self.path("data", "deep", "one.txt")), "1")
        descriptor = os.open(self.path("data", "b.bin"), os.O_RDONLY)
        with open(descriptor) as file:
            self.assertEqual(file.read(), "granted")

    def test_they_can_be_copied_and_packed(self):
        to = os.path.join(self.real, "copy")
        # There are none in a component.
        with unittest.mock.patch("shutil._copyxattr"):
            shutil.copytree(self.path("data"), to)
        self.assertEqual(sorted(os.listdir(to)), ["b.bin", "deep"])
        with zipfile.ZipFile(self.real + "/z.zip", "w") as archive:
            archive.write(self.path("stop.txt"), "stop.txt")
            self.assertEqual(archive.read("stop.txt")[:5], b"to or")


class Keeping(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def keep(self):
        keeper = Keeper(io.BytesIO())
        keeper.keep(self.folder, "/2")
        return keeper

    def test_too_much_is_an_error_that_names_the_largest(self):
        for i in range(3):
            with open(f"{self.folder}/{i}.bin", "wb") as file:
                file.write(os.urandom(MOST // 3 + i + 1))
        with self.assertRaisesRegex(TooMuchError, r"keeps 32\.0 MiB .*: /2/2.bin \(10\.7 MiB\)"):
            self.keep()

    def test_a_link_to_a_folder_above_ends(self):
        os.mkdir(f"{self.folder}/a")
        os.symlink("..", f"{self.folder}/a/up")
        self.keep()


class Replacing(unittest.TestCase):
    def test_it_can_be_taken_back(self):
        real = os.listdir
        module = types.ModuleType("holder")
        module.named = real

        def instead(path):
            return ["stands in"]

        with unittest.mock.patch.dict("sys.modules", holder=module):
            undo = replace({real: instead})
            self.assertIs(module.named, instead)
            self.assertIs(os.listdir, instead)
            undo()
        self.assertIs(module.named, real)
        self.assertIs(os.listdir, real)
