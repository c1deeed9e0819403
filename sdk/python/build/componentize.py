"""Makes a component of an author's module, the SDK and CPython.

Run with the Python that has componentize-py. It writes the main module of the
component, which exports the author's class, and tells errors of the author's code
as Python would, with the paths of the author's files.
"""

import argparse
import re
import sys
from pathlib import Path

WORLDS = {
    "bolt": ("bolt", "BoltTask"),
    "spout": ("spout", "SpoutTask"),
    "custom-grouping": ("grouping", "GroupingTask"),
}
"""For each world: the module of `stormcell.world`, and the exported class."""

MAIN = "stormcell_main"
"""The main module of the component."""


def main_module(world: str, author: str) -> str:
    """The source of the main module; `author` is MODULE:CLASS."""
    export, exported = WORLDS[world]
    module, _, name = author.partition(":")
    return (
        f"from stormcell.world.{export} import export\n"
        f"from {module} import {name}\n"
        f"{exported} = export({name})\n"
    )


def told(error: str, folders: list[Path]) -> str:
    """What componentize-py says, as an author needs it.

    Inside the component the folders are called /0, /1 and so on. The frames of the
    main module (in /0) are of no interest.
    """
    said = re.split(r"\n+(?:Caused by|Stack backtrace):\n", error)[0]
    said = re.sub(r'  File "/0/.*\n(?:    .*\n)*', "", said)
    said = said.removeprefix("Traceback (most recent call last):\n")
    for i, folder in enumerate(folders):
        said = re.sub(rf"(?<![\w/])/{i}/", str(folder).replace("\\", r"\\") + "/", said)
    return said.strip("\n")


def main() -> None:
    """Builds one component, as the arguments say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--wit", required=True, help="the folder of the interface package")
    parser.add_argument("--world", required=True, choices=WORLDS)
    parser.add_argument("--class", required=True, dest="author", help="MODULE:CLASS")
    parser.add_argument("--work", required=True, type=Path, help="for the main module")
    parser.add_argument("--out", required=True, help="the component to write")
    parser.add_argument("folders", nargs="+", type=Path, help="where modules are looked for")
    args = parser.parse_args()

    args.work.mkdir(parents=True, exist_ok=True)
    source = main_module(args.world, args.author)
    (args.work / f"{MAIN}.py").write_text(source, encoding="utf-8")
    folders = [args.work, *args.folders]
    sys.argv = ["componentize-py", "--quiet", "--wit-path", args.wit, "--world", args.world]
    sys.argv += ["componentize", MAIN, "--output", args.out]
    for folder in folders:
        sys.argv += ["--python-path", str(folder)]

    from componentize_py import script

    try:
        script()
    except AssertionError as error:
        sys.exit(told(str(error), folders))


if __name__ == "__main__":
    main()
