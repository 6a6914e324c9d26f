"""`distill` with a real server as its teacher: `real_teacher.py PATH/r2rank ENDPOINT [unittest arguments]`, called by ./run test-server.

A model small enough for a test seldom writes what it is asked for, so that what is tested is that every answer is read, judged and counted,
and that a second run asks nothing.
"""

import json
import sys

import tiny_world
from tiny_world import Case, run

ENDPOINT = sys.argv.pop(2)
TASK = "\nWill the user choose the candidate next? Give one short reason, then <answer>yes</answer> or <answer>no</answer>."


class RealTeacher(Case):
    def command(self, *more):
        w = self.world
        return ("distill", w.data, "--split", w.split, "--endpoint", ENDPOINT, "--server-model", "any", "--prompts", "12", "--samples", "2",
                "--answer-tokens", "60", "--teacher-task", TASK, "--no-parts", "--min-words", "1", "--min-no", "0", "--max-no", "1000",
                "--concurrency", "2", "--output", self.output, *more)

    def test_writes_answers_that_are_read_and_counted_and_kept_on_disk(self):
        first = run(*self.command("--json"))
        self.assertIn(first.returncode, (0, 3), first.stderr)  # 3: it wrote nothing worth keeping, and the reasons are named
        answers = tiny_world.lines_of(self.folder / "out.answers.jsonl")
        self.assertEqual(len(answers), 1 + 24)
        print(f"\n{first.stdout}{first.stderr}")
        if first.returncode == 0:
            told = json.loads(first.stdout)
            self.assertEqual(told["answers"], 24)
            self.assertEqual(told["kept"] + sum(told["dropped"].values()), 24)
            self.assertEqual(told["tokens"]["estimated_answers"], 0)
            self.assertGreater(told["tokens"]["read"], 24 * 50)
        else:
            self.assertIn("none among 24 answers", first.stderr)
        second = run(*self.command("--json", "--overwrite"))
        self.assertEqual((second.returncode, second.stdout), (first.returncode, first.stdout))
        self.assertIn("answers from the cache: 24", second.stderr)
        self.assertEqual(tiny_world.lines_of(self.folder / "out.answers.jsonl"), answers)


if __name__ == "__main__":
    tiny_world.main()
