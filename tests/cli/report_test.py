"""`report` and `eval --keep-rationales`: `report_test.py PATH/r2rank [unittest arguments]`."""

import json
import re
import shutil

import report_world
import tiny_world
from tiny_world import Case

MODEL = re.compile(r'<script type="application/json" id="model">(.*?)</script>', re.DOTALL)


class Report(Case):
    sources = None

    def setUp(self):
        super().setUp()
        if Report.sources is None:
            Report.home = self.world.folder / "report"
            Report.home.mkdir()
            Report.sources = report_world.make_sources(Report.home)
        self.page = self.folder / "report.html"

    def report(self, *more, sources=None):
        return self.accepts("report", *(sources or self.sources), "--output", self.page, *more)

    def refuses_report(self, *arguments, code, says):
        return self.refuses("report", *arguments, "--output", self.page, code=code, says=says)

    def model(self):
        return json.loads(MODEL.search(self.page.read_text(encoding="utf-8")).group(1))

    def copied(self, name):
        copy = self.folder / name
        shutil.copytree(self.home / name, copy)
        return copy

    def test_brings_every_kind_of_source_into_one_page(self):
        line = self.report().stdout
        self.assertRegex(line, r"report\.html: \d\.\d\d MB, 6 sources, 1 tables, 30 of 30 slates")
        model = self.model()
        self.assertEqual(model["tables"][0]["rows"][0]["scorer"], "model")
        self.assertEqual(model["tables"][0]["reference"], "model")
        self.assertEqual(len(model["slates"][0]["methods"]), 6)
        self.assertEqual(model["curves"][0]["steps"], 40)
        self.assertEqual(model["studies"][0]["name"], "reasoning-length")
        self.assertEqual(model["benches"][0]["rows"][0]["gflops"], 200)
        self.assertEqual(len(model["provenance"]), 6)
        self.assertIn("r2rank eval --dataset", model["provenance"][0]["command"])
        self.assertIn("--reference model", model["provenance"][0]["command"])

    def test_needs_no_network_and_lets_no_script_of_the_data_run(self):
        self.report()
        text = self.page.read_text(encoding="utf-8")
        self.assertEqual(text.count("</script>"), 3)
        self.assertNotRegex(MODEL.sub("", text), r"(?:src|href)=[\"']?(?:https?:)?//")
        self.assertIn("default-src 'none'", text)
        data = MODEL.search(text).group(1)
        for part in ("<", ">", "\u2028", "\u202e", "\u2066"):
            self.assertNotIn(part, data)
        titles = self.model()["slates"][0]["items"]["title"]
        self.assertTrue(any("</script>" in title for title in titles))

    def test_the_same_sources_give_the_same_bytes(self):
        self.report()
        first = self.page.read_bytes()
        self.report()
        self.assertEqual(self.page.read_bytes(), first)

    def test_one_folder_stands_for_what_lies_in_it_and_a_run_for_its_data(self):
        self.assertIn("5 sources", self.report(sources=[self.home]).stdout)
        self.report(sources=[self.home / "run"])
        self.assertEqual({source["kind"] for source in self.model()["provenance"]}, {"run", "data set", "split"})

    def test_figures_are_those_of_eval(self):
        self.report()
        summary = json.loads((self.home / "eval" / "summary.json").read_text())
        table = self.model()["tables"][0]
        at = table["metrics"].index("ndcg@10")
        for row in table["rows"]:
            expected = summary["results"][row["scorer"]]["ndcg@10"]
            for found, name in zip(row["values"][at], ("mean", "lo", "hi"), strict=True):
                self.assertAlmostEqual(found, expected[name], places=4)
        test = summary["paired"]["model-random"]["ndcg@10"]
        against = next(row["against"][at] for row in table["rows"] if row["scorer"] == "random")
        self.assertAlmostEqual(against[0], -test["mean"], places=4)
        self.assertAlmostEqual(against[4], test["p_holm"], places=3)

    def test_samples_slates_down_to_a_number_and_to_a_size(self):
        self.report("--most-slates", "10")
        group = self.model()["slates"][0]
        self.assertEqual((group["shown"], group["total"], group["seed"]), (10, 30, 7))
        self.report()
        whole = self.page.stat().st_size
        limit = (whole - 20_000) / 1e6
        self.report("--most-megabytes", f"{limit:.3f}")
        self.assertLessEqual(self.page.stat().st_size, 1e6 * limit)
        self.assertLess(self.model()["slates"][0]["shown"], 30)

    def test_markdown_has_the_tables_and_no_markup_of_the_data(self):
        self.report("--markdown", self.folder / "report.md", "--title", "A <b> title")
        text = (self.folder / "report.md").read_text(encoding="utf-8")
        for part in ("# A &lt;b> title", "## shop &lt;b>", "| model |", "## Study: How long", "r2rank report --sources"):
            self.assertIn(part, text)

    # ---- headline ----

    def headline(self, *more, sources=None):
        path = self.folder / "headline.json"
        result = self.report("--headline", path, *more, sources=sources)
        return json.loads(path.read_text(encoding="utf-8")), result

    def scored(self, name, seed, *more):
        """An evaluation of scores from outside that are called 'model'."""
        folder = self.folder / name
        folder.mkdir()
        report_world.write_scores(folder / "model.csv", self.home / "split", 2, seed)
        self.accepts("eval", self.home / "data", "--split", self.home / "split", "--scores", folder / "model.csv", "--baselines", "",
                     "--output", folder / "eval", *more)
        return folder / "eval"

    def test_headline_is_ours_against_the_best_of_each_family_as_eval_pairs_them(self):
        headline, result = self.headline("--text", "model", "--markdown", self.folder / "report.md")
        self.assertEqual(list(headline), ["shop <b>"])
        text = headline["shop <b>"]["text"]
        self.assertEqual(list(text), ["ours", "best_text_or_llm", "best_conventional", "paired_vs_best_text_or_llm", "paired_vs_best_conventional"])
        summary = json.loads((self.home / "eval" / "summary.json").read_text())
        mean = {name: values["ndcg@10"]["mean"] for name, values in summary["results"].items()}
        conventional = max(("random", "popularity", "item-knn"), key=mean.get)
        for best, paired, name in (("best_text_or_llm", "paired_vs_best_text_or_llm", "tfidf"), ("best_conventional", "paired_vs_best_conventional", conventional)):
            self.assertAlmostEqual(text[best], mean[name], places=4)
            for key in ("mean", "lo", "hi"):
                self.assertAlmostEqual(text[paired][key], summary["paired"][f"model-{name}"]["ndcg@10"][key], places=4)
        self.assertAlmostEqual(text["ours"], mean["model"], places=4)
        details = headline["shop <b>"]["details"]
        self.assertEqual(details["format"], "r2rank-headline")
        self.assertEqual(len(details["text"]["baselines"]), 5)
        for one in details["text"]["baselines"]:
            self.assertAlmostEqual(one["p_holm"], summary["paired"][f"model-{one['scorer']}"]["ndcg@10"]["p_holm"], places=2)
        self.assertIn("what kind of ranker 'outside' is", result.stderr)
        self.assertEqual(self.model()["headline"], headline)
        markdown = (self.folder / "report.md").read_text(encoding="utf-8")
        self.assertRegex(markdown, r"(?m)^\| shop &lt;b> \| text \(model\) \| .* \| tfidf \| .*(met|missed)")

    def test_headline_of_a_hybrid_is_against_the_best_of_all(self):
        headline, _ = self.headline("--text", "outside", "--hybrid", "model")
        one = headline["shop <b>"]
        self.assertEqual(list(one["hybrid"]), ["ours", "best_baseline", "paired_vs_best"])
        self.assertEqual({row["scorer"] for row in one["details"]["hybrid"]["baselines"]}, {"random", "popularity", "item-knn", "tfidf"})
        self.assertEqual(one["hybrid"]["best_baseline"], max(row["value"] for row in one["details"]["hybrid"]["baselines"]))

    def test_headline_pairs_seeds_and_samples_of_other_folders(self):
        seeds = [self.scored("first", 1), self.scored("second", 2)]
        few = self.folder / "few"
        self.accepts("eval", self.home / "data", "--split", self.home / "split", "--baselines", "bm25", "--slates", "10", "--output", few)
        rest = [self.home / name for name in ("data", "split")]
        whole = self.folder / "whole"
        self.accepts("eval", self.home / "data", "--split", self.home / "split", "--baselines", "popularity", "--output", whole)
        headline, result = self.headline("--text", "model", sources=[*seeds, few, whole, *rest])
        self.assertIn("training seeds of one scorer", result.stderr)
        text = headline["shop <b>"]["details"]["text"]
        self.assertEqual(text["seeds"], 2)
        self.assertEqual({row["scorer"]: row["users"] for row in text["baselines"]}, {"bm25": 10, "popularity": 30})
        means = [json.loads((folder / "summary.json").read_text())["results"]["model"]["ndcg@10"]["mean"] for folder in seeds]
        self.assertAlmostEqual(headline["shop <b>"]["text"]["ours"], sum(means) / 2, places=4)

    def test_headlines_that_cannot_be_are_refused(self):
        path = self.folder / "headline.json"
        self.refuses_report(*self.sources, "--headline", path, code=2, says=("--text", "--hybrid"))
        self.refuses_report(*self.sources, "--headline", path, "--text", "modell", code=2, says="did you mean 'model'")
        self.refuses_report(*self.sources, "--hybrid", "outsid", code=2, says="did you mean 'outside'")
        alone = self.scored("alone", 3)
        (alone / "summary.json").unlink()
        self.refuses_report(alone, "--headline", path, "--text", "model", code=2, says="baselines on the test slates")
        path.write_text('{"shop": {}}')
        self.refuses_report(*self.sources, "--headline", path, "--text", "model", code=2, says="no report of r2rank")

    def test_foreign_and_missing_sources_are_refused(self):
        (self.folder / "other").mkdir()
        (self.folder / "other" / "notes.txt").write_text("mine")
        self.refuses_report(self.folder / "other", code=2, says=("other", "docs/report.md"))
        self.refuses_report(self.world.model, code=2, says="finished work")
        self.refuses_report(self.folder / "absent", code=4, says="absent")
        self.refuses_report(self.home / "split", code=2, says="data set")
        self.refuses("report", "--output", self.page, code=2, says="sources")
        self.refuses_report(*self.sources, "--reference", "modell", code=2, says="did you mean 'model'")

    def test_damaged_files_end_with_status_3_and_their_name(self):
        for folder, name, keep in (("eval", "model.parquet", -20), ("eval", "model.rationales.jsonl", -30), ("eval", "summary.json", -10),
                                   ("run", "config.toml", None), ("data", "items.parquet", -5), ("split", "test.slates.jsonl", -30)):
            with self.subTest(name=name):
                copy = self.copied(folder)
                damaged = copy / name
                damaged.write_bytes(damaged.read_bytes()[:keep] if keep else damaged.read_bytes() + b"\n= =\n")
                others = [source for source in self.sources if source.name != folder]
                self.refuses_report(copy, *others, code=3, says=name)
                shutil.rmtree(copy)
        copy = self.copied("run")
        (copy / "log.jsonl").write_text('{"step": 1}\n{"st\n{"step": 3}\n')
        self.refuses_report(copy, code=3, says=("line 2", "log.jsonl"))
        (self.folder / "study.json").write_text('{"format": "r2rank-study", "version": 1}')
        self.refuses_report(self.folder / "study.json", code=3, says="study.json")

    def test_what_is_no_report_is_never_replaced(self):
        self.page.write_text("my own page")
        self.refuses_report(*self.sources, code=2, says="no report of r2rank")
        self.page.unlink()
        self.report("--markdown", self.folder / "report.md")
        self.report("--markdown", self.folder / "report.md")
        (self.folder / "notes.md").write_text("mine")
        self.refuses_report(*self.sources, "--markdown", self.folder / "notes.md", code=2, says="notes.md")

    def test_a_dry_run_lists_the_sources_and_writes_nothing(self):
        page = self.report("--dry-run").stdout
        self.assertRegex(page, r"evaluation +\S+eval")
        self.assertFalse(self.page.exists())
        self.assertEqual(len(json.loads(self.report("--dry-run", "--json").stdout)["sources"]), 6)

    def test_as_json_it_says_what_it_wrote(self):
        found = json.loads(self.report("--json").stdout)
        self.assertEqual(found["bytes"], self.page.stat().st_size)
        self.assertEqual(found["sources"]["evaluation"], 1)
        self.assertEqual(found["slates"], 30)

    def test_a_full_disk_leaves_nothing_behind(self):
        self.refuses("report", *self.sources, "--output", self.page, code=4, limit=100_000, working=True)
        self.assertEqual(list(self.folder.iterdir()), [])


