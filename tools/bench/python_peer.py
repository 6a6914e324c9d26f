"""Runs a measuring script under the Python of the peers' environment."""

import json

import programs

# Nothing is to be looked up or sent; and r2rank computes on the CPU, so its peers do.
ENVIRONMENT = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "CUDA_VISIBLE_DEVICES": "",
               "TOKENIZERS_PARALLELISM": "false"}


def measure(script, log, **options):
    """What the script prints as its last line: a JSON object."""
    python = programs.VENV / "bin" / "python"
    if not (programs.VENV / "complete-python").exists():
        raise programs.Failed("there is no transformers: its set-up failed (build/logs/peers-python.log)")
    command = [python, programs.ROOT / "tools" / "bench" / script, json.dumps(options)]
    return programs.read_json(programs.run(command, log, ENVIRONMENT).strip().rpartition("\n")[2])


def folder_of(run):
    """The model as transformers reads it."""
    folder = run.folder / "bf16"
    if not folder.exists():
        run.import_model(folder)
    return str(folder)
