"""`baseline list`, `baseline train`, `eval --scorers` and `compare`: `compare_test.py PATH/r2rank [unittest arguments]`."""

import json
import shutil
import signal
from pathlib import Path

import tiny_world
from tiny_world import Case, run, stop, training_command

ROOT = Path(__file__).resolve().parents[2]
PLAN = """reference = "popularity"
metrics = ["ndcg@10", "hr@10"]
epochs = 3
[[dataset]]
name = "tiny"
[dataset.import]
interactions = "{log}"
items = "{items}"
[dataset.split]
negative_count = 4
[[row]]
method = "popularity"
[[row]]
method = "tfidf"
[[row]]
method = "bpr-mf"
[[row]]
method = "blend"
"""


class Recipe(Case):
    def test_the_plan_that_the_readme_runs_is_accepted(self):
        data = ROOT / ".deps" / "wheels" / "recbole" / "dataset_example" / "ml-100k"
        if not data.is_dir():
            self.skipTest("MovieLens 100K is not in .deps: run './run build' once")
        result = run("compare", "recipes/compare.toml", "--output", self.output, "--dry-run", cwd=ROOT)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("ml-100k / lambdamart", result.stdout)


class Baselines(Case):
    def train(self, method, *more):
        return self.accepts("baseline", "train", self.world.data, "--split", self.world.split, "--method", method, "--epochs", "3",
                            "--output", self.output, *more)

    def test_list_names_methods_and_shows_their_settings(self):
        page = self.accepts("baseline", "list").stdout
        for name in ("popularity", "ease", "lightgcn", "sasrec", "bert4rec"):
            self.assertIn(name, page)
        self.assertIn("neighbours", self.accepts("baseline", "list", "item-knn").stdout)
        self.assertIn("neighbours", json.loads(self.accepts("baseline", "list", "item-knn", "--json").stdout)["settings"])
        self.refuses("baseline", "list", "sasrek", code=2, says="sasrec")

    def test_a_trained_one_is_evaluated(self):
        page = self.train("bpr-mf").stdout
        line, _ = self.accepts_next_line(page)
        self.assertIn("--scorers", line)
        table = self.accepts("eval", self.world.data, "--split", self.world.split, "--scorers", self.output, "--baselines",
                             "popularity", "--json").stdout
        self.assertEqual(set(json.loads(table)["results"]), {"out", "popularity"})

    def test_a_list_that_shows_the_given_order_is_read_in_it(self):
        def found(shown):
            output = self.folder / shown
            self.accepts("baseline", "train", self.world.data, "--split", self.world.split, "--method", "llm-letters", "--output", output,
                         "--set", f"model={self.world.model},dtype=f32,list_history_items=2,shown_order={shown}")
            ask = ("eval", self.world.data, "--split", self.world.split, "--scorers", output, "--baselines", "", "--json", "--candidate-order")
            return [json.loads(self.accepts(*ask, order).stdout)["results"][f"{shown}-{order}"]["ndcg@10"]
                    for order in ("relevant-first", "relevant-last")]
        first, last = found("random")
        self.assertEqual(first, last)
        first, last = found("given")
        self.assertNotEqual(first, last)
        self.refuses("baseline", "train", self.world.data, "--split", self.world.split, "--output", self.output, "--method", "llm-letters",
                     "--set", f"model={self.world.model},shown_order=given,shuffles=2", code=2, says=("shuffles", "shown_order = given"))

    def test_settings_are_checked_before_anything_is_trained(self):
        common = ("baseline", "train", self.world.data, "--split", self.world.split, "--output", self.output)
        self.refuses(*common, "--method", "item-knn", "--set", "neighbors=3", code=2, says="neighbours")
        self.refuses(*common, "--method", "item-knn", "--set", "neighbours", code=2, says="name=value")
        self.refuses(*common, "--method", "item-knn", "--set", "neighbours=x", code=2, says="neighbours")

    def test_another_split_is_refused(self):
        self.train("popularity")
        self.refuses("eval", self.world.other_data, "--split", self.world.other_split, "--scorers", self.output, code=2,
                     says="another dataset")

    def test_a_damaged_one_is_refused_as_a_damaged_file(self):
        self.train("bpr-mf")
        card, weights = self.output / "baseline.json", self.output / "weights.safetensors"
        whole = card.read_text()
        evaluate = ("eval", self.world.data, "--split", self.world.split, "--scorers", self.output, "--baselines", "")
        for change in (whole[:-20], whole.replace('"bpr-mf"', '"bpr-mg"'), whole.replace('"seed": 7', '"seed": -7')):
            self.assertNotEqual(change, whole)
            card.write_text(change)
            self.refuses(*evaluate, code=3, says="baseline.json")
        card.write_text(whole)
        content = bytearray(weights.read_bytes())
        content[-1] ^= 1
        weights.write_bytes(content)
        self.refuses(*evaluate, code=3, says=("weights.safetensors", "hash"))

    def test_a_dry_run_writes_nothing(self):
        self.assertIn("nothing trained", self.train("bpr-mf", "--dry-run").stdout)
        self.assertFalse(self.output.exists())


