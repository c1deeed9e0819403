"""`urllib.request`, `requests` and `httpx` on `stormcell.http`."""

import asyncio
import http.client
import json
import subprocess
import sys
import unittest
import urllib.error
import urllib.request
import warnings
from importlib.util import find_spec
from pathlib import Path

from stormcell import http as stormcell_http
from stormcell.http.transport import using
from stormcell.testing import FakeHttp, HttpAnswer
from tests.http_server import WithServer
from tests.test_http import called, free_port


def refuse(request):
    raise request.asked.not_granted()


REFUSED = r'not granted.*hosts: \["https://api.example.org"\]'


class Urllib(WithServer):
    def test_urlopen(self):
        def call(url):
            with urllib.request.urlopen(url, timeout=5) as response:
                self.assertEqual((response.status, response.reason), (200, "OK"))
                self.assertEqual(response.headers["Content-Type"], "application/json")
                return response.read().decode()

        seen = json.loads(called(call, f"{self.url}/echo?q=1"))
        self.assertEqual((seen["method"], seen["path"]), ("GET", "/echo?q=1"))
        posted = urllib.request.Request(f"{self.url}/echo", data=b"a=b", headers={"X-A": "b"})
        seen = json.loads(called(lambda _: call(posted), self.url))
        self.assertEqual((seen["method"], seen["body"]), ("POST", "a=b"))
        self.assertEqual(seen["headers"]["x-a"], "b")

    def test_bodies_in_chunks(self):
        def call(url):
            request = urllib.request.Request(url, data=iter([b"abc", b"de"]), method="PUT")
            return urllib.request.urlopen(request).read().decode()

        self.assertEqual(json.loads(called(call, f"{self.url}/echo"))["body"], "abcde")
        got = called(lambda url: urllib.request.urlopen(url).read(), f"{self.url}/chunks")
        self.assertEqual(got, "b'abcde'")

    def test_errors_are_those_of_urllib(self):
        with self.assertRaises(urllib.error.HTTPError) as it:
            called(urllib.request.urlopen, f"{self.url}/x")
        self.assertEqual(it.exception.code, 404)
        with self.assertRaisesRegex(urllib.error.URLError, "nobody listens there"):
            called(urllib.request.urlopen, f"http://127.0.0.1:{free_port()}/")
        with self.assertRaisesRegex(urllib.error.URLError, REFUSED) as it:
            called(urllib.request.urlopen, "https://api.example.org/", http=refuse)
        self.assertIsInstance(it.exception.reason, stormcell_http.NotGrantedError)
        for path in ("says-nothing", "stops"):
            with self.assertRaises(TimeoutError):
                called(
                    lambda url: urllib.request.urlopen(url, timeout=0.05).read(),
                    f"{self.url}/{path}",
                )

    def test_a_connection_that_is_closed_is_an_error_of_both_kinds(self):
        for kind in (
            http.client.HTTPException,
            http.client.RemoteDisconnected,
            ConnectionResetError,
            stormcell_http.BrokenResponseError,
        ):
            with self.assertRaisesRegex(kind, f"GET {self.url}: ."):
                called(urllib.request.urlopen, f"{self.url}/closes")

    def test_a_proxy_means_nothing(self):
        def call(url):
            for proxy in ("http", "https"):
                handler = urllib.request.ProxyHandler({proxy: "http://proxy.example:3128"})
                opener = urllib.request.build_opener(handler)
                seen.append(opener.open(f"{proxy}://api.example.org/a?b").read())

        seen, asked = [], []
        called(call, "", http=lambda request: asked.append(str(request.url)) or HttpAnswer())
        self.assertEqual(asked, ["http://api.example.org/a?b", "https://api.example.org/a?b"])

    def test_a_connection_of_its_own(self):
        def call(url):
            connection = http.client.HTTPConnection("127.0.0.1", url.rpartition(":")[2])
            for n in range(2):
                connection.request("POST", "/echo", body=b"x" * n)
                response = connection.getresponse()
                found.append(json.loads(response.read())["body"])

        found = []
        called(call, self.url)
        self.assertEqual(found, ["", "x"])

    def test_the_test_itself_has_sockets(self):
        called(lambda url: urllib.request.urlopen(url).status, f"{self.url}/large?size=1")
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"))
        connection.request("GET", "/large?size=1")
        self.assertEqual(connection.sock.family.name, "AF_INET")
        self.assertEqual(connection.getresponse().read(), b"x")
        connection.close()


class WithoutSsl(unittest.TestCase):
    """As in a component, where there is no `ssl` and everything goes by way of the host."""

    def test_what_is_secured_is_called_all_the_same(self):
        command = [sys.executable, "-W", "error", "-m", "tests.without_ssl"]
        folder = Path(__file__).parents[1]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        self.assertEqual(ran.stderr, "")
        library = "http.client urllib.request xmlrpc.client".split()
        library += [name for name in ("requests", "urllib3", "httpx") if find_spec(name)]
        expected = [f"{name}: https://api.example.org/{name}" for name in library]
        self.assertEqual(ran.stdout.splitlines(), expected)


