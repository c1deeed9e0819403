"""Whole columns: values of a batch, what is handed on, and what is emitted at once."""

import unittest
from datetime import datetime, timezone

from stormcell import Bolt, Stream, json, nullable, text, timestamp
from stormcell.columns import Column, cells_of, concat, decode, encode
from stormcell.schema import Field, FieldType, Kind
from stormcell.testing import BoltTester
from stormcell.texts import Texts
from stormcell.values import Values

MOMENT = datetime(2023, 11, 14, 22, 13, 20, 123456, timezone.utc)

FIELDS = {
    "b": bool,
    "i": nullable(int),
    "f": float,
    "t": nullable(text),
    "y": bytes,
    "at": nullable(timestamp),
    "j": nullable(json),
}
ROWS = [
    (True, -5, 1.5, "a", b"\x00\xff", MOMENT, {"a": [1]}),
    (False, None, -0.0, None, b"", None, None),
    (True, 2**63 - 1, float("inf"), "", b"y", MOMENT, "text"),
]


def values_of(declared, listed):
    field = Field("v", declared)
    return Values(field, encode(field, listed), len(listed))


def whole(outputs, work, inputs):
    """A tester of a bolt that works on batches."""

    class Whole(Bolt):
        def process_batch(self, batch):
            work(self, batch)

    Whole.inputs = inputs
    Whole.outputs_ = tuple(outputs)
    return BoltTester(Whole, fields=inputs)


class ValuesAreRead(unittest.TestCase):
    def test_like_a_list(self):
        words = values_of(FieldType(Kind.TEXT), ["a", "b", "a"])
        self.assertEqual(list(words), ["a", "b", "a"])
        self.assertEqual(words, ["a", "b", "a"])
        self.assertEqual(words, values_of(FieldType(Kind.TEXT), ["a", "b", "a"]))
        self.assertNotEqual(words, ["a"])
        self.assertEqual((words[1], words[-1], words[1:]), ("b", "a", ["b", "a"]))
        self.assertEqual((len(words), words.count("a"), words.index("b")), (3, 2, 1))
        self.assertEqual(list(reversed(words)), ["a", "b", "a"])
        self.assertIn("b", words)
        self.assertNotIn("c", words)
        self.assertEqual(repr(words), "['a', 'b', 'a']")
        with self.assertRaises(TypeError):
            hash(words)

    def test_and_are_decoded_once(self):
        words = values_of(FieldType(Kind.TEXT), ["a"])
        self.assertIsNone(words._decoded)
        self.assertEqual(len(words), 1)
        self.assertIsNone(words._decoded)
        self.assertIs(words[0], words[0])


class TextsAreWorkedOnAllAtOnce(unittest.TestCase):
    SAMPLES = (
        ["a b", "", " c  d ", "e"],
        ["a b", None, "", "c d"],
        ["a\0b c", " d", ""],
        ["ΑΣ", "ΣΑΣ b", "straße ẞ", "\U0001f600 x"],
        [""],
        [],
    )

    def of(self, listed):
        field = Field("v", nullable(text))
        return Texts(field, encode(field, listed), len(listed))

    def test_as_one_by_one(self):
        for listed in self.SAMPLES:
            for separator in (None, " ", "  ", "\0", "b c", "Σ"):
                pieces = self.of(listed).split(separator)
                found = [[] if each is None else each.split(separator) for each in listed]
                self.assertEqual(list(pieces), sum(found, []), (listed, separator))
                self.assertEqual(pieces.counts, list(map(len, found)))
                self.assertEqual(len(pieces), sum(pieces.counts))
            for method in (str.lower, str.upper):
                made = getattr(self.of(listed), method.__name__)()
                one_by_one = [None if each is None else method(each) for each in listed]
                self.assertEqual(list(made), one_by_one)

    def test_without_a_separator_nothing_is_split(self):
        with self.assertRaisesRegex(ValueError, "empty separator"):
            self.of(["a"]).split("")

    def test_and_pieces_are_texts_again(self):
        pieces = self.of(["a,b c", "d"]).split(",").upper().split(" ")
        self.assertEqual((list(pieces), pieces.counts), (["A", "B", "C", "D"], [1, 2, 1]))

    def test_and_emitted_undecoded(self):
        def work(bolt, batch):
            words = batch.line.lower().split(" ")
            bolt.emit_many([words], counts=words.counts)
            seen.append(words)

        seen = []
        made = whole([Stream(word=text)], work, {"line": text})
        result = made.run([["To be"], ["OR"]])
        self.assertEqual(result.emitted(), [("to",), ("be",), ("or",)])
        self.assertEqual([each.anchors for each in result.emissions], [(0,), (0,), (1,)])
        self.assertIsNone(seen[0]._decoded)

    def test_nothing_is_left_of_blanks(self):
        def work(bolt, batch):
            words = batch.line.split()
            bolt.emit_many([words.upper()], counts=words.counts)

        result = whole([Stream(word=text)], work, {"line": text}).run([[" "], [""]])
        self.assertEqual((result.emissions, result.acked), ([], [0, 1]))


