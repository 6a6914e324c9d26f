"""llama.cpp's own HTTP server with one model, until standard input ends: `local_server.py MODEL`. Prints "listening ADDRESS" when it answers.

Runs under the Python of the peers' environment (xllamacpp carries the server compiled). The port is a free one.
"""

import socket
import sys

import xllamacpp


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main(model):
    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.port = free_port()
    parameters.n_ctx = 4096
    server = xllamacpp.Server(parameters)
    print("listening", server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
