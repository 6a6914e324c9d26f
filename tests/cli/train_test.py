"""`model inspect`, `model import` and `train` on a tiny model: `train_test.py PATH/r2rank [unittest arguments]`."""

import json
import shutil
import signal
from pathlib import Path

import tiny_world
from tiny_world import Case, lines_of, must, read_safetensors, run, stop, stop_training, training_command, world

ROOT = Path(__file__).resolve().parents[2]
LONG = ("--steps", "100")


def weights(run_folder):
    """The bytes that decide what a trained model computes."""
    return [(run_folder / "model" / name).read_bytes() for name in ("model.safetensors", "extra.safetensors")]


def values(path):
    return {name: content for name, (_, _, content) in read_safetensors(path).items()}


class ReferencePage(Case):
    def test_is_what_the_program_prints(self):
        page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
        self.assertEqual(self.accepts("config-reference").stdout, page, "./run docs writes it anew")


class ModelInspect(Case):
    def test_shows_shape_tensors_and_tokenizer(self):
        page = self.accepts("model", "inspect", self.world.model).stdout
        for part in ("llama", "26,016", "2, 32", "2 of 16", "264 tokens, 5 merges, 3 special, chat family chatml"):
            self.assertIn(part, page)
        found = json.loads(self.accepts("model", "inspect", self.world.model, "--json").stdout)
        self.assertEqual((found["family"], found["layers"], found["width"], found["heads"], found["head_width"]),
                         ("llama", 2, 32, 2, 16))
        self.assertEqual(found["tensors"], {"F32": {"tensors": 20, "elements": 26016}})

    def test_files_that_end_early_are_refused(self):
        for name, keeps in {"model.safetensors": (0, 5, 300, -1), "config.json": (-5,), "tokenizer.json": (-200,)}.items():
            for keep in keeps:
                with self.subTest(name=name, keep=keep):
                    damaged = self.damaged_model(name, keep, f"{name}{keep}")
                    self.refuses("model", "inspect", damaged, code=3, says=name)

    def test_missing_or_foreign_models_are_refused(self):
        self.refuses("model", "inspect", self.folder / "absent", code=4, says="absent")
        self.refuses("model", "inspect", self.world.data, code=3, says="config.json")
        self.refuses("model", "inspect", self.world.prompt, code=3, says="prompt.toml")


class ModelImport(Case):
    def test_in_f32_keeps_every_bit(self):
        result = self.accepts("model", "import", self.world.model, "--f32", "--output", self.output, "--json")
        self.assertEqual(json.loads(result.stdout), {"folder": str(self.output)})
        self.assertEqual(values(self.output / "model.safetensors"), values(self.world.model / "model.safetensors"))
        self.assertEqual(self.accepts("model", "inspect", self.output).stdout,
                         self.accepts("model", "inspect", self.world.model).stdout)
        self.assertEqual(self.temporaries(), [])

    def test_writes_bf16_unless_told_otherwise(self):
        self.accepts("model", "import", self.world.model, "--output", self.output)
        for name, (dtype, shape, content) in read_safetensors(self.output / "model.safetensors").items():
            original = read_safetensors(self.world.model / "model.safetensors")[name]
            self.assertEqual((dtype, shape, 2 * len(content)), ("BF16", original[1], len(original[2])))

    def test_keeps_the_lowest_layers_if_told_so(self):
        self.accepts("model", "import", self.world.model, "--f32", "--layers", "1", "--output", self.output)
        whole, kept = values(self.world.model / "model.safetensors"), values(self.output / "model.safetensors")
        self.assertEqual(kept, {name: whole[name] for name in kept})
        self.assertEqual(json.loads(self.accepts("model", "inspect", self.output, "--json").stdout)["layers"], 1)
        self.accepts("rank", self.world.data, "--split", self.world.split, "--model", self.output, "--config", self.world.prompt)

    def test_of_more_layers_than_there_are_is_refused(self):
        self.refuses("model", "import", self.world.model, "--layers", "9", "--output", self.output, code=2, says=("--layers 9", "2 layers"))

    def test_dry_run_writes_nothing(self):
        page = self.accepts("model", "import", self.world.model, "--output", self.output, "--dry-run").stdout
        self.assertIn("nothing written", page)
        self.assertEqual(self.everything(), {})

    def test_dry_run_as_json_is_json(self):
        json.loads(self.accepts("model", "import", self.world.model, "--dry-run", "--json").stdout)

    def test_a_model_that_ends_early_is_refused(self):
        self.refuses("model", "import", self.damaged_model(), "--output", self.output, code=3, says="truncated")

    def test_what_is_in_the_way_stays(self):
        self.output.mkdir()
        (self.output / "notes.txt").write_text("mine")
        command = ("model", "import", self.world.model, "--output", self.output)
        self.refuses(*command, "--overwrite", code=2, says="never replaced")
        shutil.rmtree(self.output)
        self.accepts(*command)
        self.refuses(*command, code=2, says="--overwrite")
        self.accepts(*command, "--overwrite")

    def test_a_foreign_folder_with_a_config_json_stays(self):
        self.output.mkdir()
        (self.output / "config.json").write_text('{"editor": "vi"}')
        (self.output / "notes.txt").write_text("mine")
        self.refuses("model", "import", self.world.model, "--output", self.output, "--overwrite", code=2)

    def test_full_disk_leaves_nothing_behind(self):
        for limit in (0, 3000, 40000):
            with self.subTest(limit=limit):
                self.refuses("model", "import", self.world.model, "--output", self.output, code=4, limit=limit)

    def test_full_disk_keeps_what_was_there(self):
        shutil.copytree(self.world.model, self.output)
        self.refuses("model", "import", self.world.model, "--output", self.output, "--overwrite", code=4, limit=40000)

    def test_unwritable_places_are_refused(self):
        self.refuses("model", "import", self.world.model, "--output", self.below_a_file(), code=4, says="not a folder")