class Compare(Case):
    def setUp(self):
        super().setUp()
        self.plan = self.folder / "plan.toml"
        data = self.world.data
        self.plan.write_text(PLAN.format(log=data.with_suffix(".csv"), items=data.with_suffix(".items.csv")))

    def compare(self, *more):
        return self.accepts("compare", self.plan, "--output", self.output, *more)

    def test_makes_one_table_and_goes_on_where_it_was(self):
        page = self.compare().stdout
        for part in ("popularity", "bpr-mf", "blend", "tiny"):
            self.assertIn(part, page)
        self.assertEqual({path.name for path in self.output.iterdir()},
                         {"comparison.json", "tiny", "baselines.md", "baselines.tex", "baselines.csv", "baselines.json"})
        before = json.loads((self.output / "baselines.json").read_text())
        again = self.compare("--json")
        self.assertEqual(json.loads(again.stdout), before)
        self.assertEqual(again.stderr.count("found finished"), 4)
        self.assertIn("| tiny | bpr-mf | bpr-mf |", (self.output / "baselines.md").read_text())

    def test_trained_models_are_rows_and_parts_of_combinations(self):
        for seed in (7, 8):
            self.accepts(*training_command(self.folder / f"run-{seed}", "--steps", "2", "--seed", str(seed)))
        self.plan.write_text(self.plan.read_text().replace('[[row]]\nmethod = "blend"\n', "") + f"""[[row]]
name = "ours"
method = "trained-model"
seeds = [7, 8]
[row.settings]
model = "{self.folder}/run-{{seed}}"
dtype = "f32"
[[row]]
method = "blend"
of = ["bpr-mf", "ours"]
seeds = [7, 8]
""")
        self.assertIn("tiny / ours: no training", self.compare("--dry-run").stdout)
        self.compare()
        report = json.loads((self.output / "baselines.json").read_text())
        rows = {(row["row"], row["seed"]): row for row in report["rows"]}
        self.assertEqual(rows["ours", 8]["settings"]["model"], "run-8", "no place on this machine")
        self.assertEqual(set(rows["blend", 8]["report"]["weights"]), {"bpr-mf", "ours"})
        means = {row["scorer"]: row["cells"][0]["mean"] for row in report["tables"][0]["rows"]}
        single = []
        for seed in (7, 8):
            asked = self.accepts("eval", self.world.data, "--split", self.world.split, "--model", self.folder / f"run-{seed}", "--name", "ours",
                                 "--baselines", "", "--dtype", "f32", "--json").stdout
            single.append(json.loads(asked)["results"]["ours"]["ndcg@10"]["mean"])
        self.assertAlmostEqual(means["ours"], sum(single) / 2, places=5)
        (self.folder / "run-8").rename(self.folder / "gone")
        self.refuses("compare", self.plan, "--output", self.output, code=4, says="run-8", working=True)

    def test_published_ranks_need_no_row_again(self):
        ranks = self.folder / "ranks"
        self.compare("--ranks", ranks)
        before = json.loads((self.output / "baselines.json").read_text())
        text = (ranks / "tiny.json").read_text()
        self.assertEqual([row["name"] for row in json.loads(text)["rows"]], ["popularity", "tfidf", "bpr-mf", "blend"])
        elsewhere = self.folder / "elsewhere"
        self.plan.write_text(self.plan.read_text() + '[[row]]\nmethod = "random"\n')
        again = self.accepts("compare", self.plan, "--output", elsewhere, "--ranks", ranks)
        self.assertEqual(again.stderr.count("found finished"), 4)
        tables = json.loads((elsewhere / "baselines.json").read_text())["tables"]
        for table, other in zip(before["tables"], tables, strict=True):
            self.assertEqual([row["cells"][0]["mean"] for row in table["rows"]], [row["cells"][0]["mean"] for row in other["rows"][:4]])
        shutil.rmtree(elsewhere / "tiny" / "rows")
        self.assertIn("tiny / bpr-mf: there", self.accepts("compare", self.plan, "--output", elsewhere, "--ranks", ranks, "--dry-run").stdout)
        self.assertEqual(len(json.loads((ranks / "tiny.json").read_text())["rows"]), 5)
        (ranks / "tiny.json").write_text(text[:-20])
        self.refuses("compare", self.plan, "--output", self.folder / "third", "--ranks", ranks, code=3, says="tiny.json", working=True)

    def test_survives_a_kill(self):
        rows = self.output / "tiny" / "rows"
        stop(("compare", self.plan, "--output", self.output), lambda: (rows / "popularity" / "seed-7" / "row.json").exists(), signal.SIGKILL)
        self.assertIn("found finished", self.compare().stderr)
        self.assertEqual(self.temporaries(), [])

    def test_a_dry_run_says_what_would_be_done(self):
        page = self.compare("--dry-run").stdout
        self.assertIn("tiny / bpr-mf: training until its epochs or its patience end", page)
        self.assertIn("tiny / tfidf: no training", page)
        self.assertIn("1 rows without a limit of time", page)
        self.assertFalse(self.output.exists())

    def test_says_what_the_figures_rest_on(self):
        self.compare()
        page = (self.output / "baselines.md").read_text()
        for part in ("What `data check` found", "| ms | tokens |", "Made by `r2rank compare"):
            self.assertIn(part, page)
        report = json.loads((self.output / "baselines.json").read_text())
        self.assertEqual([table["metric"] for table in report["tables"]], ["ndcg@10", "hr@10"])
        self.assertEqual(report["datasets"][0]["name"], "tiny")
        self.assertTrue(report["datasets"][0]["findings"])
        row = report["rows"][2]
        self.assertEqual((row["row"], row["seed"], row["budget"]["epochs"]), ("bpr-mf", 7, "3"))
        self.assertEqual(row["report"]["trials"][0]["ended_by"], "epochs")
        self.assertIn("blend", page)

    def test_a_row_that_fails_is_left_out_and_told_at_the_end(self):
        server = '[[row]]\nmethod = "server-verdict"\n[row.settings]\nendpoint = "http://127.0.0.1:9/v1"\nserver_model = "x"\nretries = 0\n'
        self.plan.write_text(self.plan.read_text() + server)
        result = run("compare", self.plan, "--output", self.output)
        self.assertEqual(result.returncode, 4, result.stderr)
        self.assertIn("tiny / server-verdict failed", result.stderr)
        self.assertIn("failed: tiny / server-verdict", result.stdout)
        report = json.loads((self.output / "baselines.json").read_text())
        self.assertIn("127.0.0.1", report["rows"][-1]["failure"])
        self.assertEqual(len(report["tables"][0]["rows"]), 4)
        self.assertIn("**failed**", (self.output / "baselines.md").read_text())

    def test_bad_plans_are_refused_before_anything_is_made(self):
        for text, says in (("[[row]\n", "not valid TOML"), ("x = 1\n", "unknown key 'x'"), ("", "[[dataset]]")):
            self.plan.write_text(text)
            self.refuses("compare", self.plan, "--output", self.output, code=3 if "TOML" in says else 2, says=says)

    def test_a_missing_log_is_named(self):
        self.plan.write_text(self.plan.read_text().replace(".csv", ".absent"))
        self.refuses("compare", self.plan, "--output", self.output, code=4, says="absent", working=True)


if __name__ == "__main__":
    tiny_world.main()