class ColumnsAreJoined(unittest.TestCase):
    def test_of_every_kind(self):
        for kind, cells in [
            (Kind.BOOLEAN, [True, False, None]),
            (Kind.INTEGER, [1, None, -(2**63)]),
            (Kind.FLOAT, [1.5, None, -0.0]),
            (Kind.TEXT, ["a", None, "ä\U0001f600"]),
            (Kind.TEXT, ["a\0b", None, ""]),
            (Kind.BYTES, [b"", None, b"\0"]),
            (Kind.TIMESTAMP, [0, None, 5]),
            (Kind.JSON, ["{}", None, "null"]),
        ]:
            field = Field("v", FieldType(kind, True))
            plain = [cell for cell in cells if cell is not None]
            parts = [cells, plain, cells[1:], cells[:1]]
            joined = concat([encode(field, part) for part in parts], list(map(len, parts)))
            self.assertEqual(cells_of(field, joined), cells + plain + cells[1:] + cells[:1])

    def test_without_nulls_there_are_none(self):
        field = Field("v", FieldType(Kind.INTEGER, True))
        joined = concat([encode(field, [1]), encode(field, [2])], [1, 1])
        self.assertIsNone(joined.nulls)
        self.assertEqual(decode(field, joined), [1, 2])


class WholeColumns(unittest.TestCase):
    def test_are_handed_on_undecoded(self):
        seen = []

        def work(bolt, batch):
            bolt.emit_many(batch.columns)
            seen.extend(batch.columns)

        stream = Stream(fields=FIELDS)
        result = whole([stream], work, FIELDS).run(ROWS)
        self.assertEqual(result.emitted(), ROWS)
        self.assertEqual([each.anchors for each in result.emissions], [(0,), (1,), (2,)])
        self.assertEqual({values._decoded for values in seen}, {None})

    def test_fit_the_field_that_they_are_emitted_as(self):
        inputs = {"i": nullable(int)}
        emit = lambda bolt, batch: bolt.emit_many([batch.i])  # noqa: E731
        for declared, rows, expected in [
            (int, [[1], [2]], None),
            (int, [[1], [None]], "field v: expected int, got NoneType None"),
            (nullable(int), [[1], [None]], None),
            (float, [[1], [2]], None),
            (text, [[1], [2]], "field v: expected text, got int 1"),
        ]:
            result = whole([Stream(v=declared)], emit, inputs).run(rows)
            if expected is None:
                self.assertEqual(result.emitted(), [tuple(row) for row in rows])
            else:
                self.assertIn(expected, result.failed[0])

    def test_keep_their_order_among_rows(self):
        def work(bolt, batch):
            bolt.emit_many([batch.line])
            bolt.emit(["one"], anchors=[batch.handles[1]])
            bolt.emit_many([["two", "three"]])
            bolt.emit_many([batch.line], anchors=[])

        result = whole([Stream(word=text)], work, {"line": text}).run([["a"], ["b"]])
        words = [word for (word,) in result.emitted()]
        self.assertEqual(words, ["a", "b", "one", "two", "three", "a", "b"])
        anchors = [each.anchors for each in result.emissions]
        self.assertEqual(anchors, [(0,), (1,), (1,), (0,), (1,), (), ()])

    def test_of_a_batch_that_fails_are_taken_back(self):
        def work(bolt, batch):
            bolt.emit_many([batch.line])
            if "bad" in batch.line:
                raise ValueError("bad line")

        made = whole([Stream(word=text)], work, {"line": text})
        batches = [["a"], ["b"]], [["bad"], ["c"]], [["d"], ["e"]]
        calls = [
            made._task.batch(
                0, [encode(Field("line", FieldType(Kind.TEXT)), [r[0] for r in rows])], 9, 10 * i, 2
            )
            for i, rows in enumerate(batches)
        ]
        outcome = made._task.execute(calls)
        self.assertEqual(outcome.emissions[0].columns, [Column("a\0b\0d\0e", None)])
        self.assertEqual([handle for handle, _ in outcome.failed], [10, 11])
        self.assertEqual(list(memoryview(outcome.emissions[0].anchors).cast("I")), [0, 1, 20, 21])

    def test_stay_where_a_later_text_is_not_unicode(self):
        def work(bolt, batch):
            bolt.emit_many([batch.line])
            if "bad" in batch.line:
                bolt.emit(["\udc00"])

        made = whole([Stream(word=text)], work, {"line": text})
        field = Field("line", FieldType(Kind.TEXT))
        calls = [
            made._task.batch(0, [encode(field, listed)], 9, 10 * i, 2)
            for i, listed in enumerate([["a", "b"], ["bad", "c"], ["d", "e"]])
        ]
        outcome = made._task.execute(calls)
        self.assertEqual(outcome.emissions[0].columns, [Column("a\0b\0d\0e", None)])
        self.assertEqual([handle for handle, _ in outcome.failed], [10, 11])

    def test_take_subclasses_for_what_they_are(self):
        class Loud(str):
            def __str__(self):
                return self.upper()

        def work(bolt, batch):
            bolt.emit_many([[Loud("x"), Loud("y\0z")]])

        result = whole([Stream(word=text)], work, {"line": text}).run([["a"], ["b"]])
        self.assertEqual(result.emitted(), [("x",), ("y\0z",)])
        self.assertEqual({type(word) for (word,) in result.emitted()}, {str})


