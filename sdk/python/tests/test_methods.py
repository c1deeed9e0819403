"""What a class must be like to be built, and what its methods may return."""

import asyncio
import collections
import functools
import functools
import unittest

from stormcell import (
    BatchingBolt,
    Bolt,
    CustomGrouping,
    DeclarationError,
    ReliableSpout,
    Spout,
    Stream,
    text,
)
from stormcell.testing import BoltTester, GroupingTester, SpoutTester, TaskError

INPUTS = {"line": text}
OUTPUTS = [Stream(word=text)]
LOOP = asyncio.new_event_loop()
unittest.addModuleCleanup(LOOP.close)


def defined(base, **contents):
    return type("B", (base,), contents)


async def coroutine(*arguments):
    pass


def generator(*arguments):
    yield 1


async def both(*arguments):
    yield 1


class Awaiting:
    def __call__(self, tup):
        return coroutine()


class Called:
    async def __call__(self, tup):
        pass


class Methods(unittest.TestCase):
    def refused(self, expected, base=Bolt, **contents):
        with self.assertRaisesRegex(DeclarationError, expected):
            defined(base, **contents)

    def test_every_method_that_is_called_is_refused_if_a_call_would_do_nothing(self):
        names = {
            Bolt: "prepare process process_batch process_tick close ack fail emit keep",
            BatchingBolt: "prepare group_key process_batch process_tick close",
            Spout: "prepare activate deactivate next_tuple next_batch ack fail close emit",
            CustomGrouping: "prepare choose choose_batch",
        }
        kinds = {coroutine: "coroutine function", generator: "generator", both: "asynchronous"}
        for base, methods in names.items():
            for name in methods.split():
                for method, kind in kinds.items():
                    with self.subTest(base=base, name=name, kind=kind):
                        self.refused(
                            f"test_methods.py, line [0-9]+: B.{name} is an? {kind}",
                            base,
                            **{name: method},
                        )

    def test_methods_are_found_however_they_are_defined(self):
        for method in (
            staticmethod(coroutine),
            classmethod(coroutine),
            functools.partial(coroutine, 1),
            functools.partialmethod(coroutine),
            Called(),
        ):
            with self.subTest(method=method):
                self.refused("B.process is a coroutine function", process=method)

        class Mixin:
            async def process(self, tup):
                pass

        with self.assertRaisesRegex(DeclarationError, "Mixin.process is a coroutine"):
            type("C", (Mixin, Bolt), {})
        self.refused("B.process: expected a method, got int 5", process=5)
        self.refused("B.close: expected a method, got NoneType", close=None)

    def test_the_error_says_what_to_do(self):
        self.refused("asyncio.run", process=coroutine)
        self.refused(r"emit them with self.emit", process=generator)

    def test_a_method_that_cannot_be_called_with_what_it_is_given_is_refused(self):
        self.refused(r"write def process\(self, tup\)", process=lambda self: None)
        self.refused(r"write def prepare\(self, context\)", prepare=lambda self, conf, ctx: None)
        self.refused(r"write def close\(self, reason\)", close=lambda self: None)
        self.refused(
            r"write def process_batch\(self, key, tups\)",
            BatchingBolt,
            process_batch=lambda self, batch: None,
        )
        defined(Bolt, process=lambda self, tup, extra=None: None, close=lambda *args: None)
        defined(Bolt, process=staticmethod(lambda tup: None))
        defined(Bolt, ack=lambda self, tup, why: None)

    def test_settings_are_what_they_are_taken_for(self):
        self.refused("B.auto_ack: expected True or False, got 'no'", auto_ack="no")
        self.refused("B.ticks_between_batches: .* got 0", BatchingBolt, ticks_between_batches=0)

    def test_what_a_plain_method_returns_and_nobody_runs_fails_its_row_only(self):
        class Returning(Bolt):
            inputs = INPUTS
            outputs = OUTPUTS

            def process(self, tup):
                self.emit([tup.line])
                made = {
                    "coroutine": lambda: coroutine(),
                    "generator": lambda: generator(),
                    "both": lambda: both(),
                    "iterator": lambda: map(str, [1]),
                    "future": lambda: asyncio.Future(loop=LOOP),
                    "list": lambda: ["x"],
                }
                return made.get(tup.line, lambda: None)()

        result = BoltTester(Returning).run(
            [[line] for line in "coroutine a generator both iterator future b list".split()]
        )
        self.assertEqual(result.emitted(), [("a",), ("b",)])
        self.assertEqual(result.acked, [1, 6])
        for row, expected in [
            (0, "process returned a coroutine of coroutine .*test_methods.py, line "),
            (2, "process returned a generator of generator"),
            (3, "process returned an asynchronous generator of both"),
            (4, r"process returned an iterator \(map\)"),
            (5, "process returned a .*Future, which is awaited"),
            (7, "process returned a list, which nobody emits"),
        ]:
            self.assertRegex(result.failed[row], "ReturnError: " + expected)

    def test_what_has_values_or_is_to_be_called_is_an_error_and_what_is_empty_is_not(self):
        class Own:
            def __iter__(self):
                return iter([["a"]])

        made = {
            "items": lambda bolt, tup: {"a": 1}.items(),
            "deque": lambda bolt, tup: collections.deque([["x"]]),
            "range": lambda bolt, tup: range(3),
            "own": lambda bolt, tup: Own(),
            "partial": lambda bolt, tup: functools.partial(bolt.emit, ["x"]),
            "method": lambda bolt, tup: bolt.ack,
            "list": lambda bolt, tup: [],
            "text": lambda bolt, tup: "",
            "dict": lambda bolt, tup: {},
            "number": lambda bolt, tup: 5,
            "true": lambda bolt, tup: True,
        }

        class Returning(Bolt):
            inputs = INPUTS
            outputs = OUTPUTS

            def process(self, tup):
                return made[tup.line](self, tup)

        result = BoltTester(Returning).run([[name] for name in made])
        self.assertEqual(result.acked, [6, 7, 8, 9, 10])
        for row, expected in [
            (0, "process returned a dict_items, which nobody emits; .* self.emit"),
            (1, "process returned a deque, which nobody emits"),
            (2, "process returned a range, which nobody emits"),
            (3, "process returned a Own, which nobody emits"),
            (4, "process returned partial functools.partial.*, which nobody calls; call it"),
            (5, "process returned method .*, which nobody calls; call it"),
        ]:
            self.assertRegex(result.failed[row], "ReturnError: " + expected)

    def test_settings_of_the_object_are_honoured_or_refused(self):
        class Own(Bolt):
            inputs = INPUTS
            outputs = OUTPUTS

            def prepare(self, context):
                self.auto_ack = self.auto_anchor = False

            def process(self, tup):
                self.emit(["x"])

        result = BoltTester(Own).run([["a"], ["b"]])
        self.assertEqual((result.acked, result.kept), ([], [0, 1]))
        self.assertEqual([each.anchors for each in result.emissions], [(), ()])

        class Wrong(Own):
            def __init__(self):
                self.auto_ack = "no"

            def prepare(self, context):
                pass

        with self.assertRaisesRegex(TaskError, "Wrong.auto_ack: expected True or False, got 'no'"):
            BoltTester(Wrong)

        class Late(Own):
            def prepare(self, context):
                self.outputs = []

        line = Late.prepare.__code__.co_firstlineno + 1
        expected = (
            f"test_methods.py, line {line}: Late.outputs is set on the object, and is read from "
            "the class only: write outputs = ... in the class"
        )
        with self.assertRaisesRegex(TaskError, expected):
            BoltTester(Late)

        class Spouts(Spout):
            outputs = OUTPUTS

            def prepare(self, context):
                self.log_level = 10

            def next_tuple(self):
                pass

        with self.assertRaisesRegex(TaskError, "Spouts.log_level is set on the object"):
            SpoutTester(Spouts)

        class Reading(Own):
            def prepare(self, context):
                self.inputs = []

            def process(self, tup):
                self.inputs.append(tup.line)

        self.assertEqual(BoltTester(Reading).run([["a"]]).acked, [0])

    def test_a_decorated_coroutine_is_found_when_it_returns(self):
        class Decorated(Bolt):
            inputs = INPUTS
            process = Awaiting()

        (reason,) = BoltTester(Decorated).run([["a"]]).failed.values()
        self.assertIn("process returned a coroutine", reason)

    def test_other_calls_that_return_what_nobody_runs_fail(self):
        lazy = staticmethod(lambda *arguments: coroutine())
        with self.assertRaisesRegex(TaskError, "prepare returned a coroutine"):
            BoltTester(defined(Bolt, inputs=INPUTS, process=print, prepare=lazy))
        bolt = BoltTester(
            defined(Bolt, inputs=INPUTS, process_batch=lazy, process_tick=lazy, close=lazy)
        )
        self.assertIn("process_batch returned", bolt.run([["a"]]).failed[0])
        with self.assertRaisesRegex(TaskError, "process_tick returned"):
            bolt.tick()
        with self.assertRaisesRegex(TaskError, "close returned"):
            bolt.close()
        batching = BoltTester(defined(BatchingBolt, inputs=INPUTS, process_batch=lazy))
        batching.run([["a"]])
        self.assertIn("process_batch returned", batching.tick().failed[0])
        spout = SpoutTester(defined(Spout, outputs=OUTPUTS, next_tuple=lazy, ack=lazy))
        with self.assertRaisesRegex(TaskError, "next_tuple returned"):
            spout.next()
        spout.ack(1)
        self.assertIn("ack returned a coroutine", spout.host.logs[0][1])
        grouping = GroupingTester(defined(CustomGrouping, inputs=INPUTS, choose=lazy))
        with self.assertRaisesRegex(TaskError, "choose returned"):
            grouping.choose([["a"]])

    def test_a_class_without_the_method_that_does_its_work_is_refused(self):
        for base, expected in [
            (Bolt, r"no method process\(self, tup\) or process_batch\(self, batch\)"),
            (BatchingBolt, r"no method process_batch\(self, key, tups\)"),
        ]:
            with self.assertRaisesRegex(DeclarationError, expected):
                BoltTester(defined(base, inputs=INPUTS))
        with self.assertRaisesRegex(DeclarationError, r"no method next_tuple\(self\)"):
            SpoutTester(defined(Spout))
        with self.assertRaisesRegex(DeclarationError, r"no method choose\(self, tup\)"):
            GroupingTester(defined(CustomGrouping, inputs=INPUTS))

    def test_a_reliable_spout_is_not_told_and_says_so(self):
        for name in ("ack", "fail"):
            self.refused(
                f"B.{name} is never called: the host keeps and replays",
                ReliableSpout,
                **{name: lambda self, tup_id: None},
            )


if __name__ == "__main__":
    unittest.main()
