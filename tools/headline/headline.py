"""Ours beside every baseline: `headline.py [flags]`, called by ./run headline.

For each data set of a comparison (`r2rank compare`) it trains the recipe as a study, measures it on the comparison's test slates and on two
more sets of candidates for the same events (popularity negatives; the best 20 of a retriever), and puts all of it into one report with
headline.json. What is there is not made again: the same command goes on where it ended.
"""

import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from headline_files import Missing, read_json, read_toml, write_json
from headline_rows import check_rows

ROOT = Path(__file__).resolve().parents[2]
TEXT, HYBRID = "text", "hybrid"  # arms of the plan
COMPARISON, COMPARISON_PLAN = ROOT / "runs" / "baselines", ROOT / "docs" / "results" / "baselines.toml"
FIRST_SEED = 7
BUILT_IN = ("popularity", "item-knn-pop", "tfidf", "bm25")  # `eval` makes them itself


def program():
    return os.environ.get("R2RANK", str(ROOT / "build" / "release" / "r2rank"))


def end(process):
    """Gives it time to save what it has; what ends us meanwhile ends it at once, as its second signal does."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait()
    except BaseException:
        process.send_signal(signal.SIGINT)
        process.wait()
        raise


def call(*words):
    """Runs the program; its progress goes where ours goes. In a session of its own: of a terminal's Ctrl-C it gets the one signal of end()."""
    command = [program(), *(str(word) for word in words)]
    print("$ " + shlex.join(["r2rank", *command[1:]]), file=sys.stderr, flush=True)
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        raise Missing(f"the program cannot be started: {error}") from error
    try:
        status = process.wait()
    except BaseException:
        end(process)
        raise
    if status == 130:
        raise KeyboardInterrupt
    if status != 0:
        raise Missing(f"r2rank {words[0]} ended with status {status}; once that is mended, the same command goes on from here")


def make(folder, recipe, commands):
    """Makes a folder by commands, each with the file that it writes last, anew where the recipe is another one. What is complete stays."""
    marker = folder / "made-from.json"
    if not marker.exists() or read_json(marker) != recipe:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        write_json(marker, recipe)
    for last, command in commands:
        if (folder / last).exists():
            continue
        shutil.rmtree((folder / last).parent, ignore_errors=True)
        call(*command)


def flag_of(command, flag):
    """The value of a flag in a command line that a study told; None without it."""
    words = shlex.split(command)
    return words[words.index(flag) + 1] if flag in words else None


def rankers_of(command):
    """{name: folder} of the baselines that a command line names, as signals or as parts of a combination."""
    signals, scorers = flag_of(command, "--signals"), flag_of(command, "--scorers")
    found = {path.parent.name: path.parent for path in (Path(signals) / "full").glob("*/baseline.json")} if signals else {}
    for part in scorers.split(",") if scorers else ():
        name, _, folder = part.rpartition("=")
        if (Path(folder) / "baseline.json").exists():
            found[name or Path(folder).name] = Path(folder)
    return found


def is_measured(arm, name):
    """Whether an arm's results are called so: it asks a model, or one scorer of that name, such as a combination."""
    scorers = arm.get("eval", {}).get("scorers", ())
    if isinstance(scorers, str):
        scorers = scorers.split(",")
    return bool(arm.get("model")) or (len(scorers) == 1 and scorers[0].startswith(f"{name}="))


def read_plan(path):
    """(arms by name, methods of all its signals and rankers, number of its training seeds) of a plan and what it includes."""
    plan = read_toml(path)
    steps = list(plan.get("step", ()))
    for name in plan.get("include", ()):
        steps += read_toml(path.parent / name).get("step", ())
    methods = [method for step in steps if step.get("verb") == "signals" for method in step.get("settings", {}).get("methods", ())]
    methods += [step.get("settings", {}).get("method", "") for step in steps if step.get("verb") == "baseline train"]
    return {arm.get("name"): arm for arm in plan.get("arm", ())}, methods, len(plan.get("seeds") or (FIRST_SEED,))