class KeptRationales(Case):
    def evaluation(self, *more):
        return ("eval", self.world.data, "--split", self.world.split, "--model", self.world.model, "--config", self.world.prompt, "--baselines", "popularity",
                "--output", self.output, "--keep-rationales", *more)

    def test_are_those_of_every_candidate_and_show_in_the_report(self):
        self.accepts(*self.evaluation("--rationales", "2", "--rationale-tokens", "3"))
        lines = [json.loads(line) for line in (self.output / "model.rationales.jsonl").read_text().splitlines()]
        self.assertEqual((lines[0]["format"], lines[0]["slates"]), ("r2rank-rationales", len(lines) - 1))
        for line in lines[1:]:
            self.assertEqual([len(texts) for texts in line["texts"]], [2] * 5)
            self.assertEqual([len(scores) for scores in line["scores"]], [2] * 5)
        page = self.folder / "report.html"
        self.accepts("report", self.output, "--output", page)
        model = json.loads(MODEL.search(page.read_text(encoding="utf-8")).group(1))
        method = next(method for method in model["slates"][0]["methods"] if method["name"] == "model")
        self.assertEqual(len(method["rationales"]), len(lines) - 1)

    def test_need_a_model_that_writes_and_a_place(self):
        self.refuses(*self.evaluation(), code=2, says="--rationales")
        self.refuses("eval", self.world.data, "--split", self.world.split, "--keep-rationales", "--output", self.output, code=2, says="--model")


if __name__ == "__main__":
    tiny_world.main()
