"""Makes a component of an author's module, the SDK and CPython.

Run with the Python that has componentize-py. It writes the main module of the
component, which exports the author's class, and tells errors of the author's code
as Python would, with the paths of the author's files.

The author's modules are run for that, in a sandbox that may write to the folders in
which modules are looked for: these must be copies, and this script in none of them.
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

    Inside the component the folders are called /0, /1 and so on; `folders` are what
    they are copies of. The frames of the main module (in /0) are of no interest.
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
    parser.add_argument(
        "folders", nargs="+", type=Path, help="where modules are looked for, each with its name"
    )
    args = parser.parse_args()
    folders, names = args.folders[::2], args.folders[1::2]

    args.work.mkdir(parents=True, exist_ok=True)
    source = main_module(args.world, args.author)
    (args.work / f"{MAIN}.py").write_text(source, encoding="utf-8")

    # Not its command line, which would add the packages of this machine's Python to where
    # modules are looked for: the author's code could write to those.
    import componentize_py

    try:
        componentize_py.componentize(
            wit_path=[args.wit],
            worlds=[args.world],
            features=[],
            all_features=False,
            world_module=None,
            python_path=[str(folder) for folder in [args.work, *folders]],
            module_worlds=[],
            app_name=MAIN,
            output_path=args.out,
            stub_wasi=False,
            import_interface_names=[],
            export_interface_names=[],
            full_names=False,
            intersect_world=None,
        )
    except AssertionError as error:
        sys.exit(told(str(error), [args.work, *names]))


if __name__ == "__main__":
    main()
