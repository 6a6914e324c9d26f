"""`distill` with a real server as its teacher: `real_teacher.py PATH/r2rank ENDPOINT [unittest arguments]`, called by ./run test-server.

Every answer is read, judged and counted, and a second run asks nothing.
"""

import json
import sys

import tiny_world
from tiny_world import Case

ENDPOINT = sys.argv.pop(2)
# llama.cpp keeps to a grammar, so that a model of 135 million parameters gives verdicts too.
GRAMMAR = json.dumps({"grammar": 'root ::= [a-zA-Z ,]{40,120} ". <answer>" ("yes" | "no") "</answer>"'})


class RealTeacher(Case):
    def command(self, *more):
        w = self.world
        return ("distill", w.data, "--split", w.split, "--endpoint", ENDPOINT, "--server-model", "any", "--prompts", "12", "--samples", "2", 
                "--answer-tokens", "60", "--request-patch", GRAMMAR, "--no-parts", "--min-words", "1", "--min-no", "0", "--max-no", "1000",
                "--concurrency", "2", "--output", self.output, *more)

    def test_writes_answers_that_are_read_and_counted_and_kept_on_disk(self):
        first = self.accepts(*self.command("--json"))
        answers = tiny_world.lines_of(self.folder / "out.answers.jsonl")
        self.assertEqual(len(answers), 1 + 24)
        told = json.loads(first.stdout)
        print(f"\n{json.dumps(told)}")
        self.assertEqual(told["answers"], 24)
        self.assertGreater(told["kept"], 0)
        self.assertEqual(told["kept"] + sum(told["dropped"].values()), 24)
        self.assertEqual(told["tokens"]["estimated_answers"], 0)
        self.assertGreater(told["tokens"]["read"], 24 * 50)
        lines = (self.output / "rationales.jsonl").read_bytes()
        second = self.accepts(*self.command("--json", "--overwrite"))
        self.assertEqual(second.stdout, first.stdout)
        self.assertIn("answers from the cache: 24", second.stderr)
        self.assertEqual((self.output / "rationales.jsonl").read_bytes(), lines)
        self.assertEqual(tiny_world.lines_of(self.folder / "out.answers.jsonl"), answers)


if __name__ == "__main__":
    tiny_world.main()
