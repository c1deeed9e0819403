"""What becomes of log lines."""

import contextlib
import io
import logging
import logging.config
import sys
import unittest
import unittest.mock
import warnings

from stormcell import Bolt, text
from stormcell.testing import BoltTester
from stormcell.tracebacks import call_folders, describe_error, in_names
from stormcell import tracebacks


class Loud:
    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__


def logged(log):
    class Logging(Bolt):
        inputs = {"line": text}
        log_level = logging.DEBUG

        def process(self, tup):
            log(self, tup)

    tester = BoltTester(Logging)
    result = tester.run([["to be"]])
    assert result.acked == [0], result.failed
    return tester.host.logs


class Lines(unittest.TestCase):
    def test_a_line_with_a_wrong_format_is_logged_as_cpython_would_say_it(self):
        for log, expected in [
            (lambda bolt, tup: bolt.log.error("cannot store %d", tup.line), ["TypeError: %d"]),
            (lambda bolt, tup: bolt.log.error("%s", 1, 2), ["not all arguments converted"]),
            (lambda bolt, tup: bolt.log.error("%s %s", 1), ["not enough arguments"]),
            (lambda bolt, tup: bolt.log.error("no place", tup.line), ["Message: 'no place'"]),
            (lambda bolt, tup: bolt.log.error("%(a)s", {"b": 1}), ["KeyError: 'a'"]),
            (lambda bolt, tup: bolt.log.error("%q", 1), ["unsupported format character"]),
            (lambda bolt, tup: bolt.log.error("%s", Loud()), ["RuntimeError: no text", "(a Loud"]),
            (lambda bolt, tup: bolt.log.error(Loud()), ["Message: a Loud whose repr() raises"]),
        ]:
            ((level, message),) = logged(log)
            self.assertEqual(level, "error")
            for part in ["--- Logging error ---", "test_logs.py, line ", "Arguments: ", *expected]:
                self.assertIn(part, message)

    def test_its_message_and_its_arguments_are_shown(self):
        ((_, message),) = logged(lambda bolt, tup: bolt.log.error("store %d", tup.line))
        self.assertIn("Message: 'store %d'\nArguments: ('to be',)", message)

    def test_other_loggers_too(self):
        log = logging.getLogger("of.somebody")
        ((_, message),) = logged(lambda bolt, tup: log.warning("%d", "x"))
        self.assertIn("of.somebody: --- Logging error ---", message)

    def test_log_can_be_called_as_in_streamparse(self):
        lines = logged(lambda bolt, tup: [bolt.log("a %s"), bolt.log("b", level="warn")])
        self.assertEqual(lines, [("info", "a %s"), ("warn", "b")])
        lines = logged(lambda bolt, tup: bolt.log("c", level="trace"))
        self.assertEqual(lines, [], "below the level of the class")


class Configured(unittest.TestCase):
    """The host is told, whatever an author's code does to `logging`."""

    def setUp(self):
        root = logging.getLogger()
        before = list(root.handlers)
        self.addCleanup(lambda: setattr(root, "handlers", before))

    def lines_after(self, configure):
        class Configuring(Bolt):
            inputs = {"line": text}

            def prepare(self, context):
                configure()

            def process(self, tup):
                self.log.error("important %s", tup.line)
                logging.getLogger("mine").error("mine")

        with contextlib.redirect_stderr(io.StringIO()):
            tester = BoltTester(Configuring)
            tester.run([["x"]])
        return tester.host.logs

    def test_what_removes_handlers_does_not_remove_that_of_the_host(self):
        def assigned():
            logging.getLogger().handlers = []

        console = {
            "version": 1,
            "handlers": {"c": {"class": "logging.StreamHandler"}},
            "root": {"level": "INFO", "handlers": ["c"]},
            "loggers": {"mine": {}},
        }
        for configure in [
            lambda: logging.config.dictConfig(console),
            lambda: logging.basicConfig(force=True, level=logging.INFO),
            lambda: logging.getLogger().handlers.clear(),
            lambda: logging.getLogger().removeHandler(logging.getLogger().handlers[0]),
            assigned,
        ]:
            expected = [("error", "important x"), ("error", "mine: mine")]
            self.assertEqual(self.lines_after(configure), expected)

    def test_what_loggers_that_do_not_propagate_write_to_the_output_is_told_once(self):
        log = logging.getLogger("mine")
        handlers = [logging.StreamHandler(), logging.StreamHandler(), logging.NullHandler()]

        def configure():
            log.propagate = False
            log.handlers = handlers
            for handler in handlers[:-1]:
                handler.setStream(sys.stderr)

        self.addCleanup(setattr, log, "propagate", True)
        self.addCleanup(setattr, log, "handlers", [])
        with contextlib.redirect_stderr(io.StringIO()):
            lines = self.lines_after_inside(configure)
        self.assertEqual(lines, [("error", "important x"), ("error", "mine: mine")])
        handlers[:2] = []
        self.assertEqual(self.lines_after(configure), [("error", "important x")])

    def lines_after_inside(self, configure):
        with unittest.mock.patch("contextlib.redirect_stderr", contextlib.nullcontext):
            return self.lines_after(configure)


