"""`distill` with a teacher that answers, fails and breaks off, and with a tiny model of its own: `distill_test.py PATH/r2rank [unittest arguments]`."""

import hashlib
import json
import signal
import threading
import time

import faulty_teacher
import tiny_world
from faulty_teacher import FAULTS, Teacher, is_next, rationale, reply_of, status
from tiny_world import Case, stop, world

KEY = "sk-s3cr3t-0123456789"
QUICK = ("--retry-delay", "0.01", "--request-timeout", "1", "--retries", "3")


class DistillCase(Case):
    def command(self, teacher, *more, output=None):
        w = self.world
        return ("distill", w.data, "--split", w.split, "--endpoint", teacher.endpoint, "--server-model", "teacher", "--prompts", "40",
                *QUICK, "--output", output or self.output, *more)

    def read(self, folder=None):
        """Header and lines of a folder, which must fit together."""
        folder = folder or self.output
        text = (folder / "rationales.jsonl").read_bytes()
        header = json.loads((folder / "rationales.json").read_text())
        lines = [json.loads(line) for line in text.decode().splitlines()]
        self.assertEqual(header["sha256"], hashlib.sha256(text).hexdigest())
        self.assertEqual(header["rationales"], len(lines))
        self.assertEqual(header["statistics"]["kept"], len(lines))
        self.assertEqual(sorted(path.name for path in folder.iterdir()), ["rationales.json", "rationales.jsonl"])
        return header, lines

    def files(self, folder=None):
        return {path.name: path.read_bytes() for path in (folder or self.output).iterdir()}

    def dropped(self):
        return {reason: count for reason, count in self.read()[0]["statistics"]["dropped"].items() if count}


class Asking(DistillCase):
    def test_keeps_what_a_good_teacher_writes(self):
        with Teacher() as teacher:
            result = self.accepts(*self.command(teacher, "--price-read", "2", "--price-written", "10"))
        header, lines = self.read()
        self.assertEqual((header["format"], header["version"], header["source"]), ("r2rank-rationales", 1, "teacher"))
        self.assertEqual((header["server_model"], header["endpoint"]), ("teacher", "http, /v1/chat/completions"))
        self.assertEqual(len(lines), 40)
        self.assertEqual(sum(line["label"] for line in lines), 20)
        for line in lines:
            self.assertEqual(line["verdict"], "yes" if line["label"] else "no")
            self.assertTrue(line["rationale"].startswith("Initial reasoning: "))
            self.assertNotIn("answer>", line["rationale"])
            self.assertEqual((line["source"], line["round"]), ("teacher", 0))
        self.assertEqual(header["statistics"]["tokens"], {"read": 4000, "written": 1600, "estimated_answers": 0})
        self.assertAlmostEqual(header["statistics"]["cost"], (4000 * 2 + 1600 * 10) / 1e6)
        self.assertIn("kept", result.stdout)
        self.assertIn("next: r2rank sft", result.stdout)

    def test_asks_about_training_events_alone(self):
        with Teacher() as teacher:
            self.accepts(*self.command(teacher, "--prompts", "72"))
        for line in self.read()[1]:
            user, place = int(line["user_id"][1:]), line["history_end"]
            self.assertLess(place, 6)  # the seventh event of each user is validated, the eighth tested
            self.assertEqual(line["label"] == 1, line["item_id"] == f"i{(user * 3 + place * 7) % 40}")
        self.assertEqual(len(teacher.requests), 72)
        for prompt in teacher.prompts():
            last, candidate = faulty_teacher.asked_about(prompt)
            self.assertIn(f"- Title {last}\n", prompt)
            if not is_next(prompt):  # nothing but the candidate tells the next item
                self.assertNotIn(f"Title {(last + 7) % 40}\n", prompt)

    def test_tells_everything_as_json(self):
        with Teacher() as teacher:
            told = json.loads(self.accepts(*self.command(teacher, "--json")).stdout)
        self.assertEqual((told["kept_yes"], told["kept_no"], told["answers"]), (20, 20, 40))
        self.assertEqual(told["agreement"], {"yes": 1.0, "no": 1.0})
        self.assertEqual(told["folder"], str(self.output))

    def test_settings_of_the_folder_name_no_place_and_no_server(self):
        with Teacher() as teacher:
            self.accepts(*self.command(teacher))
            text = (self.output / "rationales.json").read_text()
            self.assertNotIn("127.0.0.1", text)
        self.assertNotIn(str(self.world.folder), text)
        settings = json.loads(text)["settings"]
        self.assertEqual((settings["prompts"], settings["samples"], settings["max_words"]), (40, 1, 180))

    def test_takes_settings_from_a_file(self):
        with Teacher() as teacher:
            config = self.folder / "distill.toml"
            config.write_text('prompts = 6\nsamples = 2\nkeep_per_prompt = 2\nteacher_system = "Be fair."\nwords = 77\n'
                              'request_patch = "{\\"top_p\\": 0.9}"\n')
            self.accepts(*self.command(teacher)[:-2], "--output", self.output, "--prompts", "6", "--config", config)
        self.assertEqual(len(teacher.requests), 12)
        request = teacher.requests[0]
        self.assertEqual(request["messages"][0], {"role": "system", "content": "Be fair."})
        self.assertIn("at most 77 words", request["messages"][1]["content"])
        self.assertEqual((request["top_p"], request["temperature"], request["max_tokens"]), (0.9, 0.7, 1024))
        self.assertEqual({request["seed"] for request in teacher.requests}, {7, 8})

    def test_dry_run_asks_and_writes_nothing(self):
        with Teacher() as teacher:
            result = self.accepts(*self.command(teacher, "--dry-run", "--price-read", "1"))
            told = json.loads(self.accepts(*self.command(teacher, "--dry-run", "--json")).stdout)
        self.assertEqual(teacher.requests, [])
        self.assertEqual(self.everything(), {})
        self.assertIn("Candidate: Title", result.stdout)
        self.assertEqual((told["questions"], told["answered"]), (40, 0))


