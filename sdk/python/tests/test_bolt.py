"""What happens to a bolt's rows: emits, acks, fails, kept rows, errors."""

import asyncio
import sys
import unittest
from datetime import datetime, timezone

from stormcell import (
    Bolt,
    EmitError,
    FieldError,
    StateError,
    Stream,
    TupleStateError,
    json,
    nullable,
    text,
)
from stormcell.testing import BoltTester, TaskError


class Commands(Bolt):
    """Runs the function that its test put under the name in the row."""

    inputs = {"command": text}
    outputs = [Stream(word=text), Stream("notes", note=text, n=nullable(int))]

    def prepare(self, context):
        self.held = []
        self.commands = {}

    def process(self, tup):
        self.commands[tup.command](self, tup)


def tester(**commands):
    made = BoltTester(Commands)
    made.bolt.commands.update(commands)
    return made


def emit_command(bolt, tup):
    bolt.emit([tup.command])


def keep(bolt, tup):
    bolt.keep(tup)
    bolt.held.append(tup)


class Rows(unittest.TestCase):
    def test_emits_are_anchored_and_rows_are_acked(self):
        def twice(bolt, tup):
            bolt.emit(["x"])
            bolt.emit(("y",))

        result = tester(one=emit_command, twice=twice, none=lambda *_: None).run(
            [["one"], ["none"], ["twice"]]
        )
        self.assertEqual(result.emitted(), [("one",), ("x",), ("y",)])
        self.assertEqual([each.anchors for each in result.emissions], [(0,), (2,), (2,)])
        self.assertEqual(result.acked, [0, 1, 2])
        self.assertEqual(result.failed, {})

    def test_anchors_can_be_none_or_many(self):
        def mixed(bolt, tup):
            bolt.emit(["free"], anchors=[])
            bolt.emit(["own"])
            bolt.emit(["both"], anchors=[*bolt.held, tup])
            bolt.emit(["self"], anchors=[tup, tup])

        bolt = tester(keep=keep, mixed=mixed)
        self.assertEqual(bolt.run([["keep"]]).kept, [0])
        result = bolt.run([["mixed"]])
        self.assertEqual([each.anchors for each in result.emissions], [(), (1,), (0, 1), (1, 1)])

    def test_an_emitted_list_may_be_used_again(self):
        def reuse(bolt, tup):
            row = ["a", 1]
            bolt.emit(row, "notes")
            row[0] = "b"
            bolt.emit(row, "notes")

        result = tester(reuse=reuse).run([["reuse"]])
        self.assertEqual(result.emitted("notes"), [("a", 1), ("b", 1)])


