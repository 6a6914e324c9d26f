#!/usr/bin/env python3
"""How close the import of a gzip archive of reviews is to what unpacking it takes: `r2rank import` and `gzip -dc`, in turns.

The archive is made up once: JSON lines as long as Amazon's reviews, with texts that pack about as well. What is timed is the whole command, from
archive to data set folder, beside `gzip -dc` to nowhere and, for what reading with zlib's successor takes, `igzip -dc` where it is installed.
"""

import argparse
import functools
import gzip
import itertools
import json
import multiprocessing
import os
import random
import shutil
import statistics
import subprocess
import time
from pathlib import Path

import machine
import programs

LINES = 20_000  # of a member
USERS, ITEMS = 2_000_000, 200_000
FIRST_DAY, DAYS = 1_300_000_000, 86400 * 2500
UNPACKERS = ("gzip", "igzip")


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./run bench-import", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=1.0, metavar="GB", help="packed size of the archive (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="(default: %(default)s)")
    parser.add_argument("--output", type=Path, default=Path("runs/bench/import"), metavar="FOLDER")
    return parser.parse_args()


@functools.cache
def sentences():
    """Of made-up words, some far more frequent than others."""
    draw = random.Random(7)
    words = ["".join(draw.choices("etaoinshrdlucmfwypvbgkjqxz", k=draw.randint(2, 9), weights=range(26, 0, -1))) for _ in range(20_000)]
    weights = list(itertools.accumulate(1 / (place + 1) for place in range(len(words))))
    return [" ".join(draw.choices(words, cum_weights=weights, k=draw.randint(6, 24))).capitalize() + "." for _ in range(20_000)]


def member(number):
    """One gzip member; the same number gives the same bytes."""
    known, draw = sentences(), random.Random(number)
    lines = []
    for _ in range(LINES):
        user, item = int(USERS * draw.random() ** 2), int(ITEMS * draw.random() ** 2)
        lines.append(json.dumps({"overall": float(draw.randint(1, 5)), "verified": True, "reviewTime": "01 2, 2016", "reviewerID": f"A{user:013d}",
                                 "asin": f"B{item:09d}", "reviewerName": f"Reader {user % 9973}", "reviewText": " ".join(draw.choices(known, k=draw.randint(1, 9))),
                                 "summary": draw.choice(known)[:40], "unixReviewTime": FIRST_DAY + draw.randrange(DAYS)}))
    return gzip.compress(("\n".join(lines) + "\n").encode(), 6, mtime=0)


def make_archive(path, size):
    """Members are added until the size is reached; whoever is interrupted leaves no archive."""
    unfinished = path.with_suffix(".unfinished")
    with open(unfinished, "wb") as file, multiprocessing.Pool() as pool:
        for packed in pool.imap(member, range(1_000_000)):
            file.write(packed)
            if file.tell() >= size:
                break
        pool.terminate()
    os.replace(unfinished, path)


def seconds_of(command, log):
    start = time.monotonic()
    programs.run(command, log)
    return time.monotonic() - start


def unpack(program, archive):
    start = time.monotonic()
    if subprocess.run([program, "-dc", archive], stdout=subprocess.DEVNULL).returncode != 0:
        raise programs.Failed(f"{program} could not read {archive}")
    return time.monotonic() - start


def measure(program, archive, folder, repeats):
    """{name: seconds of each repetition}, in turns so that drift meets all alike."""
    unpackers = [name for name in UNPACKERS if shutil.which(name)]
    found = {name: [] for name in (*unpackers, "import")}
    for _ in range(repeats):
        for name in unpackers:
            found[name].append(unpack(name, archive))
        command = [program, "import", archive, "--format", "amazon-2018", "--output", folder, "--overwrite"]
        found["import"].append(seconds_of(command, "import"))
    return found


def main():
    arguments = parse_arguments()
    program = os.environ.get("R2RANK", str(programs.ROOT / "build" / "release" / "r2rank"))
    arguments.output.mkdir(parents=True, exist_ok=True)
    archive = arguments.output / f"reviews-{arguments.gigabytes:g}GB.json.gz"
    if not archive.exists():
        make_archive(archive, arguments.gigabytes * 1e9)
    seconds = measure(program, archive, arguments.output / "dataset", arguments.repeats)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    document = {"machine": machine.describe(), "archive_bytes": archive.stat().st_size, "seconds": seconds, "import_over_gzip": medians["import"] / medians["gzip"]}
    (arguments.output / "import.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    for name, times in seconds.items():
        print(f"{name:<8} {statistics.median(times):8.2f} s   ({', '.join(f'{value:.2f}' for value in times)})")
    print(f"import / gzip -dc: {document['import_over_gzip']:.2f}   ({archive.stat().st_size / 1e9:.2f} GB packed; {arguments.output / 'import.json'})")
    return 0


if __name__ == "__main__":
    programs.finish(main, "bench-import")
