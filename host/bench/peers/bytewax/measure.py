"""Runs a shape on Bytewax once and prints a line of JSON.

    measure.py SHAPE [--batches] --warm-up SECONDS --window SECONDS

`rows`: what all workers emitted; `rate`: those after the warm-up, a second, from then
until the whole flow has ended. Bytewax acks no rows, so there is nothing to wait for but
the end: it fails unless everything that was emitted came out, exactly.
"""

import argparse
import json
import socket
import subprocess
import sys
from pathlib import Path

import flows

WORKER = Path(__file__).with_name("worker.py")


def free_addresses(wanted):
    """Addresses of this machine at which nobody listens."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(wanted)]
    addresses = ["127.0.0.1:%d" % each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return addresses


def run(shape, arguments):
    """What each process of a run printed."""
    command = [sys.executable, str(WORKER), *arguments]
    if shape.processes == 1:
        commands = [command]
    else:
        addresses = free_addresses(shape.processes)
        commands = [
            [*command, "--process", str(process), "--addresses", *addresses]
            for process in range(shape.processes)
        ]
    running = [subprocess.Popen(each, stdout=subprocess.PIPE, text=True) for each in commands]
    try:
        printed = [each.communicate()[0] for each in running]
    finally:
        for each in running:
            each.kill()
            each.wait()
    for each in running:
        if each.returncode != 0:
            sys.exit(f"a worker of Bytewax exited with status {each.returncode}")
    # Before that, Bytewax may have printed that it is still connecting.
    return [json.loads(each.splitlines()[-1]) for each in printed]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shape", choices=flows.ROWS)
    parser.add_argument("--batches", action="store_true")
    parser.add_argument("--warm-up", type=float, required=True)
    parser.add_argument("--window", type=float, required=True)
    arguments = parser.parse_args()
    shape = (flows.BATCHES if arguments.batches else flows.ROWS)[arguments.shape]

    results = run(shape, sys.argv[1:])
    emitted = sum(result["emitted"] for result in results)
    out = sum(result["out"] for result in results)
    if out != emitted * shape.out:
        sys.exit(f"{out} came out for {emitted} rows, expected {emitted * shape.out}")
    measured = sum(result["measured"] for result in results)
    took = max(result["until"] for result in results) - min(result["from"] for result in results)
    print(json.dumps({"rows": emitted, "rate": measured / took}))


if __name__ == "__main__":
    main()
