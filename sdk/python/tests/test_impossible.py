"""What a component cannot do, in a component and in tests of authors."""

import asyncio
import locale
import os
import socket
import subprocess
import sys
import threading
import types
import unittest
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

from stormcell import Bolt, Spout, Stream, text
from stormcell.kept.adapted import ADAPTED
from stormcell.logs import wire
from stormcell.testing import BoltTester, FakeHost, SpoutTester


def in_a_thread():
    threading.Thread(target=print).start()


CALLS = {
    "thread": (in_a_thread, "RuntimeError: a component has one thread"),
    "pool": (lambda: ThreadPoolExecutor().submit(print), "RuntimeError: a component has one"),
    "to_thread": (lambda: asyncio.run(asyncio.to_thread(print)), "a component has one thread"),
    "process": (lambda: subprocess.run(["true"]), "OSError: a component cannot start processes"),
    "system": (lambda: os.system("true"), "OSError: a component cannot start processes"),
    "connect": (
        lambda: socket.create_connection(("127.0.0.1", 9)),
        "OSError: a component has no sockets",
    ),
    "name": (lambda: socket.gethostbyname("localhost"), "OSError: a component has no sockets"),
}


class Calling(Bolt):
    inputs = {"line": text}
    outputs = [Stream(word=text)]

    def process(self, tup):
        self.emit([str(CALLS[tup.line][0]())])


class InTests(unittest.TestCase):
    def test_a_bolt_cannot_do_what_a_component_cannot(self):
        tester = BoltTester(Calling)
        for name, (_, said) in CALLS.items():
            with self.subTest(name):
                (reason,) = tester.run([[name]]).failed.values()
                self.assertIn(said, reason)
                if name != "to_thread":  # which raises again when it ends
                    self.assertNotIn("refusing.py", reason)

    def test_a_spout_neither(self):
        class Threads(Spout):
            outputs = [Stream(n=int)]

            def next_tuple(self):
                in_a_thread()

        with self.assertRaisesRegex(Exception, "a component has one thread"):
            SpoutTester(Threads).next()

    def test_the_test_itself_can(self):
        BoltTester(Calling).run([["thread"]])
        in_a_thread()
        self.assertEqual(subprocess.run([sys.executable, "-c", ""]).returncode, 0)

    def test_asyncio_works(self):
        class Waiting(Calling):
            def process(self, tup):
                async def work():
                    return await asyncio.gather(asyncio.sleep(0, "a"), asyncio.sleep(0, "b"))

                for word in asyncio.run(work()):
                    self.emit([word])

        self.assertEqual(BoltTester(Waiting).run([["x"]]).emitted(), [("a",), ("b",)])


class EventLoops(unittest.TestCase):
    """As they are in a component, where there are no pairs of sockets."""

    def setUp(self):
        class Loop(asyncio.SelectorEventLoop):
            pass

        module = types.SimpleNamespace(BaseSelectorEventLoop=Loop, socket=socket)
        ADAPTED["asyncio.selector_events"](module)
        self.loop = Loop
        patched = mock.patch("socket.socketpair", side_effect=PermissionError)
        patched.start()
        self.addCleanup(patched.stop)

    def run_in(self, coroutine):
        with asyncio.Runner(loop_factory=self.loop) as runner:
            return runner.run(coroutine)

    def test_tasks_timers_and_queues(self):
        async def work():
            queue = asyncio.Queue()

            async def put():
                await asyncio.sleep(0.001)
                await queue.put(5)

            found = await asyncio.gather(asyncio.sleep(0.002, 1), put(), queue.get())
            async with asyncio.timeout(0.001):
                await asyncio.sleep(10)
            return found

        with self.assertRaises(TimeoutError):
            self.run_in(work())
        self.assertEqual(self.run_in(asyncio.sleep(0, 7)), 7)

    def test_what_never_comes_is_an_error(self):
        async def work():
            await asyncio.get_running_loop().create_future()

        with self.assertRaisesRegex(RuntimeError, "waits for something that never comes"):
            self.run_in(work())


class Adapted(unittest.TestCase):
    """Modules of the standard library, as they are in a component."""

    def test_locales_that_are_not_there_are_refused(self):
        asked = []
        module = types.SimpleNamespace(
            setlocale=lambda category, locale=None: asked.append(locale) or "C",
            normalize=locale.normalize,
            _build_localename=locale._build_localename,
            Error=locale.Error,
        )
        ADAPTED["locale"](module)
        taken = [None, "", "C", "POSIX", "C.UTF-8", "C.utf8", "C.UTF-8;C;C", "LC_CTYPE=C;LC_TIME=C"]
        for name in taken:
            self.assertEqual(module.setlocale(locale.LC_ALL, name), "C")
        self.assertEqual(asked, taken)
        for name in ["de_DE.UTF-8", "de", ("de_DE", "UTF-8"), "C;de_DE"]:
            with self.assertRaisesRegex(locale.Error, "^unsupported locale setting$"):
                module.setlocale(locale.LC_ALL, name)
        self.assertEqual(asked, taken)

    def test_functions_that_need_openssl_say_so(self):
        module = types.ModuleType("hashlib")
        ADAPTED["hashlib"](module)
        for name in ("scrypt", "pbkdf2_hmac"):
            self.assertFalse(hasattr(module, name))
            with self.assertRaisesRegex(
                AttributeError, f"module 'hashlib' has no attribute '{name}': a component has no"
            ):
                getattr(module, name)
        with self.assertRaisesRegex(AttributeError, "^module 'hashlib' has no attribute 'x'$"):
            module.x


class Programs(unittest.TestCase):
    def test_there_is_a_name_of_the_program(self):
        with mock.patch.object(sys, "argv", []):
            wire(FakeHost(), "test", 20)
            self.assertEqual(sys.argv, [""])


if __name__ == "__main__":
    unittest.main()
