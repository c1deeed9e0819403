"""A spout in Python whose rows come over HTTP; ../../README.md says what it does."""

from urllib.request import urlopen

from stormcell import Spout, Stream, http, text


class HttpSpout(Spout):
    """http spout"""

    outputs = [Stream(line=text)]
    config_schema = {
        "type": "object",
        "properties": {"url": {"type": "string"}},
        "required": ["url"],
        "additionalProperties": False,
    }

    def next_tuple(self):
        url = self.config["url"]
        for line in http.get(f"{url}/by-stormcell", timeout=2).text.splitlines():
            self.emit([line])
        with urlopen(f"{url}/by-urllib", timeout=2) as response:
            self.emit([response.read().decode()])
        try:
            http.get("http://127.0.0.1:9/")
        except http.NotGrantedError as error:
            self.log.warning("%s", error)
        self.ended = True
