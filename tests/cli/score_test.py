"""`eval` and `rank` with a tiny model: `score_test.py PATH/r2rank [unittest arguments]`."""

import csv
import functools
import io
import json
import signal
import time

import tiny_world
from tiny_world import Case, lines_of, must, stop, training_command, world

REQUEST = {"history": [{"title": "Title 1"}, {"title": "Title 2"}],
           "items": [{"id": "a", "title": "Title 3"}, {"id": 7, "title": "Title 4"}, {"title": "Title 5"}]}
REASONING = ("--rationales", "2", "--rationale-tokens", "4")


@functools.cache
def trained():
    """A run of the silent stage."""
    run_folder = world().folder / "trained"
    must(*training_command(run_folder))
    return run_folder


@functools.cache
def trained_to_reason():
    """A run of the reasoning stage."""
    run_folder = world().folder / "reasoning"
    must(*training_command(run_folder, "--stage", "rl", "--rationale-tokens", "5", "--temperature", "0.7", "--steps", "2"))
    return run_folder


@functools.cache
def results(name, *arguments):
    """The folder of an earlier eval, made once."""
    folder = world().folder / f"results-{name}"
    must("eval", *arguments, "--baselines", "random", "--output", folder)
    return folder


class Scoring(Case):
    def data(self):
        return self.world.data, "--split", self.world.split

    def base_model(self):
        return "--model", self.world.model, "--config", self.world.prompt


