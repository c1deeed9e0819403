"""The `hash` that does not depend on the build."""

import os
import subprocess
import sys
import unittest
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from stormcell import CustomGrouping, text
from stormcell.hashing import stable_hash
from stormcell.testing import GroupingTester

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Colour(Enum):
    RED = 1


HOUR = timezone(timedelta(hours=1))
VALUES = [
    "",
    "zoë ☃",
    "\ud800",
    b"a\0",
    ("a", 1, None, (b"b",)),
    frozenset(["a", "b"]),
    Colour.RED,
    date(2024, 5, 1),
    datetime(2024, 5, 1, 12),
    datetime(2024, 5, 1, 12, tzinfo=HOUR),
    time(12, 30, 1, 5),
    timedelta(1, 2, 3),
    1.5,
    -1,
    2**70,
    True,
]


class ByPlace(CustomGrouping):
    """Chooses by the hash of a text."""

    inputs = {"word": text}

    def choose(self, tup):
        return hash(tup.word) % len(self.targets)


class Hashing(unittest.TestCase):
    def test_it_is_the_same_in_every_process(self):
        here = repr([stable_hash(value) for value in VALUES])
        code = (
            "from tests.test_hashing import VALUES, stable_hash\n"
            "print([stable_hash(value) for value in VALUES])"
        )
        for seed in ("1", "2"):
            told = subprocess.run(
                [sys.executable, "-c", code],
                env={**os.environ, "PYTHONHASHSEED": seed},
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=True,
            )
            self.assertEqual(told.stdout.strip(), here)
        # For ever, and on machines with words of another size.
        self.assertEqual(stable_hash("to be"), TO_BE)

    def test_what_is_equal_has_one_hash(self):
        class Name(str):
            pass

        for same in [
            [1, 1.0, True, Decimal(1), Fraction(1)],
            [0.5, Decimal("0.5"), Fraction(1, 2)],
            [("a", 1), ("a", 1.0), (Name("a"), True)],
            ["a", Name("a")],
            [b"ab", memoryview(b"ab")],
            [frozenset("ab"), frozenset("ba")],
            [datetime(2024, 5, 1, 12, tzinfo=HOUR), datetime(2024, 5, 1, 11, tzinfo=timezone.utc)],
            [time(12, tzinfo=HOUR), time(11, tzinfo=timezone.utc)],
            [datetime(2024, 5, 1), datetime(2024, 5, 1, fold=1)],
        ]:
            self.assertTrue(all(same[0] == each for each in same))
            self.assertEqual(len(set(map(stable_hash, same))), 1, same)

    def test_numbers_are_as_python_says_and_others_differ(self):
        for number in (0, 5, -1, -7, 2**31, 2**61, 10**30, 0.1, -2.5, 1e300):
            self.assertEqual(stable_hash(number), hash(number))
        self.assertEqual(len(set(map(stable_hash, VALUES))), len(VALUES))
        words = [stable_hash(f"word {i}") % 4 for i in range(4_000)]
        self.assertTrue(all(900 < words.count(place) < 1_100 for place in range(4)))

    def test_what_cannot_be_hashed_is_refused_as_by_python(self):
        for value in ([], {}, bytearray(), ([],), memoryview(bytearray(b"a"))):
            with self.assertRaises((TypeError, ValueError)):
                stable_hash(value)

    def test_a_grouping_in_a_tester_has_it(self):
        grouping = GroupingTester(ByPlace, targets=range(1, 8))
        self.assertEqual(grouping.choose([["to be"]]), [[TO_BE % 7]])


TO_BE = -1510391148338886176


if __name__ == "__main__":
    unittest.main()
