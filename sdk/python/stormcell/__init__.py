"""Spouts, bolts and groupings for stormcell, in Python.

    from stormcell import Bolt, Stream, text

    class SplitBolt(Bolt):
        \"\"\"Splits lines into words.\"\"\"

        inputs = {"text": text}
        outputs = [Stream(word=text)]

        def process(self, tup):
            for word in tup.text.split():
                self.emit([word])

Every word is anchored to its line, and the line is acked when `process` returns.
"""

from .batching import BatchingBolt
from .bolt import Bolt
from .context import Context, GroupingContext, Input
from .errors import (
    DeclarationError,
    EmitError,
    FieldError,
    StateError,
    StormcellError,
    TupleStateError,
)
from .grouping import CustomGrouping
from .schema import (
    FieldType,
    Microseconds,
    Stream,
    binary,
    boolean,
    integer,
    json,
    nullable,
    real,
    text,
    timestamp,
)
from .spout import ReliableSpout, Spout
from .tuples import Batch, Tuple

__all__ = [
    "Batch",
    "BatchingBolt",
    "Bolt",
    "Context",
    "CustomGrouping",
    "DeclarationError",
    "EmitError",
    "FieldError",
    "FieldType",
    "GroupingContext",
    "Input",
    "Microseconds",
    "ReliableSpout",
    "Spout",
    "StateError",
    "StormcellError",
    "Stream",
    "Tuple",
    "TupleStateError",
    "binary",
    "boolean",
    "integer",
    "json",
    "nullable",
    "real",
    "text",
    "timestamp",
]
