"""Everything `./run lint` checks: layers, format, clang-tidy. `lint.py [--tests] [FOLDER]` limits the last two to src/FOLDER.

clang-tidy reads the compile commands of build/lint (preset "lint": clang, no precompiled headers), so that it never meets
an option only g++ knows. It takes up to 40 s for a unit that includes libtorch; tests are left out unless --tests is given.
A unit that comes out clean leaves a stamp, and is left out next time unless it, a header of ours that it includes or the
checks have changed.
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

from check_layers import LAYERS, ROOT, SOURCE, included_headers, violations

BUILD = ROOT / "build" / "lint"
STAMPS = BUILD / "clean"
FINDING = re.compile(r"^(/\S+?):(\d+):(\d+): (warning|error): (.*?)(?: \[([^\]]+)\])?$", re.MULTILINE)


def sources(folder):
    return sorted(path for path in (SOURCE / folder).rglob("*") if path.suffix in (".h", ".cpp"))


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


def compiled_units(folder, with_tests):
    commands = json.loads((BUILD / "compile_commands.json").read_text())
    units = {Path(entry["file"]) for entry in commands}
    return sorted(unit for unit in units if unit.is_relative_to(SOURCE / folder)
                  and (with_tests or not unit.stem.endswith("_test")))


def with_own_headers(unit):
    """The unit and every header of ours that it includes, directly or not."""
    seen, waiting = {unit}, [unit]
    while waiting:
        for _, quoted, header in included_headers(waiting.pop()):
            path = SOURCE / header
            if quoted and path not in seen and path.exists():
                seen.add(path)
                waiting.append(path)
    return sorted(seen)


def stamp_of(unit):
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for path in with_own_headers(unit):
        digest.update(str(path).encode() + path.read_bytes())
    return STAMPS / digest.hexdigest()


def tidy(unit):
    """The findings of one unit as {(file, line, check): text}."""
    stamp = stamp_of(unit)
    if stamp.exists():
        return {}
    done = subprocess.run(["clang-tidy-19", "--quiet", "-p", str(BUILD), str(unit)], capture_output=True, text=True)
    found = {(match.group(1), int(match.group(2)), match.group(6) or "compiler"): match.group(5)
             for match in FINDING.finditer(done.stdout)}
    if done.returncode != 0 and not found:
        found[str(unit), 1, "clang-tidy"] = f"failed: {done.stderr.strip()[-300:]}"
    if not found:
        stamp.touch()
    return found


def tidy_all(units):
    STAMPS.mkdir(parents=True, exist_ok=True)
    found, start = {}, time.monotonic()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, part in enumerate(pool.map(tidy, units), 1):
            found.update(part)
            if done % 10 == 0:
                print(f"clang-tidy: {done} of {len(units)} units, {time.monotonic() - start:.0f} s", flush=True)
    return found


def layer_of(name):
    folder = os.path.relpath(os.path.dirname(name), SOURCE)
    return folder if folder in LAYERS else "?"


def print_counts(found):
    for title, key in (("layer", lambda place: layer_of(place[0])), ("check", lambda place: place[2])):
        for name, count in Counter(map(key, found)).most_common():
            print(f"  {title} {name}: {count}")


def check_tidy(folder, with_tests):
    found = tidy_all(compiled_units(folder, with_tests))
    print_counts(found)
    return [f"{os.path.relpath(name, ROOT)}:{line}: {text} [{check}]"
            for (name, line, check), text in sorted(found.items())]


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--tests"]
    folder = arguments[0].removeprefix("src/").rstrip("/") if arguments else ""
    if len(arguments) > 1 or not (SOURCE / folder).is_dir():
        sys.exit(f"[lint] expected [--tests] and one folder of src/, found {arguments}; the layers are: {', '.join(LAYERS)}")
    results = []
    for label, check in (("Layers and file shapes", lambda: list(violations())),
                         ("Format", lambda: check_format(folder)),
                         ("clang-tidy", lambda: check_tidy(folder, len(arguments) < len(sys.argv) - 1))):
        start = time.monotonic()
        results.append(report(label, check(), start))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
