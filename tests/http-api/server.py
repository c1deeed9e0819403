"""A supervisor of the check, with a data folder of its own."""

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The program that is checked; another can be named.
STORMCELL = os.environ.get("STORMCELL") or ROOT / "target" / "release" / "stormcell"

# Whatever is waited for takes less than this many seconds.
PATIENCE = 60.0
POLL = 0.05


def until(what, is_so):
    """What `is_so` gives when it gives something."""
    deadline = time.monotonic() + PATIENCE
    while not (found := is_so()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {PATIENCE:.0f} s for this: {what}")
        time.sleep(POLL)
    return found


@dataclass(frozen=True)
class Component:
    """A component file."""

    path: Path

    @property
    def data(self):
        return self.path.read_bytes()

    @property
    def digest(self):
        return f"sha256:{sha256(self.data).hexdigest()}"


def build(*names):
    """Component files of tests/guests."""
    folders = [str(ROOT / "tests" / "guests" / name) for name in names]
    done = subprocess.run(
        [STORMCELL, "build", "--output", "json", *folders],
        stdout=subprocess.PIPE,
        check=True,
        cwd=ROOT,
    )
    built = {Path(one["source"]).name: one["component"] for one in json.loads(done.stdout)}
    return {name: Component(Path(built[name])) for name in names}


def another(component, path):
    """A file of another digest that does the same: one with a custom section more."""
    name = b"another"
    content = bytes([len(name)]) + name
    path.write_bytes(component.data + bytes([0, len(content)]) + content)
    return Component(path)


def topology(name, rows):
    """The text of a topology that prints words; without `rows` it has no end."""
    config = {"texts": ["to", "be", "or"]} | ({} if rows is None else {"rows": rows})
    return f"""\
name: {name}
spouts:
  - {{ id: source, component: source.wasm, config: {json.dumps(config)} }}
bolts:
  - {{ id: print, component: print.wasm, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: print, grouping: {{ type: shuffle }} }}
"""


def failing(name, rows):
    """The text of a topology whose rows all become dead letters."""
    return f"""\
name: {name}
config: {{ max-replays: 0 }}
spouts:
  - {{ id: source, component: source.wasm, config: {{ texts: [a], rows: {rows} }} }}
bolts:
  - {{ id: relay, component: relay.wasm, config: {{ fail: {list(range(rows))} }} }}
  - {{ id: print, component: print.wasm, grants: {{ stdout: true }} }}
streams:
  - {{ from: source, to: relay, grouping: {{ type: shuffle }} }}
  - {{ from: relay, to: print, grouping: {{ type: shuffle }} }}
"""


@dataclass
class Server:
    """A supervisor that answers."""

    process: subprocess.Popen
    url: str
    token: str
    data: Path

    def must_run(self):
        if (status := self.process.poll()) is not None:
            raise RuntimeError(f"the supervisor has ended with status {status}")


@contextmanager
def serving():
    """A supervisor on a free port, for as long as it is used."""
    with tempfile.TemporaryDirectory(prefix="stormcell-http-api-") as folder:
        data = Path(folder) / "data"
        log = ROOT / "target" / "http-api" / "serve.log"
        with log.open("wb") as stderr:
            process = subprocess.Popen(
                [STORMCELL, "serve", "--data", data, "--bind", "127.0.0.1:0"],
                stdout=stderr,
                stderr=stderr,
                stdin=subprocess.DEVNULL,
                env={key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ},
            )
        try:
            server = Server(process, "", "", data)

            def answers():
                server.must_run()
                return (data / "url").exists()

            until("the supervisor listens", answers)
            server.url = (data / "url").read_text().strip()
            server.token = (data / "token").read_text().strip()
            yield server
            server.must_run()
        except BaseException:
            print(log.read_text()[-4000:], file=sys.stderr)
            raise
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