class Train(Case):
    def train(self, *more):
        return self.accepts(*training_command(self.output, *more))

    def refuses_training(self, *more, **expected):
        return self.refuses(*training_command(self.output, *more), **expected)

    def test_writes_a_run_folder_whose_model_can_be_evaluated_at_once(self):
        page = self.train().stdout
        self.assertEqual(sorted(path.name for path in self.output.iterdir() if "events" not in path.name),
                         ["config.toml", "log.jsonl", "model"])
        self.assertEqual(len(list(self.output.glob("events.out.tfevents.*"))), 1)
        self.assertEqual([json.loads(line)["step"] for line in lines_of(self.output / "log.jsonl")], [1, 2, 3, 4, 5, 6])
        self.assertEqual(sorted(path.name for path in (self.output / "model").iterdir()),
                         ["config.json", "extra.safetensors", "generation_config.json", "model.safetensors", "r2rank.json",
                          "tokenizer.json", "tokenizer_config.json"])
        self.assertNotEqual(values(self.output / "model" / "model.safetensors"), values(self.world.model / "model.safetensors"))
        self.assertIn("model", self.accepts_next_line(page)[1].stdout)

    def test_repeats_bit_for_bit_from_the_configuration_it_wrote(self):
        first = json.loads(self.train("--json").stdout)
        self.assertEqual((first["steps"], first["slates"], first["nonfinite_steps"]), (6, 12, 0))
        again = self.folder / "again"
        self.accepts("train", "--config", self.output / "config.toml", "--output", again)
        self.assertEqual(weights(again), weights(self.output))

    def test_lora_keeps_the_weights_and_imports_merged(self):
        page = self.train("--tuning", "lora").stdout
        original = values(self.world.model / "model.safetensors")
        self.assertEqual(values(self.output / "model" / "model.safetensors"), original)
        adapters = [name for name in values(self.output / "model" / "extra.safetensors") if ".lora_" in name]
        self.assertEqual(len(adapters), 2 * 7 * 2)
        self.accepts_next_line(page)
        self.accepts("model", "import", self.output, "--f32", "--output", self.folder / "merged")
        merged = values(self.folder / "merged" / "model.safetensors")
        changed = {name for name in original if merged[name] != original[name]}
        self.assertEqual(changed, {name for name in original if "_proj" in name})

    def test_adapters_are_not_trained_on_as_anything_else(self):
        self.train("--tuning", "lora")
        more = ("--model", self.output, "--output", self.folder / "second")
        self.refuses_training(*more, "--tuning", "full", code=2, says="--tuning lora")
        self.train(*more, "--tuning", "lora")

    def test_head_trains_the_readout_alone(self):
        page = self.train("--tuning", "head").stdout
        self.assertEqual(values(self.output / "model" / "model.safetensors"), values(self.world.model / "model.safetensors"))
        self.assertTrue(any(values(self.output / "model" / "extra.safetensors")["readout.w2"]))
        self.accepts_next_line(page)

    def test_the_lowest_layers_alone_are_trained_as_if_they_had_been_imported(self):
        self.refuses_training("--layers", "9", code=2, says="2 layers that the model has, found 9")
        self.accepts("model", "import", self.world.model, "--f32", "--layers", "1", "--output", self.folder / "low")
        self.train("--layers", "1")
        self.accepts(*training_command(self.folder / "imported", "--model", self.folder / "low"))
        self.assertEqual(weights(self.output), weights(self.folder / "imported"))
        self.assertEqual(json.loads((self.output / "model" / "config.json").read_text())["num_hidden_layers"], 1)
        self.accepts(*training_command(self.folder / "rl", "--model", self.output, "--stage", "rl", "--rationale-tokens", "4", "--kl", "0.1"))
        self.accepts(*training_command(self.folder / "rl1", "--stage", "rl", "--rationale-tokens", "4", "--kl", "0.1", "--layers", "1"))

    def test_rationales_are_trained_and_the_next_line_asks_for_them(self):
        page = self.train("--stage", "rl", "--rationale-tokens", "4").stdout
        last = json.loads(lines_of(self.output / "log.jsonl")[-1])
        self.assertGreater(last["ndcg"], 0)
        line, _ = self.accepts_next_line(page)
        self.assertIn("--rationales 1 --rationale-tokens 4", line)

    def test_dry_run_says_what_it_takes_and_writes_nothing(self):
        page = self.train("--dry-run", "--stage", "rl").stdout
        for part in ("tokens a step", "sampled", "time in all", "memory", "disk", "nothing written"):
            self.assertIn(part, page)
        cost = json.loads(self.train("--dry-run", "--json").stdout)
        self.assertEqual(cost["steps"], 6)
        self.assertGreater(cost["tokens_per_step"], 0)
        self.assertEqual(self.everything(), {})

    def test_neighbouring_targets_of_a_user_cost_fewer_tokens(self):
        def tokens(*more):
            return json.loads(self.train("--dry-run", "--json", *more).stdout)["tokens_per_step"]
        self.assertLess(tokens("--targets-per-user", "2"), tokens())
        self.refuses_training("--targets-per-user", "3", code=2, says=("targets_per_user = 3", "history_items = 2"))
        self.train("--targets-per-user", "2")
        self.assertEqual(len(lines_of(self.output / "log.jsonl")), 6)

    def test_a_memory_budget_says_what_it_chose(self):
        errors = self.accepts(*training_command(self.output, "--memory", "3GiB")).stderr
        self.assertRegex(errors, r"memory: weights and optimiser .* GiB, passes of up to \d+ tokens .*, layers kept")

    def test_a_memory_budget_too_small_for_the_model_is_refused(self):
        self.refuses(*training_command(self.output, "--memory", "1MiB"), code=2, says="memory = 1MiB is too little")
        self.refuses(*training_command(self.output, "--memory", "much"), code=2, says="such as 8GiB")

    def test_impossible_settings_are_refused(self):
        self.refuses_training("--tuning", "prefix", code=2, says=("tuning", "full, lora, head"))
        self.refuses_training("--tuning", "frozen", code=2, says="trains nothing")
        self.refuses_training("--negative-count", "100000", code=2, says="negative")
        self.refuses_training("--negative-count", "100", code=2, says="negative_count")
        self.refuses_training("--min-history", "100", code=2, says="min_history")
        self.refuses_training("--stage", "rl", "--rationales", "1", code=2, says="rationales")

    def test_settings_that_cannot_act_are_refused(self):
        self.refuses_training("--rationales", "3", code=2, says=("rationales = 3", "stage = silent"))
        self.refuses_training("--stage", "rl", "--rankings", "4", code=2, says=("rankings = 4", "estimator = expected"))
        self.refuses_training("--lora-rank", "4", code=2, says=("lora_rank = 4", "tuning = full"))
        self.refuses_training("--overwrite", "--resume", code=2, says="choose one")

    def test_a_split_that_holds_out_other_events_than_the_models_own_is_refused(self):
        self.train()
        other = self.folder / "temporal"
        must("split", self.world.data, "--method", "temporal", "--negative-count", "4", "--output", other)
        refused = ("--split", other, "--model", self.output)
        self.refuses_training(*refused, "--output", self.folder / "next", code=2, says="may have seen")
        self.refuses("eval", self.world.data, *refused, "--baselines", "", code=2, says="may have seen")

    def test_another_datasets_split_is_refused(self):
        self.refuses_training("--split", self.world.other_split, code=3, says="split this data set anew")
        self.refuses_training("--split", self.world.data, code=3, says="split")

    def test_a_run_that_cannot_begin_does_not_cost_the_old_one(self):
        self.train("--steps", "1")
        self.refuses_training("--history-tokens", "500", "--overwrite", code=2, says="history_tokens")
        self.refuses_training("--negative-count", "100", "--overwrite", code=2, says="lower negative_count")
        damaged = self.damaged_model()
        self.refuses_training("--model", damaged, "--overwrite", code=3, says="model.safetensors")
        self.refuses_training("--model", self.folder / "absent", "--overwrite", code=4, says="absent")

    def test_an_old_run_stays_unless_told_otherwise(self):
        self.train("--steps", "1")
        self.refuses_training(code=2, says="--overwrite")
        self.refuses_training("--model", self.output, "--overwrite", code=2, says="would delete the model")
        finished = run(*training_command(self.output, "--resume", "--steps", "1", "--json"))
        self.assertTrue(json.loads(finished.stdout)["finished"], finished.stderr)
        self.train("--overwrite", "--steps", "2")
        self.assertEqual(len(lines_of(self.output / "log.jsonl")), 2)

    def refuses_to_delete(self, *names):
        self.output.mkdir()
        for name in names:
            (self.output / name).write_text('editor = "vi"\n')
        for flag in ("--overwrite", "--resume"):
            self.refuses_training(flag, code=2)

    def test_a_foreign_folder_with_a_configuration_is_never_deleted(self):
        self.refuses_to_delete("config.toml", "notes.txt")

    def test_a_foreign_folder_with_a_log_is_never_deleted(self):
        self.refuses_to_delete("log.jsonl", "notes.txt")

    def test_a_foreign_configuration_alone_is_never_deleted(self):
        self.refuses_to_delete("config.toml")

    def test_a_file_in_the_way_stays(self):
        for name, content in (("file", "mine"), ("empty", "")):
            with self.subTest(name=name):
                (self.folder / name).write_text(content)
                self.refuses(*training_command(self.folder / name, "--overwrite"), code=2, says=name)

    def test_unwritable_places_are_refused(self):
        self.refuses(*training_command(self.below_a_file()), code=4, says="file")

    def test_full_disk_leaves_no_partial_model(self):
        for limit in (0, 5500, 100000):  # config.toml, the model's first files, its weights
            with self.subTest(limit=limit):
                output = self.folder / str(limit)
                result = run(*training_command(output), limit=limit)
                self.assertEqual(result.returncode, 4, result.stderr)
                self.assertEqual(result.stdout, "")
                self.assertRegex(result.stderr.splitlines()[-1], "^r2rank train: .*cannot write")
                self.assertFalse((output / "model").exists() or (output / "checkpoint").exists())
                self.assertEqual(self.temporaries(), [])
                self.accepts(*training_command(output, "--resume"))


