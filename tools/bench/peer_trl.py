"""TRL: steps of its GRPOTrainer over the same slate. `measure` runs in the peers' environment."""

import json
import re
import resource
import sys
import time
from dataclasses import asdict

import python_peer
import workload as work

LARGEST_BATCH = 20  # sequences of one forward and backward pass


def step(run):
    """Seconds of an optimizer step: rollout, forward and backward of all sequences, AdamW."""
    return python_peer.measure("peer_trl.py", "trl", folder=python_peer.folder_of(run), output=str(run.folder / "trl"),
                               repeats=run.trl_repeats, workload=asdict(run.workload))


def batch_size(sequences):
    return max(size for size in range(1, LARGEST_BATCH + 1) if sequences % size == 0)


def prompt_texts(tokenizer, workload):
    """Texts of exactly as many tokens as wanted: of whole words that are one token each, for TRL tokenizes anew."""
    words = [index for index in range(len(tokenizer)) if re.fullmatch(" [a-z]+", tokenizer.decode([index]))]
    prompts = work.prompts(workload, words)
    texts = tokenizer.batch_decode(prompts, clean_up_tokenization_spaces=False)
    assert tokenizer(texts)["input_ids"] == prompts
    return texts


def reward(completions, **_):
    """Differs within each group, so that there is a gradient."""
    return [float(index % 3) for index in range(len(completions))]


def stopwatch():
    from transformers import TrainerCallback

    class Stopwatch(TrainerCallback):
        seconds = []

        def on_step_begin(self, *_, **__):
            self.start = time.perf_counter()

        def on_step_end(self, *_, **__):
            self.seconds.append(time.perf_counter() - self.start)
            print(f"step: {self.seconds[-1]:.1f} s", file=sys.stderr, flush=True)

    return Stopwatch()


def settings(workload, steps):
    """All sequences in one step; the model itself in bf16, as fast here as under autocast."""
    batch = batch_size(workload.sequences)
    return dict(per_device_train_batch_size=batch, gradient_accumulation_steps=workload.sequences // batch,
                num_generations=workload.rationales, max_completion_length=workload.rationale_tokens,
                generation_kwargs={"min_new_tokens": workload.rationale_tokens}, max_steps=steps, optim="adamw_torch", beta=0.0,
                bf16=False, use_cpu=True, gradient_checkpointing=False, shuffle_dataset=False, seed=7)


def make_trainer(folder, output, workload, steps):
    import torch
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import GRPOConfig, GRPOTrainer
    tokenizer = AutoTokenizer.from_pretrained(folder)
    config = GRPOConfig(output_dir=output, report_to="none", save_strategy="no", logging_steps=1, disable_tqdm=True,
                        dataloader_pin_memory=False, **settings(workload, steps))
    return GRPOTrainer(model=AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16), reward_funcs=reward, args=config,
                       train_dataset=Dataset.from_dict({"prompt": prompt_texts(tokenizer, workload)}), processing_class=tokenizer)


def check_lengths(history, workload):
    """The lengths that TRL itself counted, of which the step's work follows."""
    steps = [entry for entry in history if "num_tokens" in entry]
    completion = {entry[f"completions/{which}_length"] for entry in steps for which in ("min", "max")}
    tokens = steps[0]["num_tokens"]
    expected = workload.sequences * (workload.prompt_tokens + workload.rationale_tokens)
    if completion != {workload.rationale_tokens} or tokens != expected:
        sys.exit(f"expected {expected} tokens a step and completions of {workload.rationale_tokens}, TRL counted {tokens} "
                 f"and {sorted(completion)}")
    return {"tokens_of_a_step": int(tokens), "completion_tokens": workload.rationale_tokens,
            "prompt_tokens": int(tokens) // workload.sequences - workload.rationale_tokens}


def measure(folder, output, workload, repeats):
    trainer, watch = make_trainer(folder, output, workload, repeats + 1), stopwatch()
    trainer.add_callback(watch)
    trainer.train()
    return {"unit": "s", "seconds": watch.seconds[1:], "warm_up_seconds": watch.seconds[0], "settings": settings(workload, repeats + 1),
            **check_lengths(trainer.state.log_history, workload),
            "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}


def main():
    options = json.loads(sys.argv[1])
    result = measure(options["folder"], options["output"], work.Workload(**options["workload"]), options["repeats"])
    print(json.dumps(result))


GROUP = "python"
OPERATIONS = ("rollout", "training_pass", "rl_step")
MEASURES = {"step": step}

if __name__ == "__main__":
    main()
