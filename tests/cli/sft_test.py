"""`sft` on a tiny model and rationales made by hand: `sft_test.py PATH/r2rank [unittest arguments]`."""

import functools
import hashlib
import json
import shutil
import signal
import tempfile
from pathlib import Path

import tiny_world
from tiny_world import Case, lines_of, must, run, stop, training_command, world

SETTINGS = """readout_hidden = 8
epochs = 3
rationales_per_step = 4
rationale_tokens = 24
valid_share = 0.2
valid_slates = 4
learning_rate = 0.01
"""
LONG = ("--epochs", "15", "--patience", "0")
CHOSEN = ("Title 1 leads to it.", "Nothing does.")  # why yes, why no


@functools.cache
def hashes():
    """Of the data set and of what its split trains on, as a model's card tells them."""
    output = world().folder / "hashes"
    must(*training_command(output, "--steps", "1"))
    training = json.loads((output / "model" / "r2rank.json").read_text())["training"]
    return training["dataset_hash"], training["training_hash"]


def about(user, event, chosen=True):
    """One line; item `event` of a user is i{(user * 3 + event * 7) % 40} (tiny_world.import_and_split)."""
    item = (user * 3 + event * 7 + (0 if chosen else 13)) % 40
    return {"user_id": f"u{user}", "item_id": f"i{item}", "history_end": event, "label": int(chosen),
            "verdict": "yes" if chosen else "no", "rationale": CHOSEN[0 if chosen else 1], "source": "hand", "round": 0}


def write_rationales(folder, lines, **header):
    folder.mkdir(parents=True, exist_ok=True)
    text = lines if isinstance(lines, str) else "".join(json.dumps(line) + "\n" for line in lines)
    dataset_hash, training_hash = hashes()
    head = {"format": "r2rank-rationales", "version": 1, "dataset": "data", "dataset_hash": dataset_hash,
            "training_hash": training_hash, "sha256": hashlib.sha256(text.encode()).hexdigest(), **header}
    (folder / "rationales.jsonl").write_text(text, encoding="utf-8")
    (folder / "rationales.json").write_text(json.dumps(head))
    return folder


@functools.cache
def rationales():
    """Two of each user's training events (of six), with a rationale for and one against."""
    return write_rationales(world().folder / "rationales",
                            [about(user, event, chosen) for user in range(12) for event in (4, 5) for chosen in (True, False)])


@functools.cache
def settings():
    path = world().folder / "sft.toml"
    path.write_text(tiny_world.PROMPT + SETTINGS)
    return path


def sft_command(output, *more):
    w = world()
    return ("sft", "--dataset", w.data, "--split", w.split, "--model", w.model, "--rationale-set", rationales(), "--config",
            settings(), "--output", output, *more)


def weights(run_folder):
    return [(run_folder / "model" / name).read_bytes() for name in ("model.safetensors", "extra.safetensors")]


def logged(run_folder):
    return [json.loads(line) for line in lines_of(run_folder / "log.jsonl")]


