"""`study` with a tiny model: `study_test.py PATH/r2rank [unittest arguments]`."""

import json
import shlex
import signal

import tiny_world
from tiny_world import PROMPT, Case, lines_of, stop

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
