"""Sources for the tests of `report`: a data set with hostile titles, its split, evaluations with kept rationales, a run's log, a study, a bench."""

import json
import math
import random

from tiny_world import must

HOSTILE = ["</script><script>window.hacked = 1</script>", "<img src=x onerror=\"window.hacked = 1\">", "\"quoted\" & 'quoted' <b>bold</b>",
           "turned \u202e around \u2066 and left open", "line\u2028separator\u2029 and \u0007 bell", "{{script}} ${1 + 1} `code`", "A" * 200,
           "日本語の題名とعنوان عربي", "|table|*stars*[link](javascript:alert(1))"]


def write_log(folder, users, events, items):
    """Users choose within groups of items, so that item-knn has something to find."""
    draw = random.Random(7)
    rows = ["user_id,item_id,rating,timestamp"]
    for user in range(users):
        group, seen = user % 10, []
        while len(seen) < events:
            item = (draw.randrange(items // 10) * 10 + group) if draw.random() < 0.8 else draw.randrange(items)
            if item not in seen:
                seen.append(item)
        rows += [f"u{user},i{item},{1 + item % 5},{1_500_000_000 + 86_400 * place + user}" for place, item in enumerate(seen)]
    (folder / "log.csv").write_text("\n".join(rows) + "\n")


def write_items(folder, items):
    lines = [{"item_id": f"i{item}", "title": HOSTILE[item] if item < len(HOSTILE) else f"Title {item} of group {item % 10}",
              "brand": f"Brand {item % 7}", "categories": ["All", f"Group {item % 10}"]} for item in range(items)]
    (folder / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def write_run(folder, data, split, steps=40):
    folder.mkdir()
    (folder / "config.toml").write_text(f'dataset = "{data}"\nsplit = "{split}"\nstage = "rl"\nrationale_tokens = 16\n')
    draw = random.Random(3)
    (folder / "log.jsonl").write_text("".join(json.dumps({
        "step": step, "utility": 0.4 + 0.2 * (1 - math.exp(-step / 10)) + draw.uniform(-0.05, 0.05), "ndcg": 0.5 + 0.004 * step,
        "ndcg_constant": 0.49, "gradient_norm": 10 / step, "kl": None, "seconds": 12.5 + draw.random()}) + "\n" for step in range(1, steps + 1)))


def slates_of(split):
    lines = (split / "test.slates.jsonl").read_text().splitlines()
    return json.loads(lines[0])["hash"], [json.loads(line) for line in lines[1:]]


def write_rationales(folder, scorer, split):
    """As `eval --keep-rationales` would."""
    slates_hash, slates = slates_of(split)
    header = {"format": "r2rank-rationales", "version": 1, "scorer": scorer, "slates_hash": slates_hash, "slates": len(slates)}
    lines = [{"slate_id": slate["id"], "silent": [0.5 for _ in slate["candidates"]],
              "texts": [[f"because {item} fits what {slate['user']} chose </script>"] for item in slate["candidates"]],
              "scores": [[round(label + 0.25, 3)] for label in slate["relevance"]]} for slate in slates]
    (folder / f"{scorer}.rationales.jsonl").write_text("".join(json.dumps(line) + "\n" for line in (header, *lines)))


def write_scores(path, split, strength, seed):
    """Scores of a ranker from outside: noise, and `strength` for what is relevant."""
    draw = random.Random(seed)
    _, slates = slates_of(split)
    rows = ["slate_id,item_id,score"]
    rows += [f"{slate['id']},{item},{draw.gauss(0, 1) + strength * label:.4f}"
             for slate in slates for item, label in zip(slate["candidates"], slate["relevance"], strict=True)]
    path.write_text("\n".join(rows) + "\n")


def study_result(name, axis, places):
    """As `study` writes it: arms with figures in a table, one slice."""
    arms = [f"T={tokens}" for tokens in (8, 16, 32, 64)]
    interval = lambda mean: {"mean": mean, "lo": mean - 0.02, "hi": mean + 0.02}
    metric = "ndcg@10[loo-uni19-seed7]"
    return {"format": "r2rank-study", "version": 1, "name": name, "title": "How long should a rationale be?", "reference": arms[0], "axis": axis,
            "question": "Does a longer rationale rank better, at the same wall-clock?", "metric": "ndcg@10", "slates": 400, "sample_seed": 7, "seeds": [7],
            "arms": [{"name": arm, "model": "rl", "eval": {}, **({"x": 8 << at} if places else {}), "training_seconds": 720, "training_slates": 90,
                      "commands": ["r2rank eval"], "notes": {"malformed share": 0.0, "perplexity": 12.5}} for at, arm in enumerate(arms)],
            "table": {"protocol": "loo-uni19-seed7", "slates_hash": "0123456789abcdef", "users": 400,
                      "rows": [{"scorer": arm, "metrics": {metric: interval(0.5 + 0.01 * at)}, "tokens_per_slate": 900 + 160 * at} for at, arm in enumerate(arms)],
                      "paired": [{"a": arm, "b": arms[0], "metrics": {metric: {**interval(0.01 * at), "p": 0.2, "p_permutation": 0.2, "p_holm": 0.4}}}
                                 for at, arm in enumerate(arms) if at > 0]},
            "slices": [{"title": "history", "metric": "ndcg@10", "reference": arms[0],
                        "columns": [{"name": part, "protocol": "loo-uni19-seed7", "users": 200} for part in ("short", "long")],
                        "rows": [{"scorer": arm, "cells": [interval(0.5), interval(0.52)]} for arm in arms]}]}


BENCH = {"model": "tiny", "dtype": "f32", "device": "cpu", "peak_flops": 4e11, "operations": {
    "prefill": {"work": "512 tokens", "seconds": [0.5], "median_seconds": 0.5, "tokens": 512, "flop": 1e11, "peak_share": 0.5, "peak_bytes": 1 << 30}}}


def make_sources(folder, users=30, items=100, events=8, negatives=19):
    """Everything in `folder`: data, split, eval, run, study, bench.json."""
    write_log(folder, users, events, items)
    write_items(folder, items)
    data, split, results = folder / "data", folder / "split", folder / "eval"
    must("import", folder / "log.csv", "--items", folder / "items.jsonl", "--name", "shop <b>", "--output", data)
    must("split", data, "--negative-count", negatives, "--output", split)
    for name, strength in (("model", 3), ("outside", 0.8)):
        write_scores(folder / f"{name}.csv", split, strength, len(name))
    must("eval", data, "--split", split, "--baselines", "random,popularity,item-knn,tfidf", "--scores", f"{folder / 'model.csv'},{folder / 'outside.csv'}",
         "--reference", "model", "--output", results)
    write_rationales(results, "model", split)
    write_run(folder / "run", data, split)
    (folder / "study").mkdir()
    (folder / "study" / "study.json").write_text(json.dumps(study_result("reasoning-length", "rationale tokens", True)))
    (folder / "bench.json").write_text(json.dumps(BENCH))
    return [folder / name for name in ("eval", "run", "data", "split", "study", "bench.json")]
