"""The file of results: a section per peer, each of its own date, and the ratios that follow from all of them."""

import json
import os
from pathlib import Path

import ratios


def read_sections(path):
    """Those of earlier runs; a file that is no such results is an error."""
    if not path.exists():
        return {}
    try:
        return json.loads(path.read_text(encoding="utf-8"))["sections"]
    except (ValueError, KeyError, TypeError) as error:
        raise SystemExit(f"[bench-peers] {path} holds no results of an earlier run ({error!r}); move it away") from error


def document(about, sections):
    return {**about, **ratios.summary(sections), "sections": sections}


def failures(sections, names):
    """Reasons why parts of these sections have no figures."""
    found = []
    for name in names:
        section = sections[name]
        parts = {**{part: section[part] for part in ("r2rank", "r2rank_int8") if part in section}, **section["peer"]}
        found += [f"{name}, {part}: {measured['failed']}" for part, measured in parts.items() if "failed" in measured]
    return found


def write(path, about, sections):
    """All at once, so that whoever interrupts finds the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(f"{path}.tmp")
    partial.write_text(json.dumps(document(about, sections), indent=1) + "\n", encoding="utf-8")
    os.replace(partial, path)
