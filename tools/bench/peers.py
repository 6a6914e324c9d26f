"""Measures transformers, TRL and llama.cpp beside `r2rank bench`, at the same work in one run: `peers.py MODEL.gguf [flags]`.

Leaves runs/bench/peers.json and prints what follows from it. A part that cannot be measured is null there, with the reason; the
others are still measured, and the exit status is 1.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path

import machine
import own
import peer_llamacpp
import peer_transformers
import peer_trl
import programs
import ratios
import results
import workload as work

PEERS = {"llamacpp": peer_llamacpp, "transformers": peer_transformers, "trl": peer_trl}


@dataclass(frozen=True)
class Run:
    """What the peers are measured with."""
    program: Path
    model: Path
    folder: Path  # for models in other formats; emptied at the start
    workload: work.Workload
    repeats: int
    trl_repeats: int

    def import_model(self, folder):
        own.import_model(self.program, self.model, folder)


def peer_names(text):
    names = text.split(",")
    for name in names:
        if name not in PEERS:
            raise argparse.ArgumentTypeError(f"there is no peer '{name}': choose of {', '.join(PEERS)}")
    return names


def count(text):
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"expected a count from 1, found '{text}'")
    return int(text)


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./run bench-peers", description=__doc__.split("\n\n", 1)[1], allow_abbrev=False)
    parser.add_argument("model", type=Path, metavar="MODEL", help="GGUF file; ./run names the demo's")
    parser.add_argument("--only", type=peer_names, default=list(PEERS), metavar="NAMES",
                        help=f"of {','.join(PEERS)}; the others' figures in the file stay as they are")
    parser.add_argument("--repeats", type=count, default=3, metavar="N", help="timed repetitions (default: 3)")
    parser.add_argument("--trl-repeats", type=count, default=3, metavar="N", help="of TRL, minutes each (default: 3)")
    parser.add_argument("--output", type=Path, default=programs.ROOT / "runs/bench/peers.json", metavar="FILE",
                        help="default: runs/bench/peers.json")
    work.add_flags(parser, count)
    return parser.parse_args()


def set_up(groups):
    """What fails here is said again, as a reason, where the program is missed."""
    for group in groups:
        subprocess.run([programs.ROOT / "tools" / "setup" / "peers.sh", group], check=False)


def timed(label, measure, *arguments):
    start = time.monotonic()
    measured = programs.attempt(measure, *arguments)
    print(f"{label:<58} {time.monotonic() - start:8.1f} s{'   failed' if 'failed' in measured else ''}", flush=True)
    return measured


def own_parts(peer):
    """What of ours stands beside the peer: {part: (operations, flags)}."""
    parts = {"r2rank": (peer.OPERATIONS, ())}
    if hasattr(peer, "INT8_OPERATIONS"):
        parts["r2rank_int8"] = (peer.INT8_OPERATIONS, ("--int8-weights",))
    return parts


def measure_own(label, peer, run):
    return {part: timed(f"{label}: {' '.join(('r2rank', *flags))}", own.measure, run.program, run.model, run.workload, operations, run.repeats, *flags)
            for part, (operations, flags) in own_parts(peer).items()}


def measure_section(name, run):
    peer = PEERS[name]
    date = datetime.now(timezone.utc).isoformat(timespec="seconds")
    before = measure_own(f"{name}, before", peer, run)
    measured = {part: timed(f"{name}: {part}", measure, run) for part, measure in peer.MEASURES.items()}
    after = measure_own(f"{name}, after", peer, run)
    merged = {part: own.merge(before[part], after[part]) for part in before}
    return {"date": date, "workload": asdict(run.workload), **merged, "peer": measured}


def describe(run):
    return {"date": datetime.now(timezone.utc).isoformat(timespec="seconds"), "machine": machine.describe(),
            "versions": machine.versions(run.program), "model": run.model.name, "workload": asdict(run.workload)}


def measure_all(names, run, sections, output):
    about = describe(run)
    for name in names:
        sections[name] = {**measure_section(name, run), "machine": about["machine"], "versions": about["versions"]}
        results.write(output, about, sections)


def print_results(sections, output):
    print(f"\n{ratios.table(sections)}\n")
    for name, section in sections.items():
        cpu = f"{section['machine']['cpu']} x {section['machine']['cores']}"
        print(f"{name}: {section['date']}, {work.Workload(**section['workload'])}, {cpu}")
    print(f"all figures: {output}")


def empty_folder():
    folder = programs.ROOT / "runs" / "bench" / "peers"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def main():
    arguments = parse_arguments()
    sections = results.read_sections(arguments.output)
    program = Path(os.environ.get("R2RANK", programs.ROOT / "build" / "release" / "r2rank"))
    run = Run(program, arguments.model, empty_folder(), work.from_arguments(arguments), arguments.repeats, arguments.trl_repeats)
    set_up(dict.fromkeys(PEERS[name].GROUP for name in arguments.only))
    measure_all(arguments.only, run, sections, arguments.output)
    print_results(sections, arguments.output)
    failures = results.failures(sections, arguments.only)
    for failure in failures:
        print(f"[bench-peers] {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    programs.finish(main, "bench-peers")
