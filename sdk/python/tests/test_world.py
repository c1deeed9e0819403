"""The exports of each world, with bindings that stand in for the generated ones."""

import re
import unittest

from stormcell import BatchingBolt, Bolt, CustomGrouping, Spout, Stream, json, nullable, text
from stormcell.columns import pack
from tests import fake_bindings

wit, made, told, calls = fake_bindings.install()

from stormcell.world import bolt, grouping, note, spout  # noqa: E402

KINDS = wit.ValueType


def joined(*values, nulls=None):
    return wit.Column(wit.Values_Texts(wit.Text_Joined("\0".join(values))), nulls)


def context(*inputs):
    tasks = [wit.ComponentTasks("me", [3, 4])]
    return wit.Context("top", "me", 3, 0, 2, list(inputs), [], tasks)


class Words(Bolt):
    """Splits."""

    inputs = {"lines": {"line": text}}
    outputs = [Stream(word=nullable(text), raw=bytes, j=json), Stream("d", n=int, direct=True)]
    config_schema = {"type": "object"}
    capabilities = ["stdout"]

    def prepare(self, context):
        self.context = context
        if self.config.get("broken"):
            raise RuntimeError("not ready")

    def process(self, tup):
        if tup.line == "bad":
            raise RuntimeError("by intent")
        if tup.line == "keep":
            self.keep(tup)
            return
        self.emit([tup.line or None, b"\xff", {"a": 1}])
        self.emit([len(tup.line)], "d", direct_task=4, anchors=[tup, tup])
        self.log.error("seen")
        self.metrics.count("lines")

    def close(self, reason):
        self.emit([f"a\0{reason}", b"", None])


LINES = wit.InputStream("lines", "default", [wit.Field("line", KINDS.TEXT, False)])


def prepared():
    task = bolt.export(Words)()
    task.prepare(context(LINES))
    return task


class BoltWorld(unittest.TestCase):
    def setUp(self):
        told["config"] = "{}"
        calls.clear()

    def test_it_describes_itself(self):
        said = bolt.export(Words)().describe()
        self.assertEqual((said.summary, said.text_form), ("Splits", wit.TextForm.JOINED))
        self.assertEqual(said.config_schema, '{"type": "object"}')
        self.assertEqual(said.capabilities, [wit.Capability.STDOUT])
        field = wit.Field("line", KINDS.TEXT, False)
        self.assertEqual(said.inputs, [wit.InputRequirement("lines", [field])])
        self.assertEqual(
            [(of.name, of.direct) for of in said.outputs], [("default", False), ("d", True)]
        )
        self.assertEqual(said.outputs[0].fields[0], wit.Field("word", KINDS.TEXT, True))

    def test_a_call_with_everything_in_it(self):
        batch = wit.Batch(0, 9, 100, 4, [joined("ab", "bad", "keep", "")])
        said = prepared().execute([batch])
        first, direct = said.emissions
        self.assertEqual((first.output, first.rows, first.direct_task), (0, 2, None))
        self.assertEqual(
            first.columns,
            [
                joined("ab", "", nulls=b"\0\1"),
                wit.Column(
                    wit.Values_ByteStrings(wit.ByteStrings_Separate([b"\xff", b"\xff"])), None
                ),
                wit.Column(wit.Values_Jsons(wit.Text_Joined('{"a":1}\0{"a":1}')), None),
            ],
        )
        self.assertEqual(first.anchors, wit.Anchors_Each(pack("I", [100, 103])))
        self.assertEqual((direct.output, direct.direct_task), (1, 4))
        self.assertEqual(direct.columns, [wit.Column(wit.Values_Integers(pack("q", [2, 0])), None)])
        lists = wit.NumberLists(pack("I", [0, 2, 4]), pack("I", [100, 100, 103, 103]))
        self.assertEqual(direct.anchors, wit.Anchors_Lists(lists))
        self.assertEqual(said.kept, wit.Kept_These(pack("I", [102])))
        self.assertEqual([failed.row for failed in said.failed], [101])
        self.assertIn("RuntimeError: by intent", said.failed[0].reason)
        self.assertIn("raise RuntimeError", said.failed[0].reason)
        self.assertEqual((said.acked, said.extended), (b"", b""))
        self.assertEqual(calls, [("ERROR", "seen"), ("lines", 1)] * 2)

    def test_every_form_of_text_is_taken(self):
        for form in (
            wit.Text_Joined("a\0b"),
            wit.Text_Separate(["a", "b"]),
            wit.Text_Packed(wit.Packed([0, 1, 2], b"ab")),
        ):
            batch = wit.Batch(0, 9, 0, 2, [wit.Column(wit.Values_Texts(form), None)])
            said = prepared().execute([batch])
            self.assertEqual(said.emissions[0].columns[0], joined("a", "b"))

    def test_errors_of_whole_calls_and_the_end(self):
        told["config"] = '{"broken": true}'
        with self.assertRaises(fake_bindings.Err) as caught:
            prepared()
        self.assertIn("RuntimeError: not ready", caught.exception.value)
        told["config"] = "{}"
        said = prepared().close(wit.CloseReason.STOPPED)
        self.assertEqual(said.emissions[0].anchors, wit.Anchors_None_())
        self.assertEqual(
            said.emissions[0].columns[0],
            wit.Column(wit.Values_Texts(wit.Text_Separate(["a\0stopped"])), None),
        )
        self.assertEqual(prepared().tick(5).emissions, [])

    def test_state_is_that_of_the_imports(self):
        class Keeping(Words):
            def process(self, tup):
                self.state.set(tup.line, tup.line.encode())
                self.state.remove("b")
                self.emit([",".join(self.state.keys()), self.state.get("a"), None])

        task = bolt.export(Keeping)()
        task.prepare(context(LINES))
        said = task.execute([wit.Batch(0, 9, 0, 2, [joined("a", "b")])])
        self.assertEqual(said.emissions[0].columns[0], joined("a", "a"))
        self.assertEqual(told["state"], {"a": b"a"})
        said = task.execute([wit.Batch(0, 9, 0, 1, [joined("")])])
        self.assertIn("StateError: an empty key", said.failed[0].reason)

    def test_only_a_class_of_the_world_can_be_exported(self):
        with self.assertRaisesRegex(TypeError, "derived from stormcell.Spout"):
            spout.export(Words)