class Filtering(DistillCase):
    def test_counts_every_reason(self):
        def answer(prompt, request):
            """One fault for each of the first questions, by what is asked."""
            with lock:
                kind = kinds.setdefault(prompt, len(kinds))
            good, right = rationale(prompt), "yes" if is_next(prompt) else "no"
            tag, title = f" <answer>{right}</answer>", f"Title {faulty_teacher.asked_about(prompt)[1]}"
            return {0: good, 1: good + " <answer>perhaps</answer>", 2: reply_of(good, "length"),
                    3: good + f" <answer>{'no' if right == 'yes' else 'yes'}</answer>", 4: good.replace("Self-check: ", "") + tag,
                    5: "Initial reasoning: a. Self-check: b. Final conclusion: c." + tag, 6: good.replace(". Final", " x" * 200 + ". Final") + tag,
                    7: good + " <|im_end|>" + tag, 8: good + " The ground truth is clear." + tag,
                    9: good.replace("; confirmed", f"; the user bought {title}") + tag, 10: ("Initial reasoning: one two three four five six. "
                    "Self-check: seven eight nine. Final conclusion: ten eleven." + tag), 11: ("Initial reasoning: one two three four five six. "
                    "Self-check: seven eight nine. Final conclusion: ten eleven." + tag), 12: "", 13: "<think>" + good}.get(kind, good + tag)
        lock, kinds = threading.Lock(), {}
        with Teacher(answer) as teacher:
            self.accepts(*self.command(teacher, "--concurrency", "1"))
        dropped = self.dropped()
        surplus = dropped.pop("surplus yes", 0) + dropped.pop("surplus no", 0)
        self.assertEqual(dropped, {"no verdict": 3, "unclear verdict": 1, "cut off": 1, "against the label": 1, "parts missing": 1,
                                   "too short": 1, "too long": 1, "reserved marker": 1, "tells the label": 1, "target as known": 1,
                                   "duplicate": 1})
        self.assertEqual(len(self.read()[1]), 40 - 13 - surplus)

    def test_keeps_the_mix_between_its_bounds(self):
        def mostly_no(prompt, request):
            wrong = is_next(prompt) and faulty_teacher.asked_about(prompt)[0] % 4 != 0
            return f"{rationale(prompt)} <answer>{'no' if wrong or not is_next(prompt) else 'yes'}</answer>"
        with Teacher(mostly_no) as teacher:
            self.accepts(*self.command(teacher, "--prompts", "72"))
        header, lines = self.read()
        yes = sum(line["label"] for line in lines)
        self.assertGreater(header["statistics"]["dropped"]["surplus no"], 0)
        self.assertEqual(len(lines) - yes, 2 * yes)

    def test_other_filters_cost_nothing(self):
        with Teacher() as teacher:
            self.accepts(*self.command(teacher))
            self.accepts(*self.command(teacher, "--overwrite", "--max-words", "30", "--min-words", "3"))
            self.assertEqual(len(teacher.requests), 40)
        self.assertEqual(self.read()[0]["settings"]["max_words"], 30)

    def test_a_teacher_that_says_nothing_useful_is_an_error_that_tells_why(self):
        with Teacher(lambda prompt, request: "I cannot help with that.") as teacher:
            self.refuses(*self.command(teacher), code=3, says=("none among 40 answers", "no verdict 40", "answers.jsonl"), working=True)
        self.assertFalse(self.output.exists())


