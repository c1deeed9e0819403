"""The conformance bolt in Python; ../../README.md says what it does."""

import json as jsonlib
import math
import os
import random
from datetime import datetime, timedelta, timezone

from stormcell import Bolt, StateError, Stream, json, nullable, text, timestamp

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

VALUES = {
    "b": nullable(bool),
    "i": nullable(int),
    "f": nullable(float),
    "t": nullable(str),
    "y": nullable(bytes),
    "at": timestamp.nullable,
    "j": json.nullable,
}


class ConformanceBolt(Bolt):
    """conformance bolt"""

    inputs = {"command": text, **VALUES}
    outputs = [Stream(**VALUES), Stream("notes", note=text)]
    config_schema = {
        "type": "object",
        "properties": {"greeting": {"type": "string"}},
        "additionalProperties": False,
    }
    capabilities = ["stdout"]

    def prepare(self, context):
        self.context = context
        self.kept = []
        self.failing_tick = None

    def process(self, tup):
        command = getattr(self, "do_" + tup.command.replace("-", "_"), None)
        if command is None:
            raise ValueError(f"unknown command {tup.command!r}")
        command(tup)

    def note(self, note, **options):
        self.emit([note], "notes", **options)

    def do_echo(self, tup):
        self.emit(tup[1:])

    def do_twice(self, tup):
        self.emit(tup[1:])
        self.emit(tup[1:])

    def do_describe(self, tup):
        shown = [f"{name}={show(name, tup[name])}" for name in VALUES]
        self.note(" ".join(shown))

    def do_note(self, tup):
        self.note(tup.t)

    def do_unanchored(self, tup):
        self.note(tup.t, anchors=[])

    def do_keep(self, tup):
        self.keep(tup)
        self.kept.append(tup)

    def do_join(self, tup):
        self.note(f"joined {len(self.kept)}", anchors=[*self.kept, tup])
        for kept in self.kept:
            self.ack(kept)
        self.kept.clear()

    def do_drop_kept(self, tup):
        for kept in self.kept:
            self.fail(kept, "dropped")
        self.kept.clear()

    def do_extend_kept(self, tup):
        for kept in self.kept:
            self.extend_timeout(kept)

    def do_self_anchor(self, tup):
        self.note("self", anchors=[tup, tup])

    def do_ack(self, tup):
        self.ack(tup)
        self.note("acked", anchors=[])

    def do_fail(self, tup):
        self.fail(tup, tup.t)

    def do_raise(self, tup):
        self.note("lost")
        raise RuntimeError(tup.t)

    def do_bad_type(self, tup):
        self.note(5)

    def do_bad_null(self, tup):
        self.note(None)

    def do_bad_stream(self, tup):
        self.emit(["lost"], stream="nowhere")

    def do_log(self, tup):
        self.log.info(tup.t)

    def do_print(self, tup):
        print(tup.t)

    def do_count(self, tup):
        self.metrics.count("conformance.rows", 2)
        self.metrics.gauge("conformance.gauge", 1.5)

    def do_config(self, tup):
        self.note(self.config.get("greeting", "no greeting"))

    def do_context(self, tup):
        me = self.context
        self.note(
            f"{me.component} task {me.task} ({me.task_index} of {me.task_count}) "
            f"from {tup.component}/{tup.stream} of task {tup.task}"
        )

    def do_state_set(self, tup):
        self.state.set(tup.t, tup.y)

    def do_state_get(self, tup):
        value = self.state.get(tup.t)
        self.note("none" if value is None else value.hex())

    def do_state_remove(self, tup):
        self.state.remove(tup.t)

    def do_state_keys(self, tup):
        self.note(" ".join(self.state.keys(tup.t)))

    def do_state_try(self, tup):
        try:
            self.state.set(tup.t, tup.y)
        except StateError as error:
            self.note(f"{error.code}: {error}")
        else:
            self.note("done")

    def do_state_set_raise(self, tup):
        self.state.set(tup.t, tup.y)
        raise RuntimeError(tup.t)

    def do_fail_tick(self, tup):
        self.failing_tick = (tup.t, tup.y)

    def do_random(self, tup):
        self.note(repr(random.random()))

    def do_trap(self, tup):
        os.abort()

    def do_spin(self, tup):
        while True:
            pass

    def do_grow(self, tup):
        grown = []
        while True:
            grown.append(bytes(1 << 20))

    def process_tick(self, now):
        if self.failing_tick is not None:
            key, value = self.failing_tick
            self.state.set(key, value)
            raise RuntimeError(key)
        self.note("tick")

    def close(self, reason):
        self.note(f"closed {reason}")


def show(name, value):
    """One value as the command `describe` shows it."""
    if value is None:
        return "null"
    if name == "b":
        return str(value).lower()
    if name == "f":
        return show_float(value)
    if name == "y":
        return value.hex()
    if name == "at":
        return str(microseconds(value))
    if name == "j":
        return jsonlib.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def show_float(value):
    """The shortest decimal that reads back, with a point or an exponent."""
    if math.isfinite(value):
        return repr(value)
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def microseconds(value):
    """The microseconds since 1970 of a timestamp."""
    if isinstance(value, datetime):
        return (value - EPOCH) // timedelta(microseconds=1)
    return int(value)
