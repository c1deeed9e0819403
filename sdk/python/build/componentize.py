"""Makes a component of an author's module, the SDK and CPython.

Run with the Python that has componentize-py and tzdata. It writes the main module of the
component, which exports the author's class, and tells errors of the author's code as
Python would, with the paths of the author's files.

The author's modules are run for that, in a sandbox that may write to the folders in
which modules are looked for: these must be copies, and this script in none of them.

With `--compile` it makes no component, but a file that components are made with: the
standard library or the author's dependencies, compiled by CPython as it is in components.
"""

import argparse
import importlib.metadata
import os
import re
import shutil
import stat
import sys
from pathlib import Path

# The SDK that came with this script, not the copy that the author's code could write to.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from stormcell.kept.keeping import Keeper, TooMuchError  # noqa: E402
from stormcell.kept.records import CODE, FILES, LIBRARY, PACKAGES  # noqa: E402

WORLDS = {
    "bolt": ("bolt", "BoltTask"),
    "spout": ("spout", "SpoutTask"),
    "custom-grouping": ("grouping", "GroupingTask"),
}
"""For each world: the module of `stormcell.world`, and the exported class."""

MAIN = "stormcell_main"
"""The main module of the component."""

ROOTS = ("/2", "/3")
"""What the author's folder and his dependencies are called in the component. The main module
is in /0, and the SDK in /1. What the author shares with other components is in /4, /5 and so
on."""

WIT = Path(__file__).resolve().parents[1] / "wit" / "http.wit"
"""The worlds with the imports of `stormcell.http` besides their own."""

NAMES = [
    ("stormcell:topology/types@0.1.0", "types"),
    ("wasi:http/types@0.2.9", "http_types"),
]
"""What interfaces are called in Python, of which two have the same name."""

EMPTY = "empty"
"""The world of what makes the library."""

EMPTY_WIT = f"package stormcell:library;\n\nworld {EMPTY} {{}}\n"

DEPENDENCIES = "site-packages"
"""What the folder of the dependencies is called in tracebacks."""

NOTE = "note.json"
"""The file in the folder of the main module in which the component leaves its note."""

LARGEST_NOTE = 16 << 10
"""The bytes of a note that the host reads."""

SECTION = b"stormcell"
"""The custom section of a component file that has the note."""

NO_USE = ("tzdata.zi", "leapseconds", "__pycache__")
"""What of tzdata no module reads."""


def roots_of(folders: list[Path]) -> tuple[str, ...]:
    """What the folders of the author are called in the component; `folders` are all in which
    modules are looked for."""
    return tuple(f"/{i}" for i in range(2, len(folders)))


def called(names: list[Path]) -> dict[str, str]:
    """What each of the folders of the author is called in tracebacks; `names` are the paths
    of all in which modules are looked for."""
    _, _, author, _, *shared = (name.name for name in names)
    return dict(zip(roots_of(names), (author, DEPENDENCIES, *shared)))


def main_module(world: str, author: str, names: dict[str, str]) -> str:
    """The source of the main module; `author` is MODULE:CLASS, and `names` says what each of
    his folders in the component is called in tracebacks."""
    export, exported = WORLDS[world]
    module, _, name = author.partition(":")
    return (
        f"from stormcell.kept import begin, prefer_own\n"
        f"from stormcell.tracebacks import call_folders, ended\n"
        f"call_folders({names!r})\n"
        f"begin({tuple(names)}, '/0')\n"
        f"from stormcell.world.{export} import export\n"
        f"prefer_own()\n"
        f"try:\n"
        f"    from {module} import {name}\n"
        f"except Exception:\n"
        f"    raise\n"
        f"except BaseException as error:\n"
        f"    raise ended(error) from None\n"
        f"{exported} = export({name})\n"
        f"from stormcell.world.note import write\n"
        f"write({name}, '/0/{NOTE}')\n"
    )


def compiling_module(with_packages: bool) -> str:
    """The source of a main module that compiles the dependencies, or the library."""
    call = f"compile_folders(['{ROOTS[-1]}'], " if with_packages else "compile_library("
    return f"from stormcell.kept.compiling import *\n{call}'/0/{CODE}')\n"


def told(error: str, folders: list[Path]) -> str:
    """What componentize-py says, as an author needs it.

    Inside the component the folders are called /0, /1 and so on; `folders` are what
    they are copies of. The frames of the main module (in /0) and of what finds modules
    and files are of no interest; and those of the whole SDK where it refuses something.
    """
    said = re.split(r"\n+(?:Caused by|Stack backtrace):\n", error)[0]
    ours = "1/stormcell" if "\nstormcell.errors." in said else "1/stormcell/kept"
    said = re.sub(rf'  File "/(?:0|{ours})/.*\n(?:    .*\n)*', "", said)
    said = said.removeprefix("Traceback (most recent call last):\n")
    return in_names(said, folders).strip("\n")


def in_names(said: str, folders: list[Path]) -> str:
    """A text in which each folder has the name of what it is a copy of."""
    for i, folder in enumerate(folders):
        said = re.sub(rf"(?<![\w/])/{i}/", str(folder).replace("\\", r"\\") + "/", said)
    return said


