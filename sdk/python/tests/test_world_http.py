"""Requests through `wasi:http`, with bindings that stand in for the generated ones."""

import gc
import unittest

from stormcell import http
from stormcell.http import transport
from stormcell.http.errors import Asked
from tests import fake_bindings
from tests.fake_http_bindings import CODES, Host

_, _, told, _ = fake_bindings.install()

from stormcell.world.http import ImportedHttp, NotYet, wit  # noqa: E402


def code(name, value=None):
    return getattr(wit, f"ErrorCode_{name}")(value)


class Requests(unittest.TestCase):
    def setUp(self):
        self.host = told["http"]
        vars(self.host).update(vars(Host()))
        self.addCleanup(lambda: self.assertEqual(self.host.open, []))
        self.host.answer = (200, [("A", b"\xe4")], [b"abc", b"de"])
        using = transport.using(ImportedHttp())
        using.__enter__()
        self.addCleanup(using.__exit__, None, None, None)

    def test_what_is_sent(self):
        sent = self.host.sent
        timeout = http.Timeout(1, 0.5, float("inf"))
        response = http.post("https://a.example:8443/b?c", b"x" * 20, timeout=timeout)
        self.assertEqual(
            (type(sent.method), type(sent.scheme)), (wit.Method_Post, wit.Scheme_Https)
        )
        self.assertEqual((sent.authority, sent.path), ("a.example:8443", "/b?c"))
        self.assertEqual((sent.body, sent.is_finished), (b"x" * 20, True))
        self.assertIn(("Content-Length", b"20"), sent.headers)
        times = {"connect": 10**9, "first byte": 5 * 10**8, "between bytes": 1 << 62}
        self.assertEqual(sent.times, times)
        self.assertEqual((response.status, response.headers["a"]), (200, "ä"))
        self.assertEqual(response.body, b"abcde")
        http.request("PURGE", "http://a.example/")
        self.assertEqual((type(sent.scheme), sent.method.value), (wit.Scheme_Http, "PURGE"))
        http.request("Other", "http://a.example/")
        self.assertEqual(sent.method.value, "Other")

    def test_an_answer_before_the_end_of_the_body_is_taken(self):
        self.host.takes = 10
        self.host.answer = (413, [], [])
        self.assertEqual(http.put("http://a.example/", b"x" * 100).status, 413)
        self.assertEqual(len(self.host.sent.body), 10)

    def test_all_is_given_back(self):
        with http.get("http://a.example/", stream=True) as response:
            self.assertEqual(next(response.iter_bytes(2)), b"ab")
        self.assertEqual(self.host.open, [])
        http.get("http://a.example/", stream=True).close()
        self.assertEqual(self.host.open, [])
        # What nobody reads or closes, is part of a cycle, and is collected at some time.
        response = http.get("http://a.example/", stream=True)
        response.itself = response
        del response
        gc.collect()
        self.assertEqual(self.host.open, [])

    def test_every_error_has_words(self):
        kinds = {
            "HttpRequestDenied": http.NotGrantedError,
            "DestinationIpProhibited": http.NotGrantedError,
            "DnsTimeout": http.TimedOutError,
            "ConnectionTimeout": http.TimedOutError,
            "ConnectionReadTimeout": http.TimedOutError,
            "ConnectionWriteTimeout": http.TimedOutError,
            "HttpResponseTimeout": http.TimedOutError,
            "DnsError": http.ConnectError,
            "DestinationNotFound": http.ConnectError,
            "DestinationUnavailable": http.ConnectError,
            "DestinationIpUnroutable": http.ConnectError,
            "ConnectionRefused": http.ConnectError,
            "ConnectionLimitReached": http.ConnectError,
            "TlsProtocolError": http.ConnectError,
            "TlsCertificateError": http.ConnectError,
            "TlsAlertReceived": http.ConnectError,
            "HttpRequestBodySize": http.TooLargeError,
            "HttpResponseBodySize": http.TooLargeError,
            "HttpRequestHeaderSectionSize": http.TooLargeError,
            "HttpResponseHeaderSectionSize": http.TooLargeError,
            "HttpRequestUriInvalid": http.InvalidRequestError,
            "HttpRequestMethodInvalid": http.InvalidRequestError,
            "HttpResponseIncomplete": http.BrokenResponseError,
            "ConnectionTerminated": http.BrokenResponseError,
            "HttpProtocolError": http.BrokenResponseError,
        }
        for name in CODES:
            for where in ("refused", "answer"):
                with self.subTest(name=name, where=where):
                    vars(self.host).update(vars(Host()))
                    setattr(self.host, where, code(name))
                    with self.assertRaises(kinds.get(name, http.HttpError)) as it:
                        http.get("http://a.example/b?key=hidden", timeout=2)
                    self.assertRegex(str(it.exception), "^GET http://a.example: ")
                    self.assertNotIn("hidden", str(it.exception))
                    self.assertEqual(self.host.open, [])

    def test_errors_of_the_body(self):
        for name, kind, said in (
            ("HttpResponseBodySize", http.TooLargeError, "`http-response-bytes`"),
            ("ConnectionReadTimeout", http.TimedOutError, "did not go on within 2 s"),
            ("HttpResponseIncomplete", http.BrokenResponseError, "broke off"),
        ):
            self.host.answer = (200, [], [b"abc", code(name)])
            with self.assertRaisesRegex(kind, said):
                http.get("http://a.example/", timeout=2)
            self.assertEqual(self.host.open, [])
        self.host.answer = (200, [], [None])
        with self.assertRaisesRegex(http.HttpError, "InternalError .what the host says"):
            http.get("http://a.example/")

    def test_what_the_host_does_not_take(self):
        self.host.forbidden = ("x-a",)
        with self.assertRaisesRegex(http.InvalidRequestError, "one of its headers .Forbidden"):
            http.get("http://a.example/", headers={"X-A": "b"})
        with self.assertRaisesRegex(http.InvalidRequestError, "does not take its host"):
            http.get("http://a!b/")

    def test_the_component_is_named(self):
        self.host.refused = code("HttpRequestDenied")
        for component, said in (
            ("fetch", "Grant it to the component `fetch`, in the topology file"),
            ("", "Grant it to the component, in the topology file"),
            (None, "a custom grouping is granted no server"),
        ):
            self.addCleanup(setattr, Asked, "component", "")
            Asked.component = component
            with self.assertRaisesRegex(http.NotGrantedError, said):
                http.get("http://a.example/")


class WhenBuilt(unittest.TestCase):
    def test_there_is_no_network(self):
        with transport.using(NotYet()), self.assertRaisesRegex(http.HttpError, "in `prepare` or"):
            http.get("http://a.example/")
