"""The code of docs/recipes.md does what the page says."""

import re
import tempfile
import unittest
from pathlib import Path
from typing import Any

from stormcell.testing import BoltTester, GroupingTester, SpoutTester

PAGE = Path(__file__).parents[3] / "docs" / "recipes.md"


def classes_of_the_page() -> dict[str, Any]:
    """What the blocks of Python define."""
    defined: dict[str, Any] = {}
    for code in re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S):
        exec(compile(code, str(PAGE), "exec"), defined)
    return defined


class TestRecipes(unittest.TestCase):
    def setUp(self) -> None:
        self.page = classes_of_the_page()

    def test_two_streams(self) -> None:
        result = BoltTester(self.page["ParseBolt"]).run([["warn: disk"], ["nothing"]])
        self.assertEqual(result.emitted(), [("warn", "disk")])
        self.assertEqual(result.emitted("errors"), [("nothing",)])

    def test_a_join_in_either_order(self) -> None:
        for first, second in (("orders", "payments"), ("payments", "orders")):
            rows = {"orders": [1, "tea"], "payments": [1, 5]}
            tester = BoltTester(self.page["JoinBolt"])
            self.assertEqual(tester.run([rows[first]], stream=first).kept, [0])
            result = tester.run([rows[second]], stream=second)
            self.assertEqual(result.emitted(), [(1, "tea", 5)])
            self.assertEqual(sorted(result.acked), [0, 1])
            self.assertEqual(sorted(result.emissions[0].anchors), [0, 1])

    def test_a_join_keeps_keys_apart(self) -> None:
        tester = BoltTester(self.page["JoinBolt"])
        tester.run([[1, "tea"], [2, "milk"]], stream="orders")
        self.assertEqual(tester.run([[2, 7]], stream="payments").emitted(), [(2, "milk", 7)])

    def test_a_window(self) -> None:
        tester = BoltTester(self.page["WindowBolt"])
        self.assertEqual(tester.run([["to"], ["be"], ["to"]]).kept, [0, 1, 2])
        result = tester.tick()
        self.assertEqual(result.emitted(), [("be", 1), ("to", 2)])
        self.assertEqual(sorted(result.acked), [0, 1, 2])
        self.assertEqual(tester.tick().emitted(), [])

    def test_a_custom_grouping(self) -> None:
        tester = GroupingTester(self.page["ByHost"], targets=range(5))
        lower, upper = tester.choose([["example.org"], ["EXAMPLE.org"]])
        self.assertEqual(lower, upper)

    def test_a_spout_goes_on_where_it_was(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/lines"
            Path(path).write_text("a\nb\nc\n", "utf-8")
            spout = self.page["LinesSpout"]
            first = SpoutTester(spout, config={"path": path})
            self.assertEqual([each.values for each in first.next()], [("a",), ("b",), ("c",)])
            self.assertTrue(first.ended)
            first.ack(2, 0)
            first.fail(4)
            second = SpoutTester(spout, config={"path": path}, state=first.host.state)
            self.assertEqual([each.values for each in second.next()], [("c",)])
            self.assertEqual([each.values for each in first.next()], [("c",)])
            first.ack(4)
            third = SpoutTester(spout, config={"path": path}, state=first.host.state)
            self.assertEqual(third.next(), [])
            self.assertTrue(third.ended)
