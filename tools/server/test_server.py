"""The tests of servers as baselines and as teachers against a real one: `test_server.py PYTHON MODEL TEST_PROGRAM R2RANK`, called by
./run test-server."""

import os
import subprocess
import sys
from pathlib import Path

LOG = Path("build/logs/server.log")


def address_of(server):
    """What the server's line says; ends the program where there is none."""
    for line in server.stdout:
        if line.startswith("listening "):
            return line.split()[1]
    sys.exit(f"[test-server] the server did not start: {LOG} says why")


def check(endpoint, tests, program):
    """The worst exit status of both sets of tests."""
    baselines = subprocess.run([tests, "--gtest_filter=RealServer*"], env={**os.environ, "R2RANK_TEST_ENDPOINT": endpoint}, check=False)
    teacher = subprocess.run([sys.executable, "tests/cli/real_teacher.py", program, endpoint], check=False)
    return max(baselines.returncode, teacher.returncode)


def main(python, model, tests, program):
    LOG.parent.mkdir(parents=True, exist_ok=True)
    command = [python, str(Path(__file__).with_name("local_server.py")), model]
    with open(LOG, "w", encoding="utf-8") as errors, \
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True) as server:
        status = check(address_of(server) + "/v1", tests, program)
        server.stdin.close()
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
