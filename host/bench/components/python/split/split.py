"""A bolt that splits texts into words."""

from itertools import chain

from stormcell import Bolt, Stream, text


class Split(Bolt):
    """Splits texts into words."""

    inputs = {"text": text}
    outputs = [Stream(word=text)]

    def process_batch(self, batch):
        found = [line.split(" ") for line in batch.text]
        words = list(chain.from_iterable(found))
        self.emit_many([words], counts=map(len, found))
