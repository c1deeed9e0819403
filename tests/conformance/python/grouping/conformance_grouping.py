"""The conformance grouping in Python; ../../README.md says what it does."""

from stormcell import CustomGrouping, nullable


class ConformanceGrouping(CustomGrouping):
    """conformance grouping"""

    inputs = {"i": nullable(int)}
    config_schema = {
        "type": "object",
        "properties": {"copies": {"type": "integer", "minimum": 1}},
        "additionalProperties": False,
    }

    def choose(self, tup):
        if tup.i is None:
            return []
        count = len(self.targets)
        copies = self.config.get("copies", 1)
        return [(tup.i + copy) % count for copy in range(min(copies, count))]
