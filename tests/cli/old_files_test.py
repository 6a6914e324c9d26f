"""Files that an earlier version of the program wrote must stay readable: tests/golden/files_v1 is such a set.

    old_files_test.py PROGRAM                  the tests
    old_files_test.py PROGRAM --make FOLDER    writes a set with this program, when a format has got a new version

A set holds a data set, its slates, a finished run, an interrupted one, per-user results, and what `eval` printed of them; from the second on also
slates of the protocols that came later, a trained baseline, and what `eval` printed of it on them. Rows of `compare` are no part of it: they are
kept from one call to the next and made anew where the program changed what they rest on.
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


# Protocols that slates of versions 2 and 3 came with.
LATER_SPLITS = {
    "split_graded": ("--method", "ratio", "--targets", "together", "--labels", "ratings", "--negative-count", "4"),
    "split_full": ("--negatives", "full", "--exclude", "history"),
    "split_hard": ("--negatives", "hard", "--retriever", "item-knn-pop", "--negative-count", "4"),
    "split_smoothed": ("--negatives", "popularity", "--negative-count", "4"),
}


def later_evaluation(folder, split):
    """With the baseline where it learned from the same events as the split."""
    scorers = ("--scorers", folder / "baseline") if split == "split_full" else ()
    return ("eval", folder / "data", "--split", folder / split, "--baselines", "popularity", *scorers, "--format", "json")


def make_later(folder):
    for split, flags in LATER_SPLITS.items():
        must("split", folder / "data", *flags, "--output", folder / split)
    must("baseline", "train", folder / "data", "--split", folder / "split_full", "--method", "bpr-mf", "--epochs", "2", "--set", "dimensions=4",
         "--output", folder / "baseline")
    (folder / "later.json").write_text(json.dumps({split: json.loads(must(*later_evaluation(folder, split)).stdout) for split in LATER_SPLITS}))


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
    make_later(folder)


class OldFiles(Case):
    def sets(self):
        self.assertTrue(SETS, "tests/golden/files_v* is missing")
        for folder in SETS:
            with self.subTest(folder.name):
                copy = self.folder / folder.name
                shutil.copytree(folder, copy)
                yield copy

    def figures(self, page):
        return self.means(json.loads(page))

    def means(self, table):
        return {(row["scorer"], name): value["mean"] for row in table["rows"] for name, value in row["metrics"].items()}

    def test_slates_of_later_protocols_are_evaluated_as_they_were(self):
        later = [folder for folder in self.sets() if (folder / "later.json").exists()]
        self.assertTrue(later, "no set has later.json")
        for folder in later:
            for split, table in json.loads((folder / "later.json").read_text()).items():
                found = self.figures(self.accepts(*later_evaluation(folder, split)).stdout)
                self.assertEqual(found.keys(), self.means(table).keys())
                for name, value in self.means(table).items():
                    self.assertAlmostEqual(found[name], value, places=5, msg=f"{split} {name}")

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
