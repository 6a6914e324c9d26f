"""What the sections' figures say: each comparison as a ratio, its target, and whether that is met."""

from dataclasses import dataclass
from statistics import median
from typing import Callable


class Missing(Exception):
    """A figure that was not measured, and why."""


def figures(section, part, measure=None):
    """What was measured of r2rank or of the peer."""
    if section is None:
        raise Missing("not measured yet")
    if part not in section:
        raise Missing("not measured yet")
    found = section[part] if measure is None else section[part][measure]
    if "failed" in found:
        raise Missing(found["failed"])
    return found


def operation(section, name, part="r2rank"):
    return figures(section, part)["operations"][name]


def seconds(section, name):
    return median(operation(section, name)["seconds"])


def peak_flops(section):
    return figures(section, "r2rank")["peak_flops"]


@dataclass(frozen=True)
class Outcome:
    """One comparison, made."""
    ours: str
    peer: str
    ratio: float


@dataclass(frozen=True)
class Comparison:
    key: str
    label: str
    section: str
    target: float
    at_least: bool
    make: Callable
    form: str = "{:.2f}x"

    def met(self, ratio):
        return ratio >= self.target if self.at_least else ratio <= self.target

    def target_text(self):
        return f"{'>=' if self.at_least else '<='} {self.form.format(self.target)}"


def step_against_trl(section):
    ours, peer = seconds(section, "rl_step"), figures(section, "peer", "step")
    batch = peer["settings"]["per_device_train_batch_size"]
    return Outcome(f"{ours:.2f} s", f"{median(peer['seconds']):.1f} s (batch {batch})", median(peer["seconds"]) / ours)


def step_over_floor(section):
    ours = seconds(section, "rl_step")
    floor = operation(section, "rl_step")["flop"] / peak_flops(section)
    return Outcome(f"{ours:.2f} s", f"{floor:.2f} s (its operations at {peak_flops(section) / 1e9:.0f} GFLOP/s)", ours / floor)


def step_memory(section):
    gibibytes = operation(section, "rl_step")["peak_bytes"] / 2**30
    return Outcome(f"{gibibytes:.2f} GiB", "", gibibytes)


def decode_against_llamacpp(sequences, part="r2rank"):
    def make(section):
        work = operation(section, f"decode_{sequences}", part)
        ours = work["tokens"] / median(work["seconds"])
        best = figures(section, "peer", "decode")["best"][str(sequences)]
        rate = median(best["tokens_per_second"])
        return Outcome(f"{ours:.0f} tokens/s", f"{rate:.0f} tokens/s ({llamacpp_setting(best)})", ours / rate)
    return make


def llamacpp_setting(best):
    return f"{best['file']}, threads {best['threads']}, flash attention {best['flash_attention']}, micro-batch {best['micro_batch']}"


def prefill_share(section):
    work, peak = operation(section, "prefill"), peak_flops(section)
    rate = work["flop"] / median(work["seconds"])
    return Outcome(f"{rate / 1e9:.0f} GFLOP/s", f"{peak / 1e9:.0f} GFLOP/s (products alone)", rate / peak)


def silent_against_transformers(section):
    ours, best = seconds(section, "silent_slate"), figures(section, "peer", "silent")["best"]
    peer = median(best["seconds"])
    return Outcome(f"{ours:.3f} s", f"{peer:.2f} s ({best['attention']}, batch {best['batch_size']})", peer / ours)


def silent_against_llamacpp(section):
    ours, prompt = seconds(section, "silent_slate"), figures(section, "peer", "prompt")
    peer = median(prompt["seconds"])
    return Outcome(f"{ours:.3f} s", f"{peer:.2f} s ({llamacpp_setting(prompt['best']['1'])})", peer / ours)


COMPARISONS = (
    Comparison("rl_step_vs_trl", "RL step, TRL", "trl", 10, True, step_against_trl),
    Comparison("rl_step_over_floor", "RL step, floor", "trl", 2, False, step_over_floor),
    Comparison("rl_step_peak_gib", "RL step, memory", "trl", 8, False, step_memory, "{:.2f} GiB"),
    Comparison("decode80_vs_llamacpp", "decode 80, llama.cpp", "llamacpp", 5, True, decode_against_llamacpp(80)),
    Comparison("decode20_vs_llamacpp", "decode 20, llama.cpp", "llamacpp", 1.3, True, decode_against_llamacpp(20)),
    Comparison("decode80_int8_vs_llamacpp", "decode 80, int8, llama.cpp", "llamacpp", 5, True, decode_against_llamacpp(80, "r2rank_int8")),
    Comparison("decode20_int8_vs_llamacpp", "decode 20, int8, llama.cpp", "llamacpp", 2, True, decode_against_llamacpp(20, "r2rank_int8")),
    Comparison("prefill_peak_share", "prompt, GEMM peak", "llamacpp", 0.7, True, prefill_share, "{:.0%}"),
    Comparison("silent_vs_llamacpp", "silent slate, llama.cpp", "llamacpp", 1.5, True, silent_against_llamacpp),
    Comparison("silent_vs_transformers", "silent slate, transformers", "transformers", 5, True, silent_against_transformers),
)


def compare(comparison, sections):
    """The outcome, or the reason why there is none."""
    try:
        return comparison.make(sections.get(comparison.section))
    except Missing as reason:
        return str(reason)


def summary(sections):
    """Of all comparisons: the ratio or null by key, and the reasons of those that are null."""
    outcomes = {comparison.key: compare(comparison, sections) for comparison in COMPARISONS}
    missing = {key: outcome for key, outcome in outcomes.items() if isinstance(outcome, str)}
    return {**{key: None if key in missing else outcome.ratio for key, outcome in outcomes.items()}, "missing": missing}


def table_rows(sections):
    yield ("what", "r2rank", "beside it", "ratio", "target", "")
    for comparison in COMPARISONS:
        outcome, target = compare(comparison, sections), comparison.target_text()
        if isinstance(outcome, str):
            yield (comparison.label, "", outcome, "-", target, "missing")
        else:
            met = "met" if comparison.met(outcome.ratio) else "NOT MET"
            yield (comparison.label, outcome.ours, outcome.peer, comparison.form.format(outcome.ratio), target, met)


def table(sections):
    rows = list(table_rows(sections))
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)