class Sft(Case):
    def sft(self, *more):
        return self.accepts(*sft_command(self.output, *more))

    def refuses_sft(self, *more, **expected):
        return self.refuses(*sft_command(self.output, *more), **expected)

    def refuses_lines(self, lines, says, code=3, **header):
        folder = write_rationales(world().folder / "bad", lines, **header)
        self.refuses_sft("--rationale-set", folder, code=code, says=says)

    def test_writes_a_run_folder_whose_model_can_be_evaluated_at_once(self):
        page = self.sft().stdout
        self.assertEqual(sorted(path.name for path in self.output.iterdir() if "events" not in path.name),
                         ["config.toml", "log.jsonl", "model"])
        log = logged(self.output)
        self.assertEqual([line["step"] for line in log], list(range(len(log))))
        for name in ("valid_loss", "valid_token_loss", "valid_verdict_accuracy", "valid_ndcg_silent"):
            self.assertIn(name, log[0])
            self.assertIn(name, log[-1])
        line, result = self.accepts_next_line(page)
        self.assertIn("--rationales 1 --rationale-tokens 24", line)
        self.assertIn("model", result.stdout)

    def test_learns_to_write_and_to_conclude(self):
        self.sft("--epochs", "40", "--patience", "0")
        log = logged(self.output)
        self.assertLess(log[-1]["valid_token_loss"], 0.5 * log[0]["valid_token_loss"])
        self.assertGreater(log[-1]["verdict_accuracy"], 0.9)
        self.assertLess(log[-1]["token_loss"], 0.3 * log[1]["token_loss"])

    def test_repeats_bit_for_bit_from_the_configuration_it_wrote(self):
        first = json.loads(self.sft("--json").stdout)
        self.assertEqual((first["nonfinite_steps"], first["steps"] > 3), (0, True))
        again = self.folder / "again"
        self.accepts("sft", "--config", self.output / "config.toml", "--output", again)
        self.assertEqual(weights(again), weights(self.output))

    def test_rl_starts_from_it_with_one_flag(self):
        page = self.sft().stdout
        self.assertIn(f"--model {self.output} --stage rl", page)
        more = ("--model", self.output, "--stage", "rl", "--steps", "2")
        said = self.accepts(*training_command(self.folder / "rl", *more)).stderr
        self.assertIn("rationale_tokens 24, as ", said)
        self.assertIn("\nrationale_tokens = 24\n", (self.folder / "rl" / "config.toml").read_text())
        warned = self.accepts(*training_command(self.folder / "short", *more, "--rationale-tokens", "4")).stderr
        self.assertIn("cuts what", warned)

    def test_rl_from_it_goes_on_with_the_length_it_took_over(self):
        self.sft()
        command = training_command(self.folder / "rl", "--model", self.output, "--stage", "rl", "--steps", "400")
        log = self.folder / "rl" / "log.jsonl"
        self.assertEqual(stop(command, lambda: len(lines_of(log)) >= 2, signal.SIGINT)[0], 130)
        steps = len(lines_of(log)) + 1
        self.accepts(*command[:-1], str(steps), "--resume")
        self.assertEqual(len(lines_of(log)), steps)

    def test_rl_with_another_prompt_is_refused(self):
        self.sft("--epochs", "1")
        self.refuses(*training_command(self.folder / "rl", "--model", self.output, "--stage", "rl", "--prompt-cue", " So:"),
                     code=2, says="prompt_cue")

    def test_lora_is_trained_and_trained_on(self):
        self.sft("--tuning", "lora")
        kept = lambda folder: tiny_world.read_safetensors(folder / "model.safetensors")
        self.assertEqual(kept(self.output / "model"), kept(self.world.model))
        rl = ("--model", self.output, "--stage", "rl", "--steps", "1")
        self.refuses(*training_command(self.folder / "full", *rl, "--tuning", "full"), code=2, says="--tuning lora")
        self.assertIn("tuning lora, as ", self.accepts(*training_command(self.folder / "rl", *rl)).stderr)

    def test_dry_run_says_what_it_takes_and_writes_nothing(self):
        page = self.sft("--dry-run").stdout
        for part in ("tokens a step", "time in all", "memory", "disk", "nothing written"):
            self.assertIn(part, page)
        self.assertGreater(json.loads(self.sft("--dry-run", "--json").stdout)["steps"], 3)
        self.assertEqual(self.everything(), {})

    def test_a_memory_budget_says_what_it_chose(self):
        self.assertRegex(self.sft("--memory", "3GiB").stderr, r"memory: weights and optimiser .* GiB, passes of up to")

    def test_a_memory_budget_too_small_for_the_model_is_refused(self):
        self.refuses_sft("--memory", "1MiB", code=2, says=("[sft]", "memory = 1MiB is too little"))

    def test_settings_that_cannot_act_are_refused(self):
        self.refuses_sft("--temperature", "0.5", code=2, says=("temperature", "valid_rationales = 0"))
        self.refuses_sft("--tuning", "frozen", code=2, says="trains nothing")
        self.refuses_sft("--overwrite", "--resume", code=2, says="choose one")
        self.refuses_sft("--rationale-tokens", "400", code=2, says="positions")
        self.refuses_sft("--patience", "3", "--valid-share", "0", code=2, says="patience")
        self.refuses_sft("--select", "ndcg", code=2, says="--valid-rationales 1")

    def test_the_best_model_can_be_chosen_by_how_its_rationales_rank(self):
        told = json.loads(self.sft("--select", "ndcg", "--valid-rationales", "1", "--json").stdout)
        ranked = {line["step"]: line["valid_ndcg"] for line in logged(self.output) if line["step"] > 0 and "valid_ndcg" in line}
        self.assertEqual(told["best_ndcg"], max(ranked.values()))
        self.assertEqual(told["best_ndcg"], ranked[told["best_step"]])
        card = json.loads((self.output / "model" / "r2rank.json").read_text())
        self.assertEqual(card["training"]["step"], told["best_step"])

    def test_damaged_rationales_are_refused(self):
        good = about(0, 4)
        self.refuses_lines([good, dict(good, user_id="u99")], ("line 2", "u99"))
        self.refuses_lines([dict(good, item_id="i99")], ("line 1", "i99"))
        self.refuses_lines([dict(good, history_end=6)], ("held out", "below 6"))
        self.refuses_lines([dict(good, label=0, verdict="no")], "expected label 1")
        self.refuses_lines([dict(good, verdict="no")], "conclude otherwise")
        self.refuses_lines([dict(good, rationale=" ")], "blank")
        self.refuses_lines(json.dumps(good), "truncated")
        self.refuses_lines("not json\n", "line 1")
        self.refuses_lines("", "found none")

    def test_rationales_that_were_altered_or_made_for_others_are_refused(self):
        good = [about(0, 4), about(1, 4)]
        self.refuses_lines(good, "altered or cut", sha256="0" * 64)
        self.refuses_lines(good, "not for this one", code=2, dataset_hash="0" * 32)
        self.refuses_lines(good, "trains on other events", code=2, training_hash="0" * 32)
        self.refuses_lines(good, "version 1 or older", version=2)
        self.refuses_lines(good, "format", format="r2rank-slates")
        self.refuses_sft("--rationale-set", self.folder / "absent", code=4, says="absent")

    def test_one_user_cannot_be_held_out(self):
        folder = write_rationales(world().folder / "one", [about(0, 4)])
        self.refuses_sft("--rationale-set", folder, code=2, says="--valid-share 0")
        self.sft("--rationale-set", folder, "--valid-share", "0", "--patience", "0")

    def test_an_old_run_stays_unless_told_otherwise(self):
        self.sft("--epochs", "1")
        self.refuses_sft(code=2, says="--overwrite")
        self.refuses_sft("--model", self.output, "--overwrite", code=2, says="would delete the model")
        self.refuses_sft("--rationale-set", self.folder / "absent", "--overwrite", code=4, says="absent")
        self.assertTrue(json.loads(self.sft("--epochs", "1", "--resume", "--json").stdout)["finished"])
        self.sft("--epochs", "1", "--overwrite")

    def test_unwritable_places_are_refused(self):
        self.refuses(*sft_command(self.below_a_file()), code=4, says="file")

    def test_full_disk_leaves_no_partial_model(self):
        for limit in (0, 5500, 100000):  # config.toml, the model's first files, its weights
            with self.subTest(limit=limit):
                output = self.folder / str(limit)
                result = run(*sft_command(output), limit=limit)
                self.assertEqual(result.returncode, 4, result.stderr)
                self.assertEqual(result.stdout, "")
                self.assertFalse((output / "model").exists() or (output / "checkpoint").exists())
                self.assertEqual(self.temporaries(), [])
                self.accepts(*sft_command(output, "--resume"))


