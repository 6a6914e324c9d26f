"""Runs the built program as a user would: `cli_test.py PATH/r2rank [unittest arguments]`.

Every refusal is held to the same rule: a non-zero exit, one line on standard error (after what progress there was), nothing
on standard output, and no output left behind, temporary files included.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = None

LOG = "user_id,item_id,rating,timestamp\n" + "".join(
    f"u{user},i{(user * 3 + event * 7) % 40},{1 + event % 5},{1000000000 + 1000 * event + user}\n"
    for user in range(12) for event in range(8))
CATALOGUE = "item_id,title\n" + "".join(f"i{item},Title {item}\n" for item in range(40))


def run(*arguments, cwd=None, stdout=subprocess.PIPE, limit=None):
    """Runs the program; `limit`: the largest file it may write, in bytes."""
    def restrict():
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    return subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, stdout=stdout, stderr=subprocess.PIPE, timeout=120,
                          text=True, preexec_fn=restrict)


def verbs():
    """The verbs as the program lists them, each as a list of words."""
    lines = run("--help").stdout.split("\n")
    return [line[2:20].split() for line in lines if line.startswith("  ") and line[2:3].islower() and line[19:20] == " "]


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="r2rank_cli_"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.log = self.write("log.csv", LOG)
        self.items = self.write("items.csv", CATALOGUE)
        self.output = self.folder / "out" / "data"

    def write(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def everything(self):
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())

    def accepts(self, *arguments, **options):
        result = run(*arguments, **options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def refuses(self, *arguments, code=None, says=(), **options):
        before = self.everything()
        result = run(*arguments, **options)
        self.assertGreater(result.returncode, 0, f"{result.stdout}{result.stderr}")
        self.assertNotEqual(result.returncode, 1, result.stderr)
        if code is not None:
            self.assertEqual(result.returncode, code, result.stderr)
        *progress, error = result.stderr.splitlines()
        self.assertTrue(error.startswith("r2rank"), error)
        self.assertEqual([line for line in progress if not line.startswith("reading ")], [])
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, error)
        self.assertEqual(result.stdout or "", "")
        self.assertEqual(self.everything(), before, "something was left behind")
        return result

    def import_log(self, *more):
        return self.accepts("import", self.log, "--items", self.items, "--output", self.output, *more)

    def refuses_import_of(self, text, *more, **expected):
        return self.refuses("import", self.write("bad.csv", text), "--output", self.output, *more, **expected)


class Help(Case):
    def test_every_verb_explains_itself(self):
        self.assertGreaterEqual(len(verbs()), 5)
        for verb in verbs():
            with self.subTest(verb=verb):
                page = self.accepts(*verb, "--help").stdout
                self.assertIn("Usage: r2rank " + " ".join(verb), page)
                self.assertIn("Examples:", page)
                self.assertLessEqual(max(map(len, page.split("\n"))), 100)

    def test_help_wins_over_everything_else_on_the_line(self):
        self.assertIn("Usage:", self.accepts("import", "--nonsense", "--help").stdout)
        self.assertIn("Usage: r2rank import", self.accepts("help", "import").stdout)

    def test_alone_it_lists_the_verbs_and_where_to_start(self):
        self.assertEqual(self.accepts().stdout, self.accepts("--help").stdout)
        self.assertIn("Start here:", self.accepts().stdout)

    def test_version(self):
        self.assertRegex(self.accepts("--version").stdout, r"^r2rank \d+\.\d+\.\d+\n$")

    def test_unknown_verb(self):
        self.refuses("imprt", code=2, says="did you mean 'import'?")
        self.refuses("--imprt", code=2, says="unknown verb")

    def test_reference_page_names_every_verb_with_configuration(self):
        page = self.accepts("config-reference").stdout
        self.assertIn("## import", page)
        self.assertIn("## split", page)
        self.assertIn("| `user_core` |", page)
        self.assertIn("user_core", json.loads(self.accepts("config-reference", "--json").stdout)["import"])

    def test_completion_is_valid_bash_that_completes(self):
        script = self.write("completion.bash", self.accepts("completion").stdout)
        asked = f"source {script}; COMP_WORDS=(r2rank import --ov) COMP_CWORD=2; _r2rank; echo ${{COMPREPLY[*]}}"
        answer = subprocess.run(["bash", "-c", asked], capture_output=True, text=True)
        self.assertEqual((answer.stdout, answer.stderr), ("--overwrite\n", ""))


class Doctor(Case):
    def test_reports_every_section(self):
        page = self.accepts("doctor").stdout
        for section in ("Processor", "Memory", "Disk", "GPU", "Libraries", "Demo"):
            self.assertIn(section, page)

    def test_json_gives_advice_for_all_that_is_not_fine(self):
        lines = json.loads(self.accepts("doctor", "--json").stdout)["lines"]
        self.assertGreater(len(lines), 10)
        for line in lines:
            self.assertIn(line["verdict"], ("ok", "info", "slow", "missing"))
            self.assertTrue(line["verdict"] in ("ok", "info") or line["advice"], line)

    def test_missing_tmpdir_is_reported(self):
        environment = dict(os.environ, TMPDIR=str(self.folder / "absent"))
        lines = json.loads(subprocess.run([PROGRAM, "doctor", "--json"], env=environment, capture_output=True).stdout)["lines"]
        temporary = [line for line in lines if line["name"] == "temporary files"]
        self.assertEqual([line["verdict"] for line in temporary], ["missing"])


class Configuration(Case):
    def test_printed_configuration_comes_back_unchanged(self):
        printed = self.accepts("import", self.log, "--user-core", "3", "--min-rating", "2.5", "--time", "real", "--items",
                               self.items, "--output", self.output, "--print-config").stdout
        again = self.accepts("import", "--config", self.write("c.toml", printed), "--print-config").stdout
        self.assertEqual(again, printed)
        self.assertIn("user_core = 3", printed)

    def test_defaults_come_back_unchanged_for_every_verb(self):
        for verb in verbs():
            if "--print-config" not in self.accepts(*verb, "--help").stdout:
                continue
            with self.subTest(verb=verb):
                printed = self.accepts(*verb, "--print-config").stdout
                again = self.accepts(*verb, "--config", self.write("d.toml", printed), "--print-config").stdout
                self.assertEqual(again, printed)

    def test_file_runs_and_flags_win(self):
        config = self.write("c.toml", f'interactions = "{self.log}"\nname = "from-file"\n')
        result = self.accepts("import", "--config", config, "--name", "from-flag", "--dry-run", "--json")
        self.assertEqual(json.loads(result.stdout)["name"], "from-flag")

    def test_print_config_as_json(self):
        self.assertEqual(json.loads(self.accepts("split", "--seed", "9", "--print-config", "--json").stdout)["seed"], 9)

    def test_refusals(self):
        source = ("import", self.log, "--output", self.output)
        self.refuses(*source, "--user-cor", "3", code=2, says="did you mean '--user-core'?")
        self.refuses(*source, "--user-core", "-1", code=2, says="user_core")
        self.refuses(*source, "--user-core", "three", code=2, says="user_core")
        self.refuses(*source, "--duplicates", "keep-some", code=2, says="keep-first")
        self.refuses(*source, "--items", code=2, says="--items")
        self.refuses(*source, "second.csv", code=4, says="second.csv")
        self.refuses(*source, "--quiet", "--verbose", code=2)
        self.refuses("import", "--output", self.output, code=2, says="--interactions is needed")
        self.refuses("import", self.log, code=2, says="--output is needed")

    def test_bad_files_are_refused(self):
        def refuses(text, **expected):
            self.refuses("import", self.log, "--output", self.output, "--config", self.write("bad.toml", text), **expected)
        refuses("user_cor = 3\n", code=2, says="did you mean 'user_core'?")
        refuses("user_core = \n", code=3, says="TOML")
        refuses("[import]\nuser_core = 3\n", code=2, says="import")
        refuses("user_core = 1979-05-27\n", code=2)
        refuses(b"\xff\xfe\x00", code=3)
        self.refuses("import", self.log, "--config", self.folder / "absent.toml", code=4, says="absent.toml")
        self.refuses("import", self.log, "--config", self.folder, code=4)


class Import(Case):
    def test_writes_a_dataset_and_says_what_next(self):
        page = self.import_log().stdout
        for part in ("rows read", "96", "hash", "next: r2rank split"):
            self.assertIn(part, page)
        self.assertTrue((self.output / "dataset.json").is_file())
        self.assertEqual([name for name in self.everything() if name.endswith(".tmp")], [])

    def test_json_is_one_object(self):
        result = json.loads(self.import_log("--json", "--user-core", "2").stdout)
        self.assertEqual((result["users"], result["interactions"], result["items"]), (12, 96, 40))
        self.assertEqual(result["folder"], str(self.output))
        self.assertIn({"step": "rows read", "count": 96}, result["report"])

    def test_same_input_has_the_same_hash(self):
        first = json.loads(self.import_log("--json").stdout)["hash"]
        second = json.loads(self.import_log("--json", "--overwrite").stdout)["hash"]
        self.assertEqual(first, second)

    def test_dry_run_reads_everything_and_writes_nothing(self):
        before = self.everything()
        self.assertIn("nothing written", self.accepts("import", self.log, "--dry-run").stdout)
        self.assertEqual(self.everything(), before)

    def test_quiet_still_prints_the_results(self):
        result = self.import_log("--quiet")
        self.assertEqual(result.stderr, "")
        self.assertIn("rows read", result.stdout)

    def test_malformed_input_is_refused(self):
        self.refuses_import_of("", says="bad.csv")
        self.refuses_import_of("user_id,item_id,rating,timestamp\n", says="bad.csv")
        self.refuses_import_of("user,item,ts\nu,i,1\n", says=("user_id", "--user-column"))
        self.refuses_import_of("user_id,item_id,rating,timestamp\nu,i,NaN,1\n", says=("bad.csv", "rating"))
        self.refuses_import_of("user_id,item_id,rating,timestamp\nu,i,5,soon\n", says=("bad.csv", "timestamp"))
        self.refuses_import_of("user_id,item_id,rating,timestamp\nu,i,5\n", says="bad.csv")
        self.refuses_import_of(b"\x00\x01\x02\xff" * 100)

    def test_duplicate_ids_in_the_catalogue_are_counted(self):
        doubled = self.write("doubled.csv", CATALOGUE + "i0,Another title\n")
        result = json.loads(self.accepts("import", self.log, "--items", doubled, "--dry-run", "--json").stdout)
        self.assertIn(1, [row["count"] for row in result["report"] if "duplicate ids" in row["step"]])
        self.assertEqual(result["items"], 40)

    def test_filters_that_leave_nothing_are_refused(self):
        self.refuses("import", self.log, "--output", self.output, "--user-core", "1000", code=3, says="k-core")

    def test_missing_input_is_refused(self):
        self.refuses("import", self.folder / "absent.csv", "--output", self.output, says="absent.csv")
        self.refuses("import", self.log, "--items", self.folder / "absent.csv", "--output", self.output, says="absent.csv")
        self.refuses("import", "/", "--output", self.output)


class Output(Case):
    def test_existing_output_is_kept_unless_told_otherwise(self):
        self.import_log()
        self.refuses("import", self.log, "--output", self.output, code=2, says="--overwrite")
        self.import_log("--overwrite")

    def test_folder_of_something_else_is_never_replaced(self):
        self.refuses("import", self.log, "--output", self.folder, "--overwrite", code=2, says="never replaced")
        self.assertTrue(self.log.exists())

    def test_no_verb_replaces_a_folder_that_only_has_a_file_of_its_name(self):
        self.import_log()
        split = self.folder / "split"
        self.accepts("split", self.output, "--negative-count", "3", "--output", split)
        for name, command in {"dataset.json": ("import", self.log), "split.json": ("split", self.output),
                              "truth.json": ("generate",),
                              "baseline.json": ("baseline", "train", self.output, "--split", split, "--method", "popularity")}.items():
            for text in ("", "{}", '{"format": "other"}'):
                (self.folder / "theirs").mkdir()
                self.write(f"theirs/{name}", text)
                self.write("theirs/precious.txt", "mine")
                self.refuses(*command, "--output", self.folder / "theirs", "--overwrite", code=2, says="never replaced")
                shutil.rmtree(self.folder / "theirs")

    def test_a_split_kept_in_its_data_set_stays(self):
        self.import_log()
        self.accepts("split", self.output, "--negative-count", "3", "--output", self.output / "split")
        self.refuses("import", self.log, "--output", self.output, "--overwrite", code=2, says="also holds split")

    def test_results_do_not_go_into_a_data_set(self):
        self.import_log()
        split = self.folder / "split"
        self.accepts("split", self.output, "--negative-count", "3", "--output", split)
        for taken in (self.output, split):
            self.refuses("eval", self.output, "--split", split, "--output", taken, code=2, says=f"{taken} holds")

    def test_slices_replace_slices_only(self):
        self.import_log()
        split, slices = self.folder / "split", self.folder / "slices.csv"
        self.accepts("split", self.output, "--negative-count", "3", "--output", split)
        check = ("data", "check", self.output, "--split", split, "--slices")
        self.refuses(*check, self.output / "dataset.json", code=2, says="exists already")
        self.accepts(*check, slices)
        self.accepts(*check, slices)
        self.assertTrue(slices.read_text().startswith("slate_id,user_id,part"))

    def test_places_that_cannot_be_are_refused_before_the_work(self):
        (self.folder / "dangling").symlink_to(self.folder / "absent")
        (self.folder / "loop").symlink_to(self.folder / "loop")
        self.refuses("import", self.log, "--output", self.folder / "dangling", code=2, says="a link to nothing")
        self.refuses("import", self.log, "--output", self.folder / "loop", code=4, says="--output")
        self.refuses("import", self.log, "--output", self.folder / ("n" * 300), code=4, says="--output")

    def test_what_is_not_there_is_no_damaged_file(self):
        absent = self.folder / "absent"
        self.refuses("split", absent, "--output", self.output, code=4, says="no such folder")
        self.refuses("data", "describe", absent, code=4, says="no such folder")
        self.refuses("import", self.log, "--output", self.output, "--config", self.folder, code=4, says="it is a folder")

    def test_a_large_world_is_checked_at_once_and_given_up_on_a_signal(self):
        start = time.monotonic()
        self.accepts("generate", "--items", "100000000", "--dry-run")
        self.assertLess(time.monotonic() - start, 5)
        program = subprocess.Popen([PROGRAM, "generate", "--items", "20000000", "--output", str(self.output)],
                                   stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        time.sleep(1)
        program.terminate()
        self.assertIn(b"interrupted", program.communicate(timeout=60)[1])
        self.assertEqual((program.returncode, self.output.exists()), (130, False))

    def test_a_world_without_users_looked_at_has_no_optimum(self):
        page = self.accepts("generate", "--interactions", "1000", "--items", "400", "--optimum-users", "0", "--output", self.output).stdout
        self.assertRegex(page, "best possible +none")
        self.assertIsNone(json.loads((self.output / "truth.json").read_text())["ndcg"]["optimum"])

    def test_no_column_is_user_and_item_at_once(self):
        self.refuses("import", self.log, "--user-column", "item_id", "--output", self.output, code=2,
                     says=("--user-column and --item-column", "'item_id'"))

    def test_no_time_is_negative_and_no_scorer_compared_with_itself(self):
        self.import_log()
        split = self.folder / "split"
        self.accepts("split", self.output, "--negative-count", "3", "--output", split)
        for says, more in {"0 or more": ("--seconds", "random=-1"), "number of 0": ("--seconds", "random=nan"),
                           "two different scorers": ("--pairs", "random-random")}.items():
            self.refuses("eval", self.output, "--split", split, "--baselines", "random", *more, code=2, says=says)

    def test_unwritable_places_are_refused(self):
        self.refuses("import", self.log, "--output", self.log, "--overwrite", code=2, says="is a file")
        self.refuses("import", self.log, "--output", self.log / "below", code=4, says="not a folder")
        self.refuses("import", self.log, "--output", "/proc/r2rank-output", code=4, says="/proc")

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_read_only_folder_is_refused(self):
        closed = self.folder / "closed"
        closed.mkdir(mode=0o500)
        self.refuses("import", self.log, "--output", closed / "data", code=4)

    def test_full_disk_leaves_nothing_behind(self):
        # A limit on file sizes makes write() fail as a full disk does, at several points of the writing.
        self.import_log()
        largest = max(path.stat().st_size for path in self.output.iterdir())
        shutil.rmtree(self.output)
        for limit in (0, 100, 600, largest - 1):
            with self.subTest(limit=limit):
                self.refuses("import", self.log, "--items", self.items, "--output", self.output, code=4, limit=limit)

    def test_full_disk_keeps_what_was_there(self):
        self.import_log()
        before = {name: (self.folder / name).read_bytes() for name in self.everything()}
        self.refuses("import", self.log, "--output", self.output, "--overwrite", code=4, limit=100)
        self.assertEqual({name: (self.folder / name).read_bytes() for name in self.everything()}, before)

    def test_full_tmpfs_is_refused(self):
        disk = self.folder / "disk"
        disk.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(disk)]
        if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
            self.skipTest("cannot mount a tmpfs here")
        self.addCleanup(subprocess.run, ["umount", str(disk)])
        self.refuses("import", self.log, "--items", self.items, "--output", disk / "data", code=4, says=str(disk))

    def test_results_that_cannot_be_printed_are_an_error(self):
        with open("/dev/full", "w") as full:
            self.refuses("doctor", stdout=full, code=4, says="standard output")

    def test_reader_that_leaves_is_no_error(self):
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "w") as gone:
            result = run("config-reference", stdout=gone)
        self.assertEqual((result.returncode, result.stderr), (0, ""))


class Split(Case):
    def setUp(self):
        super().setUp()
        self.import_log()
        self.slates = self.folder / "slates"

    def refuses_split(self, *more, **expected):
        return self.refuses("split", self.output, "--output", self.slates, *more, **expected)

    def test_writes_slates_and_says_what_next(self):
        page = self.accepts("split", self.output, "--negative-count", "9", "--output", self.slates).stdout
        for part in ("protocol", "test slates", "12", "hash", "next: "):
            self.assertIn(part, page)
        self.assertTrue((self.slates / "split.json").is_file())

    def test_json_and_dry_run(self):
        before = self.everything()
        result = json.loads(self.accepts("split", self.output, "--negative-count", "9", "--test-users", "5", "--dry-run",
                                         "--json").stdout)
        self.assertEqual((result["test_slates"], result["dry_run"], result["folder"]), (5, True, None))
        self.assertEqual(self.everything(), before)

    def test_more_candidates_than_the_catalogue_has_are_refused(self):
        self.refuses_split("--negative-count", "500", code=2)

    def test_impossible_settings_are_refused(self):
        self.refuses_split("--negative-count", "0", code=2)
        self.refuses_split("--min-history", "1000", code=2)
        self.refuses_split("--method", "temporal", "--valid-from", "0.9", "--test-from", "0.8", code=2)
        self.refuses_split("--negatives", "file", "--candidates-file", self.folder / "absent.jsonl", says="absent.jsonl")

    def test_damaged_dataset_is_refused(self):
        header = self.output / "dataset.json"
        whole = header.read_bytes()
        for damaged in (b"", whole[:-10], b"{}", whole.replace(b'"', b"'", 2)):
            header.write_bytes(damaged)
            self.refuses_split(says="dataset.json")
        header.write_bytes(whole)
        parquet = self.output / "interactions.parquet"
        parquet.write_bytes(parquet.read_bytes()[:-20])
        self.refuses_split(says="interactions.parquet")

    def test_missing_dataset_is_refused(self):
        self.refuses("split", self.folder / "absent", "--output", self.slates, says="absent")

    def test_full_disk_leaves_nothing_behind(self):
        self.refuses_split("--negative-count", "9", code=4, limit=200)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=1)
