"""A bolt that splits texts into words."""

from stormcell import Bolt, Stream, text


class Split(Bolt):
    """Splits texts into words."""

    inputs = {"text": text}
    outputs = [Stream(word=text)]

    def process_batch(self, batch):
        words, anchors = [], []
        for line, handle in zip(batch.text, batch.handles):
            found = line.split(" ")
            words += found
            anchors += [handle] * len(found)
        self.emit_many([words], anchors=anchors)
