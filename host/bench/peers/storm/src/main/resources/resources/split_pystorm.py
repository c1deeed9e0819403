"""Splits sentences into words, with pystorm."""

from pystorm import Bolt


class Split(Bolt):
    def process(self, tup):
        for word in tup.values[0].split(" "):
            self.emit([word])


Split(serializer="json").run()
