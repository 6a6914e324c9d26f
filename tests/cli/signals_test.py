"""`signals`, and `train`, `eval` and `rank` beside them, on a tiny model: `signals_test.py PATH/r2rank [unittest arguments]`."""

import functools
import json
import shutil
import signal
import tempfile
from pathlib import Path

import tiny_world
from tiny_world import Case, lines_of, must, run, stop, training_command, world

QUICK = ("--references", "20", "--weight-slates", "50", "--trials", "1", "--epochs", "3", "--set",
         "bpr-mf.dimensions=4")
METHODS, OTHER_ORDER = "bpr-mf,item-knn", "item-knn,bpr-mf"
LONG = ("--steps", "60")


def signals_command(output, *more, methods=METHODS):
    """More flags win over these: the last of a repeated flag counts; lists grow."""
    w = world()
    return ("signals", w.data, "--split", w.split, "--methods", methods, *QUICK, "--output", output, *more)


@functools.cache
def signals():
    output = world().folder / "signals"
    must(*signals_command(output))
    return output


def hybrid_command(output, *more):
    return training_command(output, "--signals", signals(), *more)


@functools.cache
def hybrid():
    output = world().folder / "hybrid"
    must(*hybrid_command(output))
    return output


@functools.cache
def token_hybrid():
    output = world().folder / "token-hybrid"
    must(*hybrid_command(output, "--signal-use", "residual,token"))
    return output


def weights(run_folder):
    return [(run_folder / "model" / name).read_bytes() for name in ("model.safetensors", "extra.safetensors")]


def card_of(folder):
    return json.loads((folder / "signals.json").read_text())


