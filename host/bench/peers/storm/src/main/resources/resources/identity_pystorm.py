"""Emits its rows as they are, with pystorm."""

from pystorm import Bolt


class Identity(Bolt):
    def process(self, tup):
        self.emit(list(tup.values))


Identity(serializer="json").run()