class Stopped(Case):
    """A run of 100 steps, and one that was stopped on its way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.whole, cls.stopped = world().folder / "whole", world().folder / "stopped"
        must(*training_command(cls.whole, *LONG))
        cls.status, _, cls.errors = stop_training(cls.stopped, signal.SIGINT, *LONG)

    def setUp(self):
        super().setUp()
        shutil.copytree(self.stopped, self.output)

    def resume(self, *more):
        return training_command(self.output, *LONG, "--resume", *more)

    def ends_as_the_whole_run(self):
        self.assertEqual(weights(self.output), weights(self.whole))
        steps = [json.loads(line)["step"] for line in lines_of(self.output / "log.jsonl")]
        self.assertEqual(steps, list(range(1, 101)))
        self.assertFalse((self.output / "checkpoint").exists())

    def test_ctrl_c_saves_and_the_rest_gives_the_same_model(self):
        self.assertEqual(self.status, 130, self.errors)
        self.assertIn("--resume", self.errors.splitlines()[-1])
        self.assertTrue((self.output / "checkpoint" / "state.json").is_file())
        self.assertFalse((self.output / "model").exists())
        self.assertEqual(self.temporaries(), [])
        page = self.accepts(*self.resume()).stdout
        self.ends_as_the_whole_run()
        self.accepts_next_line(page)

    def test_a_kill_within_a_checkpoint_leaves_the_one_before_it(self):
        shutil.rmtree(self.output)
        unfinished = set()

        def within():
            now = {path for path in self.output.glob(".*.tmp") if path.is_dir()}
            unfinished.update(now)
            return now and len(lines_of(self.output / "log.jsonl")) >= 10
        status, _, errors = stop(training_command(self.output, *LONG, "--checkpoint-minutes", "0"), within, signal.SIGKILL)
        self.assertEqual(status, -signal.SIGKILL, errors)
        self.assertFalse((self.output / "model").exists())
        for folder in unfinished:  # as if the kill had come at each moment
            folder.mkdir(exist_ok=True)
        self.assertEqual(stop_training(self.output, signal.SIGINT, *LONG, "--resume", steps=30)[0], 130)
        left = self.temporaries()
        self.accepts(*self.resume())
        self.ends_as_the_whole_run()
        self.assertEqual(left, [], "what the killed run was writing is still there after the next checkpoint")

    def test_a_kill_before_the_first_checkpoint_starts_anew(self):
        shutil.rmtree(self.output)
        self.assertEqual(stop_training(self.output, signal.SIGKILL, *LONG)[0], -signal.SIGKILL)
        self.accepts(*self.resume())
        self.ends_as_the_whole_run()

    def test_other_settings_are_refused_and_nothing_changes(self):
        self.refuses(*self.resume("--seed", "8"), code=2, says="seed")
        self.refuses(*self.resume("--learning-rate", "0.02"), code=2, says="learning_rate")
        self.refuses(*self.resume("--prompt-question", "Now?"), code=2, says="prompt_question")
        self.refuses(*self.resume("--tuning", "lora"), code=2)

    def test_other_data_are_refused_and_nothing_changes(self):
        self.refuses(*self.resume("--dataset", self.world.other_data, "--split", self.world.other_split), code=2,
                     says="another dataset or split")

    def test_damaged_checkpoints_are_refused_and_kept(self):
        for name in ("state.json", "optimizer.safetensors", "extra.safetensors", "model.safetensors", "r2rank.json"):
            with self.subTest(name=name):
                path = self.output / "checkpoint" / name
                whole = path.read_bytes()
                path.write_bytes(whole[:-20])
                self.refuses(*self.resume(), code=3, says=name)
                path.write_bytes(whole)

    def test_full_disk_keeps_the_checkpoint(self):
        before = self.everything()
        checkpoint = {name: content for name, content in before.items() if name.startswith("out/checkpoint")}
        self.refuses(*self.resume(), code=4, says="cannot write", limit=50000, working=True)
        after = self.everything()
        self.assertEqual({name: after.get(name) for name in checkpoint}, checkpoint)
        self.assertEqual(self.temporaries(), [])
        self.accepts(*self.resume())
        self.ends_as_the_whole_run()

    def test_an_unfinished_run_can_be_used(self):
        self.accepts("rank", self.world.data, "--split", self.world.split, "--model", self.output, "--users", "u1")


if __name__ == "__main__":
    tiny_world.main()
