"""Says what is wrong with the syntax of a component's modules, before anything is installed.

    python3 - FOLDER MODULE GUEST

Only the module of the component and those of the folder that it imports are looked at, for a
file that nobody imports may be anything. Nothing of them is run. What is found is printed as
Python tells it. If the Python that runs this is older than GUEST, the version that components
have, what may be syntax of a later version is left to the build.
"""

import ast
import re
import sys
import traceback
import warnings
from pathlib import Path

LARGEST = 16 << 20
"""The bytes of a module that is looked at."""

LONGEST_LINE = 500
"""Characters of a line that are shown."""

NEWER = (
    ((3, 12), r"""(?i)\b(f|rf|fr)["']|^\s*type\s+\w|^\s*(async\s+)?(def|class)\s+\w+\s*\["""),
    ((3, 14), r"""(?i)\b(t|rt|tr)["']|^\s*except\b[^(:]*,"""),
)
"""For versions of Python, a part of a line that was an error before."""


def errors(folder, module, guest):
    """The first error of each module that has one, as text."""
    root = Path(folder).resolve()
    waiting, seen = [module], set()
    while waiting:
        for name, path in files(root, waiting.pop(0)):
            if path in seen:
                continue
            seen.add(path)
            try:
                source = path.read_bytes()
                # The compiler finds more than the parser: a `return` outside of a function.
                compile(source, str(path), "exec", dont_inherit=True)
                tree = ast.parse(source)
            except SyntaxError as error:
                if not may_be_newer(error, source, guest):
                    yield shown(error)
            except ValueError as error:
                yield f'  File "{path}"\n{type(error).__name__}: {error}\n'
            except (OSError, RecursionError, MemoryError):
                continue  # for the build to say
            else:
                package = name if path.name == "__init__.py" else name.rpartition(".")[0]
                waiting += imported(tree, package)


def shown(error):
    """An error as Python tells it, with lines that are not too long to be read."""
    lines = "".join(traceback.format_exception_only(error)).splitlines()
    return "".join(f"{line[:LONGEST_LINE]}\n" for line in lines)


def files(root, module):
    """The files of a module and of the packages that it is in, with their names."""
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        base = root.joinpath(*parts[:length])
        candidates = [base / "__init__.py"]
        if length == len(parts):
            candidates.append(base.with_name(base.name + ".py"))
        for path in candidates:
            if is_own(root, path):
                yield ".".join(parts[:length]), path
                break


def is_own(root, path):
    """Whether it is a file of the folder, and no link out of it."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            return False
        return path.resolve().is_relative_to(root)
    except (OSError, ValueError):
        return False


def imported(tree, package):
    """The names of the modules that a module imports, and of what may be one. Not those that it
    imports only if something holds, or tries to: they may be for another version."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, (ast.If, ast.Try)):
            waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".") if package else []
                above = above[: len(above) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            if base:
                yield base
            yield from (f"{base}.{alias.name}".lstrip(".") for alias in node.names)


def may_be_newer(error, source, guest):
    """Whether a later Python may understand what this one does not."""
    lines = source.decode("utf-8", "replace").splitlines()
    first = error.lineno or 1
    last = error.end_lineno or first
    shown = lines[max(0, min(first, last) - 2) : max(first, last)]
    for version, pattern in NEWER:
        if sys.version_info[:2] < version <= guest:
            if error.msg.startswith("f-string") or any(re.search(pattern, each) for each in shown):
                return True
    return False


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.stdout.write(
        "".join(errors(sys.argv[1], sys.argv[2], tuple(map(int, sys.argv[3].split(".")))))
    )
