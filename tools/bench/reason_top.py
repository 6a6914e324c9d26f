#!/usr/bin/env python3
"""What rationales about the best M silent candidates of a slate cost and bring: `r2rank eval` of one trained model, silent and with
--reason-top 1, 2, ..., all candidates: milliseconds a slate against NDCG@10.

A new model or other slates are measured anew; a measurement that was interrupted goes on.
"""

import argparse
import hashlib
import json
import math
import os
from pathlib import Path

import programs
import svg

DEMO = Path("runs/demo")
METRIC = "ndcg@10"
LABEL_WIDTH = 24


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./run bench-reason-top", description=__doc__)
    parser.add_argument("--model", type=Path, default=DEMO / "trained", metavar="RUN", help="run folder of a model that reasons (default: %(default)s)")
    parser.add_argument("--dataset", type=Path, default=DEMO / "dataset", metavar="FOLDER", help="(default: %(default)s)")
    parser.add_argument("--split", type=Path, default=DEMO / "split", metavar="FOLDER", help="(default: %(default)s)")
    parser.add_argument("--tops", type=counts, default=[1, 2, 3, 5, 10, 20], metavar="M,M", help="candidates to reason about (default: 1,2,3,5,10,20)")
    parser.add_argument("--output", type=Path, default=Path("runs/bench/reason-top"), metavar="FOLDER")
    return parser.parse_args()


def counts(text):
    words = text.split(",")
    if not all(word.isdigit() and int(word) > 0 for word in words):
        raise argparse.ArgumentTypeError(f"expected counts from 1, separated by commas, found '{text}'")
    return sorted({int(word) for word in words})


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def identity(arguments):
    """What the measurements are of: the weights, the dataset and the slates, by content."""
    files = []
    for folder, pattern in ((arguments.model, "model/*.*"), (arguments.dataset, "*"), (arguments.split, "*")):
        found = sorted(file for file in folder.glob(pattern) if file.is_file())
        if not found:
            raise programs.Failed(f"there is nothing in {folder}: ./run demo fills its folders; or name others with --model, --dataset, --split")
        files += found
    return hashlib.sha256("".join(digest(file) for file in files).encode()).hexdigest()


def evaluation(program, arguments):
    return [program, "eval", arguments.dataset, "--split", arguments.split, "--baselines", ""]


def measure(program, arguments, name, flags):
    """Leaves NAME.parquet in the output folder, unless it is there."""
    if (arguments.output / f"{name}.parquet").exists():
        return
    programs.run([*evaluation(program, arguments), "--model", arguments.model, "--name", name, *flags, "--output", arguments.output],
                 f"reason-top-{name}")
    print(f"{name}: measured", flush=True)


def measured_table(program, arguments, names):
    """The table of all results, with each one's difference from the silent scores, as text and as an object."""
    command = [*evaluation(program, arguments), "--with", ",".join(str(arguments.output / f"{name}.parquet") for name in names),
               "--pairs", ",".join(f"{name}-silent" for name in names[1:])]
    return (programs.run(command, "reason-top"), programs.read_json(programs.run([*command, "--format", "json"], "reason-top")))


def points_of(table):
    """[(name, milliseconds a slate, NDCG@10, its interval's ends)] in the table's order."""
    points = []
    for row in table["rows"]:
        value = next(value for name, value in row["metrics"].items() if name.startswith(METRIC))
        points.append((row["scorer"], row["ms_per_slate"], value["mean"], value["lo"], value["hi"]))
    return points


def ticks(low, high, step):
    """The multiples of step from low to high."""
    return [step * n for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def label_places(points, x, y):
    """Where each point's name stands: above it, or below it where the point before stands close and higher."""
    places, last = [], None
    for _, ms, mean, _, _ in points:
        here = (x(ms), y(mean))
        crowded = last is not None and here[0] - last[0] < LABEL_WIDTH and here[1] >= last[1]
        places.append((here[0] + 4, here[1] + (14 if crowded else -6)))
        last = here
    return places


def draw(points):
    width, height, left, bottom = 620, 340, 60, 270
    x = svg.scale([0, max(point[1] for point in points) * 1.1], left, width - 20, float)
    ends = [end for point in points for end in point[3:]]
    y = svg.scale(ends, bottom - 10, 45, float)
    lines = [f'<text class="title" x="{left}" y="20">NDCG@10 and milliseconds a slate, reasoning about the best M</text>',
             f'<path class="axis" d="M{left} 35V{bottom}H{width - 20}"/>',
             f'<text class="size" x="{(left + width - 20) / 2}" y="{bottom + 36}">milliseconds a slate; bars: 95 % intervals over users</text>',
             svg.line([(x(ms), y(mean)) for _, ms, mean, _, _ in points])]
    for tick in ticks(0, max(point[1] for point in points), 50):
        lines.append(f'<text class="size" x="{x(tick):.1f}" y="{bottom + 16}">{tick}</text>')
    for tick in ticks(min(ends), max(ends), 0.02):
        lines.append(f'<text class="value" x="{left - 6}" y="{y(tick) + 4:.1f}">{tick:.2f}</text>')
    for (name, ms, mean, low, high), (label_x, label_y) in zip(points, label_places(points, x, y), strict=True):
        lines += [f'<path class="interval" d="M{x(ms):.1f} {y(low):.1f}V{y(high):.1f}"/>', f'<circle cx="{x(ms):.1f}" cy="{y(mean):.1f}" r="3"/>',
                  f'<text x="{label_x:.1f}" y="{label_y:.1f}">{name.removeprefix("top_")}</text>']
    return svg.frame(width, height, lines)


def prepare(folder, what):
    """Forgets measurements of something else."""
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / "measured.json"
    if record.exists() and programs.read_json(record.read_text(encoding="utf-8")).get("of") == what:
        return
    for earlier in folder.glob("*.parquet"):
        earlier.unlink()
    record.write_text(json.dumps({"of": what}) + "\n", encoding="utf-8")


def main():
    arguments = parse_arguments()
    program = Path(os.environ.get("R2RANK", "build/release/r2rank"))
    prepare(arguments.output, identity(arguments))
    wanted = {"silent": ["--rationales", 0]}
    wanted.update({f"top_{top}": ["--rationales", 1, "--reason-top", top] for top in arguments.tops})
    for name, flags in wanted.items():
        measure(program, arguments, name, flags)
    text, table = measured_table(program, arguments, list(wanted))
    print(text)
    picture = arguments.output / "reason-top.svg"
    picture.write_text(draw(points_of(table)), encoding="utf-8")
    print(picture)


if __name__ == "__main__":
    programs.finish(main, "bench-reason-top")
