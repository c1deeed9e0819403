"""A bolt that splits texts into words."""

from stormcell import Bolt, Stream, text


class Split(Bolt):
    """Splits texts into words."""

    inputs = {"text": text}
    outputs = [Stream(word=text)]

    def process_batch(self, batch):
        words = batch.text.split(" ")
        self.emit_many([words], counts=words.counts)
