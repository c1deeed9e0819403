"""Groups of tuples, and custom groupings."""

import unittest

from stormcell import BatchingBolt, CustomGrouping, Stream, nullable, text
from stormcell.testing import BoltTester, GroupingTester, TaskError


class Sums(BatchingBolt):
    """Sums numbers by their key."""

    inputs = {"key": text, "n": int}
    outputs = [Stream(key=text, total=int)]

    def group_key(self, tup):
        return tup.key

    def process_batch(self, key, tups):
        self.emit([key, sum(tup.n for tup in tups)])
        if key == "bad":
            raise RuntimeError("by intent")


class Batching(unittest.TestCase):
    def test_groups_are_kept_until_a_tick_and_succeed_or_fail_each_by_itself(self):
        bolt = BoltTester(Sums)
        result = bolt.run([["a", 1], ["bad", 2], ["a", 3]])
        self.assertEqual((result.kept, result.acked, result.emissions), ([0, 1, 2], [], []))
        result = bolt.tick()
        self.assertEqual(result.emitted(), [("a", 4)])
        self.assertEqual(result.emissions[0].anchors, (0, 2))
        self.assertEqual((result.acked, list(result.failed)), ([0, 2], [1]))
        self.assertIn("by intent", result.failed[1])
        self.assertEqual(bolt.tick().emissions, [])

    def test_several_ticks_between_batches_and_the_last_batch_at_the_end(self):
        class Slow(Sums):
            ticks_between_batches = 2

        bolt = BoltTester(Slow)
        bolt.run([["a", 1]])
        self.assertEqual(bolt.tick().emitted(), [])
        self.assertEqual(bolt.tick().emitted(), [("a", 1)])
        bolt.run([["a", 2]])
        result = bolt.close()
        self.assertEqual((result.emitted(), result.acked), ([("a", 2)], [1]))

    def test_an_error_in_a_tick_does_not_lose_the_groups(self):
        class Ticking(Sums):
            def process_tick(self, now):
                self.emit(["lost", 0])
                raise RuntimeError("in the tick")

        bolt = BoltTester(Ticking)
        bolt.run([["a", 1]])
        result = bolt.tick()
        self.assertEqual((result.emitted(), result.acked), ([("a", 1)], [0]))
        self.assertIn("in the tick", bolt.host.logs[0][1])


class Modulo(CustomGrouping):
    """Chooses by the number."""

    inputs = {"n": nullable(int)}

    def choose(self, tup):
        if tup.n is None:
            return []
        return self.config["choice"] if "choice" in self.config else tup.n % len(self.targets)


class Groupings(unittest.TestCase):
    def test_one_target_or_none_or_several(self):
        grouping = GroupingTester(Modulo, targets=[4, 5])
        self.assertEqual(grouping.choose([[0], [1], [3]]), [[0], [1], [1]])
        self.assertEqual(grouping.choose([[0], [None]]), [[0], []])
        both = GroupingTester(Modulo, targets=[4, 5], config={"choice": [1, 0]})
        self.assertEqual(both.choose([[0], [None]]), [[1, 0], []])

    def test_impossible_choices_are_told(self):
        for choice, expected in [
            (2, "0 to 1, got 2"),
            (-1, "got -1"),
            ([0, 0], "chosen twice"),
            ([5], "got 5"),
            (["0"], "got '0'"),
            (True, "bool"),
            (None, "NoneType"),
        ]:
            grouping = GroupingTester(Modulo, targets=[4, 5], config={"choice": choice})
            with self.subTest(choice=choice), self.assertRaisesRegex(TaskError, expected):
                grouping.choose([[0]])


if __name__ == "__main__":
    unittest.main()
