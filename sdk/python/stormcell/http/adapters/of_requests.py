"""`requests`: what it does besides `urllib3`."""

from __future__ import annotations

import functools
from typing import Any

from . import Active


def change(module: Any, active: Active) -> None:
    """Changes the module `requests.adapters`: it looks for a file with the certificates of
    authorities, which are the host's."""
    original = module.HTTPAdapter.cert_verify

    @functools.wraps(original)
    def cert_verify(self: Any, conn: Any, url: str, verify: Any, cert: Any) -> None:
        if not active():
            original(self, conn, url, verify, cert)
        elif cert:
            raise OSError("a component cannot present a certificate of its own")

    module.HTTPAdapter.cert_verify = cert_verify
