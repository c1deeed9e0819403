"""`stormcell.http` in tests of an author: from this machine, and with answers of the test."""

import json
import re
import socket
import unittest
from pathlib import Path
from unittest import mock

from stormcell import Bolt, Stream, http, text
from stormcell.http.request import Url, request_of
from stormcell.testing import BoltTester, HttpAnswer
from tests.http_server import WithServer


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


class Calling(Bolt):
    """Does what it is told, with a URL."""

    inputs = {"line": text}
    outputs = [Stream(word=text)]

    def process(self, tup):
        self.emit([str(self.call(tup.line))])


def called(call, url, **options):
    """What a bolt gets of this call; or raises what it raised."""
    raised = []

    class Doing(Calling):
        def call(self, url):
            try:
                return call(url)
            except Exception as error:
                raised.append(error)

    ((found,),) = BoltTester(Doing, **options).run([[url]]).emitted()
    if raised:
        raise raised[0]
    return found


def request(url, params=None, headers=None, data=None, json=None, method="GET"):
    return request_of(method, url, params, headers, data, json, None)


class Requests(unittest.TestCase):
    def test_urls(self):
        for given, expected in {
            "http://example.org": "http://example.org/",
            "https://example.org:443/a?b=c#d": "https://example.org/a?b=c",
            "https://example.org:8443?x": "https://example.org:8443/?x",
            "HTTP://EXAMPLE.org/A b/zoë?q=ö%20&r=[1]": "http://example.org/A%20b/zo%C3%AB?q=%C3%B6%20&r=[1]",
            "http://bücher.example/": "http://xn--bcher-kva.example/",
            "http://[::1]:80/": "http://[::1]/",
        }.items():
            self.assertEqual(str(Url.parse(given)), expected)
        asked = request("http://a/?x=1", params={"q": "a b", "n": [1, 2]})
        self.assertEqual(asked.url.target, "/?x=1&q=a+b&n=1&n=2")

    def test_what_is_no_url_is_refused(self):
        for given, said in {
            "example.org": "begins with `http://` or `https://`",
            "ftp://example.org": "begins with `http://` or `https://`",
            "http://": "names a host",
            "http://a:b/": "this is no URL",
            "http://a:99999/": "this is no URL",
            "http://me:hidden@example.org/": "send the header `Authorization` instead",
            "http://a/\r\nX: y": "control characters",
        }.items():
            with self.subTest(given), self.assertRaisesRegex(http.InvalidRequestError, said) as it:
                Url.parse(given)
            self.assertNotIn("hidden", str(it.exception))
        with self.assertRaises(TypeError):
            Url.parse(b"http://a/")

    def test_bodies(self):
        def body(**of):
            asked = request("http://a/", method="POST", **of)
            return asked.content, asked.headers.get("content-type"), asked.headers["Content-Length"]

        self.assertEqual(body(json=[1, "ö"]), (b'[1, "\\u00f6"]', "application/json", "13"))
        self.assertEqual(body(data=b"\xff"), (b"\xff", "application/octet-stream", "1"))
        self.assertEqual(body(data="ö"), ("ö".encode(), "text/plain; charset=utf-8", "2"))
        form = "application/x-www-form-urlencoded"
        self.assertEqual(body(data={"a": "b c", "d": [1, 2]}), (b"a=b+c&d=1&d=2", form, "13"))
        self.assertEqual(body(), (b"", None, "0"))
        self.assertEqual(body(data=b"{}", headers={"content-TYPE": "x/y"}), (b"{}", "x/y", "2"))
        self.assertNotIn("Content-Length", request("http://a/").headers)
        with self.assertRaisesRegex(http.InvalidRequestError, "not both"):
            request("http://a/", data="a", json={})
        with self.assertRaises(ValueError):
            request("http://a/", json=float("nan"))

    def test_headers(self):
        asked = request("http://a:8080/", headers={"X-A": b"\xe4", "host": "a:8080"})
        self.assertEqual(asked.headers["x-a"], "ä")
        self.assertNotIn("host", asked.headers)
        self.assertEqual(asked.headers["user-agent"], "stormcell")
        for headers, error in (
            ({"A b": "c"}, http.InvalidRequestError),
            ({"A": "b\r\nC: d"}, http.InvalidRequestError),
            ({"A": "€"}, http.InvalidRequestError),
            ({"Host": "other"}, http.InvalidRequestError),
            ({"Connection": "close"}, http.InvalidRequestError),
            ({"A": 1}, TypeError),
        ):
            with self.subTest(headers), self.assertRaises(error):
                request("http://a/", headers=headers)
        several = http.Headers([("A", "1"), ("a", "2"), ("B", "3")])
        self.assertEqual((several["a"], several.get_all("A")), ("1, 2", ["1", "2"]))
        self.assertEqual((len(several), "b" in several, "c" in several), (2, True, False))
        self.assertEqual(dict(several), {"A": "1, 2", "B": "3"})

    def test_methods_and_times(self):
        for method in ("", "G T", "GET\r\n"):
            with self.assertRaises(http.InvalidRequestError):
                request("http://a/", method=method)
        for seconds in (0, -1, float("nan")):
            with self.assertRaises(http.InvalidRequestError):
                http.Timeout.of(seconds)


