"""`study` with a tiny model: `study_test.py PATH/r2rank [unittest arguments]`."""

import json
import shlex
import signal
from pathlib import Path

import faulty_teacher
import tiny_world
from tiny_world import PROMPT, Case, lines_of, run, stop

HEAD = """title = "Reasons"
question = "Do they help?"
reference = "silent"
metrics = ["hr@10"]
slates = 10
[common]
""" + PROMPT
STEPS = """
[[step]]
name = "start"
verb = "train"
settings = { steps = 3, readout_hidden = 8, slates_per_step = 2, negative_count = 3 }
[[step]]
name = "rl"
verb = "train"
of = "start"
settings = { stage = "rl", steps = 2, rationale_tokens = 4, slates_per_step = 2, negative_count = 3 }
"""
ARMS = """
[[arm]]
name = "silent"
model = "start"
[[arm]]
name = "RL"
model = "rl"
eval = { rationales = 1 }
[[arm]]
name = "RL, swapped"
model = "rl"
eval = { rationales = 1, change_rationales = "swap" }
[[arm]]
name = "popularity"
eval = { baselines = "popularity" }
"""
TAUGHT = """
[[step]]
name = "written"
verb = "distill"
settings = { endpoint = "ENDPOINT", server_model = "teacher", prompts = 40 }
[[step]]
name = "taught"
verb = "sft"
settings = { rationale_set = "@written", epochs = 1, rationale_tokens = 24, readout_hidden = 8, valid_slates = 0 }
[[arm]]
name = "silent"
model = "base"
[[arm]]
name = "taught"
model = "taught"
eval = { rationales = 1 }
"""


class ShippedPlans(Case):
    def test_all_are_accepted_before_anything_is_trained(self):
        studies = Path(__file__).resolve().parents[2] / "studies"
        output = self.accepts("study", studies, self.world.data, "--split", self.world.split, "--model", self.world.model,
                              "--output", self.output, "--dry-run").stdout
        titles = [path for path in studies.glob("*.toml") if "[[arm]]" in path.read_text()]
        self.assertGreater(len(titles), 15)
        for path in titles:
            self.assertIn(path.stem, output)
        self.assertFalse(self.output.exists())


