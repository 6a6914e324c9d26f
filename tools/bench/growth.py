"""How the cost of a step grows: `growth.py [flags]` times `r2rank bench` over K, G, T, H and the model's width, one at a time.

Leaves runs/bench/growth.json, to which an interrupted run adds the missing points, and draws runs/bench/growth.svg. Weights are
random: the work is the same. An exponent is the slope of log seconds over log size, by least squares. What does not grow is smaller than in
workload W where that keeps a slate's pass within memory and a series within minutes; the plot names it.
"""

import argparse
import json
import math
import os
from pathlib import Path

import growth_plot
import programs

SIZES = {
    "candidates": [5, 10, 20, 40],
    "rationales": [1, 2, 4, 8, 16, 32],
    "rationale_tokens": [16, 32, 64, 128, 256],
    "history_tokens": [64, 128, 256, 512, 1024],
}
BASES = {
    "candidates": {"rationales": 2},
    "rationales": {"candidates": 10, "rationale_tokens": 32},
    "rationale_tokens": {"candidates": 10, "rationales": 2},
    "history_tokens": {"candidates": 10, "rationales": 2},
}
MODELS = {"29m": 29e6, "135m": 135e6, "360m": 362e6, "1.2b": 1236e6}
MODEL_STEP = {"candidates": 10, "rationales": 2}
VOCABULARIES = [16384, 49152, 147456]
STEP_MODELS = ("29m", "135m", "360m")  # AdamW's moments of the largest do not fit into 24 GiB


SERIES = [*SIZES, "vocabulary", "model", "model_prefill"]


def count(text):
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"expected a count from 1, found '{text}'")
    return int(text)


def series_names(text):
    for name in text.split(","):
        if name not in SERIES:
            raise argparse.ArgumentTypeError(f"there is no series '{name}': choose of {', '.join(SERIES)}")
    return text.split(",")


def exponent(points):
    """Slope of log y over log x of [(x, y)]."""
    logs = [(math.log(x), math.log(y)) for x, y in points]
    mean_x = sum(x for x, _ in logs) / len(logs)
    mean_y = sum(y for _, y in logs) / len(logs)
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs)


def work_flags(sizes):
    return [word for name, size in sizes.items() for word in (f"--{name.replace('_', '-')}", size)]


def wanted_points():
    """(series, size, operation, flags) in the order of measuring."""
    for name, sizes in SIZES.items():
        for size in sizes:
            yield name, size, "rl_step", work_flags({**BASES[name], name: size})
    for size in VOCABULARIES:
        yield "vocabulary", size, "training_pass", ["--random-model", "29m", "--vocabulary", size]
    for model in MODELS:
        if model in STEP_MODELS:
            yield "model", model, "rl_step", ["--random-model", model, *work_flags(MODEL_STEP)]
        yield "model_prefill", model, "prefill", ["--random-model", model]


def measure(program, repeats, operation, flags):
    output = programs.run([program, "bench", "--json", "--repeats", repeats, "--only", operation, *flags], "growth")
    document = programs.read_json(output)
    result = document["operations"][operation]
    return {"flags": flags, "seconds": result["seconds"], "median_seconds": result["median_seconds"], "flop": result["flop"],
            "peak_flops": document["peak_flops"], "peak_bytes": result["peak_bytes"]}


def points_of(document, series):
    """[(size, median seconds)] of what has been measured."""
    found = document["series"].get(series, {})
    return sorted((MODELS.get(size) or float(size), point["median_seconds"]) for size, point in found.items())


def summarise(document):
    """The power of each series with two points or more, fitted to all and between the last two: a cost that does not grow flattens the first."""
    fitted = {series: points for series in document["series"] if len(points := points_of(document, series)) > 1}
    document["exponents"] = {series: exponent(points) for series, points in fitted.items()}
    document["last_exponents"] = {series: exponent(points[-2:]) for series, points in fitted.items()}


def write(path, document):
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(f"{path}.tmp")
    partial.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, path)


def read_earlier(path):
    document = programs.read_json(path.read_text(encoding="utf-8", errors="replace"))
    if not isinstance(document, dict) or not isinstance(document.get("series"), dict):
        raise programs.Failed(f"{path} is not what this command leaves there: move it away and start again")
    return document


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./run bench-growth", description=__doc__.split("\n\n", 1)[1])
    parser.add_argument("--repeats", type=count, default=3, metavar="N", help="timed repetitions of each point (default: 3)")
    parser.add_argument("--series", type=series_names, default=SERIES, metavar="NAMES", help=f"of {','.join(SERIES)} (default: all)")
    parser.add_argument("--output", type=Path, default=Path("runs/bench/growth.json"), metavar="FILE")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    program = Path(os.environ.get("R2RANK", "build/release/r2rank"))
    document = {"repeats": arguments.repeats, "series": {}}
    if arguments.output.exists():
        document = read_earlier(arguments.output)
    for series, size, operation, flags in wanted_points():
        if series not in arguments.series:
            continue
        points = document["series"].setdefault(series, {})
        if points.get(str(size), {}).get("flags") == flags:
            continue
        points[str(size)] = measure(program, arguments.repeats, operation, flags)
        print(f"{series} {size}: {points[str(size)]['median_seconds']:.2f} s", flush=True)
        write(arguments.output, document)
    summarise(document)
    write(arguments.output, document)
    for series, slope in document["exponents"].items():
        print(f"{series}: exponent {slope:.2f}, last two points {document['last_exponents'][series]:.2f}")
    picture = arguments.output.with_suffix(".svg")
    picture.write_text(growth_plot.draw(document, points_of), encoding="utf-8")
    print(picture)


if __name__ == "__main__":
    programs.finish(main, "bench-growth")
