"""transformers: the candidates of a slate as prompts of their own, forward or continued. `measure_` runs in the peers' environment."""

import json
import resource
import statistics
import sys
import time
from dataclasses import asdict

import python_peer
import workload as work

BATCH_SIZES = (1, 4, 5, 10, 20)
ATTENTION = ("sdpa", "eager")


def silent(run):
    """Seconds of the forward passes of a slate, at each batch size and attention."""
    return ask(run, "silent", "transformers-silent")


def generate(run):
    """New tokens/s when each prompt is continued by one rationale."""
    return ask(run, "generate", "transformers-generate")


def ask(run, what, log):
    return python_peer.measure("peer_transformers.py", log, what=what, folder=python_peer.folder_of(run), repeats=run.repeats,
                               workload=asdict(run.workload))


def load(folder, attention):
    import torch
    from transformers import AutoModelForCausalLM
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16, attn_implementation=attention).eval()


def seconds_of(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def prompt_batch(workload, model):
    import torch
    return torch.tensor(work.prompts(workload, range(model.config.vocab_size)))  # [K, H + C]


def measure_silent(folder, workload, repeats):
    settings = []
    for attention in ATTENTION:
        model = load(folder, attention)
        for size in sorted({min(size, workload.candidates) for size in BATCH_SIZES}):
            seconds = time_silent(model, prompt_batch(workload, model), size, repeats)
            settings.append({"attention": attention, "batch_size": size, "seconds": seconds})
            print(settings[-1], file=sys.stderr, flush=True)
    best = min(settings, key=lambda setting: statistics.median(setting["seconds"]))
    return {"unit": "s", "best": best, "settings": settings}


def time_silent(model, prompts, size, repeats):
    def score():
        for batch in prompts.split(size):
            model(input_ids=batch, use_cache=False, logits_to_keep=1)
    score()
    return [seconds_of(score) for _ in range(repeats)]


def measure_generate(folder, workload, repeats):
    """One repetition, whatever `repeats`: it is there to be seen, no ratio needs it."""
    model = load(folder, "sdpa")
    prompts, tokens = prompt_batch(workload, model), workload.rationale_tokens
    def continue_all(count):
        made = model.generate(prompts, attention_mask=prompts.new_ones(prompts.shape), do_sample=True, top_k=0, top_p=1.0,
                              min_new_tokens=count, max_new_tokens=count)
        assert made.shape == (workload.candidates, workload.prompt_tokens + count), made.shape
    continue_all(2)
    seconds = seconds_of(lambda: continue_all(tokens))
    return {"unit": "tokens/s", "seconds": [seconds], "tokens_per_second": [workload.candidates * tokens / seconds]}


def main():
    import torch
    options = json.loads(sys.argv[1])
    measure = {"silent": measure_silent, "generate": measure_generate}[options["what"]]
    torch.manual_seed(7)
    with torch.no_grad():
        result = measure(options["folder"], work.Workload(**options["workload"]), options["repeats"])
    print(json.dumps({**result, "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}))


GROUP = "python"
OPERATIONS = ("silent_slate",)
MEASURES = {"silent": silent, "generate": generate}

if __name__ == "__main__":
    main()
