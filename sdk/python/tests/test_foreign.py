"""Names of other frameworks, and slips of the keyboard."""

import importlib
import sys
import tempfile
import unittest
from pathlib import Path

from stormcell import BatchingBolt, Bolt, CustomGrouping, DeclarationError, Spout, text


def defined(base, **contents):
    return type("B", (base,), contents)


def nothing(self, *arguments):
    pass


class Names(unittest.TestCase):
    def refused(self, expected, base=Bolt, **contents):
        with self.assertRaisesRegex(DeclarationError, expected):
            defined(base, **contents)

    def test_methods_of_other_frameworks_are_refused_with_what_to_write(self):
        for base, name, expected in [
            (Bolt, "initialize", r"write prepare\(self, context\)"),
            (Spout, "initialize", r"write prepare\(self, context\)"),
            (CustomGrouping, "initialize", r"write prepare\(self, context\)"),
            (Spout, "open", r"write prepare\(self, context\)"),
            (Bolt, "process_tuple", r"write process\(self, tup\)"),
            (Bolt, "execute", r"write process\(self, tup\)"),
            (Spout, "nextTuple", r"write next_tuple\(self\)"),
            (Spout, "next", r"write next_tuple\(self\)"),
            (Spout, "acked", r"write ack\(self, tup_id\)"),
            (Bolt, "process_tick_tuple", r"write process_tick\(self, now\)"),
            (Bolt, "tick", r"write process_tick\(self, now\)"),
            (Bolt, "processTick", r"write process_tick\(self, now\)"),
            (Bolt, "cleanup", r"write close\(self, reason\)"),
            (Bolt, "run", "the host calls prepare"),
            (Bolt, "declareOutputFields", r"write outputs = \[Stream"),
            (CustomGrouping, "chooseTasks", r"write choose\(self, tup\)"),
            (Bolt, "initialise", r"write prepare\(self, context\)"),
            (Bolt, "intialize", r"write prepare\(self, context\)"),
            (Bolt, "setup", r"write prepare\(self, context\)"),
            (Spout, "teardown", r"write close\(self, reason\)"),
            (Bolt, "on_close", r"write close\(self, reason\)"),
            (Bolt, "process_tuple_", r"write process\(self, tup\)"),
        ]:
            with self.subTest(name=name):
                message = f"test_foreign.py, line [0-9]+: B.{name} is never called here: "
                self.refused(message + expected, base, **{name: nothing})

    def test_attributes_of_other_frameworks_are_refused_with_what_to_write(self):
        self.refused("OUTPUT_FIELDS is never read here: write outputs", OUTPUT_FIELDS=["word"])
        self.refused("OPTIONS is never read here: write config_schema", OPTIONS=["a"])
        # The topology says how often a bolt is ticked, and the host warns if it does not.
        defined(BatchingBolt, process_batch=nothing, secs_between_batches=1)
        self.refused("max_fails .*: set `max-replays`", Spout, max_fails=3)

    def test_slips_of_the_keyboard_are_refused(self):
        for base, name, expected in [
            (Bolt, "proccess", "process"),
            (Bolt, "proces", "process"),
            (Bolt, "porcess", "process"),
            (Bolt, "Process", "process"),
            (Bolt, "prepair", "prepare"),
            (Bolt, "process_tikc", "process_tick"),
            (BatchingBolt, "proces_batch", "process_batch"),
            (BatchingBolt, "groupKey", "group_key"),
            (Spout, "next_tupel", "next_tuple"),
            (CustomGrouping, "chose", "choose"),
        ]:
            with self.subTest(name=name):
                self.refused(rf"write {expected}\(self", base, **{name: nothing})
        self.refused(r"output is never read here: write outputs = ", output=[])
        self.refused(r"write inputs = ", input={"line": text})
        self.refused(r"write auto_ack = ", autoAck=False)
        for name in ("idle_msec", "idle_msecs", "idle_milliseconds", "idel_ms", "idlems"):
            self.refused(f"B.{name} is never read here: write idle_ms = ", Spout, **{name: 1})
        self.refused("B.tick_freq_secs is never read here: write `tick`", tick_freq_secs=1)
        defined(Bolt, tick_freq_secs_of_all=1, idle_msec=5)

    def test_all_of_them_are_told_with_their_lines(self):
        source = (
            "from stormcell import Bolt\n\n\nclass B(Bolt):\n    auto_akc: bool = False\n"
            "    input = (\n        {}\n    )\n\n    def proces(self, tup):\n        input = 1\n"
        )
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "foreign_module.py").write_text(source)
            sys.path.insert(0, folder)
            self.addCleanup(sys.path.remove, folder)
            with self.assertRaises(DeclarationError) as caught:
                importlib.import_module("foreign_module")
        self.assertEqual(
            str(caught.exception).replace(folder, ""),
            "/foreign_module.py, line 5: B.auto_akc is never read here: write auto_ack = ...\n"
            "/foreign_module.py, line 6: B.input is never read here: write inputs = ...\n"
            "/foreign_module.py, line 10: B.proces is never called here: write process(self, tup)",
        )

    def test_what_the_author_uses_himself_is_his_own(self):
        class Own(Bolt):
            output = None
            open = 5
            finished = True

            def prepare(self, context):
                self.initialize()
                self.output = self.open

            def initialize(self):
                pass

            def process(self, tup):
                getattr(self, "execute")(tup)

            def execute(self, tup):
                return self.closed

            @property
            def closed(self):
                return self.processed()

            def processed(self):
                return 1

            def helper(self):
                pass

        # Not like the method that is missing: it cannot be called like that.
        defined(Bolt, process=nothing, closes=lambda self: None)
        defined(Bolt, process=nothing, processes=nothing)
        defined(CustomGrouping, choose=nothing, next=nothing, tick=nothing)

    def test_a_name_that_only_itself_uses_is_not_used(self):
        class Base:
            def initialize(self, conf, ctx):
                super().initialize(conf, ctx)

        with self.assertRaisesRegex(DeclarationError, "Base.initialize is never called"):
            type("B", (Base, Bolt), {"process": nothing})


if __name__ == "__main__":
    unittest.main()