class Signals(Case):
    def signals(self, *more, **options):
        return self.accepts(*signals_command(self.output, *more, **options))

    def refuses_signals(self, *more, **expected):
        return self.refuses(*signals_command(self.output, *more), **expected)

    def test_writes_both_rankers_of_each_method_and_what_they_are_worth(self):
        page = self.signals().stdout
        self.assertEqual(sorted(path.name for path in self.output.iterdir()), ["early", "full", "signals.json"])
        for part in ("early", "full"):
            self.assertEqual(sorted(path.name for path in (self.output / part).iterdir()), ["bpr-mf", "item-knn"])
        for word in ("bpr-mf", "item-knn", "weighted sum", "NDCG@10", "next: r2rank train"):
            self.assertIn(word, page)
        card = card_of(self.output)
        self.assertTrue(card["finished"])
        self.assertGreaterEqual(min(entry["weight"] for entry in card["signals"]), 0)
        # A full ranker is an ordinary baseline folder.
        result = self.accepts("eval", self.world.data, "--split", self.world.split, "--scorers", self.output / "full" / "bpr-mf",
                              "--baselines", "popularity", "--part", "valid", "--json")
        alone = next(entry for entry in card["signals"] if entry["method"] == "bpr-mf")["valid_ndcg@10"]
        self.assertAlmostEqual(json.loads(result.stdout)["results"]["bpr-mf"]["ndcg@10"]["mean"], alone, places=6)

    def test_json_is_one_object(self):
        result = json.loads(self.signals("--json").stdout)
        self.assertEqual([entry["method"] for entry in result["signals"]], METHODS.split(","))
        self.assertEqual(result["hash"] != "", True)

    def test_dry_run_writes_nothing(self):
        page = self.signals("--dry-run").stdout
        self.assertIn("nothing trained", page)
        self.assertFalse(json.loads(self.signals("--dry-run", "--json").stdout)["finished"])
        self.assertEqual(self.everything(), {})

    def test_what_is_no_signal_is_refused(self):
        self.refuses_signals("--methods", "random", code=2, says="no signal")
        self.refuses_signals("--methods", "llm-verdict", code=2, says="no signal")
        self.refuses_signals("--methods", "item-kn", code=2, says="did you mean 'item-knn'")
        self.refuses_signals("--methods", "bpr-mf,bpr-mf", code=2, says="twice")
        self.refuses_signals("--set", "dimensions=4", code=2, says="METHOD.name=value")
        self.refuses_signals("--set", "ease.regularisation=4", code=2, says="none of --methods")
        self.refuses_signals("--min-history", "30", code=2, says="min_history")
        self.refuses_signals("--overwrite", "--resume", code=2, says="choose one")

    def test_a_folder_in_the_way_stays(self):
        self.signals()
        self.refuses_signals(code=2, says="--overwrite")
        self.refuses_signals("--resume", "--withhold", "2", code=2, says="withhold = 1")
        (self.output / "notes.txt").write_text("mine")
        self.refuses_signals("--overwrite", code=2, says="notes.txt")
        self.refuses_signals("--resume", code=2, says="notes.txt")
        (self.output / "notes.txt").unlink()
        self.signals("--overwrite", "--withhold", "2")
        self.assertEqual(card_of(self.output)["withhold"], 2)

    def test_another_folder_stays(self):
        self.output.mkdir()
        (self.output / "signals.json").write_text("{}")
        self.refuses_signals("--overwrite", code=2, says="never replaced")

    def test_resumes_and_adds_a_method(self):
        self.signals()
        before = {name: (self.output / name).read_bytes() for name in ("full/bpr-mf/baseline.json", "early/bpr-mf/baseline.json")}
        whole = (self.output / "signals.json").read_bytes()
        again = json.loads(self.signals("--resume", "--json").stdout)
        self.assertEqual((self.output / "signals.json").read_bytes(), whole)
        self.assertEqual(len(again["signals"]), 2)
        self.signals("--resume", methods="bpr-mf,item-knn,popularity")
        self.assertEqual(len(card_of(self.output)["signals"]), 3)
        for name, content in before.items():
            self.assertEqual((self.output / name).read_bytes(), content)

    def test_a_kill_keeps_what_was_trained_and_the_rest_follows(self):
        long = ("--epochs", "100000", "--patience", "100000", "--valid-slates", "1")
        begun = lambda: (self.output / "early" / "item-knn" / "baseline.json").exists()
        status, _, errors = stop(signals_command(self.output, *long, methods=OTHER_ORDER), begun, signal.SIGKILL)
        self.assertEqual(status, -signal.SIGKILL, errors)
        self.assertFalse(card_of(self.output)["finished"])
        self.refuses(*training_command(self.folder / "run", "--signals", self.output), code=2, says="--resume")
        kept = (self.output / "full" / "item-knn" / "baseline.json").stat().st_mtime_ns
        result = self.signals("--resume", methods=OTHER_ORDER)
        self.assertEqual((self.output / "full" / "item-knn" / "baseline.json").stat().st_mtime_ns, kept)
        self.assertIn("kept: ", result.stderr)
        self.assertTrue(card_of(self.output)["finished"])
        self.assertEqual(self.temporaries(), [])

    def test_ctrl_c_says_how_to_go_on(self):
        long = ("--epochs", "100000", "--patience", "100000")
        begun = lambda: (self.output / "early" / "item-knn" / "baseline.json").exists()
        status, output, errors = stop(signals_command(self.output, *long, methods=OTHER_ORDER), begun, signal.SIGINT)
        self.assertEqual((status, output), (130, ""), errors)
        self.assertIn("--resume", errors.splitlines()[-1])
        self.signals("--resume", methods=OTHER_ORDER)

    def test_full_disk_leaves_a_folder_that_can_be_resumed(self):
        wide = ("--set", "bpr-mf.dimensions=64")
        for limit in (0, 900, 5000):  # signals.json, the same, weights
            with self.subTest(limit=limit):
                output = self.folder / str(limit)
                result = run(*signals_command(output, *wide), limit=limit)
                self.assertEqual(result.returncode, 4, result.stderr)
                self.assertEqual(result.stdout, "")
                self.assertEqual(self.temporaries(), [])
                self.assertFalse((output / "signals.json").exists() and card_of(output)["finished"])
                self.accepts(*signals_command(output, *wide, "--resume"))

    def test_unwritable_places_are_refused(self):
        self.refuses(*signals_command(self.below_a_file()), code=4, says="file")


