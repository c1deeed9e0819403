"""The bolt that splits verses into words."""

import re

from stormcell import Bolt, Stream, text

words = re.compile(r"[a-z']+").findall


class SplitBolt(Bolt):
    """Splits text into words, in lower case."""

    inputs = {"text": text}
    outputs = [Stream(word=text)]

    def process(self, tup):
        for word in words(tup.text.lower()):
            self.emit([word])
