"""A bolt that emits its rows as they are."""

from stormcell import Bolt, Stream, text


class Identity(Bolt):
    """Emits its rows as they are."""

    inputs = {"text": text}
    outputs = [Stream(text=text)]

    def process_batch(self, batch):
        self.emit_many([batch.text])
