"""A bolt that counts words."""

from collections import Counter

from stormcell import Bolt, Stream, text


class Count(Bolt):
    """Counts words, and emits the counts when it is closed."""

    inputs = {"word": text}
    outputs = [Stream(word=text, count=int)]

    def prepare(self, context):
        self.counts = Counter()

    def process_batch(self, batch):
        self.counts.update(batch.word)

    def close(self, reason):
        for word, count in self.counts.items():
            self.emit([word, count])
