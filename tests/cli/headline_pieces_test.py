"""The parts of tools/headline that need no model: `headline_pieces_test.py PATH/r2rank [unittest arguments]`."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "headline"))
import headline  # noqa: E402
import headline_rows  # noqa: E402
from headline_files import Missing  # noqa: E402

PLAN = """seed = 7
[[dataset]]
name = "one"
[[dataset]]
name = "two"
[[row]]
method = "tfidf"
[[row]]
name = "asked"
method = "llm-verdict"
datasets = ["one"]
[[row]]
method = "sasrec"
seeds = [7, 8]
"""
# Counts its signals: it waits for the first, and a second more.
PATIENT = """#!{python}
import signal, sys, time
got = []
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, _: got.append(number))
open({ready!r}, "w").close()
while not got:
    time.sleep(0.02)
time.sleep(1)
open({signals!r}, "w").write(str(len(got)))
sys.exit(130)
"""


class Folder(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)


class Rows(Folder):
    def setUp(self):
        super().setUp()
        self.plan = self.folder / "plan.toml"
        self.plan.write_text(PLAN)
        for data_set, name, seed in (("one", "tfidf", 7), ("one", "asked", 7), ("one", "sasrec", 7), ("one", "sasrec", 8), ("two", "tfidf", 7)):
            row = self.folder / data_set / "rows" / name / f"seed-{seed}"
            row.mkdir(parents=True)
            for file in headline_rows.ROW_FILES:
                (row / file).write_text(json.dumps({"scores_hash": f"{name} {seed}"}))

    def missing(self, data_set, plan=None):
        return headline_rows.missing_rows(self.folder, data_set, plan)

    def test_are_those_that_any_data_set_has(self):
        self.assertEqual(self.missing("one"), [])
        self.assertEqual(self.missing("two"), ["asked", "sasrec"])

    def test_that_failed_are_missing(self):
        (self.folder / "one" / "rows" / "asked" / "seed-7" / "row.json").unlink()
        self.assertEqual(self.missing("one"), ["asked"])

    def test_of_a_plan_count_by_data_set_and_seed(self):
        self.assertEqual(self.missing("one", self.plan), [])
        self.assertEqual(self.missing("two", self.plan), ["sasrec"], "'asked' is for the other data set alone")
        (self.folder / "one" / "rows" / "sasrec" / "seed-8" / "test.parquet").unlink()
        self.assertEqual(self.missing("one", self.plan), ["sasrec"])

    def test_end_at_a_seed_that_changed_nothing(self):
        self.plan.write_text(PLAN.replace("seed = 7", "seeds = [7, 8, 9]", 1).replace("seeds = [7, 8]", "seeds = [7, 8, 9]"))
        self.assertEqual(self.missing("one", self.plan), ["asked", "sasrec", "tfidf"])
        for name in ("asked", "tfidf"):
            again = self.folder / "one" / "rows" / name / "seed-8"
            shutil.copytree(self.folder / "one" / "rows" / name / "seed-7", again)
        self.assertEqual(self.missing("one", self.plan), ["sasrec"], "its two seeds differ: a third is made")

    def test_are_named_in_the_refusal(self):
        headline_rows.check_rows(self.folder, ["one"], self.plan)
        with self.assertRaisesRegex(Missing, "lacks rows of two: sasrec;"):
            headline_rows.check_rows(self.folder, ["one", "two"], self.plan)
        with self.assertRaisesRegex(Missing, "has no data set 'three'"):
            headline_rows.check_rows(self.folder, ["three"], self.plan)


class Make(Folder):
    def setUp(self):
        super().setUp()
        self.place, self.calls = self.folder / "column", []
        patched = mock.patch.object(headline, "call", self.call)
        patched.start()
        self.addCleanup(patched.stop)

    def call(self, name, fails=False):
        self.calls.append(name)
        (self.place / name).mkdir()
        if fails:
            raise Missing(name)
        (self.place / name / "last.json").touch()

    def make(self, recipe, fails=False):
        headline.make(self.place, recipe, (("a/last.json", ("a",)), ("b/last.json", ("b", fails))))

    def test_keeps_what_was_complete_when_it_was_cut(self):
        with self.assertRaises(Missing):
            self.make({"count": 1}, fails=True)
        self.make({"count": 1})
        self.assertEqual(self.calls, ["a", "b", "b"])
        self.make({"count": 1})
        self.assertEqual(len(self.calls), 3)

    def test_makes_another_recipe_anew(self):
        self.make({"count": 1})
        self.make({"count": 2})
        self.assertEqual(self.calls, ["a", "b"] * 2)


class Seeds(Folder):
    def data_set(self, seeds):
        (self.folder / "one" / "split").mkdir(parents=True, exist_ok=True)
        return headline.DataSet("one", SimpleNamespace(comparison=self.folder, output=self.folder, results=self.folder, seeds=seeds))

    def test_fewer_than_there_are_must_be_asked_for(self):
        self.data_set({}).check_seeds(1)
        (self.folder / "one" / "seeds.json").write_text(json.dumps({"seeds": 3}))
        with self.assertRaisesRegex(Missing, "one was made with 3 training seeds.*--seeds one=3, or one=1"):
            self.data_set({}).check_seeds(1)
        self.data_set({}).check_seeds(3)
        self.data_set({"one": 1}).check_seeds(1)

    def test_of_the_published_entry_count_where_the_folder_is_gone(self):
        (self.folder / "headline.json").write_text(json.dumps({"one": {"details": {"text": {"seeds": 3}}}, "two": {}}))
        with self.assertRaisesRegex(Missing, "one was made with 3 training seeds"):
            self.data_set({}).check_seeds(1)
        self.data_set({"one": 1}).check_seeds(1)

    def test_are_noted_once_the_study_is_made(self):
        data_set = self.data_set({"one": 3})
        with mock.patch.object(headline.DataSet, "study"):
            data_set.make_study(1)
        self.assertEqual(json.loads(data_set.seeds_path.read_text()), {"seeds": 3})


class Call(Folder):
    def test_passes_a_terminals_interrupt_on_once(self):
        ready, signals, patient = (self.folder / name for name in ("ready", "signals", "patient"))
        patient.write_text(PATIENT.format(python=sys.executable, ready=str(ready), signals=str(signals)))
        patient.chmod(0o755)
        caller = "import signal, headline; signal.signal(signal.SIGINT, signal.default_int_handler); headline.call('study')"
        process = subprocess.Popen([sys.executable, "-c", caller], start_new_session=True, stderr=subprocess.DEVNULL,
                                   env={**os.environ, "R2RANK": str(patient), "PYTHONPATH": str(Path(headline.__file__).parent)})
        while not ready.exists():
            self.assertIsNone(process.poll())
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C: the whole group gets it
        process.wait(timeout=20)
        self.assertEqual(signals.read_text(), "1")


class Runs(Folder):
    def test_are_the_trainings_behind_both_arms_once_each(self):
        (self.folder / "one" / "split").mkdir(parents=True)
        data_set = headline.DataSet("one", SimpleNamespace(comparison=self.folder, output=self.folder))
        text, hybrid = "r2rank train data --output 'a b/text'", "r2rank train data --model x --output y/hybrid"
        told = {"text": [text, "r2rank eval data --output z"], "hybrid": [text, "r2rank signals data --output s", hybrid, "r2rank eval data"]}
        data_set.arm = lambda name: {"commands": told[name]}
        self.assertEqual(data_set.runs(), [Path("a b/text"), Path("y/hybrid")])


if __name__ == "__main__":
    sys.argv.pop(1)
    unittest.main(verbosity=1)