class Errors(unittest.TestCase):
    def test_an_exception_fails_its_row_only_and_takes_everything_back(self):
        def bad(bolt, tup):
            bolt.emit(["lost"])
            bolt.emit(["lost", 1], "notes")
            bolt.ack(bolt.held[0])
            bolt.keep(tup)
            raise RuntimeError("by intent")

        def join(bolt, tup):
            bolt.emit(["joined"], anchors=[bolt.held[0], tup])
            bolt.ack(bolt.held[0])

        bolt = tester(keep=keep, bad=bad, join=join, ok=emit_command)
        bolt.run([["keep"]])
        result = bolt.run([["ok"], ["bad"], ["ok"]])
        self.assertEqual(result.emitted(), [("ok",), ("ok",)])
        self.assertEqual([each.anchors for each in result.emissions], [(1,), (3,)])
        self.assertEqual(result.emitted("notes"), [])
        self.assertEqual(result.acked, [1, 3])
        self.assertEqual(result.kept, [])
        self.assertEqual(list(result.failed), [2])
        reason = result.failed[2]
        self.assertIn("RuntimeError: by intent", reason)
        self.assertIn("test_bolt.py", reason)
        self.assertNotIn("bolt_task.py", reason)
        result = bolt.run([["join"]])
        self.assertEqual(result.acked, [0, 4])

    def test_what_is_no_exception_fails_its_row_only_too(self):
        class Own(BaseException):
            pass

        def cancelled(bolt, tup):
            async def work():
                asyncio.current_task().cancel()
                await asyncio.sleep(0)

            asyncio.run(work())

        def raising(error):
            def command(bolt, tup):
                bolt.emit(["lost"])
                raise error

            return command

        commands = {
            "SystemExit: bye": lambda bolt, tup: sys.exit("bye"),
            "KeyboardInterrupt": raising(KeyboardInterrupt),
            "GeneratorExit": raising(GeneratorExit),
            "Own: mine": raising(Own("mine")),
            "BaseExceptionGroup: g": raising(BaseExceptionGroup("g", [KeyboardInterrupt()])),
            "CancelledError": cancelled,
        }
        bolt = tester(ok=emit_command, **commands)
        for said in commands:
            with self.subTest(said):
                result = bolt.run([["ok"], [said], ["ok"]])
                self.assertEqual(result.emitted(), [("ok",), ("ok",)])
                (reason,) = result.failed.values()
                self.assertIn(said, reason)
                self.assertIn("test_bolt.py", reason)

    def test_what_is_no_exception_fails_other_calls_with_its_traceback(self):
        def leave(*arguments):
            sys.exit(3)

        for name in ("prepare", "process_tick", "close", "process_batch"):
            contents = {"inputs": {"line": text}, "process": leave, name: leave}
            cls = type("Leaving", (Bolt,), contents)
            with self.subTest(name):
                if name == "process_batch":
                    (reason,) = BoltTester(cls).run([["x"]]).failed.values()
                    self.assertIn("SystemExit: 3", reason)
                    continue
                with self.assertRaisesRegex(TaskError, "test_bolt.py(.|\n)*SystemExit: 3"):
                    made = BoltTester(cls)
                    made.tick() if name == "process_tick" else made.close()

    def test_an_error_whose_text_ends_the_program_is_told(self):
        class Odd(Exception):
            def __str__(self):
                sys.exit(3)

        def odd(bolt, tup):
            raise Odd

        self.assertIn("Odd", tester(odd=odd).run([["odd"]]).failed[0])

    def test_values_that_do_not_fit_are_named(self):
        for values, stream, expected in [
            ([5], "default", "stream default, field word: expected text, got int 5"),
            ([None], "default", "not nullable"),
            (["a", 2**63], "notes", "stream notes, field n: expected int of 64 bits"),
            (["a", True], "notes", "field n: expected int, got bool True"),
            (["a"], "notes", "expected a list of 2 (note: text, n: int?), got 1 value"),
            ("word", "default", "emit a list"),
            (5, "default", "got int"),
            (["a"], "nowhere", "no stream 'nowhere' in Commands.outputs"),
        ]:
            with self.subTest(values=values):
                bolt = tester(run=lambda bolt, tup, v=values, s=stream: bolt.emit(v, s))
                result = bolt.run([["run"]])
                self.assertIn(expected, result.failed[0])
                self.assertEqual(result.emissions, [])

    def test_keys_that_are_one_in_json_are_refused(self):
        class Documents(Bolt):
            inputs = {"line": text}
            outputs = [Stream(doc=json)]

            def process(self, tup):
                self.emit([documents[tup.line]])

        documents = {
            "number": {1: "a", "1": "b"},
            "deep": [{"x": {None: 1, "null": 2}}],
            "flag": {True: 1, "true": 2},
            "no": {False: 1, "false": 2},
            "float": {1.5: 1, "1.5": 2},
        }
        result = BoltTester(Documents).run([[name] for name in documents])
        self.assertEqual(len(result.failed), len(documents))
        self.assertIn(
            'stream default, field doc: expected json (two keys of a dict are "1" in JSON, where '
            "keys are texts: write texts that differ), got dict {1: 'a', '1': 'b'}",
            result.failed[0],
        )
        self.assertIn('two keys of a dict are "null"', result.failed[1])
        documents = {
            "numbers": {1: 2, 2: {1: 5}, True and None: 0, "x1": {"1": '"1":"1":'}, "2x": "1"},
            "several": [{"1": 2}, {"1": 3}, {"2024": 1, "2025": 1}],
        }
        result = BoltTester(Documents).run([[name] for name in documents])
        self.assertEqual(result.failed, {})

    def test_a_stream_that_is_no_name_is_told(self):
        for stream, shown in [([1], r"got list \[1\]"), (None, "got NoneType None")]:
            bolt = tester(run=lambda bolt, tup, s=stream: bolt.emit(["a"], s))
            self.assertRegex(
                bolt.run([["run"]]).failed[0],
                f"stream is the name of a stream, {shown}; for anchors write anchors=.tup.",
            )

    def test_the_author_can_catch_them(self):
        def careful(bolt, tup):
            with self.assertRaises(FieldError):
                bolt.emit([5])
            with self.assertRaises(EmitError):
                bolt.emit([])
            bolt.emit(["fine"])

        result = tester(careful=careful).run([["careful"]])
        self.assertEqual(result.emitted(), [("fine",)])

    def test_text_that_is_not_unicode_fails_only_its_row(self):
        def surrogate(bolt, tup):
            keep(bolt, tup)
            bolt.emit(["fine", 1], "notes", anchors=[])
            bolt.emit(["\ud800"])

        bolt = tester(bad=surrogate, ok=emit_command, keep=keep)
        result = bolt.run([["keep"], ["bad"], ["ok"]])
        self.assertIn("stream default, field word", result.failed[1])
        self.assertEqual(result.emitted("notes"), [])
        self.assertEqual([each.anchors for each in result.emissions], [(2,)])
        self.assertEqual((result.acked, result.kept), ([2], [0]))

    def test_a_tick_is_not_given_to_process(self):
        class Sink(Bolt):
            """counts what it is given"""

            inputs = {"t": str}

            def prepare(self, context):
                self.seen = []

            def process(self, tup):
                self.seen.append(tup.t)

        bolt = BoltTester(Sink)
        bolt.run([["a"]])
        for _ in range(3):
            result = bolt.tick()
            self.assertEqual((result.emissions, result.acked, result.failed), ([], [], {}))
        self.assertEqual(bolt.bolt.seen, ["a"])

    def test_an_exception_in_a_tick_fails_the_tick(self):
        class Ticking(Commands):
            def process_tick(self, now):
                self.emit(["lost"])
                raise RuntimeError("in a tick")

        bolt = BoltTester(Ticking)
        with self.assertRaisesRegex(TaskError, "in a tick"):
            bolt.tick()
        bolt.bolt.commands["ok"] = emit_command
        self.assertEqual(bolt.run([["ok"]]).emitted(), [("ok",)])

    def test_an_exception_in_prepare_is_told(self):
        class Unready(Commands):
            def prepare(self, context):
                self.emit(["early"])

        with self.assertRaisesRegex(TaskError, "emit cannot be called before prepare"):
            BoltTester(Unready)