class Faults(DistillCase):
    def test_change_nothing_in_the_result(self):
        with Teacher() as teacher:
            self.accepts(*self.command(teacher, output=self.folder / "healthy"))
        faults = {3 * number: fault for number, fault in enumerate(FAULTS)}
        with Teacher(faults=faults) as teacher:
            result = self.accepts(*self.command(teacher, "--verbose"))
            self.assertEqual(len(teacher.requests), 40 + len(FAULTS) - 1)  # the last fault is none
        self.assertEqual(self.files(), self.files(self.folder / "healthy"))
        for reason in ("timed out", "status 500", "JSON"):
            self.assertIn(reason, result.stderr.replace("Timeout was reached", "timed out").replace("Operation timed out", "timed out"))

    def test_a_server_that_asks_for_time_is_given_it(self):
        with Teacher(faults={2: status(429, "Retry-After: 1")}) as teacher:
            self.accepts(*self.command(teacher, "--concurrency", "1", "--prompts", "8"))
        self.assertGreaterEqual(teacher.times[3] - teacher.times[2], 0.99)

    def test_a_question_that_the_server_refuses_is_counted(self):
        with Teacher(faults={1: status(400), 5: status(422)}) as teacher:
            self.accepts(*self.command(teacher, "--min-no", "0.5"))
        self.assertEqual(self.dropped()["no answer"], 2)

    def test_a_server_that_stays_down_ends_the_run_and_keeps_the_answers(self):
        with Teacher(faults={number: None for number in range(12)}, default=status(500)) as teacher:
            self.refuses(*self.command(teacher, "--concurrency", "1", "--failures-in-a-row", "2", "--retries", "1"), code=4,
                         says=("no usable answer in 2 tries", "start again"), working=True)
            self.assertEqual(len(teacher.requests), 12 + 3 * 2)
        self.assertFalse(self.output.exists())
        with Teacher() as teacher:
            # Another port is another server to the cache: the address is part of what was asked.
            self.accepts(*self.command(teacher))
            self.assertEqual(len(teacher.requests), 40)

    def test_a_wrong_key_ends_the_run_at_once(self):
        with Teacher(default=status(401)) as teacher:
            self.refuses(*self.command(teacher, "--concurrency", "1"), code=2, says=("401", "the key"), working=True)
            self.assertEqual(len(teacher.requests), 1)

    def test_nobody_there_is_an_error(self):
        with Teacher() as teacher:
            pass
        self.refuses(*self.command(teacher, "--retries", "0", "--failures-in-a-row", "0"), code=4, says="gave no usable answer", working=True)


