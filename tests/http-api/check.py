"""All checks of the HTTP API; see the script `run` beside this file."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

from openapi_spec_validator import OpenAPIV31SpecValidator

import use_client
from server import ROOT, STORMCELL, another, build, serving

HERE = Path(__file__).resolve().parent
WORK = ROOT / "target" / "http-api"
DOCUMENT = ROOT / "docs" / "openapi.json"
CLIENT = WORK / "client" / "stormcell_client"
# Any number: with another, other requests are made.
SEED = 15


def say(what):
    print(f"-- {what}", flush=True)


def tool(name):
    return str(Path(sys.executable).parent / name)


def validate():
    """The document is one of OpenAPI 3.1."""
    errors = list(OpenAPIV31SpecValidator(json.loads(DOCUMENT.read_text())).iter_errors())
    for error in errors:
        print(f"{error.json_path}: {error.message}")
    if errors:
        sys.exit("docs/openapi.json is not valid")


def generate():
    """A client for Python, without a warning of the generator."""
    shutil.rmtree(CLIENT.parent, ignore_errors=True)
    CLIENT.parent.mkdir(parents=True)
    # It looks for ruff, to format what it has written.
    environment = os.environ | {"PATH": f"{Path(tool('ruff')).parent}:{os.environ['PATH']}"}
    command = [tool("openapi-python-client"), "generate", "--path", str(DOCUMENT)]
    command += ["--output-path", str(CLIENT), "--meta", "none", "--overwrite"]
    command += ["--config", str(HERE / "client.yaml"), "--fail-on-warning"]
    subprocess.run(command, check=True, env=environment)


def is_served(server):
    """The supervisor says the same of itself."""
    with urlopen(f"{server.url}/v1/openapi.json", timeout=60) as answer:
        if answer.read() != DOCUMENT.read_bytes():
            sys.exit(f"docs/openapi.json is not what {STORMCELL} serves; is that of this code?")


def test(server, seconds):
    """schemathesis finds nothing."""
    environment = os.environ | {
        "STORMCELL_TOKEN": server.token,
        "STORMCELL_URL": server.url,
        "PYTHONPATH": str(HERE),
    }
    shutil.rmtree(WORK / "report", ignore_errors=True)
    command = [tool("schemathesis"), "--config-file", str(HERE / "schemathesis.toml"), "run"]
    command += [f"{server.url}/v1/openapi.json", "--seed", str(SEED)]
    command += ["--max-time", str(seconds), "--report", "ndjson"]
    command += ["--report-dir", str(WORK / "report"), "--no-color"]
    # More than this is a server, or a check, that hangs.
    subprocess.run(command, check=True, env=environment, cwd=WORK, timeout=3 * seconds + 60)


def main(seconds):
    # Who is told to end ends the supervisor first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    say("docs/openapi.json is valid")
    validate()
    say("a client is generated from it")
    generate()
    say("components are built")
    components = build("source", "relay", "print")
    components["another"] = another(components["print"], WORK / "another.wasm")
    sys.path.insert(0, str(CLIENT.parent))
    with serving() as server:
        is_served(server)
        say(f"the client uses a supervisor at {server.url}")
        use_client.everything(server, components)
        say(f"schemathesis asks it for {seconds} s")
        use_client.upload_all(server, components)
        os.environ["STORMCELL_COMPONENTS"] = json.dumps(
            {f"{name}.wasm": component.digest for name, component in components.items()}
        )
        test(server, seconds)
    say("all is well")


if __name__ == "__main__":
    main(int(sys.argv[1]))