class Acking(unittest.TestCase):
    def test_explicit_ack_and_fail(self):
        def ack(bolt, tup):
            bolt.ack(tup)
            bolt.emit(["acked"], anchors=[])

        bolt = tester(ack=ack, fail=lambda bolt, tup: bolt.fail(tup, "why"))
        result = bolt.run([["ack"], ["fail"]])
        self.assertEqual((result.acked, result.failed), ([0], {1: "why"}))

    def test_kept_rows_are_acked_failed_and_extended_later(self):
        def finish(bolt, tup):
            bolt.ack(bolt.held[0])
            bolt.fail(bolt.held[1], "dropped")
            bolt.extend_timeout(bolt.held[2])

        bolt = tester(keep=keep, finish=finish)
        bolt.run([["keep"], ["keep"], ["keep"]])
        result = bolt.run([["finish"]])
        self.assertEqual(result.acked, [0, 3])
        self.assertEqual(result.failed, {1: "dropped"})
        self.assertEqual(result.extended, [2])

    def test_a_row_kept_and_acked_in_one_call_is_not_kept(self):
        bolt = tester(keep=keep, ack=lambda bolt, tup: bolt.ack(bolt.held.pop()))
        result = bolt.run([["keep"], ["ack"]])
        self.assertEqual((result.acked, result.kept), ([0, 1], []))

    def test_what_is_gone_cannot_be_used_whether_in_the_same_call_or_later(self):
        def remember(bolt, tup):
            bolt.held.append(tup)

        def use(bolt, tup):
            for wrong in (
                lambda: bolt.ack(bolt.held[0]),
                lambda: bolt.fail(bolt.held[0]),
                lambda: bolt.keep(bolt.held[0]),
                lambda: bolt.extend_timeout(bolt.held[0]),
                lambda: bolt.emit(["x"], anchors=[bolt.held[0]]),
            ):
                with self.assertRaises(TupleStateError):
                    wrong()
            bolt.ack(tup)
            with self.assertRaises(TupleStateError):
                bolt.ack(tup)

        for rows in ([[["remember"], ["use"]]], [[["remember"]], [["use"]]]):
            bolt = tester(remember=remember, use=use)
            for call in rows:
                result = bolt.run(call)
                self.assertEqual(result.failed, {})
                self.assertEqual(result.emissions, [])

    def test_without_auto_ack_rows_stay_until_they_are_acked(self):
        class ByHand(Commands):
            auto_ack = False

        bolt = BoltTester(ByHand)
        bolt.bolt.commands.update(
            hold=lambda bolt, tup: bolt.held.append(tup),
            ack=lambda bolt, tup: (bolt.ack(tup), bolt.ack(bolt.held.pop())),
            bad=lambda bolt, tup: 1 / 0,
        )
        result = bolt.run([["hold"], ["hold"], ["ack"], ["bad"]])
        self.assertEqual((result.acked, result.kept, list(result.failed)), ([2, 1], [0], [3]))
        self.assertEqual(bolt.run([["ack"]]).acked, [4, 0])

    def test_without_auto_anchor_nothing_is_anchored(self):
        class Free(Commands):
            auto_anchor = False

        bolt = BoltTester(Free)
        bolt.bolt.commands["ok"] = emit_command
        result = bolt.run([["ok"]])
        self.assertEqual([each.anchors for each in result.emissions], [()])

    def test_without_auto_fail_the_error_is_logged_and_the_row_kept(self):
        class Stubborn(Commands):
            auto_fail = False

        bolt = BoltTester(Stubborn)
        bolt.bolt.commands["bad"] = lambda bolt, tup: 1 / 0
        result = bolt.run([["bad"]])
        self.assertEqual((result.failed, result.kept), ({}, [0]))
        self.assertIn("ZeroDivisionError", bolt.host.logs[0][1])


