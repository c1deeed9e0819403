"""JSON that is nested too deep, as components write and read it."""

import importlib
import json
import sys
import types
import unittest

from stormcell.kept.json_depth import (
    DEEPEST,
    adapt_encoder,
    adapt_scanner,
    check_text,
    check_value,
)


def nested(depth):
    value = "x"
    for level in range(depth):
        value = [value] if level % 2 else {"k": value}
    return value


class Values(unittest.TestCase):
    def test_what_is_too_deep_is_refused(self):
        for depth in (10_000, 100_000):
            with self.assertRaisesRegex(RecursionError, "nested more than"):
                check_value(nested(depth))

    def test_others_are_not(self):
        for value in (nested(500), 1, "x", None, [], {"a": [1, 2.5, None, True, "é"]}):
            check_value(value)

    def test_what_marshal_cannot_store_is_left_to_json(self):
        check_value([object()])


class Texts(unittest.TestCase):
    def test_the_bound(self):
        for depth, deep in ((DEEPEST, False), (DEEPEST + 1, True), (100_000, True)):
            for text in ("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth):
                if deep:
                    self.assertRaises(RecursionError, check_text, text)
                else:
                    check_text(text)

    def test_brackets_side_by_side_and_in_texts_are_no_depth(self):
        check_text("[" + ",".join(["[{}]"] * 5_000) + "]")
        check_text(json.dumps(["[" * 5_000, '\\"[{' * 5_000]))

    def test_what_is_no_json_is_left_to_the_reader(self):
        for text in ("]" * 5_000 + "[" * 5_000, '"' + "[" * 5_000, "[}" * 5_000):
            check_text(text)
        self.assertRaises(RecursionError, check_text, "[" * 5_000)

    def test_only_what_is_read_counts(self):
        check_text("[" * 5_000 + "]" * 5_000, 10_000)


class Modules(unittest.TestCase):
    """The modules of the standard library, once they are changed."""

    def setUp(self):
        names = [name for name in sys.modules if name == "json" or name.startswith("json.")]
        before = {name: sys.modules.pop(name) for name in names}
        self.addCleanup(sys.modules.update, before)
        encoder = importlib.import_module("json.encoder")
        adapt_encoder(encoder)
        scanner = importlib.import_module("json.scanner")
        adapt_scanner(scanner)
        decoder = importlib.import_module("json.decoder")
        self.dumps = encoder.JSONEncoder(separators=(",", ":")).encode
        self.loads = decoder.JSONDecoder().decode

    def test_values_are_written_and_read_as_before(self):
        value = {"a": [1, 2.5, None, True, "é"], "b": nested(100)}
        self.assertEqual(self.loads(self.dumps(value)), value)
        self.assertEqual(self.loads(" [1] "), [1])
        self.assertRaises(ValueError, self.loads, "[1")

    def test_what_is_too_deep_raises_an_error(self):
        self.assertRaises(RecursionError, self.dumps, nested(100_000))
        self.assertRaises(RecursionError, self.loads, "[" * 100_000 + "]" * 100_000)

    def test_an_interpreter_without_the_fast_encoder(self):
        module = types.SimpleNamespace(c_make_encoder=None)
        adapt_encoder(module)
        self.assertIsNone(module.c_make_encoder)
