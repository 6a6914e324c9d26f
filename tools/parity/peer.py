"""RecBole's side: one training as a process of the peers' Python, its scores measured by `r2rank eval`."""

import functools
import hashlib
import json
import subprocess

import own
import places

RUNNER = places.ROOT / "tools" / "parity" / "recbole_run.py"
# It computes on the CPU, as r2rank's baselines do; nothing is looked up.
ENVIRONMENT = {"CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1"}


@functools.cache
def made_by():
    """The runner, by its sources' bytes, and the versions that it is installed with."""
    modules = ("recbole_run", "recbole_model", "recbole_training", "recbole_shims", "atomic_files", "slate_metric", "split_files")
    sources = [*(RUNNER.with_name(f"{module}.py") for module in modules), places.ROOT / "tools" / "setup" / "peers.lock"]
    return f"runner {hashlib.sha256(b''.join(path.read_bytes() for path in sources)).hexdigest()[:12]}"


def set_up(folder):
    """Installs RecBole, and tries on a small case what is relied on."""
    if subprocess.run([places.ROOT / "tools" / "setup" / "peers.sh", "recbole"], check=False).returncode != 0:
        raise places.Missing("RecBole could not be set up (build/logs/peers-recbole.log)")
    places.run([places.VENV / "bin" / "python", RUNNER.with_name("recbole_check.py")], folder / "recbole_check.log", ENVIRONMENT)


def run(dataset, split, model, values, seed, threads, key, output):
    """Trains, scores and evaluates; leaves OUTPUT/recbole.csv, recbole.json and eval. A training of the same key is not repeated."""
    output.mkdir(parents=True, exist_ok=True)
    told = places.read_json(output / "recbole.json")
    if told is None or told["key"] != key:
        told = train({"dataset": str(dataset), "split": str(split), "model": model.recbole, "values": values, "seed": seed, "threads": threads,
                      "key": key, "made_by": made_by(), "output": str(output / "recbole")}, output / "train.log")
    measured = own.evaluate(dataset, split, ["--baselines", "", "--scores", output / "recbole.csv"], output)
    check_agreement(told["test_ndcg@10"], measured["test_ndcg@10"], output)
    return {**told, **measured}


def train(options, log):
    """What the runner tells: its last line."""
    printed = places.run(command(options), log, {**ENVIRONMENT, "OMP_NUM_THREADS": str(options["threads"])})
    return json.loads(printed.strip().rpartition("\n")[2])


def command(options):
    return [places.VENV / "bin" / "python", RUNNER, json.dumps(options)]


def check_agreement(told, measured, output):
    """Early stopping reads the runner's metric, the table r2rank's: they are one."""
    if abs(told - measured) > 1e-9:
        raise places.Missing(f"the runner's NDCG@10 is {told}, eval's {measured} ({output}): the two metrics differ")