class FromThisMachine(WithServer):
    def test_get_and_post(self):
        seen = []

        def call(url):
            got = http.get(f"{url}/echo", params={"q": "a b"}, headers={"X-Key": "k"})
            posted = http.post(f"{url}/echo", json={"n": 1})
            seen.extend([got, posted])

        called(call, self.url)
        got, posted = seen
        self.assertEqual((got.status, got.reason, got.ok), (200, "OK", True))
        self.assertEqual(got.headers["CONTENT-type"], "application/json")
        self.assertEqual(got.json()["path"], "/echo?q=a+b")
        self.assertEqual(got.json()["headers"]["x-key"], "k")
        self.assertEqual(posted.json()["method"], "POST")
        self.assertEqual(posted.json()["body"], '{"n": 1}')

    def test_every_method(self):
        for call in (http.put, http.patch, http.delete):
            name = call.__name__.upper()
            self.assertEqual(
                called(lambda url: call(url).json()["method"], f"{self.url}/echo"), name
            )
        self.assertEqual(called(lambda url: http.head(url).body, f"{self.url}/echo"), "b''")

    def test_bodies_of_responses(self):
        def read(url):
            with http.get(url, stream=True) as response:
                return sum(map(len, response.iter_bytes(1000)))

        size = 3 << 20
        self.assertEqual(called(read, f"{self.url}/large?size={size}"), str(size))
        self.assertEqual(
            called(lambda url: len(http.get(url).body), f"{self.url}/large?size={size}"), str(size)
        )
        self.assertEqual(called(lambda url: http.get(url).text, f"{self.url}/text"), "zoë")
        self.assertEqual(called(lambda url: http.get(url).text, f"{self.url}/chunks"), "abcde")

    def test_a_status_is_no_error_unless_it_is_wanted(self):
        self.assertEqual(called(lambda url: http.get(url).text, f"{self.url}/x"), "nothing here")
        said = f"GET {self.url}: the server answered 404 Not Found"
        with self.assertRaisesRegex(http.StatusError, said) as it:
            called(lambda url: http.get(url).raise_for_status(), f"{self.url}/x?key=hidden")
        self.assertEqual(it.exception.response.status, 404)
        self.assertNotIn("hidden", str(it.exception))
        with self.assertRaisesRegex(ValueError, "is not JSON"):
            called(lambda url: http.get(url).json(), f"{self.url}/x")

    def test_redirects(self):
        def to(status, url):
            return f"{self.url}/to?status={status}&url={url}"

        def call(url, **options):
            return http.post(url, data="body", headers={"Authorization": "a"}, **options)

        for status, method, body in ((301, "GET", ""), (303, "GET", ""), (308, "POST", "body")):
            seen = json.loads(called(lambda url: call(url).text, to(status, "/echo")))
            self.assertEqual((seen["method"], seen["body"]), (method, body))
            self.assertEqual(seen["headers"]["authorization"], "a")
            self.assertEqual("content-type" in seen["headers"], bool(body))
        other = self.url.replace("127.0.0.1", "localhost")
        seen = json.loads(called(lambda url: call(url).text, to(307, f"{other}/echo")))
        self.assertNotIn("authorization", seen["headers"])
        stays = called(lambda url: call(url, follow_redirects=False).status, to(302, "/echo"))
        self.assertEqual(stays, "302")
        with self.assertRaisesRegex(http.RedirectError, "cannot be followed"):
            called(call, to(302, "ftp://a/"))

    def test_redirects_without_end(self):
        with self.assertRaisesRegex(http.RedirectError, "redirects again after 10"):
            called(http.get, "http://a/", http=lambda _: HttpAnswer(302, headers={"Location": "/"}))

    def test_what_goes_wrong(self):
        port = free_port()
        with self.assertRaisesRegex(http.ConnectError, f"GET http://127.0.0.1:{port}: no conn"):
            called(http.get, f"http://127.0.0.1:{port}/")
        unknown = mock.patch("socket.getaddrinfo", side_effect=socket.gaierror(-2, "unknown"))
        said = "no address was found for its name"
        with unknown, self.assertRaisesRegex(http.ConnectError, said):
            called(http.get, "http://name.invalid/")
        with self.assertRaisesRegex(http.BrokenResponseError, "broke off"):
            called(http.get, f"{self.url}/breaks-off")
        for path, phase, said in (
            ("says-nothing", "first byte", "did not begin within 0.05 s"),
            ("stops", "between bytes", "did not go on within 0.05 s"),
        ):
            with self.assertRaisesRegex(http.TimedOutError, said) as it:
                called(lambda url: http.get(url, timeout=0.05), f"{self.url}/{path}")
            self.assertEqual(it.exception.phase, phase)
            self.assertIsInstance(it.exception, TimeoutError)

    def test_sockets_stay_refused(self):
        def call(url):
            socket.create_connection(("127.0.0.1", 9))

        with self.assertRaisesRegex(OSError, "stormcell.http, urllib.request, requests and httpx"):
            called(call, self.url)


