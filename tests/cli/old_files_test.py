"""Files that an earlier version of the program wrote must stay readable: tests/golden/files_v1 is such a set.

    old_files_test.py PROGRAM                  the tests
    old_files_test.py PROGRAM --make FOLDER    writes a set with this program, when a format has got a new version

A set holds a data set, its slates, a finished run, an interrupted one, per-user results, and what `eval` printed of them.
"""

import json
import shutil
import signal
import sys
from pathlib import Path

import tiny_world
from tiny_world import Case, must, stop_training, world

SETS = sorted((Path(__file__).resolve().parents[1] / "golden").glob("files_v*"))
SMALL = dict(WIDTH=8, LAYERS=1, HEADS=1, HEAD_WIDTH=8, FFN_WIDTH=8)


def evaluation(folder, *more):
    return ("eval", folder / "data", "--split", folder / "split", "--model", folder / "finished", "--dtype", "f32", "--format", "json",
            "--baselines", "popularity", *more)


def make(folder):
    for name, value in SMALL.items():
        setattr(tiny_world, name, value)
    w = world()
    folder.mkdir(parents=True)
    must(*tiny_world.training_command(folder / "finished", "--steps", "2"))
    status, _, errors = stop_training(folder / "interrupted", signal.SIGINT, "--steps", "100", steps=3)
    assert status == 130, errors
    shutil.copytree(w.data, folder / "data")
    shutil.copytree(w.split, folder / "split")
    must(*evaluation(folder, "--output", folder / "results"))
    (folder / "expected.json").write_text(must(*evaluation(folder)).stdout)


class OldFiles(Case):
    def sets(self):
        self.assertTrue(SETS, "tests/golden/files_v* is missing")
        for folder in SETS:
            with self.subTest(folder.name):
                copy = self.folder / folder.name
                shutil.copytree(folder, copy)
                yield copy

    def figures(self, page):
        return {(row["scorer"], name): value["mean"] for row in json.loads(page)["rows"] for name, value in row["metrics"].items()}

    def test_a_finished_run_scores_its_slates_as_it_did(self):
        for folder in self.sets():
            expected = self.figures((folder / "expected.json").read_text())
            found = self.figures(self.accepts(*evaluation(folder)).stdout)
            self.assertEqual(found.keys(), expected.keys())
            for name, value in expected.items():
                self.assertAlmostEqual(found[name], value, places=5, msg=str(name))

    def test_results_stand_in_a_table_again(self):
        for folder in self.sets():
            page = self.accepts("eval", folder / "data", "--split", folder / "split", "--baselines", "", "--format", "json", "--with",
                                f"{folder / 'results/model.parquet'},{folder / 'results/popularity.parquet'}").stdout
            self.assertEqual(self.figures(page), self.figures((folder / "expected.json").read_text()))

    def test_an_interrupted_run_goes_on(self):
        for folder in self.sets():
            state = json.loads((folder / "interrupted/checkpoint/state.json").read_text())
            settings = {**state["configuration"], "dataset": str(folder / "data"), "split": str(folder / "split"),
                        "model": str(self.world.model), "steps": state["step"] + 2}
            flags = [part for key, value in settings.items() for part in self.flag(key, value)]
            self.accepts("train", *flags, "--output", folder / "interrupted", "--resume")
            self.assertTrue((folder / "interrupted/model/r2rank.json").exists())

    def flag(self, key, value):
        name = key.replace("_", "-")
        if isinstance(value, bool):
            return [f"--{name}" if value else f"--no-{name}"]
        return [f"--{name}", ",".join(value) if isinstance(value, list) else value]


if __name__ == "__main__":
    if sys.argv[2:3] == ["--make"]:
        tiny_world.PROGRAM = str(Path(sys.argv[1]).resolve())
        make(Path(sys.argv[3]))
    else:
        tiny_world.main()
