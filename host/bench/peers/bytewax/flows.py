"""The shapes as flows of Bytewax, each in two ways.

`ROWS` are the shapes as they are everywhere: functions get a row, and every word goes to
the worker that counts it. `BATCHES` are as fast as Bytewax gets: functions get whole
batches, and words are counted in each batch before they go anywhere, which is what
Bytewax's own `count_final` does.

Batch sizes and numbers of processes are the best of those that were tried: 10 to 10,000
rows, one process with one or two workers, two processes with one each.
"""

from dataclasses import dataclass
from typing import Callable

import bytewax.operators as op
from bytewax.operators import StatefulBatchLogic

import feed


@dataclass(frozen=True)
class Shape:
    """What is run, and how."""

    batches: Callable  # makes the input
    rows: int  # in a batch of the input
    connect: Callable  # from a stream of the input to a stream of the output
    out: int  # what comes out for a row: rows, or the sum of counts
    counted: bool = False  # whether pairs of a key and a count come out
    processes: int = 1
    workers: int = 1  # in each process


class Count(StatefulBatchLogic):
    """How often a key came; said when the input has ended."""

    def __init__(self, count):
        self._count = count

    def on_batch(self, values):
        self._count += len(values)
        return (), StatefulBatchLogic.RETAIN

    def on_eof(self):
        return (self._count,), StatefulBatchLogic.DISCARD

    def snapshot(self):
        return self._count


def identity(stream):
    return op.map("identity", stream, lambda text: text)


def identity_of_batches(stream):
    return op.flat_map_batch("identity", stream, lambda batch: batch)


def split(stream):
    return op.flat_map("split", stream, lambda text: text.split(" "))


def split_of_batches(stream):
    return op.flat_map_batch("split", stream, lambda batch: " ".join(batch).split(" "))


def count(stream):
    keyed = op.flat_map_batch(
        "split", stream, lambda batch: [(word, None) for text in batch for word in text.split(" ")]
    )
    return op.stateful_batch("count", keyed, lambda state: Count(state or 0))


def count_of_batches(stream):
    return op.count_final("count", split(stream), lambda word: word)


WORDS = feed.WORDS_A_SENTENCE

ROWS = {
    "identity": Shape(feed.constant, 2_000, identity, out=1),
    "split": Shape(feed.sentences, 1_000, split, out=WORDS),
    "word-count": Shape(feed.sentences, 200, count, out=WORDS, counted=True, workers=2),
}

BATCHES = {
    "identity": Shape(feed.constant, 10_000, identity_of_batches, out=1),
    "split": Shape(feed.sentences, 1_000, split_of_batches, out=WORDS),
    "word-count": Shape(
        feed.sentences, 1_000, count_of_batches, out=WORDS, counted=True, processes=2
    ),
}
