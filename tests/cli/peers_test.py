"""What ./run bench-peers makes of raw figures (tools/bench): `peers_test.py PATH/r2rank [unittest arguments]`."""

import contextlib
import json
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools" / "bench"
sys.path.insert(0, str(TOOLS))

import own
import peer_llamacpp
import peer_trl
import peers
import programs
import ratios
import results
import workload

ROW = '{"flash_attn": -1, "n_threads": 2, "pp": 304, "tg": 64, "pl": %d, "speed_pp": 1500.5, "speed_tg": %s}'


def operation(*seconds, **figures):
    return {"seconds": list(seconds), "tokens": 0, "flop": 0, "peak_bytes": 0, **figures}


def r2rank(**operations):
    return {"dtype": "bf16", "peak_flops": 800e9, "operations": operations}


def trial(rate, **setting):
    return {"file": "BF16", "threads": 2, "flash_attention": "on", "micro_batch": 512, **setting, "tokens_per_second": rate}


def trl_section():
    ours = r2rank(rl_step=operation(14, 16, 15, flop=6e12, peak_bytes=4 * 2**30))
    peer = {"step": {"seconds": [190, 180, 165], "settings": {"per_device_train_batch_size": 20}}}
    return {"r2rank": ours, "peer": peer}


def llamacpp_section():
    ours = r2rank(decode_20=operation(2, tokens=1280), decode_80=operation(4, tokens=5120), prefill=operation(0.5, flop=300e9),
                  silent_slate=operation(0.5))
    decode = {"best": {"20": trial([500, 510, 400]), "80": trial([280, 256, 200])}}
    int8 = r2rank(decode_20=operation(1, tokens=1280), decode_80=operation(2, tokens=5120))
    return {"r2rank": ours, "r2rank_int8": int8, "peer": {"decode": decode, "prompt": {"seconds": [0.8, 0.7, 0.9], "best": {"1": trial([1520])}}}}


def transformers_section():
    best = {"attention": "sdpa", "batch_size": 5, "seconds": [3, 4, 2]}
    return {"r2rank": r2rank(silent_slate=operation(0.5)), "peer": {"silent": {"best": best}, "generate": {}}}


def all_sections():
    return {"trl": trl_section(), "llamacpp": llamacpp_section(), "transformers": transformers_section()}


class Llamacpp(unittest.TestCase):
    def test_rows_are_read_from_among_other_lines(self):
        rows = peer_llamacpp.read_rows(f"\nmain: something\n{ROW % (20, 529.25)}\n\n{ROW % (80, 281)}\n")
        self.assertEqual([(row["pl"], row["speed_tg"], row["speed_pp"]) for row in rows], [(20, 529.25, 1500.5), (80, 281, 1500.5)])

    def test_output_without_rows_is_a_failure(self):
        for text in ("", "error: unable to load model\n", '{"pl": 20, "speed_'):
            with self.assertRaises(programs.Failed, msg=text):
                peer_llamacpp.read_rows(text)

    def test_best_setting_is_of_the_number_of_sequences(self):
        trials = [trial({"20": [500], "80": [200]}, threads=1), trial({"20": [300, 320, 900], "80": [280]}, threads=2)]
        self.assertEqual([peer_llamacpp.best_of(trials, count)["threads"] for count in (20, 80)], [1, 2])


class R2rank(unittest.TestCase):
    def test_both_measurements_count(self):
        before, after = r2rank(rl_step=operation(1, 2, peak_bytes=5)), r2rank(rl_step=operation(3, peak_bytes=7))
        merged = own.merge(before, {**after, "peak_flops": 900e9})
        self.assertEqual(merged["operations"]["rl_step"]["seconds"], [1, 2, 3])
        self.assertEqual(merged["operations"]["rl_step"]["peak_bytes"], 7)
        self.assertEqual(merged["peak_flops"], 900e9)

    def test_one_that_failed_leaves_none(self):
        good = r2rank(rl_step=operation(1))
        self.assertEqual(own.merge(good, {"failed": "no memory"}), {"failed": "no memory"})
        self.assertEqual(own.merge({"failed": "no model"}, good), {"failed": "no model"})


class Ratios(unittest.TestCase):
    def test_follow_from_the_medians(self):
        expected = {"rl_step_vs_trl": 12, "rl_step_over_floor": 2, "rl_step_peak_gib": 4, "decode80_vs_llamacpp": 5,
                    "decode20_vs_llamacpp": 1.28, "decode80_int8_vs_llamacpp": 10, "decode20_int8_vs_llamacpp": 2.56, "prefill_peak_share": 0.75, "silent_vs_llamacpp": 1.6, "silent_vs_transformers": 6}
        summary = ratios.summary(all_sections())
        self.assertEqual(summary.pop("missing"), {})
        self.assertEqual(summary.keys(), expected.keys())
        for key, ratio in expected.items():
            self.assertAlmostEqual(summary[key], ratio, msg=key)

    def test_a_table_says_what_is_met(self):
        lines = ratios.table(all_sections()).splitlines()
        self.assertRegex(lines[1], r"^RL step, TRL +15.00 s +180.0 s \(batch 20\) +12.00x +>= 10.00x +met$")
        self.assertEqual([line.split()[:2] for line in lines if line.endswith("NOT MET")], [["decode", "20,"]])

    def test_what_is_missing_is_null_with_the_reason(self):
        sections = all_sections()
        sections["trl"]["peer"]["step"] = {"failed": "TRL ran out of memory"}
        del sections["transformers"]
        summary = ratios.summary(sections)
        self.assertEqual(summary["missing"], {"rl_step_vs_trl": "TRL ran out of memory", "silent_vs_transformers": "not measured yet"})
        self.assertEqual([summary[key] for key in ("rl_step_vs_trl", "silent_vs_transformers", "rl_step_over_floor")], [None, None, 2])
        self.assertRegex(ratios.table(sections), "RL step, TRL +TRL ran out of memory +- +>= 10.00x +missing")


