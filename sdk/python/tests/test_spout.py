"""What happens to a spout's rows."""

import sys
import unittest

from stormcell import ReliableSpout, Spout, Stream, text
from stormcell.testing import SpoutTester, TaskError


class Numbers(Spout):
    """Emits the numbers below `rows`, two a call of next_tuple."""

    outputs = [Stream(n=int), Stream("notes", note=text)]

    def prepare(self, context):
        self.rest = list(range(self.config["rows"]))
        self.told = []

    def next_tuple(self):
        for n in self.rest[:2]:
            self.emit([n], tup_id=2**63 + n)
        del self.rest[:2]
        self.ended = not self.rest

    def ack(self, tup_id):
        self.told.append(("ack", tup_id - 2**63))
        if tup_id == 2**63:
            raise RuntimeError("in ack")

    def fail(self, tup_id):
        self.rest.append(tup_id - 2**63)
        self.ended = False


def numbers(emitted):
    return [each.values[0] for each in emitted]


class Spouts(unittest.TestCase):
    def test_rows_over_what_was_asked_for_leave_later_and_the_end_comes_after_them(self):
        spout = SpoutTester(Numbers, config={"rows": 5})
        self.assertEqual((numbers(spout.next(3)), spout.ended), ([0, 1, 2], False))
        self.assertEqual((numbers(spout.next(1)), spout.ended), ([3], False))
        self.assertEqual((numbers(spout.next(9)), spout.ended), ([4], True))
        self.assertEqual((numbers(spout.next(9)), spout.ended), ([], True))

    def test_what_is_no_exception_is_an_error_of_its_call(self):
        class Leaving(Numbers):
            def next_tuple(self):
                if len(self.rest) == 3:
                    self.rest.pop()
                    sys.exit(0)
                super().next_tuple()

            def ack(self, tup_id):
                raise KeyboardInterrupt

        spout = SpoutTester(Leaving, config={"rows": 3})
        with self.assertRaisesRegex(TaskError, "test_spout.py(.|\n)*SystemExit: 0"):
            spout.next(5)
        self.assertEqual(numbers(spout.next(5)), [0, 1])
        spout.ack(2**63)
        self.assertIn("KeyboardInterrupt", spout.host.logs[-1][1])

    def test_who_is_told_of_tuples_that_nobody_tracks_is_warned_once(self):
        class Untracked(Numbers):
            def next_tuple(self):
                self.emit([self.rest.pop(0)])

        class Deaf(Untracked):
            ack = Spout.ack
            fail = Spout.fail

        def warnings(cls):
            spout = SpoutTester(cls, config={"rows": 5})
            spout.next(1)
            spout.next(1)
            return [line for level, line in spout.host.logs if level == "warn"]

        (line,) = warnings(Untracked)
        self.assertIn("ack and fail are called for tuples that were emitted with tup_id", line)
        self.assertEqual(warnings(Numbers), [])
        self.assertEqual(warnings(Deaf), [])

    def test_failed_rows_come_again(self):
        spout = SpoutTester(Numbers, config={"rows": 2})
        self.assertEqual([each.tracking for each in spout.next()], [2**63, 2**63 + 1])
        spout.fail(2**63 + 1)
        self.assertEqual((numbers(spout.next()), spout.ended), ([1], True))

    def test_an_exception_in_ack_is_logged_and_the_others_are_told(self):
        spout = SpoutTester(Numbers, config={"rows": 2})
        spout.ack(2**63, 2**63 + 1)
        self.assertEqual(spout.spout.told, [("ack", 0), ("ack", 1)])
        self.assertIn("RuntimeError: in ack", spout.host.logs[0][1])

    def test_what_was_emitted_before_an_error_goes_out_and_the_error_is_told(self):
        class Breaking(Numbers):
            def next_tuple(self):
                n = self.rest.pop(0)
                self.emit([n])
                if n == 2:
                    self.emit([self.config["note"]], stream="notes")

        for note, expected in [(5, "expected text, got int 5"), ("\ud800", "not Unicode")]:
            spout = SpoutTester(Breaking, config={"rows": 5, "note": note})
            self.assertEqual(numbers(spout.next(10)), [0, 1])
            with self.assertRaisesRegex(TaskError, "stream notes, field note: .*" + expected):
                spout.next(10)
            self.assertEqual(numbers(spout.next(2)), [3, 4])

    def test_whole_batches_host_replay_and_direct_streams(self):
        class Whole(ReliableSpout):
            outputs = [Stream(n=int), Stream("to", n=int, direct=True)]

            def next_batch(self, max_rows):
                self.emit_many([[1, 2]])
                self.emit_many([[3]], tup_ids=[7])
                self.emit([4], stream="to", direct_task=5, replay=False)
                self.idle_ms = 5000

        spout = SpoutTester(Whole)
        told = [(e.values[0], e.tracking, e.direct_task) for e in spout.next()]
        expected = [(1, "host", None), (2, "host", None), (3, "host", None), (4, None, 5)]
        self.assertEqual((told, spout.idle_ms), (expected, 1000))

    def test_mistakes_are_told_and_emit_nothing(self):
        for wrong, expected in [
            (lambda spout: spout.emit([1], tup_id=[1]), "a tuple id is a text, an int"),
            (lambda spout: spout.emit([1], tup_id=([],)), "a tuple id is hashable"),
            (lambda spout: spout.emit([1], tup_id=True), "got True"),
            (lambda spout: spout.emit_many([[1, 2]], tup_ids="ab"), "tup_ids: .* got str 'ab'"),
            (lambda spout: spout.emit_many([[1, 2]], tup_ids={1, 2}), "got set {1, 2}"),
            (lambda spout: spout.emit([1], tup_id=1, replay=True), "not both"),
            (lambda spout: spout.emit([1], stream="x"), "no stream 'x'"),
            (lambda spout: spout.emit([1], stream=["x"]), "the name of a stream, got list"),
            (lambda spout: spout.emit([1], direct_task=3), "only for direct streams"),
            (lambda spout: spout.emit(["a"]), "field n: expected int"),
            (lambda spout: spout.emit_many([[1, 2]], tup_ids=[1]), "2 rows, but 1 ids"),
        ]:

            class Wrong(Numbers):
                def next_batch(self, max_rows, wrong=wrong):
                    self.emit([0])
                    wrong(self)

            spout = SpoutTester(Wrong, config={"rows": 0})
            for _ in range(2):
                with self.assertRaisesRegex(TaskError, expected):
                    spout.next()


if __name__ == "__main__":
    unittest.main()
