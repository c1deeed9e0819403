"""Stands in for the bindings of `wasi:http`: a host that answers what a test says.

It minds what a real host minds: nothing is given back before its parts, and everything is.
"""

from dataclasses import make_dataclass
from types import SimpleNamespace

METHODS = "Get Head Post Put Delete Connect Options Trace Patch"
CODES = """
DnsTimeout DnsError DestinationNotFound DestinationUnavailable DestinationIpProhibited
DestinationIpUnroutable ConnectionRefused ConnectionTerminated ConnectionTimeout
ConnectionReadTimeout ConnectionWriteTimeout ConnectionLimitReached TlsProtocolError
TlsCertificateError TlsAlertReceived HttpRequestDenied HttpRequestLengthRequired
HttpRequestBodySize HttpRequestMethodInvalid HttpRequestUriInvalid HttpRequestUriTooLong
HttpRequestHeaderSectionSize HttpRequestHeaderSize HttpRequestTrailerSectionSize
HttpRequestTrailerSize HttpResponseIncomplete HttpResponseHeaderSectionSize
HttpResponseHeaderSize HttpResponseBodySize HttpResponseTrailerSectionSize
HttpResponseTrailerSize HttpResponseTransferCoding HttpResponseContentCoding
HttpResponseTimeout HttpUpgradeFailed HttpProtocolError LoopDetected ConfigurationError
InternalError
""".split()


def case(name):
    return make_dataclass(name, [("value", object, None)])


class Host:
    """What a test tells the host to do, and what the host has seen."""

    def __init__(self):
        self.open = []
        """What was made and is yet to be given back."""
        self.refused = None
        """A code that `handle` returns."""
        self.answer = None
        """A code, or (status, headers, parts); a part may be a code."""
        self.takes = 1 << 30
        """Bytes of a body that are taken before the answer is there."""
        self.forbidden = ()
        """Names of headers that are not taken."""
        self.sent = SimpleNamespace(body=b"", headers=[], times={})


def install(module, Err, Ok):
    """Makes the modules `http_types`, `outgoing_handler`, `poll` and `streams`."""
    host = Host()

    class Resource:
        def __init__(self, parent=None):
            self.parent = parent
            host.open.append(self)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            parts = [each for each in host.open if each.parent is self]
            assert not parts, f"{type(self).__name__} is given back before {parts}"
            host.open.remove(self)

        def gone(self):
            self.__exit__()

    class Fields(Resource):
        @classmethod
        def from_list(cls, entries):
            if any(name.lower() in host.forbidden for name, _ in entries):
                raise Err(types.HeaderError_Forbidden())
            fields = cls()
            fields.pairs = list(entries)
            return fields

        def entries(self):
            return self.pairs

    class Pollable(Resource):
        def block(self):
            pass

    class OutputStream(Resource):
        def check_write(self):
            return min(7, host.takes)

        def write(self, part):
            assert 0 < len(part) <= self.check_write()
            host.takes -= len(part)
            host.sent.body += part

        def flush(self):
            pass

        def subscribe(self):
            return Pollable(self)

    class OutgoingBody(Resource):
        def write(self):
            return OutputStream(self)

        @staticmethod
        def finish(body, trailers):
            body.gone()
            host.sent.is_finished = True

    class OutgoingRequest(Resource):
        def __init__(self, headers):
            super().__init__()
            host.sent.headers = headers.pairs
            headers.gone()

        def body(self):
            return OutgoingBody()

        def set_method(self, method):
            host.sent.method = method

        def set_scheme(self, scheme):
            host.sent.scheme = scheme

        def set_authority(self, authority):
            if "!" in authority:
                raise Err(None)
            host.sent.authority = authority

        def set_path_with_query(self, path):
            host.sent.path = path

    class RequestOptions(Resource):
        def set_connect_timeout(self, time):
            host.sent.times["connect"] = time

        def set_first_byte_timeout(self, time):
            host.sent.times["first byte"] = time

        def set_between_bytes_timeout(self, time):
            host.sent.times["between bytes"] = time

    class IoError(Resource):
        def to_debug_string(self):
            return "what the host says"

    class InputStream(Resource):
        def blocking_read(self, most):
            if not self.parts:
                raise Err(streams.StreamError_Closed())
            part = self.parts.pop(0)
            if not isinstance(part, bytes):
                error = IoError(self)
                error.code = part
                raise Err(streams.StreamError_LastOperationFailed(error))
            if part[most:]:
                self.parts.insert(0, part[most:])
            return part[:most]

    class IncomingBody(Resource):
        def stream(self):
            stream = InputStream(self)
            stream.parts = self.parts
            return stream

    class IncomingResponse(Resource):
        def status(self):
            return host.answer[0]

        def headers(self):
            fields = Fields(self)
            fields.pairs = host.answer[1]
            return fields

        def consume(self):
            body = IncomingBody(self)
            body.parts = list(host.answer[2])
            return body

    class Future(Resource):
        def subscribe(self):
            return Pollable(self)

        def get(self):
            if isinstance(host.answer, tuple):
                return Ok(Ok(IncomingResponse()))
            return Ok(Err(host.answer))

    def handle(request, options):
        request.gone()
        options.gone()
        if host.refused is not None:
            raise Err(host.refused)
        return Future()

    streams = module(
        "wit_world.imports.streams",
        StreamError_Closed=make_dataclass("StreamError_Closed", []),
        StreamError_LastOperationFailed=case("StreamError_LastOperationFailed"),
    )
    types = module(
        "wit_world.imports.http_types",
        http_error_code=lambda error: error.code,
        Fields=Fields,
        OutgoingBody=OutgoingBody,
        OutgoingRequest=OutgoingRequest,
        RequestOptions=RequestOptions,
        Method_Other=case("Method_Other"),
        HeaderError_Forbidden=make_dataclass("HeaderError_Forbidden", []),
        Scheme_Http=make_dataclass("Scheme_Http", []),
        Scheme_Https=make_dataclass("Scheme_Https", []),
        **{f"Method_{name}": make_dataclass(f"Method_{name}", []) for name in METHODS.split()},
        **{f"ErrorCode_{name}": case(f"ErrorCode_{name}") for name in CODES},
    )
    handler = module("wit_world.imports.outgoing_handler", handle=handle)
    poll = module("wit_world.imports.poll", poll=lambda of: [1])
    return host, {
        "http_types": types,
        "outgoing_handler": handler,
        "poll": poll,
        "streams": streams,
    }
