"""What ./run parity makes of the runs of both sides (tools/parity): `parity_test.py PATH/r2rank [unittest arguments]`.

RecBole itself is not here: tools/parity/recbole_check.py tries that half under the peers' Python."""

import argparse
import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools" / "parity"
sys.path.insert(0, str(TOOLS))

import compare
import own
import parity
import places
import settings
import speed

SASREC, POP = settings.model_named("SASRec"), settings.model_named("Pop")


def runs(*values):
    return {seed: {"test_ndcg@10": value} for seed, value in enumerate(values, 1)}


class Agreement(unittest.TestCase):
    def test_of_trained_models_allows_what_another_seed_changes(self):
        found = compare.row(SASREC, runs(0.50, 0.52, 0.54), runs(0.53, 0.55, 0.55))
        self.assertTrue(found["agrees"])
        self.assertAlmostEqual(found["difference"], 0.52 - 1.63 / 3)
        self.assertAlmostEqual(found["allowed"], 0.04)
        self.assertFalse(found["within_recbole"])  # whose range is 0.02

    def test_is_refused_to_means_further_apart(self):
        self.assertFalse(compare.row(SASREC, runs(0.50, 0.51, 0.52), runs(0.53, 0.54, 0.55))["agrees"])

    def test_of_counted_models_is_to_four_digits(self):
        self.assertTrue(compare.row(POP, runs(0.36500), runs(0.36509))["agrees"])
        self.assertFalse(compare.row(POP, runs(0.36500), runs(0.36511))["agrees"])

    def test_is_open_while_a_seed_is_missing(self):
        found = compare.row(SASREC, runs(0.5, 0.52), runs(0.5, 0.51, 0.52))
        self.assertIsNone(found["agrees"])
        self.assertEqual(found["r2rank"]["missing_seeds"], 1)
        self.assertIsNone(compare.row(SASREC, {}, runs(0.5, 0.51, 0.52))["difference"])

    def test_of_the_whole_is_open_while_one_is_and_lost_with_one(self):
        def sections(*verdicts):
            return {"set": {"models": {str(place): {"agrees": verdict} for place, verdict in enumerate(verdicts)}}}

        self.assertIs(parity.verdict_of_all(sections(True, True)), True)
        self.assertIsNone(parity.verdict_of_all(sections(True, None)))
        self.assertIs(parity.verdict_of_all(sections(True, None, False)), False)
        self.assertIsNone(parity.verdict_of_all({}))

    def test_table_shows_both_sides_and_leaves_the_missing_open(self):
        rows = {"SASRec": compare.row(SASREC, runs(0.50, 0.52, 0.54), {}), "Pop": compare.row(POP, runs(0.3650), runs(0.3650))}
        lines = compare.table("ml-100k", rows).splitlines()
        self.assertRegex(lines[3], r"^SASRec +\.5200 \.5000 \.5200 \.5400 +\.0400 \| +- - +- \| +- +- -$")
        self.assertRegex(lines[4], r"^Pop +\.3650 .*yes$")


class Settings(unittest.TestCase):
    def test_give_both_sides_the_same_values(self):
        for data_set in settings.DATA_SETS:
            for model in settings.MODELS:
                peer, mine = settings.values(data_set, model, "recbole"), settings.values(data_set, model, "own")
                for recbole_name, own_name, _ in model.shared:
                    if own_name is not None and recbole_name is not None:
                        self.assertEqual(peer[recbole_name], mine[own_name], f"{data_set.name}, {model.recbole}, {own_name}")

    def test_are_overridden_for_both_sides_at_once(self):
        data_set = settings.DataSet("set", "shared", overrides={"EASE": {"reg_weight": 5.0}})
        ease = settings.model_named("EASE")
        self.assertEqual(settings.values(data_set, ease, "recbole"), {"reg_weight": 5.0})
        self.assertEqual(list(settings.values(data_set, ease, "own").values()), [5.0])

    def test_name_no_setting_twice(self):
        for model in settings.MODELS:
            for side in (0, 1):
                names = [names[side] for names in model.shared if names[side] is not None]
                self.assertEqual(len(names), len(set(names)), model.recbole)

    def test_give_lightgcn_the_plain_norms_on_both_sides(self):
        for data_set in settings.DATA_SETS:
            lightgcn = settings.model_named("LightGCN")
            self.assertIs(settings.values(data_set, lightgcn, "recbole")["require_pow"], False)
            self.assertIs(settings.values(data_set, lightgcn, "own")["squared_norms"], False)

    def test_are_known_by_the_name_of_either_side(self):
        self.assertIs(settings.model_named("sasrec"), SASREC)