class Study(Case):
    def plan(self, text=HEAD + STEPS + ARMS, name="reasons.toml"):
        path = self.folder / "studies" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def command(self, plan, *more):
        return ("study", plan, self.world.data, "--split", self.world.split, "--model", self.world.model, "--output", self.output, *more)

    def written(self):
        """Everything below the output but for folders."""
        return {str(path.relative_to(self.output)): path.read_bytes() for path in self.output.rglob("*") if path.is_file()}

    def test_arms_are_trained_asked_and_told(self):
        page = self.accepts(*self.command(self.plan(), "--tables", self.folder / "tables")).stdout
        for part in ("Reasons", "Do they help?", "silent", "RL, swapped", "popularity"):
            self.assertIn(part, page)
        told = json.loads((self.output / "reasons" / "study.json").read_text())
        self.assertEqual(told["format"], "r2rank-study")
        self.assertEqual([arm["name"] for arm in told["arms"]], ["silent", "RL", "RL, swapped", "popularity"])
        self.assertGreater(told["arms"][1]["training_seconds"], told["arms"][0]["training_seconds"])
        self.assertEqual(told["arms"][0]["training_slates"], 6)
        self.assertEqual(told["arms"][3]["training_seconds"], 0)
        self.assertEqual(len(list((self.output / "steps").glob("train-*/model"))), 2)
        self.assertEqual({path.name for path in (self.folder / "tables").iterdir()}, {"reasons.md", "reasons.csv", "reasons.json"})

    def test_a_second_run_changes_nothing(self):
        plan = self.plan()
        self.accepts(*self.command(plan))
        before = self.written()
        self.assertIn("found", self.accepts(*self.command(plan, "--dry-run")).stdout)
        self.accepts(*self.command(plan))
        self.assertEqual(self.written(), before)

    def test_every_command_it_tells_is_accepted(self):
        self.accepts(*self.command(self.plan()))
        told = json.loads((self.output / "reasons" / "study.json").read_text())
        for arm in told["arms"]:
            for line in arm["commands"]:
                name, *words = shlex.split(line)
                self.assertEqual(name, "r2rank")
                self.accepts(*words, "--dry-run")

    def test_studies_of_a_folder_share_their_steps(self):
        self.plan()
        self.plan(HEAD + STEPS + '[[arm]]\nname = "silent"\nmodel = "start"\n', "another.toml")
        output = self.accepts(*self.command(self.folder / "studies", "--json")).stdout
        self.assertEqual([study["name"] for study in json.loads(output)["studies"]], ["another", "reasons"])
        self.assertEqual(len(list((self.output / "steps").glob("train-*/model"))), 2)

    def test_a_teachers_rationales_can_be_taught(self):
        with faulty_teacher.Teacher() as teacher:
            self.accepts(*self.command(self.plan(HEAD + TAUGHT.replace("ENDPOINT", teacher.endpoint))))
        self.assertEqual(len(teacher.requests), 40)
        told = json.loads((self.output / "reasons" / "study.json").read_text())
        asked, taught, _ = told["arms"][1]["commands"]
        self.assertIn("r2rank distill", asked)
        self.assertNotIn("--model", asked)
        self.assertIn(str(self.world.model), taught)

    def test_a_step_that_all_arms_refer_to_is_made(self):
        (self.folder / "studies").mkdir()
        (self.folder / "studies" / "steps.toml").write_text(STEPS)
        plan = self.plan('include = ["steps.toml"]\n' + HEAD + 'perplexity_model = "@start"\n[[arm]]\nname = "silent"\nmodel = "base"\n'
                         'eval = { rationales = 1, rationale_tokens = 4 }\n')
        self.assertIn("step start (train, seed 7): to be made", self.accepts(*self.command(plan, "--dry-run")).stdout)
        self.accepts(*self.command(plan))
        told = json.loads((self.output / "reasons" / "study.json").read_text())
        self.assertIn("perplexity", told["arms"][0]["notes"])

    def test_a_baseline_without_random_draws_counts_once(self):
        ease = ('[[step]]\nname = "ease"\nverb = "baseline train"\nsettings = { method = "ease" }\n'
                '[[arm]]\nname = "EASE"\neval = { scorers = "@ease" }\n[[arm]]\nname = "silent"\nmodel = "base"\n')
        result = self.accepts(*self.command(self.plan("seeds = [7, 8]\n" + HEAD + ease)))
        self.assertIn("arm EASE: all seeds give the same scores", result.stderr)
        self.assertTrue((self.output / "reasons" / "study.md").exists())

    def test_seeds_in_place_of_the_plans(self):
        self.accepts(*self.command(self.plan(), "--seeds", "7,8"))
        told = json.loads((self.output / "reasons/study.json").read_text())
        self.assertEqual(told["seeds"], [7, 8])
        self.assertEqual({row["scorer"]: row.get("seeds", 1) for row in told["table"]["rows"]}["RL"], 2)
        answers = {arm["name"]: [Path(folder) for folder in arm["answers"]] for arm in told["arms"]}
        self.assertEqual({name: len(folders) for name, folders in answers.items()}, {"silent": 2, "RL": 2, "RL, swapped": 2, "popularity": 1})
        self.assertTrue((answers["silent"][1] / "silent.parquet").exists())
        self.refuses(*self.command(self.plan(), "--seeds", "7,x"), code=2, says="different whole numbers")

    def test_a_study_that_fails_leaves_the_others_going(self):
        self.plan()
        self.plan(HEAD + '[[arm]]\nname = "silent"\nmodel = "base"\n[[arm]]\nname = "outside"\n'
                  f'eval = {{ scores = "{self.folder}/absent.csv" }}\n', "another.toml")
        result = run(*self.command(self.folder / "studies", "--json"))
        self.assertEqual(result.returncode, 4, result.stderr)
        told = json.loads(result.stdout)
        self.assertEqual([study["name"] for study in told["studies"]], ["reasons"])
        self.assertEqual([failure["study"] for failure in told["failures"]], ["another"])
        self.assertIn("absent.csv", told["failures"][0]["error"])
        self.assertIn("1 of 2 studies failed", result.stderr.splitlines()[-1])
        self.assertTrue((self.output / "reasons" / "study.json").exists())
        self.assertFalse((self.output / "another").exists())

    def test_an_interrupt_ends_all_studies(self):
        text = HEAD + STEPS.replace("steps = 3", "steps = 3000") + ARMS
        self.plan(text)
        self.plan(text, "another.toml")
        begun = lambda: any(lines_of(path) for path in self.output.glob("steps/*/log.jsonl"))
        code, output, errors = stop(self.command(self.folder / "studies"), begun, signal.SIGINT)
        self.assertEqual((code, output), (130, ""), errors)
        self.assertNotIn("failed", errors)

    def test_it_goes_on_after_being_stopped(self):
        plan = self.plan(HEAD + STEPS.replace("steps = 3", "steps = 3000") + ARMS)
        log = lambda: [line for path in self.output.glob("steps/*/log.jsonl") for line in lines_of(path)]
        for signal_number in (signal.SIGINT, signal.SIGKILL):
            started = len(log())
            code, _, errors = stop(self.command(plan), lambda started=started: len(log()) > started + 5, signal_number)
            self.assertNotEqual(code, 0)
            if signal_number == signal.SIGINT:
                self.assertEqual(code, 130, errors)
                self.assertIn("the same command goes on", errors)
        short = self.plan()
        self.accepts(*self.command(short))

    def test_what_is_wrong_is_refused_before_anything_is_trained(self):
        wrong = {
            "[[arm]]\nname = 'a'\nmodel = 'rl'\n": ("line 1 of", "'rl'"),
            HEAD + STEPS.replace("rationale_tokens", "rationale_token") + ARMS: ("step 'rl'", "rationale_tokens"),
            HEAD + STEPS.replace('stage = "rl"', 'stage = "reinforce"') + ARMS: ("step 'rl'", "stage"),
            HEAD + STEPS + ARMS.replace('"swap"', '"swop"'): ("arm 'RL, swapped'", "swap"),
            HEAD + STEPS.replace("rationale_tokens = 4", "rationales = 1") + ARMS: ("step 'rl'", "credit = marginal", "rationales >= 2"),
            HEAD + STEPS + ARMS.replace('rationales = 1, change', "change"): ("arm 'RL, swapped'", "--rationales"),
            HEAD + TAUGHT.replace('endpoint = "ENDPOINT", ', ""): ("step 'written'", "set endpoint"),
            HEAD + TAUGHT.replace("ENDPOINT", "http://127.0.0.1:1/v1").replace('rationale_set = "@written", ', ""):
                ("step 'taught'", "--rationale-set is needed"),
            HEAD + TAUGHT.replace("ENDPOINT", "http://127.0.0.1:1/v1").replace("valid_slates = 0", 'select = "ndcg"'):
                ("step 'taught'", "select = ndcg"),
            HEAD + STEPS + ARMS + '[[step]]\nname = "more"\nverb = "signals"\nsettings = { methods = ["random"] }\n': ("step 'more'", "no signal"),
            HEAD + STEPS + ARMS + '[[step]]\nname = "more"\nverb = "baseline train"\nsettings = { method = "eases" }\n': ("step 'more'", "ease"),
            HEAD + STEPS.replace('verb = "train"', 'verb = "rank"', 1) + ARMS: ("step 'start'", "rank"),
            HEAD.replace('reference = "silent"', 'reference = "loud"') + STEPS + ARMS: ("reference = 'loud'",),
            "[[arm]\n": ("reasons.toml",),
        }
        for text, says in wrong.items():
            self.refuses(*self.command(self.plan(text)), code=3 if text == "[[arm]\n" else 2, says=says)
        self.refuses(*self.command(self.folder / "none.toml"), code=4, says="none.toml")
        plan = self.plan()
        self.refuses(*self.command(plan)[:-3], self.folder / "no-model", "--output", self.output, code=4, says="no-model")
        self.refuses(*self.command(plan)[:-1], self.world.data, code=2, says="dataset.json")


if __name__ == "__main__":
    tiny_world.main()