class Limits(DistillCase):
    def test_of_requests_a_minute_are_kept(self):
        with Teacher() as teacher:
            command = self.command(teacher, "--requests-per-minute", "5")
            stop(command, lambda: len(teacher.requests) >= 5 and time.monotonic() > teacher.times[4] + 1.5, signal.SIGKILL)
            self.assertEqual(len(teacher.requests), 5)

    def test_of_concurrency_are_kept(self):
        with Teacher(delay=0.05) as teacher:
            self.accepts(*self.command(teacher, "--concurrency", "3", "--prompts", "12"))
        # Twelve questions of .05 s by three at once take four times as long as one.
        self.assertGreaterEqual(teacher.times[-1] - teacher.times[0], 3 * 0.05 - 0.01)


    def test_of_spending_end_the_run_which_a_higher_one_lets_go_on(self):
        prices = ("--price-read", "2", "--price-written", "10", "--concurrency", "1")
        with Teacher() as teacher:  # 100 tokens read and 40 written an answer: .0006
            error = self.refuses(*self.command(teacher, *prices, "--max-cost", "0.006"), code=5, working=True,
                                 says=("1400 tokens at a cost of 0.0060 for 10 of 40 answers", "answers.jsonl", "raise max_cost")).stderr
            self.assertEqual(len(teacher.requests), 10)
            self.assertFalse(self.output.exists())
            # The same again asks nothing, another limit no more than that.
            self.refuses(*self.command(teacher, *prices, "--max-cost", "0.006"), code=5, says="10 of 40", working=True)
            self.refuses(*self.command(teacher, *prices, "--max-tokens-spent", "2000"), code=5, says="raise max_tokens_spent", working=True)
            self.assertEqual(len(teacher.requests), 15)
            self.assertIn("--prompts 10", error)
            self.accepts(*self.command(teacher, *prices, "--max-cost", "0.006", "--prompts", "10"))
            self.accepts(*self.command(teacher, *prices, "--overwrite"))
            self.assertEqual(len(teacher.requests), 40)
        self.assertEqual(len(self.read()[1]), 40)

    def test_of_costs_need_prices(self):
        with Teacher() as teacher:
            self.refuses(*self.command(teacher, "--max-cost", "1"), code=2, says="price_read")


class Interruption(DistillCase):
    def test_by_kill_is_gone_on_from_without_asking_again(self):
        with Teacher(delay=0.2) as teacher:  # on a busy machine, too, there is time to kill it
            command = self.command(teacher, "--concurrency", "2")
            stop(command, lambda: len(teacher.requests) >= 12, signal.SIGKILL)
            self.assertFalse(self.output.exists())
            before = len(teacher.requests)
            self.assertLess(before, 40)
            self.accepts(*command)
            # Nothing but what was under way when the first run was killed is asked twice.
            self.assertLessEqual(len(teacher.requests), 40 + 2)
            self.accepts(*self.command(teacher, "--answer-cache", self.folder / "other.jsonl", output=self.folder / "whole"))
        self.assertEqual(self.files(), self.files(self.folder / "whole"))
        self.assertEqual(self.temporaries(), [])

    def test_by_a_line_cut_short_is_gone_on_from(self):
        with Teacher() as teacher:
            self.accepts(*self.command(teacher))
            first = self.files()
            cache = self.folder / "out.answers.jsonl"
            cache.write_bytes(cache.read_bytes()[:-25])
            self.accepts(*self.command(teacher, "--overwrite"))
            self.assertEqual(len(teacher.requests), 41)
        self.assertEqual(self.files(), first)

    def test_by_ctrl_c_ends_with_its_status_and_no_folder(self):
        with Teacher(delay=0.2) as teacher:
            code, output, errors = stop(self.command(teacher), lambda: len(teacher.requests) >= 8, signal.SIGINT)
        self.assertEqual((code, output), (130, ""), errors)
        self.assertFalse(self.output.exists())

    def test_by_a_full_disk_leaves_no_folder(self):
        with Teacher() as teacher:
            self.refuses(*self.command(teacher), code=4, limit=9000, working=True)
            self.assertFalse(self.output.exists())
            self.assertEqual(self.temporaries(), [])
            self.accepts(*self.command(teacher))
            self.assertLess(len(teacher.requests), 80)
        self.read()


