"""RecBole's side: one training as a process of the peers' Python, its scores measured by `r2rank eval`."""

import json

import own
import places

RUNNER = places.ROOT / "tools" / "parity" / "recbole_run.py"
# It computes on the CPU, as r2rank's baselines do; nothing is looked up.
ENVIRONMENT = {"CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1"}


def run(dataset, split, model, values, seed, threads, output):
    """Trains, scores and evaluates; leaves OUTPUT.csv and OUTPUT/eval."""
    output.mkdir(parents=True, exist_ok=True)
    options = {"dataset": str(dataset), "split": str(split), "model": model.recbole, "values": values, "seed": seed, "threads": threads,
               "output": str(output / "recbole")}
    told = json.loads(places.run(command(options), output / "train.log", {**ENVIRONMENT, "OMP_NUM_THREADS": str(threads)}).strip().rpartition("\n")[2])
    measured = own.evaluate(dataset, split, ["--baselines", "", "--scores", output / "recbole.csv"], output)
    check_agreement(told["test_ndcg@10"], measured["test_ndcg@10"], output)
    return {**told, **measured}


def command(options):
    return [places.VENV / "bin" / "python", RUNNER, json.dumps(options)]


def check_agreement(told, measured, output):
    """Early stopping reads the runner's metric, the table r2rank's: they are one."""
    if abs(told - measured) > 1e-9:
        raise places.Missing(f"the runner's NDCG@10 is {told}, eval's {measured} ({output}): the two metrics differ")
