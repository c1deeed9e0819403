"""What schemathesis needs to come further than to `there is no such topology`.

There is a topology `words` whenever it is asked for, and right submissions and uploads are of
real files. What was submitted beside `words` is killed at once, so that the machine is not full
of workers.
"""

import json
import os
from hashlib import sha256
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import schemathesis
from schemathesis import GenerationMode

from server import topology, until

URL = os.environ["STORMCELL_URL"]
DIGESTS = json.loads(os.environ["STORMCELL_COMPONENTS"])
WORDS = "words"


def ask(method, path, body=None):
    """The status and the body of an answer."""
    headers = {"Authorization": f"Bearer {os.environ['STORMCELL_TOKEN']}"}
    data = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(Request(URL + path, data, headers, method=method), timeout=60) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)


def words_are_there():
    """`words` is there and works, and its spout emits nothing by itself."""
    file = topology(WORDS, rows=3)
    submission = {"file": file, "base_dir": "/", "components": DIGESTS, "inactive": True}

    def works():
        status, found = ask("GET", f"/v1/topologies/{WORDS}")
        if status == 404:
            status, found = ask("POST", "/v1/topologies", submission)
            assert status in (201, 409), found
            return None
        return found["summary"]["status"] in ("active", "inactive", "finished")

    until("the topology `words` works", works)


def is_right(case):
    """Whether the request is meant to be answered with success."""
    return case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = case.operation.label
    if case.path_parameters.get("name") == WORDS:
        words_are_there()
    if not is_right(case):
        return
    if operation == "POST /v1/topologies" and isinstance(case.body, dict):
        case.body["file"] = topology("other", rows=3)
        case.body["components"] = dict(DIGESTS)
    if operation == "PUT /v1/components/{digest}" and isinstance(case.body, bytes):
        case.path_parameters["digest"] = f"sha256:{sha256(case.body).hexdigest()}"
    if operation.endswith("/deploy") and isinstance(case.body, dict):
        case.body["digest"] = DIGESTS["print.wasm"]
    # A log that is followed does not end while there is its topology.
    if operation.endswith("/logs") and case.query.get("follow"):
        case.query["follow"] = False


@schemathesis.hook
def after_call(context, case, response):
    if case.operation.label == "POST /v1/topologies" and response.status_code == 201:
        name = response.json()["topology"]["name"]
        if name != WORDS:
            ask("DELETE", f"/v1/topologies/{name}?wait_ms=0")
