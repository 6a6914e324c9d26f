"""Protocols, `data check` and `data describe` as a user meets them: protocols_test.py PROGRAM."""

import csv
import json
import random

import tiny_world
from tiny_world import Case

DAY = 86400
USERS, ITEMS, EVENTS = 60, 50, 12


def log_of(tied=(), repeats=()):
    """CSV rows of 60 users with 12 events each, a day apart; users in `tied` have their last two events at one time, users in
    `repeats` take their first item again at the end."""
    draw = random.Random(7)
    rows = ["user_id,item_id,rating,timestamp"]
    for user in range(USERS):
        items = draw.sample(range(ITEMS), EVENTS)
        if user in repeats:
            items[-1] = items[0]
        for event, item in enumerate(items):
            day = event - 1 if user in tied and event == EVENTS - 1 else event
            rows.append(f"u{user},i{item},{1 + (item + user) % 5},{1_500_000_000 + DAY * (3 * user + day)}")
    return "\n".join(rows) + "\n"


class Protocols(Case):
    def setUp(self):
        super().setUp()
        self.items = self.folder / "items.csv"
        self.items.write_text("item_id,title,brand\n" + "".join(f"i{item},Thing number {item},\n" for item in range(ITEMS + 5)))
        self.data = self.import_log("data", log_of())

    def import_log(self, name, text, *more):
        (self.folder / f"{name}.csv").write_text(text)
        self.accepts("import", self.folder / f"{name}.csv", "--items", self.items, "--output", self.folder / name, *more)
        return self.folder / name

    def split(self, name, *more, data=None):
        result = self.accepts("split", data or self.data, "--output", self.folder / name, "--json", *more)
        return self.folder / name, json.loads(result.stdout)

    def slates(self, split, part="test"):
        header, *lines = (split / f"{part}.slates.jsonl").read_text().splitlines()
        return json.loads(header), [json.loads(line) for line in lines]

    def evaluate(self, split, *more, data=None):
        return self.accepts("eval", data or self.data, "--split", split, "--format", "json", *more)

    def check(self, split, *more, code=0, data=None):
        result = tiny_world.run("data", "check", data or self.data, "--split", split, "--json", *more)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        report = json.loads(result.stdout)
        return report, {finding["name"]: finding for finding in report["findings"]}

    # ---- protocols ----

    def test_every_protocol_names_itself_and_is_evaluated(self):
        knn = ("--negatives", "hard", "--retriever", "item-knn-pop", "--negative-count", "9")
        temporal = ("--method", "temporal", "--negative-count", "9")
        together = ("--method", "ratio", "--targets", "together")
        for name, flags in {
                "loo-uni19-seed7": (),
                "loo-smoothpop9-seed3-later": ("--negatives", "popularity", "--negative-count", "9", "--seed", "3", "--exclude", "history"),
                "loo-uni9-seed7-seen": ("--negative-count", "9", "--exclude", "none"),
                "loo-hard9-item-knn-pop-seed7": knn,
                "loo-full": ("--negatives", "full"),
                "temporal80-10-10-uni9-seed7": temporal,
                "temporal60-20-20-of-events-uni9-seed7": (*temporal, "--shares", "interactions", "--valid-from", "0.6", "--test-from", "0.8"),
                "ratio80-10-10-uni19-seed7": ("--method", "ratio"),
                "ratio60-20-20-together-rated-full": (*together, "--valid-from", "0.6", "--test-from", "0.8", "--labels", "ratings",
                                                      "--negatives", "full")}.items():
            with self.subTest(name):
                split, report = self.split(name, *flags)
                header, _ = self.slates(split)
                self.assertEqual((report["protocol"], header["protocol_name"]), (name, name))
                table = json.loads(self.evaluate(split, "--baselines", "popularity,item-knn").stdout)
                self.assertEqual((table["protocol"], table["slates_hash"]), (name, header["hash"]))
                _, findings = self.check(split)
                self.assertFalse([found for found in findings.values() if found["verdict"] == "failure"])

    def test_hard_candidates_state_their_recall(self):
        split, report = self.split("hard", "--negatives", "hard", "--retriever", "popularity", "--negative-count", "9")
        _, slates = self.slates(split)
        found = sum("missed" not in slate for slate in slates)
        self.assertEqual(report["retriever"]["test_recall"], {"relevant": USERS, "found": found, "share": found / USERS})
        self.assertGreater(found, 0)
        self.assertLess(found, USERS)
        self.assertEqual(self.check(split)[1]["retriever-recall"]["count"], found)
        page = self.accepts("split", self.data, "--negatives", "hard", "--retriever", "popularity", "--negative-count", "9",
                            "--dry-run").stdout
        self.assertIn(f"({found} of {USERS}) of the relevant items are among the best", page)

    def test_a_trained_baseline_can_be_the_retriever(self):
        split, _ = self.split("uniform")
        self.accepts("baseline", "train", self.data, "--split", split, "--method", "item-knn", "--output", self.folder / "knn")
        hard, report = self.split("top", "--negatives", "hard", "--retriever", self.folder / "knn", "--negative-count", "9")
        self.assertRegex(report["protocol"], r"^loo-hard9-item-knn-[0-9a-f]{8}-seed7$")
        by_name, _ = self.split("by-name", "--negatives", "hard", "--retriever", "item-knn", "--negative-count", "9")
        self.assertEqual([slate["candidates"] for slate in self.slates(hard)[1]], [slate["candidates"] for slate in self.slates(by_name)[1]])
        self.refuses("split", self.data, "--method", "temporal", "--negatives", "hard", "--retriever", self.folder / "knn",
                     "--negative-count", "9", "--output", self.folder / "no", code=2, says="split", working=True)

    def test_other_candidates_for_what_another_split_holds_out(self):
        candidates = self.folder / "candidates.jsonl"
        listed, _ = self.split("drawn", "--test-users", "9")
        _, slates = self.slates(listed)
        candidates.write_text("".join(json.dumps({"user_id": slate["user"], "positive": slate["candidates"][slate["relevance"].index(1)],
                                                  "candidates": slate["candidates"]}) + "\n" for slate in slates))
        listed, _ = self.split("listed", "--negatives", "file", "--candidates-file", candidates, "--valid-users", "20", "--train-on-unvalidated")
        self.accepts("baseline", "train", self.data, "--split", listed, "--method", "item-knn", "--output", self.folder / "knn")
        held = ("--held-out-by", listed)
        for name, *flags in (("popular", "--negatives", "popularity", "--negative-count", "5"),
                             ("top", "--negatives", "hard", "--retriever", self.folder / "knn", "--negative-count", "9")):
            other, report = self.split(name, *held, *flags)
            self.assertEqual({slate["user"] for slate in self.slates(other)[1]}, {slate["user"] for slate in slates})
            self.assertTrue(report["protocol"].startswith("loo-"))
            self.assertNotIn("file", report["protocol"])
            # What was trained on the events of the first split may be measured here.
            self.evaluate(other, "--scorers", self.folder / "knn")
            self.check(other)
        self.refuses("split", self.data, *held, "--test-users", "3", "--output", self.folder / "no", code=2, says="test_users is decided by")
        self.refuses("split", self.data, *held, "--negatives", "file", "--output", self.folder / "no", code=2, says="name their own users")
        self.refuses("split", self.data, "--held-out-by", self.data, "--output", self.folder / "no", code=3, says="split.json")
        self.refuses("split", self.data, *held, "--output", listed, "--overwrite", code=2, says="choose another folder")

    def test_other_candidates_are_those_of_a_split_of_its_own(self):
        for flags in (("--test-users", "9"), ("--method", "ratio", "--targets", "together", "--labels", "ratings", "--valid-from", "0.5",
                                              "--test-from", "0.75"), ("--method", "temporal")):
            with self.subTest(flags):
                popular, _ = self.split("popular", "--negatives", "popularity", "--negative-count", "5", *flags, "--overwrite")
                uniform, _ = self.split("uniform", "--negative-count", "4", *flags, "--overwrite")
                again, _ = self.split("again", "--held-out-by", popular, "--negative-count", "4", "--overwrite")
                for part in ("test", "valid"):
                    self.assertEqual((again / f"{part}.slates.jsonl").read_text(), (uniform / f"{part}.slates.jsonl").read_text())

    def test_the_full_catalogue_is_not_written_out(self):
        split, _ = self.split("full", "--negatives", "full")
        _, slates = self.slates(split)
        self.assertEqual({len(slate["candidates"]) for slate in slates}, {1})
        self.assertIn(f"the {ITEMS + 5} items of the catalogue", self.accepts("eval", self.data, "--split", split, "--dry-run").stdout)

    def test_what_is_chosen_by_validation_under_the_full_catalogue_is_not_always_right(self):
        split, _ = self.split("full", "--negatives", "full")
        header, slates = self.slates(split, "valid")
        negatives = ITEMS - EVENTS  # of the items with an interaction those that the user does not know
        self.assertEqual(header["protocol_name"], f"loo-uni{negatives}-seed7")
        self.assertEqual({len(slate["candidates"]) for slate in slates}, {negatives + 1})
        self.accepts("baseline", "train", self.data, "--split", split, "--method", "item-knn", "--trials", "2", "--output", self.folder / "knn")
        trial, *_ = json.loads((self.folder / "knn/baseline.json").read_text())["report"]["trials"]
        self.assertLess(trial["ndcg@10"], 0.9)
        self.assertGreater(trial["ndcg@10"], 0)

    def test_several_relevant_items_carry_their_ratings(self):
        split, _ = self.split("rated", "--method", "ratio", "--targets", "together", "--labels", "ratings", "--valid-from", "0.5",
                              "--test-from", "0.75", "--negative-count", "5")
        _, slates = self.slates(split)
        self.assertEqual({len(slate["candidates"]) for slate in slates}, {8})
        self.assertEqual({label for slate in slates for label in slate["relevance"]}, {0, 1, 2, 3, 4, 5})

    def test_what_does_not_go_together_is_refused(self):
        for says, flags in {
                "needs --retriever": ("--negatives", "hard"),
                "did you mean 'item-knn'": ("--negatives", "hard", "--retriever", "item-kn"),
                "--retriever needs --negatives hard": ("--retriever", "tfidf"),
                "--targets together needs": ("--targets", "together"),
                "--labels ratings needs --targets together": ("--method", "ratio", "--labels", "ratings"),
                "hard candidates for user": ("--negatives", "hard", "--retriever", "tfidf", "--negative-count", "50")}.items():
            with self.subTest(says):
                self.refuses("split", self.data, "--output", self.folder / "no", *flags, code=2, says=says,
                             working="hard candidates" in says)
        full, _ = self.split("full", "--negatives", "full")
        self.refuses("eval", self.data, "--split", full, "--model", self.world.model, code=2, says="full catalogue")
        self.refuses("rank", self.data, "--split", full, "--model", self.world.model, code=2, says="full catalogue")

    # ---- comparisons across protocols ----

    def test_results_of_another_protocol_are_refused_with_an_explanation(self):
        uniform, _ = self.split("uniform")
        popular, _ = self.split("popular", "--negatives", "popularity")
        self.evaluate(uniform, "--baselines", "popularity", "--output", self.folder / "results")
        earlier = self.folder / "results/popularity.parquet"
        self.evaluate(uniform, "--baselines", "random", "--with", earlier)
        self.refuses("eval", self.data, "--split", popular, "--with", earlier, "--baselines", "random", code=2, working=True,
                     says=("loo-smoothpop19-seed7", "loo-uni19-seed7", "other users or candidates"))
        self.refuses("eval", self.data, "--split", uniform, "--part", "valid", "--with", earlier, "--baselines", "random", code=2,
                     working=True, says="protocol loo-uni19-seed7")

    def test_outside_scores_of_another_protocol_are_refused_with_an_explanation(self):
        uniform, _ = self.split("uniform")
        popular, _ = self.split("popular", "--negatives", "popularity")
        full, _ = self.split("full", "--negatives", "full")
        scores = self.folder / "mine.csv"
        with open(scores, "w") as file:
            writer = csv.writer(file)
            writer.writerow(["slate_id", "item_id", "score"])
            for slate in self.slates(uniform)[1]:
                writer.writerows([slate["id"], item, place] for place, item in enumerate(slate["candidates"]))
        self.evaluate(uniform, "--scores", scores, "--baselines", "random")
        self.refuses("eval", self.data, "--split", popular, "--scores", scores, "--baselines", "", code=3, working=True,
                     says=("candidates without a score", "loo-smoothpop19-seed7", "another protocol"))
        self.refuses("eval", self.data, "--split", full, "--scores", scores, "--baselines", "", code=2, working=True,
                     says="full catalogue")

    # ---- data check ----

    def test_a_sound_split_passes(self):
        split, _ = self.split("sound")
        report, findings = self.check(split)
        self.assertEqual(report["protocol"], "loo-uni19-seed7")
        self.assertEqual(findings["training-after-test"]["verdict"], "note")  # other users' later events: part of leave-one-out
        self.assertIn("passed", self.accepts("data", "check", self.data, "--split", split).stdout)

    def test_ties_and_repeats_are_counted_and_listed(self):
        data = self.import_log("odd", log_of(tied={1, 5, 9}, repeats={2}), "--duplicates", "keep-all")
        split, _ = self.split("odd-split", data=data)
        slices = self.folder / "slices.csv"
        report, findings = self.check(split, "--slices", slices, data=data)
        self.assertEqual(report["verdict"], "warning")
        self.assertEqual((findings["tied-order"]["count"], findings["tied-order"]["of"]), (3, USERS))
        self.assertEqual(findings["repeated-targets"]["count"], 1)
        rows = [row for row in csv.DictReader(slices.read_text().splitlines()) if row["part"] == "test"]
        self.assertEqual({row["user_id"] for row in rows if row["tied"] == "1"}, {"u1", "u5", "u9"})
        self.assertEqual({row["user_id"] for row in rows if row["repeated"] == "1"}, {"u2"})
        self.assertEqual({int(row["slate_id"]) for row in rows}, {slate["id"] for slate in self.slates(split)[1]})

    def test_altered_and_foreign_files_fail(self):
        split, _ = self.split("altered")
        slates = split / "test.slates.jsonl"
        slates.write_text(slates.read_text().replace('"history_end":11', '"history_end":10', 1))
        report, findings = self.check(split, code=3)
        self.assertEqual((report["verdict"], findings["files"]["verdict"]), ("failure", "failure"))
        self.assertIn("content hash", findings["files"]["text"])
        other = self.import_log("other", log_of(tied={3}))
        self.assertIn("hash", self.check(self.split("fine")[0], code=3, data=other)[1]["files"]["text"])
        result = tiny_world.run("data", "check", self.data, "--split", split)
        self.assertEqual(result.returncode, 3)
        self.assertIn("failed", result.stdout)

    def test_what_is_not_there_is_refused(self):
        self.refuses("data", "check", self.data, code=2, says="split")
        self.refuses("data", "check", self.folder / "absent", "--split", self.folder / "absent", code=4, says="no such folder")
        self.refuses("data", "check", self.data, "--split", self.folder / "absent", code=4, says="r2rank split")
        self.refuses("eval", self.data, "--split", self.folder / "absent", "--baselines", "popularity", code=4, says="no such folder")

    # ---- data describe ----

    def test_describes_counts_distributions_time_and_text(self):
        split, _ = self.split("described")
        found = json.loads(self.accepts("data", "describe", self.data, "--split", split, "--json").stdout)
        self.assertEqual((found["users"], found["items"], found["touched_items"], found["interactions"]),
                         (USERS, ITEMS + 5, ITEMS, USERS * EVENTS))
        self.assertAlmostEqual(found["density"], EVENTS / (ITEMS + 5))
        self.assertEqual((found["history"]["min"], found["history"]["max"], found["history"]["gini"]), (EVENTS, EVENTS, 0))
        self.assertEqual(sum(count for _, count in found["time"]["spans"]), USERS * EVENTS)
        self.assertEqual(found["text"][0], {"field": "title", "items": ITEMS + 5, "events": USERS * EVENTS, "mean_words": 3})
        self.assertEqual(found["cold_test"]["targets"], USERS)
        page = self.accepts("data", "describe", self.data).stdout
        for part in ("events of a user", "Gini", "####", "quartiles", "the last tenth by time"):
            self.assertIn(part, page)


if __name__ == "__main__":
    tiny_world.main()
