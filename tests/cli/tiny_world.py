"""What the tests of `model`, `train`, `eval` and `rank` share: a toy data set, its slates, and a tiny Llama with random weights.

`tiny_world.main()` runs the tests of the calling file; `world()` is made once and never written to.
"""

import array
import atexit
import functools
import json
import os
import random
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from types import SimpleNamespace

PROGRAM = None
ENVIRONMENT = dict(os.environ, OMP_NUM_THREADS="1")

WIDTH, LAYERS, HEADS, HEAD_WIDTH, FFN_WIDTH = 32, 2, 2, 16, 48
MERGES = [("Ġ", "y"), ("e", "s"), ("Ġy", "es"), ("Ġ", "n"), ("Ġn", "o")]  # " yes" and " no" must be single tokens
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CHATML = ("{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n'}}"
          "{% endfor %}")
PROMPT = r"""prompt_instruction = "Chosen:\n"
prompt_history_item = "{title}\n"
prompt_question = "Next?"
prompt_candidate = "{title}"
prompt_cue = " ="
prompt_rationale_start = ""
history_items = 2
history_tokens = 256
dtype = "f32"
"""
TRAINING = PROMPT + """readout_hidden = 8
steps = 6
slates_per_step = 2
negative_count = 3
learning_rate = 0.01
"""


