"""`--device cuda` beside `--device cpu` on a tiny model; skips without a GPU: `gpu_test.py PATH/r2rank [unittest arguments]`."""

import json

import tiny_world
from tiny_world import Case, lines_of, run, training_command, world

RL = ("--stage", "rl", "--rationales", "2", "--rationale-tokens", "3", "--credit", "marginal", "--steps", "4")


def refusal():
    """Why a GPU cannot be used, or "" where it can."""
    w = world()
    result = run("eval", w.data, "--split", w.split, "--model", w.model, "--config", w.prompt, "--device", "cuda", "--dry-run")
    return "" if result.returncode == 0 else result.stderr.strip()


class WithoutAGpu(Case):
    def test_the_refusal_names_the_way_out(self):
        if text := refusal():
            self.assertIn("use --device cpu", text)


class OnTheGpu(Case):
    def setUp(self):
        super().setUp()
        if reason := refusal():
            self.skipTest(reason)

    def logged(self, device, *more):
        output = self.folder / device
        self.accepts(*training_command(output, "--device", device, *more))
        return output, [json.loads(line) for line in lines_of(output / "log.jsonl")]

    def compare(self, *more):
        runs = {device: self.logged(device, *more) for device in ("cpu", "cuda")}
        for here, there in zip(runs["cpu"][1], runs["cuda"][1], strict=True):
            names = {"utility", "utility_silent", "ndcg_silent", "gradient_norm"} & here.keys()
            self.assertIn("gradient_norm", names)
            for name in names:
                self.assertAlmostEqual(here[name], there[name], delta=2e-3 * max(1, abs(here[name])), msg=f"{name} of {here}")

    def test_silent_training_follows_the_processors(self):
        self.compare()

    def test_rl_follows_the_processors(self):
        self.compare(*RL)

    def test_scores_equal_the_processors(self):
        w, scores = self.world, []
        for device in ("cpu", "cuda"):
            page = self.accepts("rank", w.data, "--split", w.split, "--model", w.model, "--config", w.prompt, "--device", device,
                                "--json").stdout
            scores.append({(user["user"], item["id"]): item["score"]
                           for user in json.loads(page)["users"] for item in user["ranking"]})
        self.assertEqual(scores[0].keys(), scores[1].keys())
        for key, score in scores[0].items():
            self.assertAlmostEqual(score, scores[1][key], places=4)


if __name__ == "__main__":
    tiny_world.main()
