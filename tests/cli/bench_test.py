"""`bench` with a tiny model: `bench_test.py PATH/r2rank [unittest arguments]`."""

import json
import signal
import unittest
from pathlib import Path

import tiny_world
from tiny_world import Case, stop

SMALL = ("--history-tokens", "20", "--candidates", "3", "--candidate-tokens", "4", "--rationales", "2", "--rationale-tokens", "3")
HAS_VNNI = "avx512_vnni" in Path("/proc/cpuinfo").read_text()


class Bench(Case):
    def bench(self, *more):
        return self.accepts("bench", self.world.model, *SMALL, "--repeats", "2", *more)

    def test_times_every_operation(self):
        operations = json.loads(self.bench("--json").stdout)["operations"]
        self.assertLessEqual({"product", "prefill", "decode_1", "decode_320", "silent_slate", "rollout", "training_pass", "optimizer",
                              "rl_step", "silent_step", "sft_step", "import"}, set(operations))
        for name, operation in operations.items():
            self.assertEqual(len(operation["seconds"]), 2, name)
            self.assertGreater(operation["median_seconds"], 0, name)

    def test_prints_a_row_for_each_operation_asked_for(self):
        lines = self.bench("--only", "decode_20,rl_step").stdout.splitlines()
        self.assertEqual([line.split()[0] for line in lines], ["operation", "decode_20", "rl_step"])

    def test_needs_no_model(self):
        result = self.accepts("bench", "--random-model", "29m", *SMALL, "--repeats", "1", "--only", "decode_1", "--json")
        self.assertEqual(json.loads(result.stdout)["model"], "random 29m")

    @unittest.skipUnless(HAS_VNNI, "this CPU has no int8 dot products (AVX-512 VNNI)")
    def test_int8_weights_are_for_scoring(self):
        result = json.loads(self.bench("--int8-weights", "--json").stdout)
        self.assertTrue(result["int8_weights"])
        self.assertLessEqual({"prefill", "decode_80", "silent_slate", "rollout"}, set(result["operations"]))
        self.assertNotIn("rl_step", result["operations"])
        self.refuses("bench", self.world.model, *SMALL, "--int8-weights", "--only", "rl_step", code=2, says="no gradients", working=True)

    @unittest.skipIf(HAS_VNNI, "this CPU has int8 dot products")
    def test_int8_weights_are_refused_where_the_cpu_cannot_multiply_them(self):
        self.refuses("bench", self.world.model, *SMALL, "--int8-weights", code=5, says="AVX-512 VNNI", working=True)

    def test_dry_run_times_nothing(self):
        self.assertEqual(self.bench("--only", "import", "--dry-run").stdout,
                         f"dry run: would time import with {self.world.model}\n")

    def test_unknown_operations_and_sizes_are_refused(self):
        self.refuses("bench", "--only", "decode_7", code=2, says="decode_20")
        self.refuses("bench", "--random-model", "7b", code=2, says="135m")
        self.refuses("bench", "--candidates", "0", code=2)
        self.refuses("bench", "--vocabulary", "5", code=2, says="at least 256")
        self.refuses("bench", self.world.model, "--vocabulary", "1000", code=2, says="without a model")

    def test_a_history_beyond_the_models_positions_is_refused(self):
        self.refuses("bench", self.world.model, "--history-tokens", "600", "--only", "prefill", code=2, working=True)

    def test_ctrl_c_ends_it(self):
        code, output, _ = stop(("bench", self.world.model, *SMALL, "--repeats", "1000", "--json"), lambda: True, signal.SIGINT)
        self.assertIn(code, (130, -signal.SIGINT))
        self.assertEqual(output, "")


if __name__ == "__main__":
    tiny_world.main()
