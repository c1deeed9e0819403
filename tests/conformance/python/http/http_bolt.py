"""A bolt in Python that calls servers, with each library that can; ../../README.md says what
it does.

`requests` is imported when the component is built, `httpx` and `urllib.request` when it runs.
"""

import asyncio
import json

import requests
from stormcell import Bolt, Stream, http, nullable, text

MEBIBYTE = 1 << 20


class ByStormcell:
    def get(self, url):
        found = http.get(url, params={"q": "1"}, headers={"X-Key": "k"}, timeout=5)
        return found.status, found.headers["content-TYPE"], found.json()

    def post(self, url):
        return http.post(url, json={"n": 1}).json()

    def upload(self, url, data):
        return http.put(url, data).json()

    def status(self, url):
        http.get(url).raise_for_status()

    def large(self, url):
        return len(http.get(url).body)

    def slow(self, url):
        http.get(url, timeout=http.Timeout(first_byte=0.1, between_bytes=0.1))


class ByUrllib:
    def get(self, url):
        from urllib.request import Request, urlopen

        with urlopen(Request(f"{url}?q=1", headers={"X-Key": "k"}), timeout=5) as found:
            return found.status, found.headers["content-TYPE"], json.load(found)

    def post(self, url):
        return self._send(url, b'{"n": 1}', "POST")

    def upload(self, url, data):
        return self._send(url, data, "PUT")

    def _send(self, url, data, method):
        from urllib.request import Request, urlopen

        with urlopen(Request(url, data=data, method=method)) as found:
            return json.load(found)

    def status(self, url):
        from urllib.request import urlopen

        urlopen(url)

    def large(self, url):
        from urllib.request import urlopen

        with urlopen(url) as found:
            return len(found.read())

    def slow(self, url):
        from urllib.request import urlopen

        urlopen(url, timeout=0.1).read()


class ByRequests:
    def get(self, url):
        with requests.Session() as session:
            found = session.get(url, params={"q": "1"}, headers={"X-Key": "k"}, timeout=5)
        return found.status_code, found.headers["content-TYPE"], found.json()

    def post(self, url):
        return requests.post(url, json={"n": 1}).json()

    def upload(self, url, data):
        return requests.put(url, data=data).json()

    def status(self, url):
        requests.get(url).raise_for_status()

    def large(self, url):
        return len(requests.get(url).content)

    def slow(self, url):
        requests.get(url, timeout=(5, 0.1))


class ByHttpx:
    def get(self, url):
        import httpx

        found = httpx.get(url, params={"q": "1"}, headers={"X-Key": "k"}, timeout=5)
        return found.status_code, found.headers["content-TYPE"], found.json()

    def post(self, url):
        import httpx

        return httpx.post(url, json={"n": 1}).json()

    def upload(self, url, data):
        import httpx

        return httpx.put(url, content=data).json()

    def status(self, url):
        import httpx

        httpx.get(url).raise_for_status()

    def large(self, url):
        import httpx

        return len(httpx.get(url).content)

    def slow(self, url):
        import httpx

        httpx.get(url, timeout=0.1)


class ByAsyncHttpx:
    def _all(self, *asked, **options):
        import httpx

        async def send():
            async with httpx.AsyncClient(**options) as client:
                return await asyncio.gather(
                    *(client.request(method, url, **of) for method, url, of in asked)
                )

        return asyncio.run(send())

    def get(self, url):
        of = {"params": {"q": "1"}, "headers": {"X-Key": "k"}}
        found, again = self._all(("GET", url, of), ("GET", url, of))
        assert found.json()["path"] == again.json()["path"]
        return found.status_code, found.headers["content-TYPE"], found.json()

    def post(self, url):
        return self._all(("POST", url, {"json": {"n": 1}}))[0].json()

    def upload(self, url, data):
        return self._all(("PUT", url, {"content": data}))[0].json()

    def status(self, url):
        self._all(("GET", url, {}))[0].raise_for_status()

    def large(self, url):
        return len(self._all(("GET", url, {}))[0].content)

    def slow(self, url):
        self._all(("GET", url, {}), timeout=0.1)


LIBRARIES = {
    "stormcell": ByStormcell(),
    "urllib": ByUrllib(),
    "requests": ByRequests(),
    "httpx": ByHttpx(),
    "httpx-async": ByAsyncHttpx(),
}


class HttpBolt(Bolt):
    """http bolt"""

    inputs = {"command": text, "t": nullable(text)}
    outputs = [Stream("notes", note=text)]

    def process(self, tup):
        library, _, what = tup.command.partition(" ")
        found = getattr(self, "do_" + what.replace(" ", "_"))(LIBRARIES.get(library), tup.t)
        self.emit([found if isinstance(found, str) else repr(found)], "notes")

    def do_get(self, library, server):
        status, kind, seen = library.get(f"{server}/echo")
        return f"{status} {kind} {seen['method']} {seen['path']} {seen['key']}"

    def do_post(self, library, server):
        seen = library.post(f"{server}/echo")
        return f"{seen['method']} {json.loads(seen['body'])}"

    def do_upload(self, library, server):
        seen = library.upload(f"{server}/count", b"\xff" * (2 * MEBIBYTE))
        return f"{seen['method']} {seen['size']}"

    def do_status(self, library, server):
        library.status(f"{server}/nowhere")

    def do_large(self, library, server):
        return library.large(f"{server}/large?{3 * MEBIBYTE}")

    def do_over_the_limit(self, library, server):
        return library.large(f"{server}/large?{17 * MEBIBYTE}")

    def do_refused(self, library, server):
        library.get("https://api.example.org/hidden")

    def do_silent(self, library, server):
        library.slow(f"{server}/says-nothing")

    def do_stopping(self, library, server):
        library.slow(f"{server}/stops")

    def do_chunks(self, library, server):
        return library.large(f"{server}/chunks")

    def do_broken(self, library, server):
        library.large(f"{server}/breaks-off")

    def do_redirect(self, library, server):
        return http.get(f"{server}/to?/large?5").url

    def do_redirect_elsewhere(self, library, server):
        http.get(f"{server}/to?http://other.example/")

    def do_address(self, library, server):
        http.get(server.replace("127.0.0.1", "localhost"))

    def do_streamed(self, library, server):
        with http.get(f"{server}/large?{3 * MEBIBYTE}", stream=True) as response:
            return max(map(len, response.iter_bytes())) <= 64 << 10

    def do_unread(self, library, server):
        # More than there may be connections, and each is left as it is.
        for _ in range(20):
            response = http.get(f"{server}/large?{MEBIBYTE}", stream=True)
            response.itself = response
            response.close()
        return "given back"

    def do_answered_early(self, library, server):
        return http.post(f"{server}/full", b"x" * (8 * MEBIBYTE)).status

    def do_socket(self, library, server):
        import socket

        socket.create_connection(("127.0.0.1", 9))
