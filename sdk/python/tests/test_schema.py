"""What classes declare, and the tuples and batches made of it."""

import unittest

from stormcell import Bolt, DeclarationError, Stream, integer, nullable, text
from stormcell.columns import Column
from stormcell.component import summary_of
from stormcell.context import Input
from stormcell.schema import Kind, fields_of
from stormcell.tuples import InputReader


class Declarations(unittest.TestCase):
    def test_streams(self):
        stream = Stream("s", word=text, n=nullable(int), fields={"user-id": integer})
        self.assertEqual(repr(stream), "<Stream s (user-id: int, word: text, n: int?)>")
        self.assertIs(stream.fields[1].type.kind, Kind.TEXT)
        self.assertTrue(Stream(n=int, direct=True).direct)

    def test_mistakes_are_told_when_the_class_is_defined(self):
        for declare, expected in [
            (lambda: Stream(), "1 to 1024 fields"),
            (lambda: Stream("a b", n=int), "a name has"),
            (lambda: Stream("__tick", n=int), "the host's"),
            (lambda: Stream(n=list), "expected a type"),
            (lambda: Stream(n="text"), "expected a type"),
            (lambda: Stream(direct=int), "goes into fields"),
            (lambda: Stream(fields=text), "goes into fields"),
            (lambda: self.bolt(outputs=["word"]), "expected Stream(...), got 'word'"),
            (lambda: self.bolt(outputs=Stream(n=int)), "expected a list of Stream"),
            (lambda: self.bolt(outputs=[Stream(n=int)] * 2), "declared twice"),
            (lambda: self.bolt(inputs=["text"]), "expected a mapping"),
            (lambda: self.bolt(inputs={"a": text, "b": {"c": int}}), "not both"),
            (lambda: self.bolt(inputs={"lines": {"a": 5}}), "field 'a'"),
            (lambda: self.bolt(capabilities=["net"]), "expected a list of files"),
            (lambda: self.bolt(capabilities="files"), "expected a list of files"),
            (lambda: self.bolt(config_schema="{}"), "JSON Schema as a dict"),
        ]:
            with self.subTest(expected=expected), self.assertRaises(DeclarationError) as caught:
                declare()
            self.assertIn(expected, str(caught.exception))

    def bolt(self, **attributes):
        return type("Wrong", (Bolt,), attributes)

    def test_requirements_and_summary(self):
        class Some(Bolt):
            """Does things.

            At length."""

            inputs = {"lines": {"text": text}, "notes": {}}

        class Silent(Bolt):
            pass

        self.assertEqual([of.stream for of in Some.requirements_], ["lines", "notes"])
        self.assertEqual((summary_of(Some), summary_of(Silent)), ("Does things", "Silent"))


class Tuples(unittest.TestCase):
    def batch(self, rows=2, first=5, **columns):
        fields = fields_of({name: text for name in columns}, "test")
        reader = InputReader(Input("lines", "default", fields))
        packed = [Column("\0".join(values), None) for values in columns.values()]
        return reader.batch(packed, 7, first, rows)

    def test_a_tuple_works_like_a_named_tuple(self):
        first, second = self.batch(word=["a", "b"], lemma=["x", "y"])
        self.assertEqual((first.word, first[1], first["lemma"], first[:1]), ("a", "x", "x", ("a",)))
        word, lemma = second
        self.assertEqual((word, lemma, len(second), second[-1]), ("b", "y", 2, "y"))
        self.assertEqual(second.values.word, "b")
        self.assertEqual(second._asdict(), {"word": "b", "lemma": "y"})
        self.assertEqual((first.component, first.stream, first.task), ("lines", "default", 7))
        self.assertEqual(repr(first), "Tuple(word='a', lemma='x')")
        self.assertEqual(len({first, second, first}), 2)

    def test_unknown_fields_are_named(self):
        (tup,) = self.batch(rows=1, word=["a"])
        with self.assertRaisesRegex(AttributeError, "no field 'words' in this tuple; .*: word"):
            _ = tup.words
        with self.assertRaisesRegex(KeyError, "no field 'words'"):
            _ = tup["words"]
        with self.assertRaises(IndexError):
            _ = tup[1]

    def test_odd_names_of_fields(self):
        columns = {"user-id": ["u"], "class": ["c"], "_source": ["s"], "task": ["t"]}
        (tup,) = self.batch(rows=1, **columns)
        self.assertEqual([tup[name] for name in columns], ["u", "c", "s", "t"])
        self.assertEqual((tup.task, tup.component), ("t", "lines"))

    def test_a_batch_has_columns_and_handles_that_wrap(self):
        batch = self.batch(rows=3, first=2**32 - 2, word=["a", "b", "c"])
        self.assertEqual(list(batch.handles), [2**32 - 2, 2**32 - 1, 0])
        self.assertEqual((batch.word, batch["word"], len(batch)), (["a", "b", "c"],) * 2 + (3,))
        self.assertEqual([tup._handle for tup in batch], list(batch.handles))


if __name__ == "__main__":
    unittest.main()