class Hybrid(Case):
    def hybrid(self, *more):
        return self.accepts(*hybrid_command(self.output, *more))

    def refuses_hybrid(self, *more, **expected):
        return self.refuses(*hybrid_command(self.output, *more), **expected)

    def copied_signals(self, name="copy"):
        shutil.copytree(signals(), self.folder / name)
        return self.folder / name

    def evaluated(self, run_folder):
        w = self.world
        return json.loads(self.accepts("eval", w.data, "--split", w.split, "--model", run_folder, "--dtype", "f32", "--baselines",
                                       "popularity", "--json").stdout)["results"]["model"]["ndcg@10"]["mean"]

    def test_a_run_is_evaluated_and_ranks_at_once_and_holds_its_rankers(self):
        page = self.hybrid().stdout
        model = self.output / "model"
        self.assertTrue((model / "signals" / "full" / "bpr-mf" / "weights.safetensors").is_file())
        self.assertFalse((model / "signals" / "early").exists())
        self.assertEqual((model / "signals" / "signals.json").read_bytes(), (signals() / "signals.json").read_bytes())
        self.accepts_next_line(page)
        w = self.world
        ranked = self.accepts("rank", w.data, "--split", w.split, "--model", self.output, "--users", "u1", "--json").stdout
        self.assertEqual(len(json.loads(ranked)["users"][0]["ranking"]), 5)

    def test_recent_targets_follow_the_signals(self):
        log = self.hybrid().stderr
        self.assertIn("recent_targets 1, as the signals were made with", log)
        self.assertIn("recent_targets = 1", (self.output / "config.toml").read_text())
        self.refuses_hybrid("--recent-targets", "2", "--overwrite", code=2, says=("last 2 training events", "--withhold 2"))
        self.refuses_hybrid("--min-history", "2", "--overwrite", code=2, says="min_history = 2")

    def test_a_run_needs_no_signals_folder_afterwards(self):
        copy = self.copied_signals()
        self.hybrid("--signals", copy)
        before = self.evaluated(self.output)
        shutil.rmtree(copy)
        self.assertEqual(self.evaluated(self.output), before)

    def test_the_weights_alone_are_trained_where_the_model_is_frozen(self):
        self.hybrid("--tuning", "frozen", "--steps", "20")
        kept = lambda folder: tiny_world.read_safetensors(folder / "model.safetensors")
        self.assertEqual(kept(self.output / "model"), kept(self.world.model))
        extra = tiny_world.read_safetensors(self.output / "model" / "extra.safetensors")
        self.assertEqual(set(extra), {"readout.w1", "readout.w2", "signals.w", "signals.w1", "signals.b1", "signals.w2"})
        self.assertTrue(any(extra["signals.w2"][2]))
        self.assertFalse(any(extra["readout.w2"][2]))
        self.refuses(*training_command(self.folder / "none", "--tuning", "frozen"), code=2, says="trains nothing")

    def test_rl_goes_on_from_a_silent_hybrid(self):
        rl = self.folder / "rl"
        command = training_command(rl, "--model", hybrid(), "--stage", "rl", "--steps", "2", "--rationale-tokens", "4")
        self.refuses(*command, code=2, says=("was trained with the signals", "--signals"))
        self.accepts(*command, "--signals", signals())
        w = self.world
        self.accepts("eval", w.data, "--split", w.split, "--model", rl, "--rationales", "2", "--reason-top", "2", "--baselines", "popularity")

    def test_rationales_of_the_start_or_of_nobody_and_a_divergence_from_the_start(self):
        for number, flags in enumerate((("--rationale-source", "start", "--credit", "none"),
                                        ("--rationale-source", "filler", "--credit", "none"), ("--kl", "0.1"))):
            rl = self.folder / f"rl{number}"
            self.accepts(*hybrid_command(rl, "--model", token_hybrid(), "--stage", "rl", "--steps", "2", "--rationale-tokens", "4",
                                         *flags))
            steps = [json.loads(line) for line in (rl / "log.jsonl").read_text().splitlines()]
            self.assertTrue(all(line["nonfinite_steps"] == 0 for line in steps if "nonfinite_steps" in line))

    def test_perturbations_keep_the_signals(self):
        w = self.world
        for number, flags in enumerate((("--made-up-names",), ("--shuffle-history", "--ensemble", "2"),
                                        ("--rationales", "1", "--rationale-tokens", "4", "--change-rationales", "swap"))):
            self.accepts("eval", w.data, "--split", w.split, "--model", token_hybrid(), "--baselines", "popularity", *flags,
                         "--output", self.folder / f"results{number}")

    def test_a_run_begins_without_signals_and_gets_them_later(self):
        silent = self.folder / "silent"
        self.accepts(*training_command(silent))
        self.hybrid("--model", silent)
        self.assertTrue((self.output / "model" / "signals").is_dir())

    def test_percentiles_stand_in_the_prompt(self):
        shown = ("--signal-use", "residual,text", "--prompt-candidate", "{title}[, {signal:item-knn}]")
        self.hybrid(*shown)
        self.evaluated(self.output)
        self.refuses_hybrid("--overwrite", "--signal-use", "text", code=2, says="shows no signal")
        self.refuses_hybrid("--overwrite", "--signal-use", "text", "--prompt-candidate", "{title} {signal:ease}", code=2,
                            says=("{signal:ease}", "bpr-mf, item-knn"))
        self.refuses_hybrid("--overwrite", "--prompt-candidate", "{title} {signal:item-knn}", code=2, says="add text to --signal-use")
        self.refuses(*training_command(self.folder / "none", "--prompt-candidate", "{title} {signal:item-knn}"), code=2,
                     says="there are no signals")
        w = self.world
        self.refuses("eval", w.data, "--split", w.split, "--model", w.model, "--prompt-candidate", "{title} {signal:item-knn}",
                     code=2, says="there are no signals")

    def test_text_alone_adds_nothing_to_the_scores(self):
        self.hybrid("--signal-use", "text", "--prompt-candidate", "{title}, {signal:bpr-mf}")
        extra = tiny_world.read_safetensors(self.output / "model" / "extra.safetensors")
        self.assertEqual(set(extra), {"readout.w1", "readout.w2"})
        self.evaluated(self.output)

    def test_signals_that_teach_leave_a_model_of_text_alone(self):
        taught = ("--signal-use", "teach", "--taught-share", "0.5", "--recent-targets", "100", "--min-history", "1")
        self.hybrid(*taught, "--steps", "8")
        steps = [json.loads(line) for line in lines_of(self.output / "log.jsonl")]
        self.assertEqual(sum("utility_taught" in step for step in steps), 8)
        card = json.loads((self.output / "model" / "r2rank.json").read_text())
        self.assertNotIn("signals", card)
        self.assertTrue(card["training"]["signals_hash"])
        self.assertEqual(card["training"]["next_slate"], 8)  # of 2 slates a step one is taught
        self.assertFalse((self.output / "model" / "signals").exists())
        self.evaluated(self.output)
        other = self.folder / "untaught"
        self.accepts(*training_command(other, *taught[4:], "--steps", "8"))
        self.assertNotEqual(weights(other), weights(self.output))
        copied = self.folder / "again"
        self.accepts(*hybrid_command(copied, *taught, "--steps", "8"))
        self.assertEqual(weights(copied), weights(self.output))
        self.accepts(*hybrid_command(self.folder / "later", "--model", self.output, "--steps", "2"))

    def test_teaching_that_cannot_be_is_refused(self):
        teach = ("--signal-use", "teach")
        self.refuses_hybrid(*teach, "--signal-use", "residual", code=2, says="leave teach or the others out")
        self.refuses_hybrid("--taught-share", "0.3", code=2, says="without teach")
        self.refuses_hybrid(*teach, "--stage", "rl", code=2, says="stage = silent alone")
        self.refuses_hybrid(*teach, "--list-objective", "lambda", code=2, says="choose cross-entropy")
        self.refuses_hybrid(*teach, "--slates-per-step", "1", code=2, says="slates_per_step >= 2")
        self.refuses_hybrid(*teach, "--model", hybrid(), code=2, says="cannot be taught")

    def test_settings_that_cannot_act_are_refused(self):
        self.refuses(*training_command(self.output, "--signal-hidden", "4"), code=2, says=("signal_hidden", "no signals"))
        self.refuses_hybrid("--signal-use", "text", "--signal-hidden", "4", code=2, says=("signal_hidden", "without residual"))
        self.refuses_hybrid("--signal-use", "guess", code=2, says="signal_use")

    def test_damaged_signals_are_refused(self):
        copy = self.copied_signals()
        refuses = lambda code, says: self.refuses_hybrid("--signals", copy, code=code, says=says)
        (copy / "signals.json").write_text((signals() / "signals.json").read_text()[:-30])
        refuses(3, "signals.json")
        (copy / "signals.json").write_text((signals() / "signals.json").read_text().replace('"floor"', '"flor"', 1))
        refuses(3, ("floor", "signals.json"))
        shutil.copy(signals() / "signals.json", copy / "signals.json")
        path = copy / "early" / "bpr-mf" / "weights.safetensors"
        path.write_bytes(path.read_bytes()[:-4])
        refuses(3, "weights")
        path = copy / "early" / "item-knn" / "baseline.json"
        path.write_text(path.read_text() + " ")
        shutil.copy(signals() / "early" / "bpr-mf" / "weights.safetensors", copy / "early" / "bpr-mf")
        refuses(3, "was changed")
        shutil.rmtree(copy / "early")
        refuses(4, "early")
        refuses_absent = self.folder / "absent"
        self.refuses_hybrid("--signals", refuses_absent, code=4, says="absent")

    def test_damaged_signals_of_a_run_are_refused(self):
        run_folder = self.folder / "run"
        shutil.copytree(hybrid(), run_folder)
        w = self.world
        command = ("eval", w.data, "--split", w.split, "--model", run_folder)
        inner = run_folder / "model" / "signals"
        whole = (inner / "signals.json").read_text()
        (inner / "signals.json").write_text(whole.replace('"seed": 7', '"seed": 8'))
        self.refuses(*command, code=3, says=("signals.json", "hash"))
        (inner / "signals.json").write_text(whole)
        (inner / "full" / "item-knn" / "baseline.json").unlink()
        self.refuses(*command, code=4, says="item-knn")

    def test_signals_of_another_data_set_or_split_are_refused(self):
        w = self.world
        other = self.folder / "other"
        self.accepts("signals", w.other_data, "--split", w.other_split, "--methods", "item-knn", *QUICK[:4], "--output", other)
        self.refuses_hybrid("--signals", other, code=2, says="another data set")
        split = self.folder / "split"
        self.accepts("split", w.data, "--negative-count", "4", "--train-on-unvalidated", "--valid-users", "4", "--output", split)
        self.refuses_hybrid("--split", split, code=2, says="other events")

    def test_who_cannot_ask_them_refuses_a_hybrid(self):
        w = self.world
        self.refuses("distill", w.data, "--split", w.split, "--source", "self", "--model", hybrid(), "--output", self.output,
                     code=2, says=("signals", "distill"))
        request = '{"history": [], "items": [{"title": "Title 1"}]}'
        self.refuses("rank", "--model", hybrid(), "--json", stdin=request, code=2, says=("signals", "--split"))
        result = self.accepts("model", "import", hybrid(), "--output", self.folder / "plain")
        self.assertIn("without", result.stderr)

    def test_repeats_bit_for_bit_from_the_configuration_it_wrote(self):
        self.hybrid()
        again = self.folder / "again"
        self.accepts("train", "--config", self.output / "config.toml", "--output", again)
        self.assertEqual(weights(again), weights(self.output))

    def test_full_disk_leaves_no_partial_model(self):
        for limit in (0, 5500, 100000):
            with self.subTest(limit=limit):
                output = self.folder / str(limit)
                result = run(*hybrid_command(output), limit=limit)
                self.assertEqual(result.returncode, 4, result.stderr)
                self.assertFalse((output / "model").exists() or (output / "checkpoint").exists())
                self.assertEqual(self.temporaries(), [])