class SpoutWorld(unittest.TestCase):
    def test_rows_of_each_tracking(self):
        class Mixed(Spout):
            outputs = [Stream(n=int)]
            seen = []
            idle_ms = 7

            def next_tuple(self):
                self.emit([1], tup_id=2**64 - 1)
                self.emit([2], replay=True)
                self.emit([3])
                self.ended = True

            def ack(self, tup_id):
                self.seen.append(("ack", tup_id))

            def fail(self, tup_id):
                self.seen.append(("fail", tup_id))

        task = spout.export(Mixed)()
        self.assertEqual(task.describe().inputs, [])
        told["config"] = "{}"
        task.prepare(context())
        task.activate()
        said = task.next(10)
        self.assertEqual((said.ended, said.idle_ms), (True, 7))
        self.assertEqual(
            [emission.tracking for emission in said.emissions],
            [
                wit.Tracking_Ids(b"\xff" * 8),
                wit.Tracking_ReplayedByHost(),
                wit.Tracking_None_(),
            ],
        )
        task.acked(b"\xff" * 8)
        task.failed(pack("Q", [5]))
        self.assertEqual(Mixed.seen, [("ack", 2**64 - 1), ("fail", 5)])
        task.deactivate()
        task.close(wit.CloseReason.FINISHED)


class GroupingWorld(unittest.TestCase):
    def test_choices(self):
        class Length(CustomGrouping):
            inputs = {"line": text}

            def choose(self, tup):
                return len(tup.line) if tup.line else []

        task = grouping.export(Length)()
        self.assertEqual(task.describe().text_form, wit.TextForm.JOINED)
        task.prepare(made.GroupingContext("top", LINES, 9, [4, 5, 6]))
        self.assertEqual(task.choose(2, [joined("a", "bb")]), made.Choice_Each(pack("I", [1, 2])))
        lists = wit.NumberLists(pack("I", [0, 1, 1]), pack("I", [1]))
        self.assertEqual(task.choose(2, [joined("a", "")]), made.Choice_Lists(lists))
        with self.assertRaises(fake_bindings.Err) as caught:
            task.choose(1, [joined("aaa")])
        self.assertIn("0 to 2, got 3", caught.exception.value)


class Note(unittest.TestCase):
    def test_it_names_the_methods_of_the_author_that_each_exported_function_calls(self):
        said = note.note(Words)
        self.assertEqual(list(said["calls"]), ["prepare", "close", "execute"])
        self.assertRegex(said["calls"]["execute"], r"^Words.process at .*test_world.py:[0-9]+$")
        self.assertFalse(said["works-at-ticks"])
        ticking = type("Ticking", (Words,), {"process_tick": lambda self, now: None})
        self.assertTrue(note.note(ticking)["works-at-ticks"])

        class Gathering(BatchingBolt):
            def __init__(self):
                super().__init__()

            def prepare(self, context):
                pass

            def process_batch(self, key, tups):
                pass

            process_tick = staticmethod(lambda now: None)

        said = note.note(Gathering)
        self.assertTrue(said["works-at-ticks"])
        self.assertEqual(list(said["calls"]), ["prepare", "tick"])
        for export, methods in [
            ("prepare", ["__init__", "prepare"]),
            ("tick", ["process_batch", "process_tick"]),
        ]:
            self.assertEqual(re.findall(r"Gathering.(\S+)", said["calls"][export]), methods)

    def test_all_kinds_of_components_have_one(self):
        class Ending(Spout):
            def next_tuple(self):
                pass

            def fail(self, tup_id):
                pass

        class Length(CustomGrouping):
            def choose(self, tup):
                return 0

        self.assertEqual(list(note.note(Ending)["calls"]), ["next", "failed"])
        self.assertEqual(list(note.note(Length)["calls"]), ["choose"])


if __name__ == "__main__":
    unittest.main()
