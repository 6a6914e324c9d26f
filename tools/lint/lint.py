"""Everything `./run lint` checks: layers, format, clang-tidy. `lint.py [FOLDER]` limits the last two to src/FOLDER.

clang-tidy reads the compile commands of build/lint (preset "lint": clang, no precompiled headers), so that it never meets
an option only g++ knows. A unit that comes out clean leaves a stamp, and is left out next time unless it, one of our
headers or the checks have changed.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from check_layers import LAYERS, ROOT, violations

BUILD = ROOT / "build" / "lint"
STAMPS = BUILD / "clean"
FINDING = re.compile(r"^(/\S+?):(\d+):(\d+): (warning|error): (.*?)(?: \[([^\]]+)\])?$", re.MULTILINE)


def sources(folder):
    return sorted(path for path in (ROOT / "src" / folder).rglob("*") if path.suffix in (".h", ".cpp"))


def report(label, problems, start):
    for problem in problems:
        print(problem)
    state = "clean" if not problems else f"{len(problems)} to mend"
    print(f"{label:<40} {state:>15} {time.monotonic() - start:8.1f} s", flush=True)
    return not problems


def check_format(folder):
    command = ["clang-format-19", "--dry-run", "-Werror", *map(str, sources(folder))]
    output = subprocess.run(command, capture_output=True, text=True).stderr
    counts = Counter(match.group(1) for match in re.finditer(r"^(\S+?):\d+:\d+: error", output, re.MULTILINE))
    return [f"{os.path.relpath(name, ROOT)}: {count} places differ; ./run format mends them"
            for name, count in sorted(counts.items())]


def compiled_units(folder):
    commands = json.loads((BUILD / "compile_commands.json").read_text())
    return sorted({entry["file"] for entry in commands if entry["file"].startswith(str(ROOT / "src" / folder) + "/")})


def fingerprint_of_headers():
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for path in sorted((ROOT / "src").rglob("*.h")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def tidy(unit, headers):
    """The findings of one unit as {(file, line, check): text}."""
    stamp = STAMPS / hashlib.sha256(headers.encode() + unit.encode() + Path(unit).read_bytes()).hexdigest()
    if stamp.exists():
        return {}
    done = subprocess.run(["clang-tidy-19", "--quiet", "-p", str(BUILD), unit], capture_output=True, text=True)
    found = {(match.group(1), int(match.group(2)), match.group(6) or "compiler"): match.group(5)
             for match in FINDING.finditer(done.stdout)}
    if done.returncode != 0 and not found:
        found[unit, 1, "clang-tidy"] = f"failed: {done.stderr.strip()[-300:]}"
    if not found:
        stamp.touch()
    return found


def tidy_all(folder):
    STAMPS.mkdir(parents=True, exist_ok=True)
    headers = fingerprint_of_headers()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = {}
        for part in pool.map(lambda unit: tidy(unit, headers), compiled_units(folder)):
            found.update(part)
    return found


def layer_of(name):
    folder = os.path.relpath(os.path.dirname(name), ROOT / "src")
    return folder if folder in LAYERS else "?"


def print_counts(found):
    for title, key in (("layer", lambda place: layer_of(place[0])), ("check", lambda place: place[2])):
        for name, count in Counter(map(key, found)).most_common():
            print(f"  {title} {name}: {count}")


def check_tidy(folder):
    found = tidy_all(folder)
    print_counts(found)
    return [f"{os.path.relpath(name, ROOT)}:{line}: {text} [{check}]"
            for (name, line, check), text in sorted(found.items())]


def main():
    folder = sys.argv[1].removeprefix("src/").rstrip("/") if len(sys.argv) > 1 else ""
    if not (ROOT / "src" / folder).is_dir():
        sys.exit(f"[lint] src/{folder} is no folder; the layers are: {', '.join(LAYERS)}")
    results = []
    for label, check in (("Layers and file shapes", lambda: list(violations())),
                         ("Format", lambda: check_format(folder)),
                         ("clang-tidy", lambda: check_tidy(folder))):
        start = time.monotonic()
        results.append(report(label, check(), start))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