class Secrets(DistillCase):
    def setUp(self):
        super().setUp()
        tiny_world.ENVIRONMENT["TEACHER_KEY"] = KEY
        self.addCleanup(tiny_world.ENVIRONMENT.pop, "TEACHER_KEY")

    def test_the_key_reaches_the_server_and_nothing_else(self):
        def echo(handler, body):
            """A server that repeats the header in its error."""
            faulty_teacher.send(handler, json.dumps({"error": handler.headers["Authorization"]}).encode(), 500)
        with Teacher(faults={1: echo}) as teacher:
            result = self.accepts(*self.command(teacher, "--api-key-variable", "TEACHER_KEY", "--verbose"))
        self.assertEqual({headers["Authorization"] for headers in teacher.headers}, {f"Bearer {KEY}"})
        self.assertIn("status 500", result.stderr)
        for text in (result.stdout, result.stderr, *(content.decode() for content in self.everything().values() if content)):
            self.assertNotIn(KEY, text)

    def test_a_key_in_the_address_is_refused(self):
        self.refuses("distill", self.world.data, "--split", self.world.split, "--endpoint", f"http://me:{KEY}@127.0.0.1/v1",
                     "--server-model", "x", "--output", self.output, code=2, says="environment variable")


class ModelItself(DistillCase):
    def own(self, *more, output=None):
        w = self.world
        return ("distill", w.data, "--split", w.split, "--source", "self", "--model", w.model, "--config", w.prompt, "--prompts", "24",
                "--rationale-tokens", "12", "--samples", "4", "--min-words", "1", "--temperature", "1", "--max-no", "1000", "--min-no", "0",
                "--output", output or self.output, *more)

    def sampled(self):
        return tiny_world.lines_of(self.folder / "out.samples.jsonl")

    # A model with random weights hardly ever ends by itself, so that a long text is taken for one.
    def endless(self, *more, output=None):
        return self.own("--keep-cut", *more, output=output)

    def test_keeps_what_agrees_and_helps(self):
        result = self.accepts(*self.endless())
        header, lines = self.read()
        self.assertEqual(header["source"], "self")
        self.assertRegex(header["model_hash"], r"^[0-9a-f]{32}$")
        self.assertNotIn("endpoint", header)
        for line in lines:
            self.assertEqual((line["source"], line["verdict"]), ("self", "yes" if line["label"] else "no"))
            self.assertIn(line["round"], (1, 2))
            self.assertGreaterEqual(line["utility_gain"], 0.001)
        self.assertIn("utility gained, mean", result.stdout)
        self.assertRegex(result.stdout, r"next: r2rank sft .* --rationale-tokens 12 --output RUN\n.*prompt settings")

    def test_repeats_itself_and_keeps_its_samples(self):
        self.accepts(*self.endless())
        first, samples = self.files(), self.sampled()
        result = self.accepts(*self.endless("--overwrite"))
        self.assertEqual(self.files(), first)
        self.assertEqual(self.sampled(), samples)
        self.assertIn("slates sampled by an earlier run", result.stderr)
        self.accepts(*self.endless(output=self.folder / "again"))
        self.assertEqual(self.files(self.folder / "again"), first)

    def test_goes_on_after_kill(self):
        long = ("--slates-per-batch", "1", "--prompts", "96")  # on a busy machine, too, there is time to kill it
        command = self.endless(*long)
        stop(command, lambda: len(self.sampled()) >= 4, signal.SIGKILL)
        self.assertFalse(self.output.exists())
        before = self.sampled()
        self.assertGreaterEqual(len(before), 4)
        self.accepts(*command)
        self.assertEqual(self.sampled()[:len(before) - 1], before[:-1])
        self.accepts(*self.endless(*long, output=self.folder / "whole"))
        self.assertEqual(self.files(), self.files(self.folder / "whole"))

    def test_by_utility_keeps_of_what_agrees_only_what_gains(self):
        self.accepts(*self.endless("--keep", "label", "--rounds", "1"))
        by_label = self.read()[1]
        self.assertLess(min(line["utility_gain"] for line in by_label), 0.002)
        self.accepts(*self.endless("--keep", "utility", "--min-gain", "0.002", "--rounds", "1", "--overwrite"))
        header, lines = self.read()
        for line in lines:
            self.assertGreaterEqual(line["utility_gain"], 0.002)
        self.assertLess(len(lines), len(by_label))
        self.assertGreater(header["statistics"]["dropped"]["no gain"], 0)
        self.assertGreater(header["statistics"]["dropped"]["against the label"], 0)

    def test_samples_again_only_what_has_nothing_yet(self):
        self.accepts(*self.endless("--rounds", "3", "--keep", "label"))
        rounds = {}
        for line in self.read()[1]:
            rounds.setdefault((line["user_id"], line["item_id"], line["history_end"]), set()).add(line["round"])
        for found in rounds.values():
            self.assertEqual(len(found), 1)

    def test_dry_run_samples_nothing(self):
        told = json.loads(self.accepts(*self.endless("--dry-run", "--json")).stdout)
        self.assertEqual(told["tokens_per_round_at_most"], 24 * 4 * 12)
        self.assertEqual(self.everything(), {})


