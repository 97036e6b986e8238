"""The fake model of the tests, one server for each scenario of host/fake-model/examples/serve.rs."""

import json
import subprocess
from pathlib import Path


class FakeModels:
    """The running servers."""

    def __init__(self, build: Path) -> None:
        command = build / "examples" / "serve"
        self.process = subprocess.Popen([command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addresses: dict[str, str] = json.loads(self.process.stdout.readline())

    def __enter__(self) -> "FakeModels":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def finish(self) -> list[dict]:
        """Stops the servers and returns all requests: scenario, dialect, path and body."""
        output, _ = self.process.communicate(timeout=30)
        return json.loads(output)
