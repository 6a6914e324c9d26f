"""Reads a run folder with the real TensorBoard and checks it against log.jsonl.

The format is proven by src/base/event_file_test.cpp in every build; this is the independent reader, run by hand on any run
folder. Result on 2026-11-23, tensorboard 2.21.0: a run of 14 steps, resumed from step 10 and run to 16, was read as 16 points
a tag, the points of steps 11-14 being those of the second file.

    pip install tensorboard && python tools/golden/check_event_file.py RUN_FOLDER
"""
import json
import math
import pathlib
import sys

from tensorboard import version
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def logged(folder):
    series = {}
    for line in (folder / "log.jsonl").read_text().splitlines():
        values = json.loads(line)
        step = values.pop("step")
        for name, value in values.items():
            series.setdefault(name, []).append((step, math.nan if value is None else value))
    return series


def charted(folder):
    accumulator = EventAccumulator(str(folder), size_guidance={"tensors": 0, "scalars": 0})
    accumulator.Reload()
    return {tag: [(event.step, event.value) for event in accumulator.Scalars(tag)] for tag in accumulator.Tags()["scalars"]}


def main():
    folder = pathlib.Path(sys.argv[1])
    expected, found = logged(folder), charted(folder)
    assert expected.keys() == found.keys(), (sorted(expected), sorted(found))
    for name, points in expected.items():
        assert [step for step, _ in points] == [step for step, _ in found[name]], name
        for (_, a), (_, b) in zip(points, found[name]):
            assert math.isclose(a, b, rel_tol=1e-6) or not math.isfinite(a) and not math.isfinite(b), (name, a, b)
    print(f"tensorboard {version.VERSION}: {len(found)} tags, {sum(map(len, found.values()))} points, equal to log.jsonl")


if __name__ == "__main__":
    main()
