"""Emits its rows as they are, with the storm.py that comes with Storm."""

import storm


class Identity(storm.BasicBolt):
    def process(self, tup):
        storm.emit(tup.values)


Identity().run()