def add_time_zones(packages: Path) -> None:
    """Adds the time zones that `zoneinfo` reads, unless the author's dependencies have
    them."""
    if (packages / "tzdata").exists():
        return
    for file in importlib.metadata.files("tzdata") or ():
        if not set(NO_USE) & set(file.parts):
            target = packages / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(file.locate()), target)


def keep(to: Path, folders: list[Path], names: list[Path]) -> None:
    """Writes what the component keeps of the author's folder, of his dependencies, and of what
    he shares with other components, which come after the main module and the SDK."""
    add_time_zones(folders[3])
    try:
        with to.open("wb") as file:
            keeper = Keeper(file)
            for folder, root in zip(folders[2:], roots_of(folders)):
                keeper.keep(str(folder), root)
    except TooMuchError as error:
        sys.exit(in_names(str(error), names))
    for note in keeper.notes:
        print(in_names(note, names))


def componentize(
    wit: list[str], world: str, folders: list[Path], names: list[Path], out: str
) -> None:
    """Calls componentize-py; `folders` are copies of `names`, and the first has the main
    module."""
    # Not its command line, which would add the packages of this machine's Python to where
    # modules are looked for: the author's code could write to those.
    import componentize_py

    try:
        componentize_py.componentize(
            wit_path=wit,
            worlds=[world],
            features=[],
            all_features=False,
            world_module=None,
            python_path=[str(folder) for folder in folders],
            module_worlds=[],
            app_name=MAIN,
            output_path=out,
            stub_wasi=False,
            import_interface_names=[] if world == EMPTY else NAMES,
            export_interface_names=[],
            full_names=False,
            intersect_world=None,
        )
    except AssertionError as error:
        sys.exit(told(str(error), names))


def read_note(path: Path) -> bytes | None:
    """The note that the component has left, if it is one. The author's code can write to its
    folder, so it may be a link to any file of this machine, which is not followed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        note = os.read(descriptor, LARGEST_NOTE + 1)
    finally:
        os.close(descriptor)
    return note if len(note) <= LARGEST_NOTE else None


def add_note(component: Path, note: bytes) -> None:
    """Adds the note to a component file, as a custom section at its end. Whoever does not know
    the section passes over it."""
    content = leb128(len(SECTION)) + SECTION + note
    with component.open("ab") as file:
        file.write(b"\0" + leb128(len(content)) + content)


def leb128(number: int) -> bytes:
    """A number as WebAssembly writes it."""
    written = bytearray()
    while number >= 0x80:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


def compile_to(out: str, folders: list[Path], packages: Path | None) -> None:
    """Compiles dependencies or the standard library; the folders are those of the main
    module and of the SDK."""
    work = folders[0]
    main = compiling_module(packages is not None)
    (work / f"{MAIN}.py").write_text(main, encoding="utf-8")
    wit = work / "empty.wit"
    wit.write_text(EMPTY_WIT, encoding="utf-8")
    if packages is not None:
        # In the place of the author's folder is nothing, so that they are called as later.
        nothing = work / "nothing"
        nothing.mkdir(exist_ok=True)
        folders = [*folders, nothing, packages]
    componentize([str(wit)], EMPTY, folders, folders, str(work / "empty.wasm"))
    shutil.copyfile(work / CODE, out)


def main() -> None:
    """Builds one component, or compiles modules, as the arguments say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--wit", help="the folder of the interface package")
    parser.add_argument("--world", choices=WORLDS)
    parser.add_argument("--class", dest="author", help="MODULE:CLASS")
    parser.add_argument("--library", type=Path, help="the compiled standard library")
    parser.add_argument("--code", type=Path, help="the compiled dependencies, if there are any")
    parser.add_argument("--compile", action="store_true", help="compile the library to --out")
    parser.add_argument("--packages", type=Path, help="compile these dependencies instead")
    parser.add_argument("--work", required=True, type=Path, help="for the main module")
    parser.add_argument("--out", required=True, help="the file to write")
    parser.add_argument(
        "folders", nargs="+", type=Path, help="where modules are looked for, each with its name"
    )
    args = parser.parse_args()
    folders, names = [args.work, *args.folders[::2]], [args.work, *args.folders[1::2]]

    args.work.mkdir(parents=True, exist_ok=True)
    if args.compile:
        compile_to(args.out, folders, args.packages)
        return
    main = main_module(args.world, args.author, called(names))
    (args.work / f"{MAIN}.py").write_text(main, encoding="utf-8")
    for file, name in ((args.library, LIBRARY), (args.code, PACKAGES)):
        if file and file.exists():
            shutil.copyfile(file, args.work / name)
    keep(args.work / FILES, folders, names)
    world = f"stormcell:python/{args.world}"
    componentize([args.wit, str(WIT)], world, folders, names, args.out)
    note = read_note(args.work / NOTE)
    if note is not None:
        add_note(Path(args.out), note)


if __name__ == "__main__":
    main()
