"""The input of the flows: the same rows in every run, for a fixed time.

Rows are made before the clock starts, so that making them is not measured.
"""

import time

from bytewax.inputs import DynamicSource, StatelessSourcePartition

WORDS_A_SENTENCE = 9

VOCABULARY = (
    "the cow jumped over moon an apple a day keeps doctor away four score and seven years "
    "ago snow white dwarfs i am at two with nature storm river light ground water"
).split()

# How many different sentences each worker emits before it begins again.
SENTENCES = 20_000

_64_BITS = (1 << 64) - 1


def constant(_worker, rows):
    """One batch of equal texts of 10 bytes."""
    return [["x" * 10] * rows]


def sentences(worker, rows):
    """Batches of sentences of nine words (xorshift64: the same ones in every run)."""
    random = 0x9E37_79B9_7F4A_7C15 ^ worker
    made = []
    for _ in range(SENTENCES):
        words = []
        for _ in range(WORDS_A_SENTENCE):
            random ^= random << 13 & _64_BITS
            random ^= random >> 7
            random ^= random << 17 & _64_BITS
            words.append(VOCABULARY[random % len(VOCABULARY)])
        made.append(" ".join(words))
    return [made[start : start + rows] for start in range(0, SENTENCES, rows)]


class Feed(DynamicSource):
    """Emits batches on each worker, as fast as they are taken."""

    def __init__(self, batches, rows, warm_up, window):
        """`batches` makes the batches of a worker, of so many `rows`; the times are in
        seconds."""
        self._batches = batches
        self._rows = rows
        self._warm_up = warm_up
        self._window = window
        self.partitions = []

    def build(self, step_id, worker_index, worker_count):
        batches = self._batches(worker_index, self._rows)
        partition = Partition(batches, self._warm_up, self._window)
        self.partitions.append(partition)
        return partition


class Partition(StatelessSourcePartition):
    """What one worker emits, and how much it was."""

    def __init__(self, batches, warm_up, window):
        self._batches = batches
        self._next = 0
        self._warm_up = warm_up
        self._window = window
        self._warm_at = None
        self._end_at = None
        self.emitted = 0
        # Rows that were emitted before it was warm, and when it was.
        self.cold_rows = None
        self.warm_since = None

    def next_batch(self):
        now = time.monotonic()
        if self._end_at is None:
            self._warm_at = now + self._warm_up
            self._end_at = self._warm_at + self._window
        if self.warm_since is None and now >= self._warm_at:
            self.warm_since = now
            self.cold_rows = self.emitted
        if now >= self._end_at:
            raise StopIteration
        batch = self._batches[self._next]
        self._next = (self._next + 1) % len(self._batches)
        self.emitted += len(batch)
        return batch
