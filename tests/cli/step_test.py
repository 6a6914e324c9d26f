"""What ./run shows while a step of it runs (tools/setup/step.sh): `step_test.py PATH/r2rank [unittest arguments]`."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "setup" / "step.sh"


def bash(command, *arguments):
    result = subprocess.run(["bash", "-euo", "pipefail", "-c", f". {SCRIPT}; {command}", "bash", *map(str, arguments)],
                            capture_output=True, text=True, timeout=60)
    if result.returncode != 0 or result.stderr:
        raise AssertionError(result)
    return result.stdout


class TimeLeft(unittest.TestCase):
    def left(self, seconds, line):
        return bash('time_left "$1" "$2"', seconds, line)

    def test_follows_from_ninjas_count(self):
        self.assertEqual(self.left(30, "[10/40] Building CXX object a.o"), ", about 2 min left")
        self.assertEqual(self.left(600, "[1/4] Linking"), ", about 30 min left")
        self.assertEqual(self.left(100, "[99/100] Linking"), ", about 2 s left")

    def test_is_not_shown_where_it_cannot_be_told(self):
        for line in ("", "[40/40] Linking", "[0/7] Re-checking", "12/400 Test #3", "a [3/4]", "[a/b]", "[3/]"):
            self.assertEqual(self.left(90, line), "", line)


class WatchLog(unittest.TestCase):
    def test_shows_the_last_line_and_the_time_left_of_a_build(self):
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "build.log"
            for content, shown in (("[1/4] a\n[2/4] b\n", r"so far, about \d s left: \[2/4\] b"), ("reading\n", "so far: reading")):
                log.write_text(content)
                page = bash('sleep() { command sleep 0.05; }; command sleep 0.3 & watch_log Build "$1" $!', log)
                self.assertRegex(page, rf"^Build: \d s {shown}\n")


if __name__ == "__main__":
    sys.argv.pop(1)
    unittest.main(verbosity=1)
