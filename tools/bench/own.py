"""r2rank's own figures: `r2rank bench --json`, before and after a peer, so that a drifting machine touches both."""

import programs


def measure(program, model, workload, operations, repeats, *flags):
    only = [word for operation in operations for word in ("--only", operation)]
    output = programs.run([program, "bench", model, "--json", "--repeats", repeats, *only, *flags, *workload.flags()], "r2rank")
    return programs.read_json(output)


def import_model(program, model, folder):
    """The model as a Hugging Face folder in bf16."""
    programs.run([program, "model", "import", model, "--output", folder, "--overwrite"], "import")


def merge(before, after):
    """Two measurements of the same operations as one: all repetitions, the higher peaks."""
    for measured in (before, after):
        if "failed" in measured:
            return measured
    operations = {name: merge_operation(first, after["operations"][name]) for name, first in before["operations"].items()}
    return {"dtype": before["dtype"], "peak_flops": max(before["peak_flops"], after["peak_flops"]), "operations": operations}


def merge_operation(first, second):
    """Without the figures that follow from the seconds."""
    merged = {key: value for key, value in first.items() if key not in ("median_seconds", "peak_share")}
    merged["seconds"] = first["seconds"] + second["seconds"]
    merged["peak_bytes"] = max(first["peak_bytes"], second["peak_bytes"])
    return merged