class Eval(Scoring):
    def evaluate(self, *more):
        return self.accepts("eval", *self.data(), *more)

    def refuses_eval(self, *more, **expected):
        return self.refuses("eval", *self.data(), *more, **expected)

    def own_results(self):
        return results("own", *self.data()) / "random.parquet"

    def summary(self, *more):
        return json.loads(self.evaluate(*more, "--json").stdout)

    def test_a_sample_of_the_slates(self):
        whole, part = self.summary("--baselines", "random"), self.summary("--baselines", "random", "--slates", "5")
        self.assertEqual((whole["users"], part["users"]), (12, 5))
        self.assertNotEqual(part, self.summary("--baselines", "random", "--slates", "5", "--sample-seed", "8"))
        self.refuses_eval("--slates", "-1", code=2, says="slates")

    def test_the_order_of_candidates_matters_to_those_that_look_at_it(self):
        found = {order: self.summary("--baselines", "incoming,popularity", "--candidate-order", order)["results"]
                 for order in ("relevant-first", "relevant-last")}
        first, last = found["relevant-first"], found["relevant-last"]
        self.assertEqual(first["incoming-relevant-first"]["ndcg@10"]["mean"], 1)
        self.assertLess(last["incoming-relevant-last"]["ndcg@10"]["mean"], 0.5)
        self.assertEqual(first["popularity-relevant-first"], last["popularity-relevant-last"])

    def test_a_model_does_not_look_at_the_order_of_candidates(self):
        values = [next(iter(self.summary(*self.base_model(), "--baselines", "", "--candidate-order", order)["results"].values()))
                  for order in ("given", "relevant-first", "relevant-last")]
        for other in values[1:]:
            self.assertEqual(other["ndcg@10"], values[0]["ndcg@10"])

    def test_perturbations_are_in_the_name_of_their_results(self):
        for flags, name in ((("--shuffle-history",), "model-shuffled-history"), (("--made-up-names",), "model-made-up-names"),
                            (("--shown-history", "1"), "model-history1"), (("--ensemble", "3"), "model-ensemble3"),
                            ((*REASONING, "--change-rationales", "filler"), "model-filler"),
                            ((*REASONING, "--change-rationales", "fixed-filler"), "model-fixed-filler")):
            found = self.summary(*self.base_model(), "--baselines", "", *flags)["results"]
            self.assertEqual(list(found), [name])

    def test_perturbations_that_cannot_be_are_refused(self):
        self.refuses_eval("--shuffle-history", code=2, says=("shuffled-history", "--model"))
        self.refuses_eval(*self.base_model(), "--change-rationales", "swap", code=2, says=("swap", "--rationales"))
        self.refuses_eval(*self.base_model(), *REASONING, "--ensemble", "2", code=2, says=("--ensemble 2", "--rationales"))
        self.refuses_eval(*self.base_model(), "--change-rationales", "swop", code=2, says="swap")

    def test_baselines_alone(self):
        page = self.evaluate("--baselines", "random,constant,tfidf").stdout
        for part in ("loo-uni4-seed7", "12 users", "random", "constant", "tfidf"):
            self.assertIn(part, page)

    def test_writes_results_summary_and_table(self):
        page = self.evaluate("--model", trained(), "--name", "mine", "--baselines", "random,constant", "--seconds", "train=1.5",
                             "--output", self.output, "--json").stdout
        self.assertEqual(sorted(path.name for path in self.output.iterdir()),
                         ["constant.parquet", "mine.parquet", "random.parquet", "summary.json", "table.csv", "table.md", "table.tex"])
        summary = json.loads(page)
        self.assertEqual(json.loads((self.output / "summary.json").read_text()), summary)
        self.assertEqual((summary["protocol"], summary["users"], summary["seconds"]), ("loo-uni4-seed7", 12, {"train": 1.5}))
        self.assertIn(summary["dtype"], ("bf16", "f32"))
        self.assertEqual(set(summary["results"]), {"mine", "random", "constant"})
        self.assertEqual(set(summary["paired"]), {"mine-random", "mine-constant"})
        self.assertAlmostEqual(summary["results"]["constant"]["ndcg@10"]["mean"], 0.590, places=3)
        self.assertIn("| mine", (self.output / "table.md").read_text())

    def test_rationales_repeat_and_can_be_compared_with_earlier_results(self):
        command = ("--model", trained(), "--dtype", "f32", *REASONING, "--baselines", "")
        self.evaluate(*command, "--name", "first", "--output", self.output)
        page = self.evaluate(*command, "--name", "second", "--with", f"{self.output / 'first.parquet'},{self.own_results()}",
                             "--pairs", "second-first,first-random", "--json").stdout
        summary = json.loads(page)
        self.assertEqual(summary["results"]["first"], summary["results"]["second"])
        self.assertEqual(list(summary["paired"]), ["second-first", "first-random"])

    def test_every_scorer_is_tested_against_the_reference_with_holm(self):
        command = ("--baselines", "random,constant,popularity", "--reference", "popularity", "--json")
        paired = json.loads(self.evaluate(*command).stdout)["paired"]
        self.assertEqual(set(paired), {"popularity-random", "popularity-constant"})
        p, corrected = ([test["ndcg@10"][key] for test in paired.values()] for key in ("p_permutation", "p_holm"))
        self.assertAlmostEqual(max(corrected), max(max(p), min(1, 2 * min(p))))

    def test_slices_and_what_is_beyond_accuracy(self):
        command = ("--baselines", "random,popularity", "--reference", "popularity", "--slices", "history,popularity,cold,category",
                   "--beyond", "--output", self.output)
        page = self.evaluate(*command).stdout
        for part in ("ndcg@10 by history", "12 users", "ndcg@10 by cold", "no category", "coverage@10", "ece-top-scaled"):
            self.assertIn(part, page)
        for name in ("table.md", "table.tex", "table.csv"):
            self.assertIn("coverage@10", (self.output / name).read_text())
        summary = json.loads((self.output / "summary.json").read_text())
        self.assertEqual([table["title"] for table in summary["slices"]], ["history", "popularity", "cold", "category"])
        for table in summary["slices"]:
            self.assertEqual(sum(column["slates"] for column in table["columns"]), 12)
        self.assertEqual([row["scorer"] for row in summary["beyond_accuracy"]], ["random", "popularity"])
        printed = json.loads(self.evaluate(*command, "--format", "json").stdout)
        self.assertEqual(printed["slices"], summary["slices"])

    def test_seeds_of_a_scorer_are_one_row(self):
        for seed in ("1", "2", "3"):
            self.evaluate("--baselines", "random", "--baseline-seed", seed, "--output", self.output / seed)
        runs = ",".join(str(self.output / seed / "random.parquet") for seed in ("1", "2", "3"))
        command = ("--baselines", "constant", "--with", runs)
        row = json.loads(self.evaluate(*command, "--seeds", "random", "--output", self.output / "all", "--json").stdout)["results"]["random"]
        self.assertGreater(row["ndcg@10"]["seed_deviation"], 0)
        means = [json.loads((self.output / seed / "summary.json").read_text())["results"]["random"]["mrr"]["mean"] for seed in ("1", "2", "3")]
        self.assertAlmostEqual(row["mrr"]["mean"], sum(means) / 3)
        self.assertTrue((self.output / "all" / "random.3.parquet").exists())
        self.refuses_eval(*command, code=2, says="--seeds random")
        twice = self.output / "1" / "random.parquet"
        self.refuses_eval("--with", f"{twice},{twice}", "--seeds", "random", "--baselines", "", code=2, says="equal scores")

    def test_any_metric_by_its_name(self):
        page = self.evaluate("--baselines", "constant", "--metrics", "recall@3,map@7", "--format", "csv").stdout
        rows = list(csv.DictReader(io.StringIO(page)))
        self.assertEqual([row["metric"] for row in rows], ["recall@3[loo-uni4-seed7]", "map@7[loo-uni4-seed7]"])
        self.assertAlmostEqual(float(rows[0]["mean"]), 3 / 5)
        for metric in ("ndgc@10", "ndcg", "recall@0"):
            self.refuses_eval("--metrics", metric, *self.base_model(), code=2, says=("--metrics", metric))

    def test_names_of_slices_and_references_are_checked_before_scoring(self):
        self.refuses_eval("--slices", "histroy", *self.base_model(), code=2, says="history")
        self.refuses_eval("--reference", "popularty", *self.base_model(), code=2, says="--reference popularty")
        self.refuses_eval("--reference", "random", "--pairs", "model-random", *self.base_model(), code=2, says="--reference")
        self.refuses_eval("--seeds", "sasrec", *self.base_model(), code=2, says="--seeds sasrec")

    def test_reasons_about_some_candidates_only(self):
        arguments = ("--json", *self.base_model(), *REASONING, "--reason-top", "2", "--users", "u1")
        items = json.loads(self.accepts("rank", *self.data(), *arguments).stdout)["users"][0]["ranking"]
        self.assertEqual([len(item["reasons"]) for item in items], [2, 2] + [0] * (len(items) - 2))

    def test_formats(self):
        rows = list(csv.reader(io.StringIO(self.evaluate("--baselines", "random", "--format", "csv").stdout)))
        self.assertEqual(rows[1][0], "random")
        json.loads(self.evaluate("--baselines", "random", "--part", "valid", "--format", "json").stdout)

    def test_outside_scores_join_the_table_when_they_are_complete(self):
        lines = ["user_id,item_id,score"]
        for text in (self.world.split / "test.slates.jsonl").read_text().splitlines()[1:]:
            slate = json.loads(text)
            lines += [f"{slate['user']},{item},{place}" for place, item in enumerate(slate["candidates"])]
        scores = self.folder / "mine.csv"
        scores.write_text("\n".join(lines))
        self.assertIn("mine", self.evaluate("--baselines", "constant", "--scores", scores).stdout)
        scores.write_text("\n".join(lines[:-1]))
        self.refuses_eval("--scores", scores, *self.base_model(), code=3, says=("mine.csv", "1 of 60 candidates without a score"))

    def test_dry_run_says_what_it_takes_and_writes_nothing(self):
        command = (*self.base_model(), *REASONING, "--output", self.output, "--dry-run")
        page = self.evaluate(*command).stdout
        for part in ("12 slates of 5 candidates", "tokens a slate", "sampled", "time in all", "memory", "nothing scored"):
            self.assertIn(part, page)
        cost = json.loads(self.evaluate(*command, "--json").stdout)
        self.assertEqual((cost["slates"], cost["sampled_tokens_per_slate"]), (12, 5 * 2 * 4))
        self.assertEqual(self.everything(), {})

    def test_dry_run_of_baselines_as_json_is_json(self):
        json.loads(self.evaluate("--dry-run", "--json").stdout)

    def test_results_on_other_slates_are_refused_before_scoring(self):
        foreign = results("foreign", self.world.other_data, "--split", self.world.other_split) / "random.parquet"
        self.refuses_eval("--with", foreign, *self.base_model(), code=2, says=("random.parquet", "other users or candidates make other numbers"))
        self.refuses_eval("--with", self.own_results(), "--part", "valid", *self.base_model(), code=2, says="other users or candidates make other numbers")

    def test_results_of_scorers_that_learned_from_other_events_are_refused(self):
        longer = self.folder / "longer"
        must("split", self.world.data, "--negative-count", "4", "--valid-users", "3", "--train-on-unvalidated", "--output", longer)
        other = results("longer", self.world.data, "--split", longer) / "random.parquet"
        self.refuses_eval("--with", other, *self.base_model(), code=2, says=("random.parquet", "learned from", "--train-on-unvalidated"))

    def test_earlier_results_that_end_early_are_refused_before_scoring(self):
        cut = self.folder / "cut.parquet"
        cut.write_bytes(self.own_results().read_bytes()[:-50])
        self.refuses_eval("--with", cut, *self.base_model(), code=3, says="cut.parquet")

    def test_names_that_fit_nothing_are_refused_before_scoring(self):
        for pair in ("model-popularty", "model-"):
            self.refuses_eval("--pairs", pair, *self.base_model(), code=2, says=("--pairs", pair))
        self.refuses_eval("--name", "random", *self.base_model(), code=2, says="--name")
        self.refuses_eval("--name", "a/b", *self.base_model(), code=2, says="--name")
        self.refuses_eval("--baselines", "random,popularty", *self.base_model(), code=2, says="popularity")
        self.refuses_eval("--seconds", "train=soon", *self.base_model(), code=2, says="--seconds")

    def test_unwritable_outputs_are_refused_before_scoring(self):
        self.refuses_eval("--output", self.below_a_file(), *self.base_model(), code=4, says="file")
        self.refuses_eval("--output", self.folder / "file", *self.base_model(), code=2, says="is a file")
        self.refuses_eval("--output", "/proc/r2rank", *self.base_model(), code=4, says="/proc")

    def test_a_refused_request_makes_no_output_folder(self):
        self.refuses_eval("--output", self.output, "--pairs", "a-b", *self.base_model(), code=2)
        self.refuses_eval("--output", self.output, "--model", self.folder / "absent", code=4, says="absent")

    def test_full_disk_leaves_no_partial_file(self):
        self.refuses_eval("--output", self.output, *self.base_model(), code=4, says="cannot write", limit=1000, working=True)
        self.assertEqual([name for name, content in self.everything().items() if content is not None], [])

    def test_other_splits_and_models_that_end_early_are_refused(self):
        self.refuses("eval", self.world.data, "--split", self.world.other_split, *self.base_model(), code=3,
                     says="split this data set anew")
        self.refuses_eval("--model", self.damaged_model(), code=3, says="model.safetensors")
        self.refuses_eval("--model", self.damaged_model("tokenizer.json", 900), code=3, says="tokenizer.json")

    def test_settings_of_training_have_no_place_here(self):
        self.refuses_eval(*self.base_model(), "--tuning", "lora", code=2, says="--tuning")

    def test_budgets_beyond_the_models_positions_are_refused_before_scoring(self):
        self.refuses_eval(*self.base_model(), "--history-tokens", "500", code=2, says="history_tokens")

    def test_a_model_that_cannot_score_is_refused_before_a_baseline_has(self):
        for more, code in ((("--model", self.folder / "absent"), 4), (("--model", trained(), "--prompt-question", "Now?"), 2),
                           ((*self.base_model(), "--history-tokens", "500"), 2)):
            with self.subTest(more=more):
                for dry in ((), ("--dry-run",)):
                    errors = self.refuses_eval(*more, *dry, "--baselines", "random,popularity", code=code).stderr
                    self.assertNotRegex(errors, r"(?m)^(random|popularity) ")

    def test_outside_scores_that_cannot_stand_are_refused_before_a_baseline_scores(self):
        scores = self.folder / "random.csv"
        scores.write_text("user_id,item_id,score\n")
        self.assertNotRegex(self.refuses_eval("--scores", scores, code=3).stderr, r"(?m)^random ")

    def test_reasons_as_the_model_was_trained_unless_told_otherwise(self):
        command = ("--model", trained_to_reason(), "--rationales", "1", "--dry-run", "--json")
        cases = {(): (5, "rationale_tokens 5 and temperature 0.7, as"), ("--temperature", "0.7"): (5, "rationale_tokens 5, as"),
                 ("--rationale-tokens", "6"): (6, "rationale_tokens 6 as given")}
        for more, (tokens, says) in cases.items():
            with self.subTest(more=more):
                result = self.evaluate(*command, *more)
                self.assertEqual(json.loads(result.stdout)["sampled_tokens_per_slate"], 5 * tokens)
                self.assertEqual(result.stderr.count(says), 1, result.stderr)
        for others in (("--model", trained_to_reason()), ("--model", trained(), "--rationales", "1")):
            self.assertNotIn("trained", self.evaluate(*others, "--dry-run").stderr.replace(str(trained()), ""))

    def test_reasons_where_the_model_learned_that_it_pays(self):
        self.refuses_eval("--model", trained_to_reason(), "--reason", "auto", code=2, says="--valid-slates")
        gated = self.world.folder / "gated"
        must(*training_command(gated, "--stage", "rl", "--rationale-tokens", "5", "--steps", "2", "--valid-slates", "4", "--valid-measurements", "1"))
        logged = [json.loads(line) for line in lines_of(gated / "log.jsonl")]
        self.assertEqual([line["step"] for line in logged if "valid_ndcg_gated" in line], [0, 2])
        card = json.loads((gated / "model" / "r2rank.json").read_text())["training"]["reason_gate"]
        self.assertEqual(card["slates"], 4)
        result = self.evaluate("--model", gated, "--reason", "auto", "--baselines", "", "--perplexity-model", self.world.model, "--json")
        self.assertIn(f"doubt of {card['least_doubt']:.3f} or more", result.stderr)
        notes = json.loads(result.stdout).get("notes", {}).get("model", {})
        self.assertEqual("perplexity" in notes, "rationales" in notes)

    def test_rationales_are_told_about(self):
        command = ("--model", trained_to_reason(), "--rationales", "1", "--baselines", "")
        notes = self.summary(*command, "--perplexity-model", self.world.model)["notes"]["model"]
        self.assertEqual(notes["rationales"], 5 * 12)
        for share in ("ended share", "malformed share", "empty share"):
            self.assertTrue(0 <= notes[share] <= 1, share)
        self.assertGreater(notes["perplexity"], 1)
        self.assertNotIn("perplexity", self.summary(*command)["notes"]["model"])
        self.refuses_eval("--model", trained(), "--perplexity-model", self.world.model, code=2, says="--rationales")

    def test_another_model_can_write_the_rationales(self):
        command = ("--model", trained_to_reason(), "--dtype", "f32", "--rationales", "1", "--baselines", "")
        def row(*more):
            first = next(csv.DictReader(io.StringIO(self.evaluate(*command, *more, "--metrics", "ndcg@10", "--format", "csv").stdout)))
            return float(first["mean"]), float(first["tokens_per_slate"])
        own, same, other = row(), row("--rationales-by", trained_to_reason()), row("--rationales-by", self.world.model)
        self.assertAlmostEqual(own[0], same[0], places=4)
        for _, tokens in (same, other):
            self.assertGreater(tokens, 1.5 * own[1])
        self.assertIn("two read all of it", self.evaluate(*command, "--rationales-by", self.world.model, "--dry-run").stdout)

    def test_a_writer_that_cannot_write_is_refused(self):
        asked_otherwise = self.world.folder / "asked-otherwise"
        must(*training_command(asked_otherwise, "--prompt-question", "Now?", "--steps", "1"))
        command = ("--model", trained_to_reason(), "--rationales", "1")
        self.refuses_eval(*command, "--rationales-by", asked_otherwise, code=2, says=("--rationales-by", "prompt_question"))
        self.refuses_eval(*command, "--rationales-by", self.folder / "absent", code=4, says="absent")
        self.refuses_eval(*command, "--rationales-by", trained(), "--change-rationales", "fixed-filler", code=2, says=("--rationales-by", "fixed-filler"))
        self.refuses_eval("--model", trained(), "--rationales-by", self.world.model, code=2, says=("--rationales-by", "--rationales of at least 1"))
        self.refuses_eval("--rationales-by", self.world.model, code=2, says=("--rationales-by", "--model"))

    def test_another_prompt_than_the_models_own_is_refused(self):
        self.refuses_eval("--model", trained(), "--prompt-question", "Now?", code=2, says="prompt_question")

    def test_ctrl_c_writes_nothing(self):
        command = ("eval", *self.data(), *self.base_model(), "--rationales", "256", "--rationale-tokens", "64",
                   "--slates-per-batch", "1", "--baselines", "", "--output", self.output)  # takes many seconds
        start = time.monotonic()
        status, page, errors = stop(command, lambda: time.monotonic() - start > 2, signal.SIGINT)
        self.assertEqual((status, page), (130, ""), errors)
        self.assertIn("interrupted after", errors.splitlines()[-1])
        self.assertEqual([name for name, content in self.everything().items() if content is not None], [])