class Runs(unittest.TestCase):
    """With runners that count their calls in place of trainings."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder, self.calls = Path(folder.name), []
        split = self.folder / "split"
        split.mkdir()
        self.set_split("one")
        self.folders = {data_set.name: (self.folder / "dataset", split) for data_set in settings.DATA_SETS}
        patched = unittest.mock.patch.dict(parity.RUNNERS, {side: self.runner(side) for side in parity.RUNNERS})
        patched.start()
        self.addCleanup(patched.stop)

    def set_split(self, hash_):
        (self.folder / "split" / "split.json").write_text(json.dumps({"hash": hash_, "protocol_name": "loo"}))

    def runner(self, side):
        def run(dataset, split, model, values, seed, threads, key, output):
            if (model.recbole, side) == ("EASE", "r2rank"):
                raise places.Missing("there is no verb 'baseline'")
            self.calls.append((side, model.recbole, seed))
            output.parent.mkdir(parents=True, exist_ok=True)
            return {"test_ndcg@10": 0.5 + seed / 100, "parquet": "somewhere"}
        return run

    def go(self, *flags):
        with unittest.mock.patch.object(sys, "argv", ["parity", *flags]):
            arguments = parity.parse_arguments()
        arguments.output = self.folder / "runs"
        missing = []
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            prepared = [data_set for data_set in settings.DATA_SETS if data_set.name in self.folders]
            for job in parity.jobs(arguments, prepared):
                parity.run_job(arguments, self.folders, job, missing)
            text, sections = parity.report(arguments, self.folders, missing)
        return missing, text, sections, printed.getvalue()

    def test_that_are_there_are_not_made_again(self):
        self.go("--models", "Pop,SASRec")
        first = len(self.calls)
        self.assertEqual(first, 2 * 2 * (1 + 3))
        self.go("--models", "Pop,SASRec")
        self.assertEqual(len(self.calls), first)

    def test_that_are_kept_need_no_folder(self):
        kept = self.folder / "kept"
        self.go("--models", "SASRec", "--keep", str(kept))
        first = len(self.calls)
        shutil.rmtree(self.folder / "runs")
        _, _, sections, _ = self.go("--models", "SASRec", "--keep", str(kept))
        self.assertEqual(len(self.calls), first)
        self.assertEqual(sections["ml-100k"]["models"]["SASRec"]["recbole"]["per_seed"], {"1": 0.51, "2": 0.52, "3": 0.53})
        runs = json.loads((kept / "ml-100k.json").read_text())
        self.assertEqual(sorted(runs), ["r2rank", "recbole"])
        self.assertNotIn("parquet", runs["r2rank"]["SASRec-1"])
        self.set_split("two")
        self.go("--models", "SASRec", "--keep", str(kept))
        self.assertEqual(len(self.calls), 2 * first, "other data")

    def test_are_made_again_for_another_split(self):
        self.go("--models", "Pop")
        self.set_split("two")
        self.go("--models", "Pop")
        self.assertEqual(len(self.calls), 2 * 4)

    def test_of_first_seeds_come_first(self):
        self.go("--models", "SASRec,BPR")
        self.assertEqual([seed for _, _, seed in self.calls], sorted(seed for _, _, seed in self.calls))

    def test_take_more_seeds_where_they_are_asked_for(self):
        _, text, *_ = self.go("--models", "BPR,Pop", "--seeds", "5")
        self.assertEqual({seed for _, model, seed in self.calls if model == "BPR"}, {1, 2, 3, 4, 5})
        self.assertEqual({seed for _, model, seed in self.calls if model == "Pop"}, {1})
        self.assertIn("+2", text)

    def test_that_fail_are_told_with_their_reason_and_leave_the_others(self):
        missing, text, sections, printed = self.go("--models", "EASE,Pop")
        self.assertEqual(len(missing), 2)
        self.assertIn("ml-100k, EASE, seed 1, r2rank: there is no verb 'baseline'", missing)
        self.assertIn("failed", printed)
        self.assertIsNone(sections["ml-100k"]["models"]["EASE"]["agrees"])
        self.assertTrue(sections["ml-100k"]["models"]["Pop"]["agrees"])
        self.assertIn("Pop", text)

    def test_leave_a_summary_with_rule_settings_and_what_is_missing(self):
        self.go()
        summary = json.loads((self.folder / "runs" / "summary.json").read_text())
        self.assertIn("wider of the two ranges", summary["rule"])
        self.assertEqual(summary["settings"]["ml-100k"]["BPR"]["embedding_size"], 64)
        self.assertEqual(len(summary["missing"]), 2)
        self.assertEqual(summary["data_sets"]["ml-100k"]["models"]["SASRec"]["recbole"]["per_seed"], {"1": 0.51, "2": 0.52, "3": 0.53})

    def test_are_not_made_for_a_report(self):
        self.go("--report")
        self.assertEqual(self.calls, [])

    def test_go_on_without_recbole(self):
        arguments, missing = argparse.Namespace(sides=["recbole", "r2rank"], report=False, output=self.folder), []
        with unittest.mock.patch.object(parity.peer, "set_up", side_effect=places.Missing("no registry")):
            parity.set_up(arguments, missing)
        self.assertEqual((arguments.sides, missing), (["r2rank"], ["RecBole: no registry"]))

    def test_of_a_damaged_result_say_what_to_do(self):
        self.go("--models", "Pop")
        path = self.folder / "runs" / "ml-100k" / "recbole" / "Pop-1.json"
        path.write_text("{")
        with self.assertRaisesRegex(places.Missing, "is no JSON .*; remove it to go on"):
            self.go("--models", "Pop")


class Commands(unittest.TestCase):
    def test_of_our_side_carry_every_setting(self):
        command = own.train_command("data", "split", SASREC, {"layers": 2, "dropout": 0.5}, 3, "out")
        self.assertEqual(command[1:], ["baseline", "train", "data", "--split", "split", "--method", "sasrec", "--set",
                                       "layers=2,dropout=0.5",
                                       "--seed", "3", "--output", "out"])

    def test_that_cannot_be_run_are_missing_with_the_reason(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(places.Missing, "No such file"):
                places.run([Path(folder) / "no-such-program"], Path(folder) / "log")
            with self.assertRaisesRegex(places.Missing, "ended with status 3: so it was"):
                places.run(["sh", "-c", "echo so it was >&2; exit 3"], Path(folder) / "log")

    def test_end_with_the_program_that_started_them(self):
        with tempfile.TemporaryDirectory() as folder:
            script = (f"import sys; sys.path.insert(0, {str(TOOLS)!r}); import places; from pathlib import Path; places.end_with_children();"
                      f"places.run(['sh', '-c', 'echo $$ > {folder}/child; exec sleep 60'], Path({folder!r}) / 'log')")
            program = subprocess.Popen([sys.executable, "-c", script])
            child = Path(folder) / "child"
            while not child.exists() or not child.read_text():
                time.sleep(0.01)
            time.sleep(0.5)  # so that the starting of the child, which it may outrun, has ended
            program.terminate()
            program.wait(timeout=30)
            with self.assertRaises(ProcessLookupError):
                os.kill(int(child.read_text()), 0)

    def test_of_a_set_from_outside_need_its_folder(self):
        with unittest.mock.patch.object(places, "shared", lambda: None):
            with self.assertRaisesRegex(places.Missing, "R2RANK_SHARED"):
                own.import_command(settings.DATA_SETS[1])


class Speed(unittest.TestCase):
    def found(self, what, own_figure, peer_figure):
        name = "targets_per_second" if what == "train" else "seconds"
        return {"what": what, "target": 3, "r2rank": {"best": {name: own_figure, "threads": 1}}, "recbole": {"best": {name: peer_figure, "threads": 2}}}

    def test_is_how_many_times_as_fast_we_are(self):
        self.assertEqual(speed.ratio(self.found("train", 3000.0, 1000.0)), 3)
        self.assertEqual(speed.ratio(self.found("fit", 2.0, 8.0)), 4)

    def test_is_open_while_a_side_failed(self):
        found = {**self.found("train", 3000.0, 1000.0), "r2rank": {"failed": "there is no verb 'baseline'"}}
        self.assertIsNone(speed.ratio(found))
        self.assertRegex(speed.table({"sasrec": {**found, "ratio": None}}).splitlines()[1], r"^sasrec +- +1,000\.0 targets/s \(2 thr\.\) +- +- +3$")

    def test_of_sequences_is_taken_at_equal_lengths_and_stock_as_recbole_comes(self):
        sasrec = next(measure for measure in speed.MEASURES if measure.name == "sasrec")
        arguments = argparse.Namespace(threads=[1], seconds=5)
        fast, stock = (speed.options_of(sasrec, "data", "split", arguments, fast) for fast in (True, False))
        self.assertEqual(fast["values"]["MAX_ITEM_LIST_LENGTH"], speed.values_of(sasrec, "own")["length"])
        self.assertEqual((fast["trim"], fast["anomaly"]), (True, False))
        self.assertEqual((stock["trim"], stock["anomaly"], stock["values"]["MAX_ITEM_LIST_LENGTH"]), (False, True, 50))


class Flags(unittest.TestCase):
    def test_with_unknown_names_are_refused(self):
        with self.assertRaisesRegex(argparse.ArgumentTypeError, "there is no 'SASREC': choose of Pop, ItemKNN"):
            parity.names_of([model.recbole for model in settings.MODELS])("SASREC")

    def test_with_no_count_are_refused(self):
        for text in ("0", "-1", "three", ""):
            with self.assertRaises(argparse.ArgumentTypeError):
                parity.count(text)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