class Refusals(DistillCase):
    def test_name_what_is_missing_or_cannot_act(self):
        data = ("distill", self.world.data, "--split", self.world.split, "--output", self.output)
        self.refuses(*data, code=2, says="set endpoint")
        self.refuses(*data, "--endpoint", "http://127.0.0.1:1/v1", code=2, says="set server_model")
        self.refuses(*data, "--source", "self", code=2, says="set model")
        self.refuses(*data, "--source", "self", "--model", self.world.model, "--endpoint", "http://127.0.0.1:1/v1", code=2,
                     says="endpoint cannot act with source = self")
        self.refuses(*data, "--endpoint", "http://127.0.0.1:1/v1", "--server-model", "x", "--model", self.world.model, code=2,
                     says="model cannot act")
        self.refuses(*data, "--source", "self", "--model", self.world.model, "--words", "50", code=2, says="words = 50 cannot act")
        self.refuses(*data, "--endpoint", "http://127.0.0.1:1/v1", "--server-model", "x", "--keep", "label", code=2, says='keep = "label" cannot act')
        self.refuses(*data, "--endpoint", "http://127.0.0.1:1/v1", "--server-model", "x", "--teacher-task", "{word}", code=2, says="words")
        self.refuses(*data, "--endpoint", "http://127.0.0.1:1/v1", "--server-model", "x", "--request-patch", "{", code=2,
                     says="JSON object")

    def test_nothing_is_asked_where_the_output_is_in_the_way(self):
        with Teacher() as teacher:
            self.output.mkdir()
            (self.output / "notes.txt").write_text("mine")
            self.refuses(*self.command(teacher, "--overwrite"), code=2, says="never replaced")
            self.assertEqual(teacher.requests, [])

    def test_a_folder_is_replaced_only_where_told_to(self):
        with Teacher() as teacher:
            self.accepts(*self.command(teacher))
            self.refuses(*self.command(teacher), code=2, says="--overwrite")
            self.accepts(*self.command(teacher, "--overwrite"))

    def test_a_file_that_is_no_cache_is_refused(self):
        (self.folder / "log.txt").write_text("hello\n")
        with Teacher() as teacher:
            self.refuses(*self.command(teacher, "--answer-cache", self.folder / "log.txt"), code=3, says="log.txt")


if __name__ == "__main__":
    tiny_world.main()