class Surroundings(unittest.TestCase):
    def test_state(self):
        class Keeping(Commands):
            def process(self, tup):
                before = self.state.get("count")
                count = int.from_bytes(before or b"", "little") + 1
                self.state.set("count", count.to_bytes(8, "little"))
                self.emit([str(count)])

        bolt = BoltTester(Keeping)
        bolt.run([["a"], ["b"]])
        self.assertEqual(bolt.run([["c"]]).emitted(), [("3",)])
        self.assertEqual(bolt.host.state, {"count": (3).to_bytes(8, "little")})
        again = BoltTester(Keeping, state=bolt.host.state)
        self.assertEqual(again.run([["d"]]).emitted(), [("4",)])
        self.assertEqual(bolt.host.state, {"count": (3).to_bytes(8, "little")})
        state = bolt.bolt.state
        for number in range(2_500):
            state.set(f"k{number}", b"")
        self.assertEqual(list(state.keys("k")), sorted(f"k{number}" for number in range(2_500)))
        state.remove("k7")
        state.remove("k7")
        self.assertIsNone(state.get("k7"))
        with self.assertRaises(StateError) as refused:
            state.set("k" * 1_025, b"")
        self.assertEqual(refused.exception.code, "invalid-key")
        with self.assertRaises(StateError) as refused:
            state.set("k", bytes((1 << 20) + 1))
        self.assertEqual(refused.exception.code, "value-too-large")
        with self.assertRaises(TypeError):
            state.set("k", "text")

    def test_tick_close_logs_metrics_and_configuration(self):
        class Full(Commands):
            config_schema = {"type": "object"}

            def process_tick(self, now):
                self.emit([now.isoformat()])
                self.log.warning("tick %d", 1)
                self.metrics.count("ticks", 2)
                self.metrics.gauge("load", 1.5)

            def close(self, reason):
                self.emit([f"{reason} {self.config['x']}"])

        bolt = BoltTester(Full, config={"x": 7})
        result = bolt.tick(datetime(2026, 1, 2, tzinfo=timezone.utc))
        self.assertEqual(result.emitted(), [("2026-01-02T00:00:00+00:00",)])
        self.assertEqual([each.anchors for each in result.emissions], [()])
        self.assertEqual(bolt.host.logs, [("warn", "tick 1")])
        self.assertEqual(bolt.host.counters, {"ticks": 2})
        self.assertEqual(bolt.host.gauges, {"load": 1.5})
        self.assertEqual(bolt.close("stopped").emitted(), [("stopped 7",)])

    def test_direct_streams(self):
        class Direct(Commands):
            outputs = [Stream(word=text), Stream("to", n=int, direct=True)]

            def process(self, tup):
                self.emit(["x"])
                if tup.command == "send":
                    self.emit([1], "to", direct_task=4)
                    self.emit([2], "to", direct_task=5, anchors=[])
                elif tup.command == "lost":
                    self.emit([3], "to", direct_task=4)
                    self.emit([4], "to")
                else:
                    self.emit(["y"], direct_task=4)

        result = BoltTester(Direct).run([["send"], ["lost"], ["wrong"], ["send"]])
        told = [(e.values, e.anchors, e.direct_task) for e in result.emissions if e.stream == "to"]
        self.assertEqual(told, [((1,), (0,), 4), ((1,), (3,), 4), ((2,), (), 5), ((2,), (), 5)])
        self.assertIn("a direct stream needs direct_task", result.failed[1])
        self.assertIn("only for direct streams", result.failed[2])