class DataSet:
    """A data set of the comparison, and what is made of it."""

    def __init__(self, name, arguments):
        self.name, self.arguments = name, arguments
        self.data = arguments.comparison / name / "data"
        self.split = arguments.comparison / name / "split"
        self.folder = arguments.output / name
        self.seeds_path = self.folder / "seeds.json"
        if not self.split.is_dir():
            raise Missing(f"{self.split} is not there: the comparison has not come to this data set")

    def check_seeds(self, planned):
        """Refuses fewer trainings than there are, unless their number was asked for: the entry of all would be replaced by one of these."""
        known = max(read_json(self.seeds_path)["seeds"] if self.seeds_path.exists() else 0, self.published_seeds())
        if self.name not in self.arguments.seeds and planned < known:
            raise Missing(f"{self.name} was made with {known} training seeds, now {planned} would take their place: say --seeds {self.name}={known}, or "
                          f"{self.name}={planned} to leave the others out")

    def published_seeds(self):
        """Of the entry that is there from before, perhaps from another folder or machine."""
        path = self.arguments.results / "headline.json"
        entry = read_json(path).get(self.name, {}) if path.exists() else {}
        return entry.get("details", {}).get(TEXT, {}).get("seeds", 0)

    def make_study(self, planned):
        self.study()
        write_json(self.seeds_path, {"seeds": self.arguments.seeds.get(self.name, planned)})

    def study(self, *more):
        count = self.arguments.seeds.get(self.name)
        seeds = ("--seeds", ",".join(str(FIRST_SEED + place) for place in range(count))) if count else ()
        call("study", self.arguments.plan, self.data, "--split", self.split, "--model", self.arguments.model, "--output", self.folder, *seeds, *more)

    def arm(self, name):
        """What the study tells of an arm."""
        for told in read_json(self.folder / self.arguments.plan.stem / "study.json")["arms"]:
            if told["name"] == name:
                return told
        raise Missing(f"{self.arguments.plan} has no arm '{name}'")

    def rankers(self):
        """{name: folder} of the trained rankers that the hybrid of the first seed has as signals or combines: of several sets that with the retriever."""
        for command in self.arm(HYBRID)["commands"]:
            found = rankers_of(command)
            if self.arguments.retriever in found:
                return found
        raise Missing(f"the arm '{HYBRID}' of {self.arguments.plan} has no ranker '{self.arguments.retriever}'")

    def columns(self):
        """(name, flags of split) of further candidates for the same events."""
        retriever = self.arguments.retriever
        count = ("--negative-count", str(self.arguments.negatives))
        return (("popularity", ("--negatives", "popularity", *count)),
                (f"{retriever}-best", ("--negatives", "hard", "--retriever", self.rankers()[retriever], *count)))

    def measure_columns(self):
        """The first seed's models, asked as the plan asks them (of a repeated flag the last counts, but a repeated list grows), and every ranker at hand."""
        rankers = self.rankers()
        names = sorted(rankers)
        asked = {arm: shlex.split(self.arm(arm)["commands"][-1])[1:] for arm in (TEXT, HYBRID)}
        scorers = [f"{name}={rankers[name]}" for name in names]  # beside the arm's own, where it is a combination
        others = {TEXT: ("--baselines", ",".join(name for name in BUILT_IN if name not in names), "--scorers", ",".join(scorers)),
                  HYBRID: ("--baselines", "")}
        for name, flags in self.columns():
            folder = self.folder / "columns" / name
            recipe = {"flags": [str(word) for word in flags], "slates": self.arguments.column_slates,
                      "held_out_by": read_json(self.split / "split.json")["hash"], "asked": asked, "rankers": names}
            make(folder, recipe, (
                ("split/split.json", ("split", self.data, "--held-out-by", self.split, *flags, "--output", folder / "split")),
                *((f"{arm}/summary.json", (*asked[arm], "--split", folder / "split", "--slates", self.arguments.column_slates, *others[arm],
                                           "--output", folder / arm)) for arm in others)))

    def runs(self):
        """Folders of the first seed's trainings, whose curves stand beside the baselines'."""
        commands = [command for arm in (TEXT, HYBRID) for command in self.arm(arm)["commands"]]
        return list(dict.fromkeys(Path(flag_of(command, "--output")) for command in commands if shlex.split(command)[1] == "train"))

    def sources(self):
        """What the report is made of, besides the comparison."""
        answers = [folder for arm in (TEXT, HYBRID) for folder in self.arm(arm)["answers"]]
        columns = [self.folder / "columns" / name / arm for name, _ in self.columns() for arm in (TEXT, HYBRID)]
        return [self.folder / self.arguments.plan.stem, *answers, *columns, *self.runs()]


def entries_that_stay(arguments):
    """Of headline.json, where only some data sets are made."""
    path = arguments.results / "headline.json"
    if not arguments.data_sets or not path.exists():
        return {}
    found = read_json(path)
    if not isinstance(found, dict):
        raise Missing(f"{path} is no headline: remove it")
    return found


def report(data_sets, arguments):
    """Of some data sets only: their own Markdown, and the entries of others stay in headline.json."""
    arguments.results.mkdir(parents=True, exist_ok=True)
    sources = [source for data_set in data_sets for source in data_set.sources()]
    markdown = arguments.results / f"{'-'.join(('headline', *(arguments.data_sets or ())))}.md"
    own, path = arguments.output / "headline.json", arguments.results / "headline.json"
    call("report", arguments.comparison, *sources, "--text", TEXT, "--hybrid", HYBRID, "--title", "Ours beside every baseline",
         "--output", arguments.output / "report.html", "--markdown", markdown, "--headline", own)
    write_json(path, {**entries_that_stay(arguments), **read_json(own)})
    print(f"wrote {arguments.output / 'report.html'}, {markdown} and {path.name}")


