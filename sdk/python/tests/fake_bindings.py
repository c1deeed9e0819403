"""Stands in for the bindings that a component gets: the same names and fields.

Whether they are the same is what the conformance tests show, with real ones.
"""

import functools
import sys
import types as modules
from abc import ABC
from dataclasses import make_dataclass
from enum import Enum

from tests import fake_http_bindings

RECORDS = {
    "Field": "name kind nullable",
    "Packed": "offsets data",
    "Column": "values nulls",
    "OutputStream": "name fields direct",
    "InputRequirement": "stream_name fields",
    "Description": "summary outputs inputs config_schema text_form capabilities",
    "InputStream": "component name fields",
    "ComponentTasks": "component tasks",
    "Context": "topology component task task_index task_count inputs outputs components",
    "Batch": "input source_task first_row rows columns",
    "NumberLists": "offsets numbers",
    "Emission": "output rows columns anchors direct_task",
    "FailedRow": "row reason",
    "Outcome": "emissions kept acked failed extended",
    "SpoutEmission": "output rows columns tracking direct_task",
    "SpoutOutcome": "emissions ended idle_ms",
}
CASES = (
    "Text_Packed Text_Separate Text_Joined ByteStrings_Packed ByteStrings_Separate "
    "Values_Booleans Values_Integers Values_Floats Values_Texts Values_ByteStrings "
    "Values_Timestamps Values_Jsons Anchors_Each Anchors_Lists Kept_These Tracking_Ids"
)
EMPTY_CASES = "Anchors_None_ Kept_None_ Kept_All Tracking_None_ Tracking_ReplayedByHost"
ENUMS = {
    "ValueType": "BOOLEAN INTEGER FLOAT TEXT BYTES TIMESTAMP JSON",
    "TextForm": "PACKED SEPARATE JOINED",
    "Capability": "FILES STDOUT ENVIRONMENT",
    "CloseReason": "FINISHED STOPPED",
}


class Err(Exception):
    """The error of a call."""

    def __init__(self, value):
        super().__init__(value)
        self.value = value


class Ok:
    """The result of a call that went well."""

    def __init__(self, value):
        self.value = value


def records(named):
    return {name: make_dataclass(name, fields.split()) for name, fields in named.items()}


def module(name, **contents):
    made = modules.ModuleType(name)
    vars(made).update(contents)
    sys.modules[name] = made
    return made


@functools.cache
def install():
    """Puts the bindings where `stormcell.world` finds them, once; returns the types
    and the calls of the imports that were made."""
    calls = []
    told = {"config": "{}"}
    wit = module(
        "wit_world.imports.types",
        **records(RECORDS),
        **records({name: "value" for name in CASES.split()}),
        **records({name: "" for name in EMPTY_CASES.split()}),
        **{name: Enum(name, cases, start=0) for name, cases in ENUMS.items()},
    )
    module("componentize_py_types", Err=Err, Ok=Ok)
    grouping = module(
        "wit_world.exports.grouping_task",
        **records(
            {
                "GroupingDescription": "summary inputs config_schema text_form",
                "GroupingContext": "topology grouped source_task targets",
                "Choice_Each": "value",
                "Choice_Lists": "value",
            }
        ),
    )
    exported = {name: type(name, (ABC,), {}) for name in ("BoltTask", "SpoutTask", "GroupingTask")}
    exports = module("wit_world.exports", grouping_task=grouping, **exported)
    config = module("wit_world.imports.config", all=lambda: told["config"])
    logging = module(
        "wit_world.imports.logging",
        Level=Enum("Level", "TRACE DEBUG INFO WARN ERROR", start=0),
        log=lambda level, message: calls.append((level.name, message)),
    )
    metrics = module(
        "wit_world.imports.metrics",
        count=lambda name, by: calls.append((name, by)),
        gauge=lambda name, value: calls.append((name, value)),
    )
    codes = "NOT_GRANTED INVALID_KEY VALUE_TOO_LARGE OVER_QUOTA FAILED"
    kept = told.setdefault("state", {})
    error = make_dataclass("Error", ["code", "message"])
    code = Enum("ErrorCode", codes, start=0)

    def keep(key, value):
        if not key:
            raise Err(error(code.INVALID_KEY, "an empty key"))
        kept[key] = value

    state = module(
        "wit_world.imports.state",
        Error=error,
        ErrorCode=code,
        get=kept.get,
        set=keep,
        remove=lambda key: kept.pop(key, None),
        keys=lambda prefix, after, most: sorted(
            key for key in kept if key.startswith(prefix) and (after is None or key > after)
        )[:most],
    )
    told["http"], of_http = fake_http_bindings.install(module, Err, Ok)
    imports = module(
        "wit_world.imports",
        types=wit,
        config=config,
        logging=logging,
        metrics=metrics,
        state=state,
        **of_http,
    )
    module("wit_world", exports=exports, imports=imports)
    return wit, grouping, told, calls