class StoppedHybrid(Case):
    """A long run with signals, and one that was stopped on its way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.whole = Path(tempfile.mkdtemp(prefix="r2rank_hybrid_", dir=world().folder)) / "whole"
        must(*hybrid_command(cls.whole, *LONG))

    def stop_at(self, steps, signal_number, *more):
        return stop(hybrid_command(self.output, *LONG, *more), lambda: len(lines_of(self.output / "log.jsonl")) >= steps, signal_number)

    def test_a_kill_leaves_a_checkpoint_from_which_the_rest_gives_the_same_model(self):
        status, _, errors = self.stop_at(20, signal.SIGKILL, "--checkpoint-minutes", "0")
        self.assertEqual(status, -signal.SIGKILL, errors)
        self.accepts(*hybrid_command(self.output, *LONG, "--resume"))
        self.assertEqual(weights(self.output), weights(self.whole))

    def test_a_kill_while_being_taught_changes_nothing(self):
        taught = ("--signal-use", "teach", *LONG)
        whole = self.folder / "whole"
        self.accepts(*hybrid_command(whole, *taught))
        status, _, errors = self.stop_at(20, signal.SIGKILL, *taught[:2], "--checkpoint-minutes", "0")
        self.assertEqual(status, -signal.SIGKILL, errors)
        self.accepts(*hybrid_command(self.output, *taught, "--resume"))
        self.assertEqual(weights(self.output), weights(whole))

    def test_other_signals_are_no_resumption(self):
        self.assertEqual(self.stop_at(5, signal.SIGINT)[0], 130)
        self.assertTrue((self.output / "checkpoint" / "signals" / "full" / "bpr-mf").is_dir())
        other = self.folder / "other"
        self.accepts(*signals_command(other, "--seed", "8"))
        resume = (*hybrid_command(self.output, *LONG, "--resume"),)
        self.refuses(*resume, "--signals", other, code=2, says="other signals")
        self.refuses(*training_command(self.output, *LONG, "--resume"), code=2, says="--signals")
        moved = self.folder / "moved"
        shutil.copytree(signals(), moved)
        self.accepts(*resume, "--signals", moved)
        self.assertEqual(weights(self.output), weights(self.whole))


if __name__ == "__main__":
    tiny_world.main()