def check(arguments):
    """What would end the work hours later."""
    if not arguments.model:
        raise Missing("no language model: name one with --model, or in R2RANK_MODEL")
    arms, methods, planned = read_plan(arguments.plan)
    for name in (TEXT, HYBRID):
        if not is_measured(arms.get(name, {}), name):
            raise Missing(f"{arguments.plan}: expected an arm '{name}' with a model, or with eval.scorers = '{name}=@STEP', a combination")
    if arguments.retriever not in methods:
        raise Missing(f"{arguments.plan} has no ranker '{arguments.retriever}' for --retriever: choose of {', '.join(methods) or 'none'}")
    names = sorted(path.parent.name for path in arguments.comparison.glob("*/rows"))
    if not names:
        raise Missing(f"{arguments.comparison} is no folder of `r2rank compare`: run it with its plan first, or name its folder with --comparison")
    for name in [*(arguments.data_sets or ()), *arguments.seeds]:
        if name not in names:
            raise Missing(f"the comparison has no data set '{name}': choose of {', '.join(names)}")
    entries_that_stay(arguments)
    data_sets = [DataSet(name, arguments) for name in arguments.data_sets or names]
    check_rows(arguments.comparison, [data_set.name for data_set in data_sets], arguments.comparison_plan)
    for data_set in data_sets:
        data_set.check_seeds(planned)
        data_set.study("--dry-run")
    return data_sets, planned


def parse_arguments():
    def number(least):
        def parse(text):
            if not text.isdigit() or int(text) < least:
                raise argparse.ArgumentTypeError(f"expected a whole number from {least}, found '{text}'")
            return int(text)
        return parse

    def seeds(text):
        found = {}
        for part in text.split(","):
            name, _, count = part.partition("=")
            found[name] = number(1)(count)
        return found

    parser = argparse.ArgumentParser(prog="./run headline", description=__doc__.split("\n\n", 1)[1], allow_abbrev=False)
    parser.add_argument("--comparison", type=Path, default=COMPARISON, metavar="FOLDER", help="of `r2rank compare` (default: runs/baselines)")
    parser.add_argument("--comparison-plan", type=Path, metavar="FILE", help="what the comparison was made of: all its rows must be there (default of runs/baselines: docs/results/baselines.toml; of another folder: every row that one of its data sets has)")
    parser.add_argument("--data-sets", type=lambda text: text.split(","), metavar="NAMES", help="of the comparison (default: all); entries of others stay in headline.json")
    parser.add_argument("--plan", type=Path, default=ROOT / "recipes" / "headline.toml", metavar="FILE", help=f"a study with arms '{TEXT}' and '{HYBRID}' (default: recipes/headline.toml)")
    parser.add_argument("--model", default=os.environ.get("R2RANK_MODEL"), metavar="FILE", help="the language model (default: R2RANK_MODEL)")
    parser.add_argument("--seeds", type=seeds, default={}, metavar="NAME=N,...", help="how many trainings of a data set (default: as the plan has it, refused where there are more)")
    parser.add_argument("--retriever", default="sasrec", metavar="NAME", help="the ranker of the hybrid whose best items are ranked again (default: sasrec)")
    parser.add_argument("--negatives", type=number(1), default=19, metavar="N", help="of a slate of these further candidates (default: 19)")
    parser.add_argument("--column-slates", type=number(0), default=300, metavar="N", help="test slates of further candidates that are measured (0: all; default: 300)")
    parser.add_argument("--output", type=Path, default=ROOT / "runs" / "headline", metavar="FOLDER", help="default: runs/headline")
    parser.add_argument("--results", type=Path, default=ROOT / "docs" / "results", metavar="FOLDER", help="of headline.json and headline.md (default: docs/results)")
    arguments = parser.parse_args()
    if arguments.comparison.resolve() == COMPARISON.resolve():
        arguments.comparison_plan = arguments.comparison_plan or COMPARISON_PLAN
    return arguments


def main():
    arguments = parse_arguments()
    data_sets, planned = check(arguments)
    for data_set in data_sets:
        data_set.make_study(planned)
        data_set.measure_columns()
    report(data_sets, arguments)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # a closed terminal reaches the program through us alone
        signal.signal(signal.SIGHUP, lambda number, _: sys.exit(128 + number))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it otherwise
    try:
        main()
    except Missing as reason:
        sys.exit(f"[headline] {reason}")
    except KeyboardInterrupt:
        sys.exit(130)