class Results(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "bench" / "peers.json"

    def test_sections_of_an_earlier_run_stay(self):
        results.write(self.path, {"date": "Monday"}, {"llamacpp": llamacpp_section()})
        sections = results.read_sections(self.path)
        results.write(self.path, {"date": "Tuesday"}, {**sections, "trl": trl_section()})
        found = json.loads(self.path.read_text())
        self.assertEqual(list(found["sections"]), ["llamacpp", "trl"])
        self.assertEqual([found["date"], found["decode80_vs_llamacpp"], found["rl_step_vs_trl"]], ["Tuesday", 5, 12])
        self.assertIsNone(found["silent_vs_transformers"])
        self.assertEqual([path.name for path in self.path.parent.iterdir()], ["peers.json"])

    def test_no_earlier_run_is_no_error_and_a_damaged_file_is(self):
        self.assertEqual(results.read_sections(self.path), {})
        self.path.parent.mkdir()
        for text in ("", "[]", "{}", '{"sections": '):
            self.path.write_text(text)
            with self.assertRaises(SystemExit, msg=text):
                results.read_sections(self.path)

    def test_failures_are_of_the_sections_measured_now(self):
        sections = all_sections()
        self.assertEqual(results.failures(sections, ["trl", "llamacpp", "transformers"]), [])
        sections["llamacpp"]["peer"]["prompt"] = {"failed": "no program"}
        sections["trl"]["r2rank"] = {"failed": "no model"}
        self.assertEqual(results.failures(sections, ["llamacpp"]), ["llamacpp, prompt: no program"])
        self.assertEqual(results.failures(sections, ["trl"]), ["trl, r2rank: no model"])


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "peers.json"
        self.replace(peers, "set_up", lambda groups: None)
        self.replace(peers, "empty_folder", lambda: Path(folder.name))
        self.replace(sys, "argv", ["peers.py", "model.gguf", "--only", "trl", "--output", str(self.path)])

    def replace(self, owner, name, value):
        patch = unittest.mock.patch.object(owner, name, value)
        patch.start()
        self.addCleanup(patch.stop)

    def run_with(self, section):
        self.replace(peers, "measure_section", lambda name, run: {**section, "date": "now", "workload": {}})
        with open("/dev/null", "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            status = peers.main()
        return status, json.loads(self.path.read_text())["rl_step_vs_trl"]

    def test_status_says_whether_all_was_measured(self):
        self.assertEqual(self.run_with(trl_section()), (0, 12))
        self.assertEqual(self.run_with({**trl_section(), "peer": {"step": {"failed": "too slow"}}}), (1, None))

    def test_program_that_does_not_start_is_a_reason(self):
        self.assertRegex(programs.attempt(own.measure, "/no/such", "m", workload.Workload(), ["rl_step"], 1)["failed"], "No such file")


class Ending(unittest.TestCase):
    def test_a_program_that_is_measured_ends_with_its_script(self):
        script = f"import sys; sys.path.insert(0, {str(TOOLS)!r}); import programs; programs.end_with_children(); programs.run(['sleep', '30'], 'test')"
        process = subprocess.Popen([sys.executable, "-c", script])
        self.addCleanup(process.kill)
        child = self.child_of(process.pid)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=10), 143)
        self.assertFalse(Path(f"/proc/{child}").exists())

    def child_of(self, parent):
        for _ in range(100):
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
            if children:
                return children[0]
            time.sleep(0.1)
        self.fail("it never started")


class Work(unittest.TestCase):
    def test_prompts_share_the_history(self):
        sizes = workload.Workload(history_tokens=6, candidates=3, candidate_tokens=4)
        prompts = workload.prompts(sizes, range(1000))
        self.assertEqual([len(prompt) for prompt in prompts], [10, 10, 10])
        self.assertEqual(len({tuple(prompt[:6]) for prompt in prompts}), 1)
        self.assertEqual(len({tuple(prompt[6:]) for prompt in prompts}), 3)
        self.assertEqual(prompts, workload.prompts(sizes, range(1000)))

    def test_batches_of_trl_divide_the_sequences(self):
        self.assertEqual([peer_trl.batch_size(sequences) for sequences in (1, 8, 80, 320, 46)], [1, 8, 20, 20, 2])


if __name__ == "__main__":
    sys.argv.pop(1)
    unittest.main(verbosity=1)