@unittest.skipUnless(find_spec("requests"), "requests is not installed")
class Requests(WithServer):
    def test_sessions(self):
        import requests

        def call(url):
            with requests.Session() as session:
                session.headers["X-Key"] = "k"
                got = session.get(f"{url}/echo", params={"q": "1"}, timeout=(5, 5))
                posted = session.post(f"{url}/echo", json={"n": 1})
                put = session.put(f"{url}/echo", data=iter([b"a", b"b"]))
                moved = session.get(f"{url}/to?status=302&url=/text")
                large = session.get(f"{url}/large?size=3000000", stream=True)
                size = sum(map(len, large.iter_content(10_000)))
            return json.dumps([got.json(), posted.json(), put.json(), moved.text, size])

        got, posted, put, moved, size = json.loads(called(call, self.url))
        self.assertEqual((got["path"], got["headers"]["x-key"]), ("/echo?q=1", "k"))
        self.assertEqual((posted["body"], put["body"]), ('{"n": 1}', "ab"))
        self.assertEqual((moved, size), ("zoë", 3_000_000))

    def test_https_and_proxies(self):
        import requests

        def call(url):
            proxies = {"https": "http://proxy.example:3128", "http": "http://proxy.example:3128"}
            for scheme in ("https", "http"):
                requests.get(f"{scheme}://api.example.org/a", proxies=proxies, verify=False)

        asked = []
        with warnings.catch_warnings(action="error"):
            called(call, "", http=lambda request: asked.append(str(request.url)) or HttpAnswer())
        self.assertEqual(asked, ["https://api.example.org/a", "http://api.example.org/a"])

    def test_errors_are_those_of_requests(self):
        import requests

        with self.assertRaisesRegex(requests.HTTPError, "404"):
            called(lambda url: requests.get(url).raise_for_status(), f"{self.url}/x")
        with self.assertRaisesRegex(requests.ConnectionError, REFUSED):
            called(requests.get, "https://api.example.org/", http=refuse)
        with self.assertRaisesRegex(requests.ConnectionError, "nobody listens there"):
            called(requests.get, f"http://127.0.0.1:{free_port()}/")
        with self.assertRaises(requests.exceptions.ChunkedEncodingError):
            called(requests.get, f"{self.url}/breaks-off")
        with self.assertRaises(requests.ReadTimeout):
            called(lambda url: requests.get(url, timeout=(5, 0.05)), f"{self.url}/says-nothing")
        with self.assertRaises(requests.ConnectionError):
            called(lambda url: requests.get(url, timeout=(5, 0.05)), f"{self.url}/stops")


@unittest.skipUnless(find_spec("httpx"), "httpx is not installed")
class Httpx(WithServer):
    def test_clients(self):
        import httpx

        def call(url):
            with httpx.Client(base_url=url, follow_redirects=True) as client:
                got = client.get("/echo", params={"q": "1"}, headers={"X-Key": "k"})
                posted = client.post("/echo", json={"n": 1})
                moved = client.get("/to?status=302&url=/text")
                with client.stream("GET", "/large?size=3000000") as large:
                    size = sum(map(len, large.iter_bytes(10_000)))
            return json.dumps([got.json(), posted.json(), moved.text, size])

        got, posted, moved, size = json.loads(called(call, self.url))
        self.assertEqual((got["path"], got["headers"]["x-key"]), ("/echo?q=1", "k"))
        self.assertEqual(json.loads(posted["body"]), {"n": 1})
        self.assertEqual((moved, size), ("zoë", 3_000_000))

    def test_with_an_event_loop(self):
        import httpx

        async def get(url):
            async with httpx.AsyncClient() as client:
                both = await asyncio.gather(*(client.get(f"{url}/large?size={n}") for n in (1, 2)))
                return [response.text for response in both]

        self.assertEqual(called(lambda url: asyncio.run(get(url)), self.url), "['x', 'xx']")

    def test_errors_are_those_of_httpx(self):
        import httpx

        with self.assertRaisesRegex(httpx.HTTPStatusError, "404"):
            called(lambda url: httpx.get(url).raise_for_status(), f"{self.url}/x")
        with self.assertRaisesRegex(httpx.ConnectError, REFUSED):
            called(httpx.get, "https://api.example.org/", http=refuse)
        with self.assertRaisesRegex(httpx.ConnectError, "nobody listens there"):
            called(httpx.get, f"http://127.0.0.1:{free_port()}/")
        with self.assertRaises(httpx.RemoteProtocolError):
            called(httpx.get, f"{self.url}/breaks-off")
        for path in ("says-nothing", "stops"):
            with self.assertRaises(httpx.ReadTimeout):
                called(lambda url: httpx.get(url, timeout=0.05), f"{self.url}/{path}")


class WhenImported(unittest.TestCase):
    def test_a_module_that_is_imported_in_a_call_is_changed(self):
        def call(url):
            for name in [name for name in sys.modules if name == "http.client"]:
                del sys.modules[name]
            import http.client as again

            try:
                connection = again.HTTPSConnection("api.example.org")
                connection.request("GET", "/")
                return connection.getresponse().status
            finally:
                sys.modules["http.client"] = http.client
                sys.modules["http"].client = http.client

        self.assertEqual(called(call, "", http=lambda _: HttpAnswer(204)), "204")

    def test_outside_of_components_a_transport_is_chosen_as_well(self):
        with using(FakeHttp(lambda _: HttpAnswer(body="x"))):
            self.assertEqual(stormcell_http.get("https://api.example.org/").text, "x")