class StoppedSft(Case):
    """A long run, and one that was stopped on its way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.whole = Path(tempfile.mkdtemp(prefix="r2rank_sft_", dir=world().folder)) / "whole"
        must(*sft_command(cls.whole, *LONG))

    def ends_as_the_whole_run(self):
        self.assertEqual(weights(self.output), weights(self.whole))
        self.assertEqual([line["step"] for line in logged(self.output)], [line["step"] for line in logged(self.whole)])
        timeless = lambda line: {name: value for name, value in line.items() if "second" not in name}
        self.assertEqual([timeless(line) for line in logged(self.output)], [timeless(line) for line in logged(self.whole)])
        # A kill may leave a hidden temporary, which the next checkpoint would have removed.
        self.assertEqual(sorted(path.name for path in self.output.iterdir()
                                if "events" not in path.name and not path.name.startswith(".")),
                         ["config.toml", "log.jsonl", "model"])

    def stop_at(self, steps, signal_number, *more):
        return stop(sft_command(self.output, *LONG, *more), lambda: len(lines_of(self.output / "log.jsonl")) >= steps,
                    signal_number)

    def resumes(self, *more):
        self.accepts(*sft_command(self.output, *LONG, "--resume", *more))

    def test_ctrl_c_saves_and_the_rest_gives_the_same_model(self):
        status, output, errors = self.stop_at(20, signal.SIGINT)
        self.assertEqual(status, 130, errors)
        self.assertIn("--resume", errors.splitlines()[-1])
        self.assertTrue((self.output / "checkpoint" / "state.json").is_file())
        self.resumes()
        self.ends_as_the_whole_run()

    def test_a_kill_leaves_a_checkpoint_from_which_the_rest_gives_the_same_model(self):
        status, _, errors = self.stop_at(30, signal.SIGKILL, "--checkpoint-minutes", "0")
        self.assertEqual(status, -signal.SIGKILL, errors)
        self.assertFalse((self.output / "model").exists())
        self.resumes()
        self.ends_as_the_whole_run()

    def test_a_kill_before_the_first_checkpoint_starts_anew(self):
        self.assertEqual(self.stop_at(10, signal.SIGKILL)[0], -signal.SIGKILL)
        self.resumes()
        self.ends_as_the_whole_run()

    def test_other_settings_and_other_rationales_are_refused_and_nothing_changes(self):
        self.assertEqual(self.stop_at(5, signal.SIGINT)[0], 130)
        resume = sft_command(self.output, *LONG, "--resume")
        self.refuses(*resume, "--rationale-tokens", "20", code=2, says=("[sft]", "rationale_tokens"))
        other = write_rationales(world().folder / "other-rationales", [about(0, 4), about(1, 4)])
        self.refuses(*resume, "--rationale-set", other, code=2, says=("[sft]", "other rationales"))
        self.refuses(*training_command(self.output, "--resume"), code=2, says="other rationales")
        moved = self.world.folder / "moved"
        shutil.copytree(rationales(), moved, dirs_exist_ok=True)
        self.resumes("--rationale-set", moved)

    def test_the_best_model_survives_a_kill(self):
        early = ("--epochs", "60", "--patience", "2", "--valid-every", "2", "--learning-rate", "0.1")
        whole = self.folder / "whole"
        self.accepts(*sft_command(whole, *early))
        steps = len(logged(whole))
        command = sft_command(self.output, *early, "--checkpoint-minutes", "0")
        stop(command, lambda: len(lines_of(self.output / "log.jsonl")) >= max(2, steps // 2), signal.SIGKILL)
        self.accepts(*sft_command(self.output, *early, "--resume"))
        self.assertEqual(weights(self.output), weights(whole))


if __name__ == "__main__":
    tiny_world.main()