class FromTheTest(unittest.TestCase):
    def test_a_test_answers_by_itself(self):
        seen = []

        def answer(request):
            seen.append((request.method, str(request.url), request.content))
            return HttpAnswer(201, json={"size": 3})

        found = called(lambda url: http.put(url, "x").json()["size"], "https://a/b", http=answer)
        self.assertEqual((found, seen), ("3", [("PUT", "https://a/b", b"x")]))

    def test_the_example_of_the_readme_does_what_it_says(self):
        readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
        section = readme.partition("\n## HTTP\n")[2].partition("\n## ")[0]
        example = "\n".join(re.findall(r"```python\n(.*?)```", section, re.DOTALL))
        scope = {"__name__": "sizes"}
        exec(compile(example, "README.md", "exec"), scope)
        scope["test_sizes"]()
        missing = BoltTester(scope["SizeBolt"], http=lambda _: HttpAnswer(404))
        self.assertEqual(missing.run([["Ys"]]).emitted(), [("Ys", 0)])

    def test_a_test_refuses_as_a_host_does(self):
        def refuse(request):
            raise request.asked.not_granted()

        with self.assertRaises(http.NotGrantedError) as it:
            called(http.get, "https://api.example.org:8443/x?key=hidden", http=refuse)
        said = str(it.exception)
        self.assertIn('grants: { http: { hosts: ["https://api.example.org:8443"] } }', said)
        self.assertNotIn("hidden", said)

    def test_addresses_that_are_not_granted(self):
        asked = request("http://localhost:8080/").asked
        said = str(asked.address_not_granted())
        self.assertIn('hosts: ["http://localhost:8080"], networks: ["127.0.0.1/32"] } }', said)
        self.assertIn("ADDRESS/32", str(request("http://intern/").asked.address_not_granted()))
