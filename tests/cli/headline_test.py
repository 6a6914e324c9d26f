"""`./run headline` with a tiny model and a comparison of two tiny data sets: `headline_test.py PATH/r2rank [unittest arguments]`."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import tiny_world
from tiny_world import PROMPT, Case

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "headline" / "headline.py"
COMPARISON = """reference = "popularity"
seed = 7
{sets}
""" + "".join(f'[[row]]\nmethod = "{method}"\n' for method in ("random", "popularity", "recent-popularity", "item-knn", "item-knn-pop", "tfidf", "bm25")) + """
[[row]]
name = "together"
method = "blend"
"""
ROWS = {"random", "popularity", "recent-popularity", "item-knn", "item-knn-pop", "tfidf", "bm25", "together"}
SET = """
[[dataset]]
name = "{name}"
[dataset.import]
interactions = "{log}"
items = "{items}"
[dataset.split]
negatives = "uniform"
negative_count = 4
"""
PLAN = """title = "Ours"
question = "How well?"
slates = 0
[common]
""" + PROMPT + """
[[step]]
name = "text"
verb = "train"
settings = { steps = 2, readout_hidden = 8, slates_per_step = 2, negative_count = 3, recent_targets = 100, withhold = 1, min_history = 1 }
[[step]]
name = "signals"
verb = "signals"
settings = { methods = ["item-knn-pop", "recent-popularity"], trials = 1, references = 20, min_history = 1 }
[[step]]
name = "hybrid"
verb = "train"
of = "text"
settings = { signals = "@signals", steps = 2, slates_per_step = 2, negative_count = 3 }
[[arm]]
name = "text"
model = "text"
[[arm]]
name = "hybrid"
model = "hybrid"
"""
COMBINED = """[[step]]
name = "combined"
verb = "combine"
settings = { scorers = ["ours=@hybrid"], signals = "@signals", method = "blend", set = ["folds=3"] }
[[step]]
name = "reader"
verb = "combine"
settings = { scorers = ["ours=@text"], baselines = ["tfidf", "bm25"], method = "blend", set = ["folds=3"] }
"""


class Headline(Case):
    def setUp(self):
        super().setUp()
        self.plan = self.folder / "recipe.toml"
        self.plan.write_text(PLAN)
        self.comparison = self.folder / "compared"
        sets = "".join(SET.format(name=name, log=log.with_suffix(".csv"), items=log.with_suffix(".items.csv"))
                       for name, log in (("one", self.world.data), ("two", self.world.other_data)))
        (self.folder / "compare.toml").write_text(COMPARISON.format(sets=sets))
        self.accepts("compare", self.folder / "compare.toml", "--output", self.comparison)

    def headline(self, *more, code=0):
        done = subprocess.run([sys.executable, SCRIPT, "--comparison", self.comparison, "--plan", self.plan, "--model", self.world.model,
                               "--output", self.output, "--results", self.folder / "results", "--retriever", "item-knn-pop", "--negatives", "4",
                               "--column-slates", "6", *map(str, more)], capture_output=True, text=True,
                              env={**tiny_world.ENVIRONMENT, "R2RANK": tiny_world.PROGRAM})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def test_puts_ours_beside_the_comparison_and_goes_on_where_it_was(self):
        self.headline("--seeds", "one=2")
        told = json.loads((self.folder / "results" / "headline.json").read_text())
        self.assertEqual(set(told), {"one", "two"})
        for name, seeds in (("one", 2), ("two", 1)):
            found = told[name]
            self.assertEqual(found["details"]["text"]["seeds"], seeds)
            self.assertEqual(found["details"]["text"]["users"], 12)
            self.assertEqual({row["scorer"] for row in found["details"]["hybrid"]["baselines"]}, ROWS)
            self.assertIsNotNone(found["hybrid"]["best_baseline"])
            protocols = sorted(other["details"]["protocol"] for other in found["details"]["others"])
            self.assertRegex(protocols[0], r"^loo-hard4-item-knn-pop-[0-9a-f]{8}-seed7$")
            self.assertEqual(protocols[1], "loo-smoothpop4-seed7")
            for other in found["details"]["others"]:
                rows = {row["scorer"] for row in other["details"]["text"]["baselines"]}
                self.assertEqual(rows, {"popularity", "tfidf", "bm25", "item-knn-pop", "recent-popularity"})
                self.assertEqual(other["details"]["text"]["users"], 6)
        markdown = (self.folder / "results" / "headline.md").read_text()
        self.assertIn("popularity", markdown)
        self.assertEqual(len(re.findall(r"train-[0-9a-f]+ \(2 steps\):", markdown)), 4, "curves of the text and the hybrid of each set, first seed")
        models = {path: path.stat().st_mtime_ns for path in self.output.rglob("*.safetensors")}
        answers = {path: path.stat().st_mtime_ns for path in self.output.rglob("*.parquet")}
        self.headline("--seeds", "one=2")
        self.assertEqual({path: path.stat().st_mtime_ns for path in models}, models)
        self.assertEqual({path: path.stat().st_mtime_ns for path in answers}, answers)
        self.assertEqual(json.loads((self.folder / "results" / "headline.json").read_text()), told)
        error = self.headline("--data-sets", "one", code=1).stderr.splitlines()[-1]
        self.assertIn("one was made with 2 training seeds", error)
        self.assertEqual(json.loads((self.folder / "results" / "headline.json").read_text()), told)
        self.headline("--data-sets", "one", "--seeds", "one=1")
        before, told = told, json.loads((self.folder / "results" / "headline.json").read_text())
        self.assertEqual({name: found["details"]["text"]["seeds"] for name, found in told.items()}, {"one": 1, "two": 1}, "as was asked for")
        self.assertEqual(told["two"], before["two"])
        self.assertTrue((self.folder / "results" / "headline-one.md").exists())

    def test_takes_combinations_for_ours(self):
        plan = PLAN.replace('name = "hybrid"\nmodel = "hybrid"', 'name = "hybrid"\neval = { scorers = "hybrid=@combined" }')
        plan = plan.replace('name = "text"\nmodel = "text"', 'name = "text"\neval = { scorers = "text=@reader" }')
        self.plan.write_text(plan.replace("[[arm]]", COMBINED + "[[arm]]", 1))
        self.headline("--data-sets", "one", "--seeds", "one=2")
        found = json.loads((self.folder / "results" / "headline.json").read_text())["one"]
        self.assertEqual(found["details"]["hybrid"]["users"], 12)
        self.assertIsNotNone(found["hybrid"]["best_baseline"])
        self.assertEqual([other["details"]["hybrid"]["users"] for other in found["details"]["others"]], [6, 6])
        for other in found["details"]["others"]:
            rows = {row["scorer"] for row in other["details"]["text"]["baselines"]}
            self.assertEqual(rows, {"popularity", "tfidf", "bm25", "item-knn-pop", "recent-popularity"})
        cards = [json.loads(path.read_text()) for path in self.output.rglob("combination.json")]
        self.assertEqual(sorted([part["name"] for part in card["parts"]] for card in cards), [["ours", "item-knn-pop", "recent-popularity"]] * 2 + [["ours", "tfidf", "bm25"]] * 2)

    def test_a_comparison_without_all_of_its_rows_is_refused(self):
        (self.comparison / "two" / "rows" / "tfidf" / "seed-7" / "row.json").unlink()
        shutil.rmtree(self.comparison / "two" / "rows" / "together")
        self.assertIn("lacks rows of two: tfidf, together;", self.headline(code=1).stderr)
        self.assertFalse(self.output.exists())

    def test_what_is_missing_is_one_line(self):
        self.unnamed = self.folder / "unnamed.toml"
        self.unnamed.write_text(PLAN.replace('name = "hybrid"\nmodel = "hybrid"', 'name = "hybrid"\neval = { scorers = ["@hybrid"] }'))
        for says, flags in {"has no data set 'three'": ("--data-sets", "three"),
                            "no ranker 'sasrec'": ("--data-sets", "one", "--retriever", "sasrec"),
                            "is no folder of `r2rank compare`": ("--comparison", self.folder / "nothing"),
                            "the plan cannot be read": ("--plan", self.folder),
                            "'hybrid=@STEP'": ("--plan", self.unnamed),
                            "ended with status 4": ("--model", self.folder / "no-model")}.items():
            with self.subTest(says):
                error = self.headline(*flags, code=1).stderr.splitlines()[-1]
                self.assertTrue(error.startswith("[headline] "), error)
                self.assertIn(says, error)
                self.assertFalse(self.output.exists())


if __name__ == "__main__":
    tiny_world.main()
