"""What schemathesis needs to come further than to `there is no such topology`.

There is a topology `words`, and there are dead letters of `letters`, whenever they are asked for,
and right submissions and uploads are of real files. Of what was submitted beside them only the
newest stay, so that the machine is not full of workers.
"""

import json
import os
from hashlib import sha256
from itertools import count, cycle
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import schemathesis
from schemathesis import GenerationMode

from server import failing, topology, until

URL = os.environ["STORMCELL_URL"]
DIGESTS = json.loads(os.environ["STORMCELL_COMPONENTS"])
WORDS = "words"
LETTERS = "letters"
# How many others there may be.
OTHERS = 3

others = []
numbers = count()
# One after the other, so that each is another than the one that runs.
deployed = cycle(["another.wasm", "print.wasm"])


def component_file(context, value):
    """The body of an upload, as it goes out."""
    return value if isinstance(value, bytes) else str(value).encode()


schemathesis.serializer("application/wasm")(component_file)


def ask(method, path, body=None):
    """The status and the body of an answer."""
    headers = {"Authorization": f"Bearer {os.environ['STORMCELL_TOKEN']}"}
    data = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(Request(URL + path, data, headers, method=method), timeout=60) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)


def submit(file, **more):
    body = {"file": file, "base_dir": "/", "components": DIGESTS, **more}
    status, found = ask("POST", "/v1/topologies", body)
    assert status in (201, 409), found


def gone(name):
    """Waits for the end of a topology that was killed."""
    until(f"{name} is gone", lambda: ask("GET", f"/v1/topologies/{name}")[0] == 404)


def kill(name):
    status, found = ask("DELETE", f"/v1/topologies/{name}?wait_ms=0")
    assert status in (202, 404, 409), found


def words_are_there():
    """`words` is there and works, and its spout emits nothing by itself."""

    def works():
        status, found = ask("GET", f"/v1/topologies/{WORDS}")
        if status == 404:
            submit(topology(WORDS, rows=3), inactive=True)
            return None
        return found["summary"]["status"] in ("active", "inactive", "finished")

    until("the topology `words` works", works)


def newest_letter():
    """Its number, if there is one."""
    status, found = ask("GET", f"/v1/dead-letters/{LETTERS}?limit=1")
    return found["newest"][0]["id"] if status == 200 and found["newest"] else None


def letters_are_there():
    """There are dead letters of `letters`, which is there as well."""

    if ask("GET", f"/v1/topologies/{LETTERS}")[0] == 200 and newest_letter():
        return
    kill(LETTERS)
    gone(LETTERS)
    submit(failing(LETTERS, rows=20))
    until("there are dead letters of `letters`", newest_letter)


def is_right(case):
    """Whether the request is meant to be answered with success."""
    return case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE


def is_systematic(case):
    """Whether it is one of those that have each value of each parameter once."""
    return case.meta is not None and case.meta.phase.name == "coverage"


def is_about_its_path(case):
    return case.meta.phase.data.parameter_location == "path"


def is_of_several(case):
    """Whether it belongs to requests that use what the ones before were answered with: they
    have to find what those left, and nothing else."""
    return case.meta is not None and case.meta.phase.name == "stateful"


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = case.operation.label
    of_letters = "/v1/dead-letters/{name}" in operation
    # All of them have the same name, of which there is nothing.
    is_of_nothing = is_right(case) and is_systematic(case) and not is_about_its_path(case)
    if is_of_nothing and "name" in case.path_parameters:
        case.path_parameters["name"] = LETTERS if of_letters else WORDS
    if not is_of_several(case):
        if case.path_parameters.get("name") == WORDS:
            words_are_there()
        if case.path_parameters.get("name") == LETTERS:
            letters_are_there()
    if is_right(case):
        make_right(case, operation)


def make_right(case, operation):
    """What the document cannot say of a request that is right by it."""
    body = case.body
    if operation == "POST /v1/topologies":
        body["components"] = dict(DIGESTS)
        # One that is there already is refused, and what follows would not be of its own.
        name = f"other-{next(numbers)}" if is_of_several(case) else "other"
        body["file"] = topology(name, rows=3)
    if operation == "PUT /v1/components/{digest}":
        data = component_file(None, body)
        case.path_parameters["digest"] = f"sha256:{sha256(data).hexdigest()}"
    if operation.endswith(("/deploy", "/rollback")) and is_systematic(case):
        body["component"] = "print"
    if operation.endswith("/deploy"):
        body["digest"] = DIGESTS[next(deployed)]
    if operation.endswith("/rebalance") and body.get("parallelism") and is_systematic(case):
        body["parallelism"] = {"print": 2}
    # Letters are meant by their numbers, or all are.
    if operation.endswith(("/replay", "/drop")):
        if body.get("all"):
            body.pop("numbers", None)
        elif is_systematic(case) or not body.get("numbers"):
            body["numbers"] = [newest_letter() or 1]
    if operation.endswith("/{number}") and not is_systematic(case):
        case.path_parameters["number"] = newest_letter() or 1
    # A log that is followed does not end while there is its topology.
    if operation.endswith("/logs") and case.query.get("follow"):
        case.query["follow"] = "false"


@schemathesis.hook
def after_call(context, case, response):
    operation = case.operation.label
    if operation == "POST /v1/topologies" and response.status_code == 201:
        name = response.json()["topology"]["name"]
        if name not in (WORDS, LETTERS):
            others.append(name)
        while len(others) > OTHERS:
            kill(others.pop(0))
    # It is there until it is drained.
    if operation == "DELETE /v1/topologies/{name}" and response.status_code == 202:
        gone(case.path_parameters["name"])