class Rank(Scoring):
    def rank(self, *more, **options):
        return self.accepts("rank", *more, **options)

    def refuses_rank(self, *more, **expected):
        return self.refuses("rank", *more, **expected)

    def test_users_of_the_test_slates(self):
        page = self.rank(*self.data(), "--model", trained()).stdout
        self.assertEqual(page.count("lately: "), 3)
        self.assertEqual(page.count("* Title"), 3)
        page = self.rank(*self.data(), "--model", trained(), "--users", "u7,u2", "--top", "3", "--json", *REASONING).stdout
        self.assertEqual(list(json.loads(page)), ["users"])
        rankings = json.loads(page)["users"]
        self.assertEqual([ranking["user"] for ranking in rankings], ["u7", "u2"])
        for ranking in rankings:
            items = ranking["ranking"]
            self.assertEqual([item["rank"] for item in items], [1, 2, 3])
            self.assertEqual([len(item["reasons"]) for item in items], [2, 2, 2])
            self.assertEqual(items, sorted(items, key=lambda item: -item["score"]))

    def test_what_a_user_may_choose_next(self):
        def ranking(*more):
            page = self.rank(*self.data(), "--model", trained(), "--users", "u7", "--json", "--top", "100", *more).stdout
            return json.loads(page)["users"][0]["ranking"]

        found = ranking("--retriever", "item-knn-pop", "--retrieve", "4")
        self.assertEqual(len(found), 4)
        self.assertEqual(found, sorted(found, key=lambda item: -item["score"]))
        more = ranking("--retriever", "item-knn-pop", "--retrieve", "6")
        self.assertLessEqual({item["id"] for item in found}, {item["id"] for item in more})
        self.assertNotIn("*", self.rank(*self.data(), "--model", trained(), "--retriever", "popularity").stdout)
        log = (line.split(",") for line in self.world.data.with_suffix(".csv").read_text().splitlines())
        known = {item for user, item, *_ in log if user == "u7"}
        self.assertEqual(len(known), 8)
        self.assertEqual({item["id"] for item in ranking("--retriever", "popularity", "--retrieve", "100")} & known, set())

    def test_a_retriever_that_cannot_be_one(self):
        w = ("--model", trained())
        self.refuses_rank(*self.data(), *w, "--retriever", "sasrec", code=2, says=("baseline train", "sasrec"))
        self.refuses_rank(*self.data(), *w, "--retriever", "item-kn", code=2, says="item-kn")
        self.refuses_rank(*self.data(), *w, "--retriever", "llm-verdict", code=2, says="language model")
        self.refuses_rank(*self.data(), *w, "--retrieve", "5", code=2, says="--retriever")
        self.refuses_rank(*self.data(), *w, "--retriever", "popularity", "--users", "nobody", code=2, says="nobody")
        self.refuses_rank(*w, "--retriever", "popularity", stdin="{}", code=2, says="--retriever")

    def request(self, text, *more):
        return self.rank(*self.base_model(), *more, stdin=text if isinstance(text, str) else json.dumps(text))

    def test_a_request_on_standard_input(self):
        ranking = json.loads(self.request(REQUEST, "--json").stdout)["ranking"]
        self.assertEqual({item["id"]: item["title"] for item in ranking}, {"a": "Title 3", "7": "Title 4", "2": "Title 5"})
        self.assertEqual([item["rank"] for item in ranking], [1, 2, 3])
        self.assertEqual(ranking, sorted(ranking, key=lambda item: -item["score"]))
        other_order = dict(REQUEST, items=[dict(item, id=item.get("id", 2)) for item in reversed(REQUEST["items"])])
        self.assertEqual(json.loads(self.request(other_order, "--json").stdout)["ranking"], ranking)

    def test_reasons_are_printed_as_text_whatever_bytes_were_sampled(self):
        page = self.request(REQUEST, "--rationales", "1", "--rationale-tokens", "32").stdout
        self.assertIn("Title 4", page)
        page.encode()  # fails on bytes that were no UTF-8
        self.assertEqual([character for character in page if not character.isprintable() and character != "\n"], [])

    def test_the_table_says_how_many_reasons_it_does_not_show(self):
        for count, says in (("1", 0), ("2", 3), ("4", 3)):
            page = self.request(REQUEST, "--rationales", count, "--rationale-tokens", "4").stdout
            self.assertEqual(page.count(f"(+{int(count) - 1} more)"), says, page)

    def test_reasons_as_the_model_was_trained(self):
        result = self.rank("--model", trained_to_reason(), "--rationales", "1", stdin=json.dumps(REQUEST))
        self.assertEqual(result.stderr.count("rationale_tokens 5 and temperature 0.7, as"), 1, result.stderr)
        self.assertIn("as given", self.rank(*self.data(), "--model", trained_to_reason(), *REASONING).stderr)

    def test_long_titles_are_cut_between_characters(self):
        title = "Чужие: специальное издание, режиссёрская версия с дополнениями"
        page = self.request({"history": [], "items": [{"title": title}, {"title": "x" * 60}]}).stdout
        self.assertIn(f" {title[:43]}…", page)
        self.assertIn(f" {'x' * 43}…", page)

    def test_a_request_without_history(self):
        ranking = json.loads(self.request(dict(REQUEST, history=[]), "--json", *REASONING).stdout)["ranking"]
        self.assertEqual([len(item["reasons"]) for item in ranking], [2, 2, 2])

    def test_malformed_requests_are_refused(self):
        item = {"id": "a", "title": "Title 3"}
        cases = {"": "JSON", "[]": "object", '{"history": 3, "items": []}': "'history'", '{"history": []}': "'items'",
                 '{"history": [], "items": []}': "no items",
                 json.dumps({"history": [], "items": [item, item]}): "'a' stands twice",
                 json.dumps({"history": [], "items": [{"id": 1, "title": "x"}, {"id": "1", "title": "y"}]}): "twice",
                 json.dumps({"history": [], "items": [{"id": "a"}]}): "title",
                 json.dumps({"history": [], "items": ["a"]}): "items[0]",
                 json.dumps({"history": [], "items": [{"titel": "x"}]}): "title", json.dumps(dict(REQUEST, user="u1")): "user",
                 json.dumps({"history": [{"title": "x", "rating": "good"}], "items": [item]}): "JSON"}
        for request, says in cases.items():
            with self.subTest(request=request):
                self.refuses_rank(*self.base_model(), stdin=request, code=3, says=says)

    def test_dry_run_says_what_it_takes_and_scores_nothing(self):
        page = self.rank(*self.data(), *self.base_model(), "--users", "u3", "--dry-run").stdout
        for part in ("tokens a slate", "time in all", "memory"):
            self.assertIn(part, page)
        self.assertNotIn("lately", page)
        cost = json.loads(self.rank(*self.data(), *self.base_model(), "--dry-run", "--json").stdout)
        self.assertEqual(cost["slates"], 3)
        self.assertIn("the request is valid: 3 items", self.request(REQUEST, "--dry-run").stdout)
        self.assertEqual(self.everything(), {})

    def test_dry_run_of_a_request_as_json_is_json(self):
        json.loads(self.request(REQUEST, "--dry-run", "--json").stdout)

    def test_impossible_settings_are_refused(self):
        self.refuses_rank(*self.data(), *self.base_model(), "--users", "u1,nobody", code=2, says="nobody")
        self.refuses_rank(self.world.data, *self.base_model(), code=2, says="--split")
        self.refuses_rank(*self.data(), code=2, says="--model")
        self.refuses_rank(*self.data(), *self.base_model(), "--top", "0", code=2, says="top")
        self.refuses_rank(*self.data(), *self.base_model(), "--tuning", "lora", code=2, says="--tuning")

    def test_slates_without_a_data_set_are_refused(self):
        for more in (("--split", self.world.split), ("--users", "u1")):
            self.refuses_rank(*self.base_model(), *more, stdin=json.dumps(REQUEST), code=2, says=(more[0], "data set"))

    def test_budgets_beyond_the_models_positions_are_refused(self):
        self.refuses_rank(*self.data(), *self.base_model(), "--history-tokens", "500", code=2, says="history_tokens")

    def test_other_splits_and_models_that_end_early_are_refused(self):
        self.refuses_rank(self.world.data, "--split", self.world.other_split, *self.base_model(), code=3, says="split")
        self.refuses_rank(*self.data(), "--model", self.damaged_model(), code=3, says="model.safetensors")
        self.refuses_rank("--model", self.damaged_model(), stdin=json.dumps(REQUEST), code=3, says="model.safetensors")

    def test_rankings_that_cannot_be_printed_are_an_error(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            self.refuses_rank(*self.data(), *self.base_model(), stdout=full, code=4, says="standard output")


if __name__ == "__main__":
    tiny_world.main()
