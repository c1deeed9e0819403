"""Which request follows from a response that redirects."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urljoin

from .errors import InvalidRequestError, RedirectError
from .headers import Headers
from .request import Request, Url

MOST = 10
"""How many redirects are followed."""

_STATUSES = (301, 302, 303, 307, 308)
_OF_BODY = ("content-encoding", "content-language", "content-length", "content-type")
_SECRET = ("authorization", "cookie")


def next_request(request: Request, status: int, headers: Headers) -> Request | None:
    """The request to make next; None: this response is the one that is wanted.

    303, and 301 and 302 after a POST, are followed by a GET without body, as browsers do.
    Another server is not sent `Authorization` and `Cookie`.
    """
    if status not in _STATUSES or "location" not in headers:
        return None
    try:
        url = Url.parse(urljoin(str(request.url), headers.get_all("location")[0]))
    except InvalidRequestError as error:
        raise RedirectError(
            f"{request.method} {request.url.server}: the server answered {status} with a "
            f"Location that cannot be followed: {error}"
        ) from None
    following = replace(request, url=url)
    becomes_get = status == 303 and request.method != "HEAD"
    if becomes_get or status in (301, 302) and request.method == "POST":
        following = replace(following, method="GET", body=None).without_headers(_OF_BODY)
    if url.server != request.url.server:
        following = following.without_headers(_SECRET)
    return following


def too_many(request: Request) -> RedirectError:
    """The error after too many of them."""
    return RedirectError(
        f"{request.method} {request.url.server}: the server redirects again after {MOST} "
        "redirects, which are all that are followed"
    )
