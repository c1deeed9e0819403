"""Values of every type through the columns of the boundary."""

import math
import unittest
from datetime import datetime, timedelta, timezone
from enum import Enum, IntEnum

from stormcell import FieldError, Microseconds, Stream, json, nullable, text, timestamp
from stormcell.buffers import Buffer, cells_of_columns
from stormcell.columns import Column, decode, encode

UTC = timezone.utc


def through(kind, *values):
    """The values as the next component sees them, row by row and as a column."""
    stream = Stream(fields={"v": kind})
    field = stream.fields[0]
    buffer = Buffer(0, stream, None)
    for value in values:
        buffer.put([value])
    (column,) = buffer.encode()
    (cells,) = cells_of_columns(stream, [values])
    assert encode(field, cells) == column
    return decode(field, column)


class RoundTrips(unittest.TestCase):
    def test_every_type(self):
        for kind, values in [
            (bool, [True, False]),
            (int, [0, -1, 2**63 - 1, -(2**63)]),
            (float, [0.0, 1.5, math.inf, -math.inf, 5e-324, 1.7976931348623157e308]),
            (text, ["", "a", "grün 😀", "", "line\nbreak"]),
            (bytes, [b"", b"\0\xff", b"\0"]),
            (timestamp, [datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)]),
            (timestamp, [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]),
            (timestamp, [Microseconds(2**63 - 1), Microseconds(-(2**63))]),
            (json, [None, True, 1, 2**70, 1.0, "a\0b", [], {"b": [1], "a": None}, "😀"]),
        ]:
            with self.subTest(kind=kind):
                self.assertEqual(through(kind, *values), values)
                many = nullable(kind)
                if kind is not json:
                    self.assertEqual(through(many, *values, None), [*values, None])
                    self.assertEqual(through(many, None, *values), [None, *values])
                    self.assertEqual(through(many, None, None), [None, None])
                self.assertEqual(through(many, *values), values)

    def test_odd_floats_keep_their_bits(self):
        minus, nan = through(float, -0.0, math.nan)
        self.assertEqual(math.copysign(1, minus), -1)
        self.assertTrue(math.isnan(nan))

    def test_text_with_the_separator_crosses_separately(self):
        field = Stream(v=text).fields[0]
        self.assertEqual(encode(field, ["a", "b"]).payload, "a\0b")
        self.assertEqual(encode(field, ["a\0b", "c"]).payload, ["a\0b", "c"])
        self.assertEqual(encode(field, [""]).payload, "")
        self.assertEqual(through(text, "a\0b", "\0", ""), ["a\0b", "\0", ""])

    def test_json_is_written_without_spaces_and_in_the_order_of_its_keys(self):
        field = Stream(v=json).fields[0]
        (cells,) = cells_of_columns(Stream(v=json), [[{"b": [1, 2], "a": "é"}, "\ud800"]])
        self.assertEqual(encode(field, cells).payload, '{"b":[1,2],"a":"é"}\0"\\ud800"')

    def test_null_in_nullable_json_is_a_null_of_the_field(self):
        self.assertEqual(through(json.nullable, None, 1), [None, 1])
        field = Stream(v=json.nullable).fields[0]
        self.assertEqual(encode(field, [None, "1"]), Column("\x001", b"\1\0"))
        self.assertEqual(encode(Stream(v=json).fields[0], ["null"]), Column("null", None))

    def test_relatives_of_a_type_are_taken(self):
        class Colour(IntEnum):
            RED = 1

        class Word(str, Enum):
            A = "a"

        self.assertEqual(through(int, Colour.RED), [1])
        self.assertEqual(through(text, Word.A), ["a"])
        self.assertEqual(through(float, 1), [1.0])
        self.assertEqual(through(bytes, bytearray(b"x"), memoryview(b"y")), [b"x", b"y"])
        zone = timezone(timedelta(hours=2))
        self.assertEqual(
            through(timestamp, datetime(2026, 1, 1, 2, tzinfo=zone)),
            [datetime(2026, 1, 1, tzinfo=UTC)],
        )

    def test_moments_cross_with_their_offset_taken_off_from_the_first_year_to_the_last(self):
        east, west = (timezone(timedelta(hours=hours)) for hours in (14, -12))
        half = timezone(timedelta(hours=5, minutes=45, microseconds=1))
        first, last = datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999_999)
        for moment in [
            first.replace(tzinfo=UTC),
            first.replace(tzinfo=west),
            last.replace(tzinfo=UTC),
            last.replace(tzinfo=east),
            datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=half),
        ]:
            with self.subTest(moment=moment):
                (there,) = through(timestamp, moment)
                self.assertEqual(there, moment)
                self.assertEqual(there.utcoffset(), timedelta(0))

    def test_moments_that_are_in_no_year_of_utc_cross_as_microseconds(self):
        zone = timezone(timedelta(hours=14))
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        early = datetime(1, 1, 1, tzinfo=zone)
        late = datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-12)))
        for moment in [early, late]:
            with self.subTest(moment=moment):
                (there,) = through(timestamp, moment)
                self.assertIsInstance(there, Microseconds)
                self.assertEqual(there, (moment - epoch) // timedelta(microseconds=1))


class Refusals(unittest.TestCase):
    def test_what_does_not_fit_is_named(self):
        class Hostile:
            def __repr__(self):
                raise RuntimeError

        for kind, value, expected in [
            (bool, 1, "expected bool, got int 1"),
            (int, True, "expected int, got bool True"),
            (int, 1.0, "expected int, got float 1.0"),
            (int, 2**63, "expected int of 64 bits"),
            (float, "1", "expected float, got str '1'"),
            (float, 10**400, "expected float of 64 bits"),
            (text, b"a", "expected text, got bytes b'a'"),
            (text, None, "got NoneType None, and the field is not nullable"),
            (bytes, "a", "expected bytes, got str 'a'"),
            (timestamp, datetime(2026, 1, 1), "has no time zone"),
            (timestamp, 5, "expected timestamp (an aware datetime)"),
            (timestamp, Microseconds(2**63), "expected 64-bit Microseconds"),
            (json, {1, 2}, "expected json (Object of type set"),
            (json, math.inf, "expected json (Out of range float"),
            (text, Hostile(), "a value whose repr() fails"),
            (text, ["x" * 500], "..."),
        ]:
            with self.subTest(kind=kind, expected=expected):
                for put in (
                    lambda k=kind, v=value: Buffer(0, Stream("s", v=k), None).put([v]),
                    lambda k=kind, v=value: cells_of_columns(Stream("s", v=k), [[v]]),
                ):
                    with self.assertRaises(FieldError) as caught:
                        put()
                    said = str(caught.exception)
                    self.assertIn("stream s, field v: ", said)
                    self.assertIn(expected, said)
                    self.assertLess(len(said), 300)

    def test_json_that_is_too_deep_is_named(self):
        deep = []
        for _ in range(100_000):
            deep = [deep]
        with self.assertRaises(FieldError) as caught:
            Buffer(0, Stream("s", v=json), None).put([deep])
        said = str(caught.exception)
        self.assertIn("stream s, field v: expected json (nested too deep: ", said)
        self.assertLess(len(said), 400)


if __name__ == "__main__":
    unittest.main()
