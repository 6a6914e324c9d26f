"""Where things lie, and how programs are run: one file of results a model, seed and data set, written when it is complete."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".deps" / "peers-venv"
ML_100K = ROOT / ".deps" / "wheels" / "recbole" / "dataset_example" / "ml-100k"


class Missing(Exception):
    """Something that could not be made, and why."""


def shared():
    """The folder with the Amazon sets and the reference slates, as the tests find it; None where a user has none."""
    folder = Path(os.environ.get("R2RANK_SHARED", ROOT.parent / "shared"))
    return folder if folder.is_dir() else None


def program():
    return os.environ.get("R2RANK", str(ROOT / "build" / "release" / "r2rank"))


def end_with_children():
    """From now on a request to end ends the training that is under way as well."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it otherwise


def finish(main, verb):
    """Runs a verb's `main` to the end of the program: what is missing for all of it is one line, and the status is 1."""
    end_with_children()
    try:
        sys.exit(main())
    except Missing as reason:
        sys.exit(f"[{verb}] {reason}")
    except KeyboardInterrupt:
        sys.exit(130)


def run(command, log, environment=None):
    """Standard output of a command; its standard error goes to a log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w", encoding="utf-8") as errors:
        try:
            done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True,
                                  env={**os.environ, **(environment or {})})
        except OSError as error:
            raise Missing(str(error)) from error
    if done.returncode != 0:
        raise Missing(f"{Path(str(command[0])).name} ended with status {done.returncode}: {last_line(log)} ({log})")
    return done.stdout


def last_line(path):
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "without a word")


def read_json(path):
    """The object in a file, or None."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise Missing(f"{path} is no JSON ({error}); remove it to go on") from error


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".partial")
    beside.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    os.replace(beside, path)
