"""What a bolt in Python finds when it runs; ../../README.md says what it does.

Imports are in functions, as authors have them, so that nothing is there already.
"""

import os
from io import open as opened

from stormcell import Bolt, Stream, text

HERE = os.path.dirname(os.path.abspath(__file__))
STOP = os.path.join(HERE, "words", "stop.txt")


class LibraryBolt(Bolt):
    """library bolt"""

    inputs = {"command": text}
    outputs = [Stream("notes", note=text)]

    def process(self, tup):
        found = getattr(self, "do_" + tup.command.replace("-", "_"))()
        self.emit([found if isinstance(found, str) else repr(found)], "notes")

    def do_strptime(self):
        from datetime import datetime

        return datetime.strptime("01/May/2024:12:00:00 +0000", "%d/%b/%Y:%H:%M:%S %z").isoformat()

    def do_codecs(self):
        names = ("cp1252", "gbk", "idna", "utf-8-sig", "shift_jis", "iso-8859-15", "utf-16")
        return " ".join("abc".encode(name).decode(name) for name in names)

    def do_own_module(self):
        from words.late import name

        return name()

    def do_by_name(self):
        import importlib

        return importlib.import_module("words.late").name()

    def do_dependency(self):
        from dateutil import parser

        return parser.parse("1 May 2024").isoformat()

    def do_data_of_dependency(self):
        from dateutil.zoneinfo import get_zonefile_instance

        return str(get_zonefile_instance().get("Europe/Paris") is not None)

    def do_version_of_dependency(self):
        from importlib.metadata import version

        return version("python-dateutil")

    def do_data(self):
        with open(STOP, encoding="utf-8") as file:
            return file.read()

    def do_data_otherwise(self):
        import pathlib
        import pkgutil
        from importlib.resources import files

        texts = {
            opened(STOP, encoding="utf-8").read(),
            pathlib.Path(STOP).read_text("utf-8"),
            pkgutil.get_data("words", "stop.txt").decode(),
            files("words").joinpath("stop.txt").read_text("utf-8"),
        }
        return f"{len(texts)} {sorted(os.listdir(os.path.join(HERE, 'words')))}"

    def do_write(self):
        open(STOP, "w")

    def do_zone(self):
        from datetime import datetime
        from zoneinfo import ZoneInfo

        return datetime(2024, 7, 1, tzinfo=ZoneInfo("Europe/Berlin")).isoformat()

    def do_asyncio(self):
        import asyncio

        async def work():
            return await asyncio.gather(asyncio.sleep(0.001, "a"), asyncio.sleep(0, "b"))

        return asyncio.run(work())

    def do_asyncio_for_ever(self):
        import asyncio

        async def work():
            await asyncio.get_running_loop().create_future()

        asyncio.run(work())

    def do_arguments(self):
        import argparse

        return argparse.ArgumentParser().parse_args([])

    def do_hash(self):
        return [hash("to be"), hash(("a", 1)), hash(2**40)]

    def do_hash_of_other_module(self):
        from words.late import hash_of

        return hash_of("to be")

    def do_log_wrong(self):
        self.log.error("cannot store %d", "to be")

    def do_traceback(self):
        from words import late

        late.fail()

    def do_not_valid(self):
        import importlib

        # By its name, which the build does not know: what it knows is refused by it.
        importlib.import_module("_".join(["not", "valid"]))

    def do_thread(self):
        import threading

        threading.Thread(target=print).start()

    def do_process(self):
        import subprocess

        subprocess.run(["ls"])

    def do_socket(self):
        import socket

        socket.create_connection(("127.0.0.1", 80))

    def do_ssl(self):
        import ssl  # noqa: F401