class WholeBatches(unittest.TestCase):
    def bolt(self, work, **options):
        class Whole(Bolt):
            inputs = {"line": text}
            outputs = [Stream(word=text)]

            def process_batch(self, batch):
                work(self, batch)

        return BoltTester(Whole, **options)

    def test_rows_are_anchored_one_to_one_or_as_told(self):
        def split(bolt, batch):
            words, anchors = [], []
            for line, row in zip(batch.line, batch.handles):
                found = line.split()
                words += found
                anchors += [row] * len(found)
            bolt.emit_many([words], anchors=anchors)

        result = self.bolt(split).run([["a b"], [""], ["c"]])
        self.assertEqual(result.emitted(), [("a",), ("b",), ("c",)])
        self.assertEqual([each.anchors for each in result.emissions], [(0,), (0,), (2,)])
        for work in (
            lambda bolt, batch: bolt.emit_many([batch.line]),
            lambda bolt, batch: bolt.emit_many([batch.line], anchors=batch.handles),
            lambda bolt, batch: bolt.emit_many([batch.line], anchors=list(batch)),
        ):
            result = self.bolt(work).run([["a"], ["b"]])
            self.assertEqual([each.anchors for each in result.emissions], [(0,), (1,)])
        result = self.bolt(lambda bolt, batch: bolt.emit_many([batch.line])).run([["a"], ["b"]])
        self.assertEqual([each.anchors for each in result.emissions], [(0,), (1,)])
        self.assertEqual(result.acked, [0, 1])

    def test_an_exception_fails_the_batch(self):
        for wrong, expected in [
            (lambda bolt, batch: bolt.emit_many([["a"]]), "1 rows emitted for a batch of 2"),
            (lambda bolt, batch: bolt.emit_many([["a", 5]]), "expected text, got int 5"),
            (lambda bolt, batch: bolt.emit_many([[], []]), "expected 1 columns"),
            (lambda bolt, batch: bolt.emit_many(["ab"]), "expected a list of values"),
            (lambda bolt, batch: bolt.emit_many([["a"]], anchors=[7]), "cannot be an anchor"),
            (lambda bolt, batch: bolt.emit_many([["\udc00", "a"]]), "not Unicode"),
            (lambda bolt, batch: batch.lines, "no field 'lines' in this batch"),
        ]:
            result = self.bolt(wrong).run([["a"], ["b"]])
            self.assertEqual(list(result.failed), [0, 1])
            self.assertIn(expected, result.failed[0])
            self.assertEqual(result.emissions, [])


if __name__ == "__main__":
    unittest.main()
