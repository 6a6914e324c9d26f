"""Runs programs; a failure is an exception whose text is the reason that the results keep."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / "build" / "logs"
VENV = ROOT / ".deps" / "peers-venv"


class Failed(Exception):
    """A measurement that could not be made, and why."""


def end_with_children():
    """From now on a request to end kills the program that is being measured as well: left alone it would spoil the next measurement."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it otherwise


def finish(main, verb):
    """Runs a verb's `main` to the end of the program: a failure is one line, and its status is 1."""
    end_with_children()
    try:
        sys.exit(main())
    except Failed as reason:
        sys.exit(f"[{verb}] {reason}")
    except KeyboardInterrupt:
        sys.exit(130)


def run(command, log, environment=None):
    """Standard output of a command; its standard error goes to a log."""
    path = LOGS / f"peers-{log}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as errors:
        try:
            result = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=errors, text=True, env={**os.environ, **(environment or {})})
        except OSError as error:
            raise Failed(str(error)) from error
    if result.returncode != 0:
        raise Failed(f"{Path(command[0]).name} ended with status {result.returncode}: {last_line(path)} ({path.relative_to(ROOT)})")
    return result.stdout


def read_json(text):
    try:
        return json.loads(text)
    except ValueError as error:
        raise Failed(f"expected a JSON object, found: {text[:100]!r}") from error


def last_line(path):
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "without a word")


def attempt(measure, *arguments):
    """What was measured, or {"failed": why not}."""
    try:
        return measure(*arguments)
    except Failed as reason:
        return {"failed": str(reason)}
