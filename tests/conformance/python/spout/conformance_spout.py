"""The conformance spout in Python; ../../README.md says what it does."""

from collections import deque

from stormcell import Spout, Stream

FIRST_ID = 9007199254740993


class ConformanceSpout(Spout):
    """conformance spout"""

    outputs = [Stream(n=int, attempt=int)]
    config_schema = {
        "type": "object",
        "properties": {
            "rows": {"type": "integer", "minimum": 0},
            "tracking": {"enum": ["none", "ids", "host"]},
            "resume": {"type": "boolean"},
        },
        "required": ["rows", "tracking"],
        "additionalProperties": False,
    }

    def prepare(self, context):
        self.tracking = self.config["tracking"]
        self.rows = self.config["rows"]
        self.resume = self.config.get("resume", False)
        stored = self.state.get("next") if self.resume else None
        self.next_row = int(stored or b"0")
        self.again = deque()
        self.attempts = {}

    def next_tuple(self):
        if self.again:
            self.emit_row(*self.again.popleft())
        elif self.next_row < self.rows:
            self.emit_row(self.next_row, 1)
            self.next_row += 1
            if self.resume:
                self.state.set("next", str(self.next_row).encode())
        self.ended = self.next_row == self.rows and not self.again

    def emit_row(self, n, attempt):
        if self.tracking == "ids":
            self.attempts[n] = attempt
            self.emit([n, attempt], tup_id=FIRST_ID + n)
        else:
            self.emit([n, attempt], replay=self.tracking == "host")

    def ack(self, tup_id):
        del self.attempts[tup_id - FIRST_ID]

    def fail(self, tup_id):
        n = tup_id - FIRST_ID
        self.again.append((n, self.attempts.pop(n) + 1))
        self.ended = False
