"""tools/bench/reason_top.py, its pure parts and a whole run on a stand-in program: `reason_top_test.py PATH/r2rank [unittest arguments]`."""

import argparse
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree

TOOLS = Path(__file__).resolve().parents[2] / "tools" / "bench"
sys.path.insert(0, str(TOOLS))
import reason_top  # noqa: E402

# Writes what the real program would: a file for each measured name, a table of all that --with names.
STAND_IN = r"""#!/usr/bin/env python3
import json, sys
words = sys.argv
flag = lambda name: words[words.index(name) + 1]
if "--model" in words:
    open(f"{flag('--output')}/{flag('--name')}.parquet", "x").write(" ".join(words))
elif "--format" in words:
    names = [path.rsplit("/")[-1].removesuffix(".parquet") for path in flag("--with").split(",")]
    rows = [{"scorer": name, "metrics": {"ndcg@10 (loo)": {"mean": .5, "lo": .4, "hi": .6}}, "ms_per_slate": 100.0 + i} for i, name in enumerate(names)]
    print(json.dumps({"rows": rows}))
else:
    print("pairs", flag("--pairs"))
"""


class Counts(unittest.TestCase):
    def test_are_read_in_order_once_each(self):
        self.assertEqual(reason_top.counts("5,1,5"), [1, 5])

    def test_refuse_what_is_none(self):
        for text in ("", "0", "1,,2", "-1", "x"):
            with self.assertRaises(argparse.ArgumentTypeError):
                reason_top.counts(text)


class Plot(unittest.TestCase):
    def test_has_every_point_with_its_interval(self):
        root = ElementTree.fromstring(reason_top.draw([("silent", 200, .5, .45, .55), ("top_2", 300, .52, .47, .57)]))
        self.assertEqual(sum(element.tag.endswith("circle") for element in root.iter()), 2)
        self.assertEqual(sum(element.get("class") == "interval" for element in root.iter()), 2)


class Run(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.program = self.folder / "program"
        self.program.write_text(STAND_IN)
        self.program.chmod(0o755)
        for name in ("run/model/model.safetensors", "dataset/items", "split/slates"):
            (self.folder / name).parent.mkdir(parents=True)
            (self.folder / name).write_text(name)

    def run_tool(self, *flags):
        command = [sys.executable, TOOLS / "reason_top.py", "--model", self.folder / "run", "--dataset", self.folder / "dataset", "--split",
                   self.folder / "split", "--output", self.folder / "out", "--tops", "1,5", *flags]
        return subprocess.run([str(word) for word in command], env={**os.environ, "R2RANK": str(self.program)}, capture_output=True, text=True)

    def test_measures_silent_and_each_top_once(self):
        first = self.run_tool()
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertIn("pairs top_1-silent,top_5-silent", first.stdout)
        self.assertIn("--rationales 1 --reason-top 5", (self.folder / "out" / "top_5.parquet").read_text())
        self.assertIn("top_1: measured", first.stdout)
        self.assertNotIn("measured", self.run_tool().stdout)
        ElementTree.parse(self.folder / "out" / "reason-top.svg")

    def test_measures_another_model_anew(self):
        self.run_tool()
        (self.folder / "run/model/model.safetensors").write_text("other weights")
        self.assertIn("top_5: measured", self.run_tool().stdout)

    def test_says_where_a_model_comes_from(self):
        missing = self.run_tool("--model", self.folder / "none", "--dataset", self.folder / "none", "--split", self.folder / "none")
        self.assertEqual(missing.returncode, 1)
        self.assertIn("./run demo", missing.stderr)
        missing = self.run_tool("--model", self.folder / "none")
        self.assertEqual(missing.returncode, 1)
        self.assertIn("./run demo", missing.stderr)


if __name__ == "__main__":
    sys.argv.pop(1)
    unittest.main(verbosity=1)
