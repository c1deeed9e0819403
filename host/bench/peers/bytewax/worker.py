"""One process of a flow: runs it to its end, then prints a line of JSON: what it emitted,
what came out, and when. Started by measure.py."""

import argparse
import json
import time

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.run import cli_main

import feed
import flows


class Tally(DynamicSink):
    """Counts what comes out of the flow on each worker."""

    def __init__(self, counted):
        self._counted = counted
        self.partitions = []

    def build(self, step_id, worker_index, worker_count):
        partition = Counts() if self._counted else Rows()
        self.partitions.append(partition)
        return partition


class Rows(StatelessSinkPartition):
    """How many rows came out."""

    def __init__(self):
        self.out = 0

    def write_batch(self, items):
        self.out += len(items)


class Counts(StatelessSinkPartition):
    """The sum of the counts that came out."""

    def __init__(self):
        self.out = 0

    def write_batch(self, items):
        self.out += sum(count for _key, count in items)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shape", choices=flows.ROWS)
    parser.add_argument("--batches", action="store_true")
    parser.add_argument("--warm-up", type=float, required=True)
    parser.add_argument("--window", type=float, required=True)
    parser.add_argument("--process", type=int)
    parser.add_argument("--addresses", nargs="*")
    arguments = parser.parse_args()
    shape = (flows.BATCHES if arguments.batches else flows.ROWS)[arguments.shape]

    source = feed.Feed(shape.batches, shape.rows, arguments.warm_up, arguments.window)
    sink = Tally(shape.counted)
    flow = Dataflow(arguments.shape.replace("-", "_"))
    op.output("out", shape.connect(op.input("in", flow, source)), sink)
    cli_main(
        flow,
        workers_per_process=shape.workers,
        process_id=arguments.process,
        addresses=arguments.addresses,
    )
    ended = time.monotonic()

    parts = source.partitions
    result = {
        "emitted": sum(part.emitted for part in parts),
        "measured": sum(part.emitted - part.cold_rows for part in parts),
        "out": sum(part.out for part in sink.partitions),
        "from": min(part.warm_since for part in parts),
        "until": ended,
    }
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
