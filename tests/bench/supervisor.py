"""A supervisor of the release binary with a data folder of its own, for benchmarks."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BINARY = Path(os.environ.get("STORMCELL_BINARY", ROOT / "target/release/stormcell"))


class Supervisor:
    """Serves until it is left; its workers end with it."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="stormcell-bench-")
        self.data = Path(self.folder.name) / "data"
        log = open(Path(self.folder.name) / "serve.log", "w")
        self.process = subprocess.Popen(
            [BINARY, "serve", "--data", self.data, "--bind", "127.0.0.1:0"],
            stdout=log,
            stderr=log,
        )
        while not (self.data / "url").exists():
            if self.process.poll() is not None:
                sys.exit(Path(log.name).read_text())
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.folder.cleanup()

    def ask(self, *arguments):
        """What a command prints; if it fails, this process ends with what it said."""
        command = [BINARY, *map(str, arguments), "--data", self.data, "--output", "json"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"stormcell {' '.join(map(str, arguments))}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def cpu_of_ended_workers(self):
        """CPU seconds of all workers that have ended."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        fields = stat.rsplit(")", 1)[1].split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
