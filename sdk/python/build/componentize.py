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
import re
import shutil
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

EMPTY_WORLD = "package stormcell:library;\n\nworld empty {}\n"
"""The interface of what makes the library."""

NO_USE = ("tzdata.zi", "leapseconds", "__pycache__")
"""What of tzdata no module reads."""


def roots_of(folders: list[Path]) -> tuple[str, ...]:
    """What the folders of the author are called in the component; `folders` are all in which
    modules are looked for."""
    return tuple(f"/{i}" for i in range(2, len(folders)))


def main_module(world: str, author: str, roots: tuple[str, ...] = ROOTS) -> str:
    """The source of the main module; `author` is MODULE:CLASS, and his folders are called
    `roots` in the component."""
    export, exported = WORLDS[world]
    module, _, name = author.partition(":")
    return (
        f"from stormcell.kept import begin\n"
        f"begin({roots}, '/0')\n"
        f"from stormcell.world.{export} import export\n"
        f"from {module} import {name}\n"
        f"{exported} = export({name})\n"
    )


def compiling_module(with_packages: bool) -> str:
    """The source of a main module that compiles the dependencies, or the library."""
    call = f"compile_folders(['{ROOTS[-1]}'], " if with_packages else "compile_library("
    return f"from stormcell.kept.compiling import *\n{call}'/0/{CODE}')\n"


def told(error: str, folders: list[Path]) -> str:
    """What componentize-py says, as an author needs it.

    Inside the component the folders are called /0, /1 and so on; `folders` are what
    they are copies of. The frames of the main module (in /0) and of what finds modules
    and files are of no interest.
    """
    said = re.split(r"\n+(?:Caused by|Stack backtrace):\n", error)[0]
    said = re.sub(r'  File "/(?:0|1/stormcell/kept)/.*\n(?:    .*\n)*', "", said)
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


def componentize(wit: str, world: str, folders: list[Path], names: list[Path], out: str) -> None:
    """Calls componentize-py; `folders` are copies of `names`, and the first has the main
    module."""
    # Not its command line, which would add the packages of this machine's Python to where
    # modules are looked for: the author's code could write to those.
    import componentize_py

    try:
        componentize_py.componentize(
            wit_path=[wit],
            worlds=[world],
            features=[],
            all_features=False,
            world_module=None,
            python_path=[str(folder) for folder in folders],
            module_worlds=[],
            app_name=MAIN,
            output_path=out,
            stub_wasi=False,
            import_interface_names=[],
            export_interface_names=[],
            full_names=False,
            intersect_world=None,
        )
    except AssertionError as error:
        sys.exit(told(str(error), names))


def compile_to(out: str, folders: list[Path], packages: Path | None) -> None:
    """Compiles dependencies or the standard library; the folders are those of the main
    module and of the SDK."""
    work = folders[0]
    main = compiling_module(packages is not None)
    (work / f"{MAIN}.py").write_text(main, encoding="utf-8")
    wit = work / "empty.wit"
    wit.write_text(EMPTY_WORLD, encoding="utf-8")
    if packages is not None:
        # In the place of the author's folder is nothing, so that they are called as later.
        nothing = work / "nothing"
        nothing.mkdir(exist_ok=True)
        folders = [*folders, nothing, packages]
    componentize(str(wit), "empty", folders, folders, str(work / "empty.wasm"))
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
    main = main_module(args.world, args.author, roots_of(folders))
    (args.work / f"{MAIN}.py").write_text(main, encoding="utf-8")
    for file, name in ((args.library, LIBRARY), (args.code, PACKAGES)):
        if file and file.exists():
            shutil.copyfile(file, args.work / name)
    keep(args.work / FILES, folders, names)
    componentize(args.wit, args.world, folders, names, args.out)


if __name__ == "__main__":
    main()