class Warned(unittest.TestCase):
    def warned(self, process):
        call_folders({"/2": "waiting"})
        self.addCleanup(tracebacks._names.clear)
        scope = {}
        exec(compile(process, "/2/waiting.py", "exec"), scope)
        bolt = type("Waiting", (Bolt,), {"inputs": {"line": text}, "process": scope["process"]})
        with warnings.catch_warnings(record=True):
            warnings.simplefilter("default")
            tester = BoltTester(bolt)
            self.assertEqual(tester.run([["a"], ["b"]]).failed, {})
        return tester.host.logs

    def test_a_coroutine_that_nobody_runs_is_told_once_with_its_line(self):
        lines = self.warned(
            "async def work(tup):\n    pass\n\ndef process(self, tup):\n    work(tup)\n"
        )
        expected = (
            "py.warnings: waiting/waiting.py, line 5: RuntimeWarning: coroutine 'work' was never "
            "awaited; nothing of it was done: write asyncio.run(...) around the call"
        )
        self.assertEqual(lines, [("warn", expected)])

    def test_other_warnings_are_told_too(self):
        lines = self.warned("def process(self, tup):\n    import warnings; warnings.warn('old')\n")
        expected = "py.warnings: waiting/waiting.py, line 2: UserWarning: old"
        self.assertEqual(lines, [("warn", expected)])


class Names(unittest.TestCase):
    def setUp(self):
        before = dict(tracebacks._names)
        self.addCleanup(lambda: tracebacks._names.update(before))
        self.addCleanup(tracebacks._names.clear)

    def test_files_have_the_names_that_their_author_knows(self):
        call_folders({"/2": "upper", "/3": "site-packages"})
        self.assertEqual(in_names("/2/a/b.py"), "upper/a/b.py")
        self.assertEqual(in_names("/3/six.py"), "site-packages/six.py")
        self.assertEqual(in_names("/23/b.py"), "/23/b.py")
        self.assertEqual(in_names(describe_error.__code__.co_filename), "stormcell/tracebacks.py")
        code = compile("def f():\n    raise KeyError('GET /2/items')\n", "/2/upper.py", "exec")
        scope = {}
        exec(code, scope)
        try:
            try:
                scope["f"]()
            except KeyError as error:
                raise ExceptionGroup("several", [error]) from error
        except ExceptionGroup as error:
            said = describe_error(error)
        self.assertEqual(said.count('File "upper/upper.py", line 2, in f'), 2)
        self.assertIn("KeyError: 'GET /2/items'", said)
        self.assertNotIn('"/2/', said)

    def test_files_that_are_missing_have_them_too(self):
        call_folders({"/2": "upper"})
        try:
            try:
                open("/2/nothing.csv")
            except OSError as error:
                raise KeyError("/2/nothing") from error
        except KeyError as error:
            said = describe_error(error)
        self.assertIn("No such file or directory: 'upper/nothing.csv'", said)
        self.assertIn("KeyError: '/2/nothing'", said)

    def test_tracebacks_that_are_logged_have_them_too(self):
        call_folders({"/2": "upper"})
        scope = {}
        exec(compile("def f():\n    raise KeyError\n", "/2/upper.py", "exec"), scope)

        def log(bolt, tup):
            try:
                scope["f"]()
            except KeyError:
                bolt.log.exception("failed")

        ((_, message),) = logged(log)
        self.assertIn('File "upper/upper.py", line 2, in f', message)


if __name__ == "__main__":
    unittest.main()
