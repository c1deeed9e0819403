"""A server for tests, on this machine."""

import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Server:
    """Answers until it is closed. What it is to be late with comes when it is closed."""

    def __init__(self):
        self.is_closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.test = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self):
        self.is_closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            whole = b""
            while size := int(self.rfile.readline(), 16):
                whole += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return whole
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self):
        url = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        body = self.body()
        match url.path:
            case "/echo":
                seen = {
                    "method": self.command,
                    "path": self.path,
                    "headers": {name.lower(): value for name, value in self.headers.items()},
                    "body": body.decode("latin-1"),
                }
                self.reply(200, json.dumps(seen).encode(), Content_Type="application/json")
            case "/text":
                self.reply(200, "zoë".encode("latin-1"), Content_Type="text/plain; charset=latin-1")
            case "/to":
                self.reply(int(asked["status"]), b"", Location=asked["url"])
            case "/large":
                self.reply(200, b"x" * int(asked["size"]))
            case "/chunks":
                self.send_response(200)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self.wfile.write(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
            case "/breaks-off":
                self.send_response(200)
                self.send_header("Content-Length", "10")
                self.end_headers()
                self.wfile.write(b"12345")
                self.close_connection = True
            case "/closes":
                self.close_connection = True
            case "/says-nothing":
                self.server.test.is_closing.wait()
                self.close_connection = True
            case "/stops":
                self.send_response(200)
                self.send_header("Content-Length", "10")
                self.end_headers()
                self.wfile.write(b"12345")
                self.wfile.flush()
                self.server.test.is_closing.wait()
                self.close_connection = True
            case _:
                self.reply(404, b"nothing here")

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer


class WithServer(unittest.TestCase):
    """Tests that have a server."""

    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.url = self.server.url
