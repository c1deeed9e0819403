"""What may be emitted: lists, tuples, and dicts by the names of the fields."""

import unittest
from collections import Counter, OrderedDict, deque, namedtuple
from types import MappingProxyType

from stormcell import Bolt, Spout, Stream, nullable, text
from stormcell.testing import BoltTester, SpoutTester, TaskError

Pair = namedtuple("Pair", "word n")


class Emitting(Bolt):
    """Emits what the test says."""

    inputs = {"line": text}
    outputs = [Stream(word=text, n=nullable(int)), Stream("one", fields={"user-id": text})]

    def process(self, tup):
        emit(self, tup)


def emitted(made):
    global emit
    emit = made
    return BoltTester(Emitting).run([["to be"]])


class OneRow(unittest.TestCase):
    def test_lists_and_tuples_of_any_kind(self):
        for values in (["a", 1], ("a", 1), Pair("a", 1)):
            result = emitted(lambda bolt, tup, values=values: bolt.emit(values))
            self.assertEqual(result.emitted(), [("a", 1)])

    def test_a_tuple_of_the_input_is_one(self):
        result = emitted(lambda bolt, tup: bolt.emit(tup, "one"))
        self.assertEqual(result.emitted("one"), [("to be",)])

    def test_a_dict_by_the_names_of_the_fields_in_any_order(self):
        for values in (
            {"n": 1, "word": "a"},
            OrderedDict(word="a", n=1),
            MappingProxyType({"n": 1, "word": "a"}),
        ):
            result = emitted(lambda bolt, tup, values=values: bolt.emit(values))
            self.assertEqual(result.emitted(), [("a", 1)])
        result = emitted(lambda bolt, tup: bolt.emit({"user-id": "7"}, stream="one"))
        self.assertEqual(result.emitted("one"), [("7",)])

    def test_a_dict_has_all_fields_and_no_other(self):
        for values, expected in [
            ({"word": "a"}, "got none for 'n'"),
            ({"word": "a", "n": 1, "m": 2}, "got 'm', which is none of them"),
            (Counter(), "got none for 'word'"),
            ({1: "a"}, "got 1, which is none of them"),
            ({"word": 5, "n": 1}, "field word: expected text, got int 5"),
        ]:
            result = emitted(lambda bolt, tup, values=values: bolt.emit(values))
            self.assertIn(expected, result.failed[0])
            self.assertEqual(result.emitted(), [])

    def test_anything_else_is_refused_at_the_line_that_emits(self):
        for values, expected in [
            ("ab", r"got str 'ab'; emit a list, also of one value: emit\(\[value\]\)"),
            (b"ab", "got bytes b'ab'"),
            (bytearray(b"ab"), "got bytearray"),
            ({"a", "b"}, "got set .*it has no order"),
            (frozenset("ab"), "got frozenset .*it has no order"),
            ({"a": 1, "b": 2}.keys(), "got dict_keys .*it has no order"),
            ({"a": 1, "b": 2}.values(), "got dict_values"),
            ((x for x in "ab"), "got generator .*emit a list of what it gives"),
            (map(str, "ab"), "got map"),
            (deque("ab"), r"got deque.*: emit\(list\(...\)\)"),
            (range(2), r"got range.*: emit\(list\(...\)\)"),
            (None, "got NoneType None"),
            (5, "got int 5"),
            (Emitting, "got type"),
        ]:
            with self.subTest(values=values):
                result = emitted(lambda bolt, tup, values=values: bolt.emit(values))
                self.assertRegex(result.failed[0], "EmitError: stream default: .*" + expected)
                self.assertIn("in <lambda>", result.failed[0])
                self.assertIn("test_emitted.py", result.failed[0])
                self.assertEqual((result.emitted(), result.acked), ([], []))

    def test_the_same_holds_on_other_streams_and_for_spouts(self):
        result = emitted(lambda bolt, tup: bolt.emit("a", "one"))
        self.assertIn("stream one: expected a list of 1 (user-id: text)", result.failed[0])

        class Words(Spout):
            outputs = [Stream(word=text)]

            def next_tuple(self):
                self.emit({"word": "a"})
                self.emit("b")

        with self.assertRaisesRegex(TaskError, "got str 'b'"):
            SpoutTester(Words).next()

    def test_anchors_are_a_list_of_tuples(self):
        for anchors, expected in [
            (5, "got int 5"),
            ("ab", "got str 'ab'"),
            (b"\0", "got bytes"),
            ({0: "kept"}, "got dict"),
            ([None], "expected a tuple of an input stream, as `process` is given it, got NoneType"),
            (["a"], "got str 'a'"),
        ]:
            for make in (
                lambda bolt, anchors: bolt.emit(["a", 1], anchors=anchors),
                lambda bolt, anchors: bolt.emit_many([["a"], [1]], anchors=anchors),
            ):
                with self.subTest(anchors=anchors):
                    result = emitted(lambda bolt, tup, a=anchors, make=make: make(bolt, a))
                    self.assertIn(expected, result.failed[0])
        for anchors in (lambda tup: tup, lambda tup: {tup}):
            made = lambda bolt, tup, a=anchors: bolt.emit_many([["a"], [1]], anchors=a(tup))  # noqa: E731
            self.assertIn("EmitError: anchors", emitted(made).failed[0])
        for anchors in (lambda tup: {tup}, lambda tup: (each for each in [tup])):
            made = lambda bolt, tup, a=anchors: bolt.emit(["a", 1], anchors=a(tup))  # noqa: E731
            self.assertEqual(emitted(made).emissions[0].anchors, (0,))


class ManyRows(unittest.TestCase):
    def test_columns_in_order_or_by_the_names_of_the_fields(self):
        for columns in ([["a", "b"], range(2)], (("a", "b"), deque([0, 1]))):
            result = emitted(lambda bolt, tup, columns=columns: bolt.emit_many(columns))
            self.assertEqual(result.emitted(), [("a", 0), ("b", 1)])
        named = {"n": [0, 1], "word": ["a", "b"]}
        result = emitted(lambda bolt, tup: bolt.emit_many(named))
        self.assertEqual(result.emitted(), [("a", 0), ("b", 1)])

    def test_what_has_no_order_or_is_no_list_is_refused(self):
        for columns, expected in [
            ("ab", "expected 2 columns .* got str 'ab'"),
            ({"word": ["a"]}, "got none for 'n'"),
            (iter([["a"], [1]]), "got list_iterator"),
            (None, "got NoneType"),
            ([{"a"}, [1]], "field word: expected a list of values, got set"),
            ([["a"], {1: 2}.keys()], "field n: expected a list of values, got dict_keys"),
            ([["a"], {0: 2}], "field n: expected a list of values, got dict"),
            ([(x for x in "a"), [1]], "field word: expected a list of values, got generator"),
            (["a", [1]], "field word: expected a list of values, got str 'a'"),
            ([["a"], 1], "field n: expected a list of values, got int 1"),
        ]:
            with self.subTest(columns=columns):
                result = emitted(lambda bolt, tup, columns=columns: bolt.emit_many(columns))
                self.assertRegex(result.failed[0], "EmitError: stream default.*" + expected)


if __name__ == "__main__":
    unittest.main()
