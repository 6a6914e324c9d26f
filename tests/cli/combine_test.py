"""`combine` and the scorer that it leaves: `combine_test.py PATH/r2rank [unittest arguments]`."""

import json
import shutil

import tiny_world
from tiny_world import Case, training_command


class Combine(Case):
    def setUp(self):
        super().setUp()
        w = self.world
        self.accepts("baseline", "train", w.data, "--split", w.split, "--method", "bpr-mf", "--epochs", "3", "--output", self.folder / "bpr")
        self.accepts(*training_command(self.folder / "text", "--steps", "2"))

    def combine(self, *more, scorers=("bpr", "text"), output=None):
        return ("combine", self.world.data, "--split", self.world.split, "--scorers", ",".join(str(self.folder / name) for name in scorers),
                "--baselines", "popularity", "--set", "folds=3", "--output", output or self.output, *more)

    def test_makes_one_scorer_of_several(self):
        result = self.accepts(*self.combine("--method", "blend"))
        for part in ("bpr", "text", "popularity", "blend, of users it did not learn from", "weights:", "text: scoring the validation slates takes"):
            self.assertIn(part, result.stdout + result.stderr)
        card = json.loads((self.output / "combination.json").read_text())
        self.assertEqual([(part["name"], part.get("folder")) for part in card["parts"]], [("bpr", "../bpr"), ("text", "../text"), ("popularity", None)])
        self.assertAlmostEqual(sum(card["weights"].values()), 1)
        self.assertNotIn(str(self.folder), json.dumps(card))
        self.accepts_next_line(result.stdout)
        answers = self.folder / "answers"
        self.accepts("eval", self.world.data, "--split", self.world.split, "--scorers", f"{self.output},{self.folder / 'bpr'}", "--baselines", "",
                     "--output", answers)
        self.assertEqual(set(json.loads((answers / "summary.json").read_text())["results"]), {"out", "bpr"})

    def test_is_no_measurement_of_the_slates_that_it_was_learned_from(self):
        self.accepts(*self.combine("--method", "blend"))
        command = ("eval", self.world.data, "--split", self.world.split, "--scorers", self.output, "--baselines", "")
        self.assertIn("no measurement", self.accepts(*command, "--part", "valid").stderr)
        self.assertNotIn("no measurement", self.accepts(*command).stderr)

    def test_popularity_is_warned_of_where_negatives_were_drawn_by_it(self):
        split = self.folder / "popular"
        self.accepts("split", self.world.data, "--negative-count", "4", "--negatives", "popularity", "--output", split)
        told = self.accepts("combine", self.world.data, "--split", split, "--baselines", "popularity,tfidf", "--method", "blend", "--set", "folds=3",
                            "--output", self.output).stderr
        self.assertIn("popularity scores by popularity", told)
        self.assertNotIn("tfidf scores", told)
        self.assertNotIn("scores by popularity", self.accepts(*self.combine("--method", "blend", output=self.folder / "uniform")).stderr)

    def test_its_parts_and_itself_may_be_given_names(self):
        shutil.copytree(self.folder / "bpr", self.folder / "other" / "bpr")
        self.accepts(*self.combine("--method", "blend", "--scorers", f"ours={self.folder / 'other' / 'bpr'}", scorers=("bpr",)))
        parts = json.loads((self.output / "combination.json").read_text())["parts"]
        self.assertEqual([(part["name"], part.get("folder")) for part in parts], [("bpr", "../bpr"), ("ours", "../other/bpr"), ("popularity", None)])
        answers = self.folder / "answers"
        self.accepts("eval", self.world.data, "--split", self.world.split, "--scorers", f"combined={self.output}", "--baselines", "", "--output", answers)
        self.assertTrue((answers / "combined.parquet").exists())
        self.refuses(*self.combine("--scorers", "ours="), code=2, says="NAME=FOLDER")

    def test_rankers_of_signals_are_parts(self):
        w = self.world
        signals = self.folder / "signals"
        self.accepts("signals", w.data, "--split", w.split, "--methods", "item-knn,tfidf", "--references", "20", "--min-history", "1", "--output", signals)
        command = ("combine", w.data, "--split", w.split, "--scorers", self.folder / "text", "--signals", signals, "--method", "blend", "--set", "folds=3",
                   "--output", self.output)
        self.accepts(*command)
        self.assertEqual([part["name"] for part in json.loads((self.output / "combination.json").read_text())["parts"]], ["text", "item-knn", "tfidf"])
        told = self.accepts("eval", w.data, "--split", w.split, "--scorers", self.output, "--baselines", "").stderr
        self.assertIn("out: scoring takes text: about", told)
        self.refuses("combine", w.other_data, "--split", w.other_split, "--signals", signals, "--output", self.folder / "no", code=2, says="signals")

    def test_trees_need_no_score_twice(self):
        trees = ("--set", "folds=3,rows_in_leaf=2")
        told = json.loads(self.accepts(*self.combine(*trees, "--json")).stdout)
        self.assertEqual((told["method"], set(told["valid_ndcg@10"])), ("lambdamart", {"bpr", "text", "popularity"}))
        self.assertTrue((self.output / "trees.txt").exists())
        first = (self.output / "combination.json").read_text()
        again = self.accepts(*self.combine(*trees, "--overwrite"))
        self.assertEqual(again.stderr.count("scores of an earlier run"), 3)
        self.assertEqual((self.output / "combination.json").read_text(), first)
        torn = next((self.folder / ".out.scores").glob("bpr-*.parquet"))
        torn.write_bytes(torn.read_bytes()[:-9])
        again = self.accepts(*self.combine(*trees, "--overwrite"))
        self.assertEqual(again.stderr.count("scores of an earlier run"), 2)
        self.assertIn("it is scored anew", again.stderr)
        self.assertEqual((self.output / "combination.json").read_text(), first)
        self.assertNotIn("earlier run", self.accepts(*self.combine("--overwrite", "--valid-slates", "6", "--method", "blend")).stderr)

    def test_another_combination_in_the_same_place_scores_what_is_new(self):
        self.accepts(*self.combine("--method", "blend"))
        told = self.accepts(*self.combine("--method", "blend", "--baselines", "tfidf", output=self.folder / "more")).stderr
        self.assertEqual(told.count("scores of an earlier run"), 3)
        self.assertEqual([path.name.split("-")[0] for path in (self.folder / ".more.scores").iterdir()], ["tfidf"])

    def test_its_folder_is_no_place_for_other_results(self):
        self.accepts(*self.combine("--method", "blend"))
        self.refuses("eval", self.world.data, "--split", self.world.split, "--baselines", "popularity", "--output", self.output, code=2,
                     says="combination.json")

    def test_a_part_that_changes_is_scored_and_combined_anew(self):
        self.accepts(*self.combine("--method", "blend"))
        self.accepts(*training_command(self.folder / "text", "--steps", "3", "--overwrite"))
        self.refuses("eval", self.world.data, "--split", self.world.split, "--scorers", self.output, "--baselines", "", code=3, says="another 'text'")
        self.assertEqual(self.accepts(*self.combine("--method", "blend", "--overwrite")).stderr.count("scores of an earlier run"), 2)

    def test_bad_requests_are_refused_before_anything_is_scored(self):
        self.refuses(*self.combine("--method", "sum"), code=2, says="lambdamart")
        self.refuses(*self.combine("--set", "leafs=3"), code=2, says="leaves")
        self.refuses(*self.combine("--baselines", "tdidf"), code=2, says="tfidf")
        self.refuses("eval", self.world.data, "--split", self.world.split, "--scorers", self.folder / "text", code=2, says="--model")
        self.refuses(*self.combine(scorers=("bpr", "nothing")), code=2, says="found neither")
        shutil.copytree(self.folder / "bpr", self.folder / "other" / "bpr")
        self.refuses(*self.combine(scorers=("bpr", "other/bpr")), code=2, says="two rankers are called 'bpr': name one of --scorers NAME=FOLDER")
        self.refuses("combine", self.world.data, "--split", self.world.split, "--output", self.output, code=2, says="expected rankers")
        self.refuses("combine", self.world.other_data, "--split", self.world.other_split, "--scorers", self.folder / "bpr", "--output", self.output, code=2,
                     says="another dataset")
        self.output.mkdir()
        (self.output / "notes.txt").write_text("mine")
        self.refuses(*self.combine("--overwrite"), code=2, says="never replaced")

    def test_a_dry_run_scores_nothing(self):
        self.assertIn("3 rankers on 12 validation slates: bpr, text, popularity", self.accepts(*self.combine("--dry-run")).stdout)
        self.assertFalse(self.output.exists())

    def test_a_full_disk_leaves_no_folder(self):
        self.refuses(*self.combine(), code=4, limit=1500, working=True)
        self.assertFalse(self.output.exists())
        self.assertEqual(self.temporaries(), [])


if __name__ == "__main__":
    tiny_world.main()
