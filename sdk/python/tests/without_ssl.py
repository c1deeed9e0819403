"""A program that calls a server as in a component: without `ssl`, through the transport. It
prints what each library that is there has called."""

import sys
from importlib.util import find_spec

sys.modules["ssl"] = sys.modules["_ssl"] = None

from stormcell.http.adapters import always  # noqa: E402
from stormcell.http.adapters.on_import import change_now_and_later  # noqa: E402
from stormcell.http.transport import using  # noqa: E402
from stormcell.testing import FakeHttp, HttpAnswer  # noqa: E402

change_now_and_later(always)

URL = "https://api.example.org/"


def by_http_client(path):
    import http.client

    connection = http.client.HTTPSConnection("api.example.org")
    connection.request("GET", f"/{path}")
    assert connection.getresponse().status == 200


def by_urllib(path):
    from urllib.request import HTTPSHandler, build_opener, urlopen

    assert urlopen(URL + path).status == 200
    assert build_opener(HTTPSHandler()).open(URL + path).status == 200


def by_xmlrpc(path):
    from xmlrpc.client import ServerProxy

    assert ServerProxy(URL + path).add(1) == 2


def by_requests(path):
    import requests

    assert requests.get(URL + path, proxies={"https": "http://proxy.example"}).ok
    assert requests.get(URL + path, verify=False).ok
    try:
        requests.get(URL + path, cert="my.pem")
    except OSError as error:
        assert "cannot present a certificate" in str(error), error


def by_urllib3(path):
    import urllib3

    assert urllib3.request("GET", URL + path).status == 200


def by_httpx(path):
    import httpx

    assert httpx.get(URL + path).is_success
    with httpx.Client(verify=False, proxy="http://proxy.example") as client:
        assert client.get(URL + path).is_success


def main():
    called = set()
    two = "<methodResponse><params><param><value><int>2</int></value></param></params></methodResponse>"

    def answer(request):
        called.add(str(request.url))
        return HttpAnswer(body=two, headers={"Content-Type": "text/xml"})

    libraries = {
        "http.client": by_http_client,
        "urllib.request": by_urllib,
        "xmlrpc.client": by_xmlrpc,
        "requests": by_requests,
        "urllib3": by_urllib3,
        "httpx": by_httpx,
    }
    for name, call in libraries.items():
        if find_spec(name):
            with using(FakeHttp(answer)):
                call(name)
            print(f"{name}: {' '.join(called)}")
            called.clear()


if __name__ == "__main__":
    main()
