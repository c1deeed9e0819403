"""Ids of a spout's tuples that are texts or anything else."""

import unittest
import uuid

from stormcell import ReliableSpout, Spout, Stream
from stormcell.ids import LOST, RESERVED, Ids
from stormcell.testing import SpoutTester, TaskError

IDS = ["a-17", "", b"a", -1, 2**64, RESERVED[3], ("file", 7), 1.5, uuid.UUID(int=7), "\ud800"]


class Own(Spout):
    """Emits a tuple for each id, and again if it fails."""

    outputs = [Stream(n=int)]

    def prepare(self, context):
        self.rest = list(enumerate(IDS))
        self.told = []

    def next_tuple(self):
        if self.rest:
            n, tup_id = self.rest.pop(0)
            self.emit([n], tup_id=tup_id)

    def ack(self, tup_id):
        self.told.append(("ack", tup_id))

    def fail(self, tup_id):
        self.told.append(("fail", tup_id))
        self.rest.append((IDS.index(tup_id), tup_id))


class Told(unittest.TestCase):
    def test_a_spout_is_told_of_the_ids_that_it_gave(self):
        spout = SpoutTester(Own)
        self.assertEqual([each.tracking for each in spout.next()], IDS)
        spout.ack(*IDS[1:])
        spout.fail("a-17")
        self.assertEqual(spout.spout.told, [*(("ack", each) for each in IDS[1:]), ("fail", "a-17")])
        self.assertEqual([each.tracking for each in spout.next()], ["a-17"])
        spout.ack("a-17")
        self.assertEqual(len(spout._task.ids), 0, "no id is kept that is not pending")

    def test_whole_batches(self):
        class Batches(Own):
            def next_batch(self, max_rows):
                self.emit_many([[1, 2]], tup_ids=["a", 7])

        spout = SpoutTester(Batches)
        self.assertEqual([each.tracking for each in spout.next(2)], ["a", 7])
        spout.ack("a", 7)
        self.assertEqual(spout.spout.told, [("ack", "a"), ("ack", 7)])

    def test_ids_of_a_call_that_fails_are_not_kept(self):
        class Failing(Own):
            def next_tuple(self):
                self.emit([1], tup_id="lost")
                raise RuntimeError

        spout = SpoutTester(Failing)
        with self.assertRaises(TaskError):
            spout.next()
        self.assertEqual(len(spout._task.ids), 0)

    def test_ids_of_an_instance_that_is_gone_are_told_in_the_log(self):
        first = SpoutTester(Own)
        first.next()
        second = SpoutTester(Own)
        number = first._task.ids.known("a-17")
        second._task.acked([number, 7])
        self.assertEqual(second.spout.told, [("ack", 7)])
        self.assertIn("1 tuples of an instance that is gone", second.host.logs[0][1])


class Numbers(unittest.TestCase):
    def test_ints_are_their_own_numbers_and_cost_nothing(self):
        ids = Ids()
        for number in (0, 7, 2**63, 2**64 - 1):
            self.assertEqual(ids.number(number), number)
            self.assertEqual(ids.taken(number), number)
        self.assertEqual(len(ids), 0)

    def test_an_id_has_the_same_number_in_every_instance_and_process(self):
        self.assertEqual(Ids().number("a-17"), Ids().number("a-17"))
        self.assertEqual(Ids().number("a-17"), NUMBER_OF_A_17)
        self.assertIn(Ids().number("a-17"), RESERVED)

    def test_ids_that_python_takes_for_equal_or_have_the_same_number_are_kept_apart(self):
        ids = Ids()
        numbers = [ids.number(each) for each in (-1, -1.0, "-1", b"-1")]
        self.assertEqual(len(set(numbers)), 4)
        self.assertEqual([ids.taken(n) for n in numbers], [-1, -1.0, "-1", b"-1"])

        class Same:
            def __repr__(self):
                return "the same"

        one, other = Same(), Same()
        numbers = [ids.number(one), ids.number(other)]
        self.assertEqual(numbers[1], numbers[0] + 1)
        self.assertIs(ids.taken(numbers[1]), other)
        self.assertIs(ids.taken(numbers[0]), one)
        self.assertIs(ids.taken(numbers[0]), LOST)

    def test_an_id_that_two_tuples_have_is_told_twice(self):
        ids = Ids()
        number = ids.number("a")
        self.assertEqual(ids.number("a"), number)
        self.assertEqual([ids.taken(number) for _ in range(2)], ["a", "a"])
        self.assertEqual(len(ids), 0)


NUMBER_OF_A_17 = 18446298137972560669


class Reliable(unittest.TestCase):
    def test_rows_with_ids_are_replayed_by_the_host(self):
        class Lines(ReliableSpout):
            outputs = [Stream(n=int)]

            def next_tuple(self):
                self.emit([1], tup_id=1)
                self.emit([2], tup_id="a-17")
                self.emit_many([[3, 4]], tup_ids=["b", 5])

        spout = SpoutTester(Lines)
        self.assertEqual([each.tracking for each in spout.next(4)], ["host"] * 4)
        self.assertEqual(len(spout._task.ids), 0)

    def test_a_spout_with_ids_and_with_rows_for_the_host_has_both(self):
        class Both(Own):
            host_replay = True

            def next_tuple(self):
                self.emit([1], tup_id="mine")
                self.emit([2])

        tracked = sorted(each.tracking for each in SpoutTester(Both).next(2))
        self.assertEqual(tracked, ["host", "mine"])


if __name__ == "__main__":
    unittest.main()
