"""Holds the order of the layers and the shape of the sources.

* A layer includes only itself and the layers above it (docs/architecture.md shows the same list; both are compared).
* Only the layers marked so include libtorch.
* No file has more than 500 lines.
* Every source has a test beside it, except the verbs of cli and test vocabulary (test_*).
* Nothing that clang refuses and the tests' compiler takes in silence: std::stable_sort and its kin (base/stable_sort.h).
Prints one line for each violation; the exit status is 1 when there is any.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
LAYERS = ["base", "data", "metrics", "ranking", "text", "remote", "model/format", "model", "rollout", "learn", "distill",
          "baselines", "baselines/neural", "baselines/llm", "experiment", "study", "report", "cli"]
TORCH_LAYERS = {"model", "rollout", "learn", "distill", "baselines/neural", "baselines/llm", "experiment", "cli"}
MOST_LINES = 500

# Their temporary buffer is deprecated in C++20: an error in clang's builds (fuzz, lint), which the tests do not make.
REFUSED = re.compile(r"\bstd::(stable_sort|stable_partition|inplace_merge)\(")

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
TORCH_HEADER = re.compile(r"^(torch|ATen|c10|caffe2)/")


def layer_of(path):
    """The layer of a path relative to src/, or None."""
    folder = path.rpartition("/")[0]
    return folder if folder in LAYERS else None


def included_headers(path):
    """(line, quoted?, header) for each include of the file."""
    text = path.read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start(2)) + 1, match.group(1) == '"', match.group(2)


def check_include(layer, quoted, header):
    """What is wrong with one include, or None."""
    if TORCH_HEADER.match(header):
        return None if layer in TORCH_LAYERS else f"{layer} does without libtorch, but includes {header}"
    if not quoted:
        return None
    target = layer_of(header)
    if target is None:
        return f'expected "layer/file.h" from src/, found "{header}"'
    if LAYERS.index(target) > LAYERS.index(layer):
        return f"{layer} may not include {header}: {target} comes after it"
    return None


def check_file(path):
    name = path.relative_to(SOURCE).as_posix()
    layer = layer_of(name)
    if layer is None:
        yield 1, f"lies in no layer; the layers are: {', '.join(LAYERS)}"
        return
    for line, quoted, header in included_headers(path):
        if problem := check_include(layer, quoted, header):
            yield line, problem
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if found := REFUSED.search(line):
            yield number, f"clang refuses std::{found[1]}; use base::stable_sorted"
    length = len(lines)
    if length > MOST_LINES:
        yield length, f"has {length} lines; split it before {MOST_LINES}"
    if needs_test(path, layer) and not path.with_name(path.stem + "_test.cpp").exists():
        yield 1, f"has no test beside it: expected {path.stem}_test.cpp"


def needs_test(path, layer):
    return (path.suffix == ".cpp" and layer != "cli" and not path.stem.startswith("test_")
            and not path.stem.endswith(("_test", "_fuzz")))


def check_architecture_page():
    """The table of docs/architecture.md must name the same layers in the same order."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `([a-z/]+)` \|", text, re.MULTILINE)
    if named != LAYERS:
        yield f"docs/architecture.md: its table names {named}, this check {LAYERS}"


def violations():
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix in (".h", ".cpp"):
            for line, problem in check_file(path):
                yield f"{path.relative_to(ROOT)}:{line}: {problem}"
    yield from check_architecture_page()


def main():
    found = list(violations())
    for violation in found:
        print(violation)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