def vocabulary():
    """The 256 bytes as byte-level BPE writes them, what the merges make, the special tokens."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = iter(range(256, 512))
    return [chr(byte if byte in printable else next(rest)) for byte in range(256)] + ["".join(pair) for pair in MERGES] + SPECIAL


def tensor_shapes(tokens):
    shapes = {"model.embed_tokens.weight": [tokens, WIDTH], "model.norm.weight": [WIDTH]}
    inner = HEADS * HEAD_WIDTH
    for layer in range(LAYERS):
        for name, shape in {"input_layernorm": [WIDTH], "post_attention_layernorm": [WIDTH], "self_attn.q_proj": [inner, WIDTH],
                            "self_attn.k_proj": [inner, WIDTH], "self_attn.v_proj": [inner, WIDTH],
                            "self_attn.o_proj": [WIDTH, inner], "mlp.gate_proj": [FFN_WIDTH, WIDTH],
                            "mlp.up_proj": [FFN_WIDTH, WIDTH], "mlp.down_proj": [WIDTH, FFN_WIDTH]}.items():
            shapes[f"model.layers.{layer}.{name}.weight"] = shape
    return shapes


def write_safetensors(path, shapes):
    draw, header, data = random.Random(7), {}, b""
    for name, shape in shapes.items():
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        centre = 1.0 if "norm" in name else 0.0
        values = array.array("f", (centre + draw.uniform(-0.25, 0.25) for _ in range(count))).tobytes()
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def read_safetensors(path):
    """{name: (dtype, shape, bytes)}"""
    content = Path(path).read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    header.pop("__metadata__", None)
    return {name: (entry["dtype"], entry["shape"], content[start + entry["data_offsets"][0]:start + entry["data_offsets"][1]])
            for name, entry in header.items()}


def write_model(folder):
    """A Hugging Face folder of a Llama with random weights."""
    folder.mkdir(parents=True)
    tokens = vocabulary()
    ids = {token: number for number, token in enumerate(tokens)}
    write = lambda name, content: (folder / name).write_text(json.dumps(content), encoding="utf-8")
    write("config.json", {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": WIDTH,
                          "intermediate_size": FFN_WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
                          "num_key_value_heads": HEADS, "head_dim": HEAD_WIDTH, "hidden_act": "silu", "rms_norm_eps": 1e-5,
                          "max_position_embeddings": 512, "rope_theta": 10000.0, "vocab_size": len(tokens),
                          "tie_word_embeddings": True})
    write("tokenizer.json", {
        "added_tokens": [{"id": ids[token], "content": token, "special": True} for token in SPECIAL],
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Digits", "individual_digits": True},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}]},
        "model": {"type": "BPE", "vocab": {token: ids[token] for token in tokens if token not in SPECIAL},
                  "merges": [f"{left} {right}" for left, right in MERGES]}})
    write("tokenizer_config.json", {"eos_token": "<|im_end|>", "bos_token": "<|endoftext|>", "chat_template": CHATML})
    write_safetensors(folder / "model.safetensors", tensor_shapes(len(tokens)))
    return folder


def run(*arguments, stdin="", stdout=subprocess.PIPE, limit=None, cwd=None):
    """Runs the program; `limit`: the largest file it may write, in bytes."""
    def restrict():
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    return subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, stdout=stdout, stderr=subprocess.PIPE,
                          encoding="utf-8", errors="surrogateescape", timeout=120, env=ENVIRONMENT, preexec_fn=restrict,
                          cwd=cwd)


def must(*arguments):
    result = run(*arguments)
    if result.returncode != 0:
        raise AssertionError(f"{arguments} ended with {result.returncode}: {result.stderr}")
    return result


def import_and_split(folder, step):
    """A data set of 12 users with 8 events each among 40 items, and slates of 5."""
    log, items = folder.with_suffix(".csv"), folder.with_suffix(".items.csv")
    log.write_text("user_id,item_id,rating,timestamp\n" + "".join(
        f"u{user},i{(user * 3 + event * step) % 40},{1 + event % 5},{1000000000 + 1000 * event + user}\n"
        for user in range(12) for event in range(8)))
    items.write_text("item_id,title\n" + "".join(f"i{item},Title {item}\n" for item in range(40)))
    split = folder.with_name(folder.name + "-split")
    must("import", log, "--items", items, "--output", folder)
    must("split", folder, "--negative-count", "4", "--output", split)
    return folder, split


@functools.cache
def world():
    folder = Path(tempfile.mkdtemp(prefix="r2rank_world_"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    data, split = import_and_split(folder / "data", 7)
    other_data, other_split = import_and_split(folder / "other", 11)
    prompt, training = folder / "prompt.toml", folder / "training.toml"
    prompt.write_text(PROMPT)
    training.write_text(TRAINING)
    return SimpleNamespace(folder=folder, data=data, split=split, other_data=other_data, other_split=other_split, prompt=prompt,
                           training=training, model=write_model(folder / "model"))


def training_command(output, *more):
    """More flags win over these: the last of a repeated flag counts."""
    w = world()
    return ("train", "--dataset", w.data, "--split", w.split, "--model", w.model, "--config", w.training, "--output", output,
            *more)


def start(command):
    return subprocess.Popen([PROGRAM, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env=ENVIRONMENT)


def lines_of(path):
    return path.read_text().splitlines() if path.exists() else []


def stop(command, ready, signal_number):
    """Sends a signal as soon as ready() is true. Returns exit status, standard output and standard error."""
    with start(command) as process:
        deadline = time.monotonic() + 60
        while not ready() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        process.send_signal(signal_number)
        output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


def stop_training(output, signal_number, *more, steps=10):
    """After so many steps of its log."""
    return stop(training_command(output, *more), lambda: len(lines_of(output / "log.jsonl")) >= steps, signal_number)


class Case(unittest.TestCase):
    maxDiff = 2000

    def setUp(self):
        self.world = world()
        self.folder = Path(tempfile.mkdtemp(prefix="r2rank_cli_"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.output = self.folder / "out"

    def everything(self):
        """Every path of the test's folder with its bytes."""
        return {str(path.relative_to(self.folder)): path.read_bytes() if path.is_file() else None
                for path in self.folder.rglob("*")}

    def accepts(self, *arguments, **options):
        result = run(*arguments, **options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def refuses(self, *arguments, code, says=(), working=False, **options):
        """Exits with `code` and one line of error, prints no results and changes no file. `working`: it had begun to work;
        otherwise it must not have trained a step or scored a slate with the model."""
        before = None if working else self.everything()
        result = run(*arguments, **options)
        self.assertEqual(result.returncode, code, f"{result.stdout}{result.stderr}")
        *progress, error = result.stderr.splitlines()
        self.assertTrue(error.startswith("r2rank "), result.stderr)
        self.assertFalse([line for line in progress if line.startswith("r2rank")], result.stderr)
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, error)
        self.assertEqual(result.stdout or "", "")
        if not working:
            self.assertNotRegex(result.stderr, r"(?m)^(model|silent warm-up|RL|SFT) ")
            self.assertEqual(self.everything(), before, "something was changed or left behind")
        return result

    def accepts_next_line(self, page):
        """Runs the printed `next:` line as it stands."""
        line = [line for line in page.splitlines() if line.startswith("next: ")][-1].removeprefix("next: ")
        self.assertEqual(shlex.split(line)[0], "r2rank")
        path = f"{Path(PROGRAM).parent}{os.pathsep}{os.environ['PATH']}"
        result = subprocess.run(["bash", "-c", line], env=dict(ENVIRONMENT, PATH=path), capture_output=True, text=True,
                                timeout=120)
        self.assertEqual(result.returncode, 0, f"{line}\n{result.stderr}")
        return line, result

    def damaged_model(self, name="model.safetensors", keep=-100, folder="damaged"):
        """A copy of the model in which one file ends early."""
        copy = self.folder / folder
        shutil.copytree(self.world.model, copy, dirs_exist_ok=True)
        (copy / name).write_bytes((copy / name).read_bytes()[:keep])
        return copy

    def below_a_file(self):
        (self.folder / "file").write_text("in the way")
        return self.folder / "file" / "out"

    def temporaries(self):
        return [path for path in self.folder.rglob("*") if path.name.endswith(".tmp")]


def main():
    global PROGRAM
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main(module="__main__", verbosity=1)
