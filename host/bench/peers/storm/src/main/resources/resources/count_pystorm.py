"""Counts words, with pystorm."""

from pystorm import Bolt


class Count(Bolt):
    def initialize(self, conf, context):
        self.counts = {}

    def process(self, tup):
        word = tup.values[0]
        self.counts[word] = self.counts.get(word, 0) + 1


Count(serializer="json").run()