class Counts(unittest.TestCase):
    def run_with(self, work, lines=("a b", "", "c")):
        made = whole([Stream(word=text)], work, {"line": text})
        return made.run([[line] for line in lines])

    def test_say_how_many_rows_come_from_each(self):
        def split(bolt, batch):
            found = [line.split() for line in batch.line]
            bolt.emit_many([sum(found, [])], counts=map(len, found))

        result = self.run_with(split)
        self.assertEqual(result.emitted(), [("a",), ("b",), ("c",)])
        self.assertEqual([each.anchors for each in result.emissions], [(0,), (0,), (2,)])
        self.assertEqual(result.acked, [0, 1, 2])

    def test_may_all_be_zero(self):
        result = self.run_with(lambda bolt, batch: bolt.emit_many([[]], counts=[0, 0, 0]))
        self.assertEqual((result.emissions, result.acked), ([], [0, 1, 2]))

    def test_of_one_row_may_be_many(self):
        work = lambda bolt, batch: bolt.emit_many([["x", "y"]], counts=[2])  # noqa: E731
        result = self.run_with(work, lines=["a"])
        self.assertEqual([each.anchors for each in result.emissions], [(0,), (0,)])

    def test_that_do_not_fit_are_refused(self):
        for counts, expected in [
            ([1, 1], "expected one for each of 3 rows, got 2"),
            ([1, 1, 1], "2 rows, but 3 rows in counts"),
            ([3, 0, -1], "expected a number of rows, got -1"),
            ([1, 1.0, 0], "expected a number of rows, got 1.0"),
        ]:
            work = lambda bolt, batch: bolt.emit_many([["x", "y"]], counts=counts)  # noqa: B023, E731
            result = self.run_with(work)
            self.assertEqual(list(result.failed), [0, 1, 2])
            self.assertIn(expected, result.failed[0])
            self.assertEqual(result.emissions, [])

    def test_are_for_batches_and_instead_of_anchors(self):
        both = lambda bolt, batch: bolt.emit_many([["x"]], anchors=[0], counts=[1, 0, 0])  # noqa: E731
        self.assertIn("anchors or counts, not both", self.run_with(both).failed[0])

        class ByRow(Bolt):
            inputs = {"line": text}
            outputs = [Stream(word=text)]

            def process(self, tup):
                self.emit_many([["x"]], counts=[1])

        self.assertIn("there is none here", BoltTester(ByRow).run([["a"]]).failed[0])


if __name__ == "__main__":
    unittest.main()
