"""Checks that Scribe and transformers give the same ids with the same tokenizer.json.

    python3 tools/check_tokenizer.py    (needs transformers; builds of scribe: see --scribe)
    python3 tools/check_tokenizer.py --folder path/to/a/published/model ...

Builds a small tokenizer of each layout that published code models have, with `tokenizers`, or
takes the folders given. Each is compared in three forms: as it is, saved again by transformers, and
written by `scribe tokenizer convert`. The texts are a few thousand awkward ones, with a fixed seed,
and every code point of the first two planes; the ids of the first form as `tokenizers` gives them
are the reference, and in each form Scribe and AutoTokenizer must give just those. Prints a line per
layout; exits with 1 if an id differs.

Scribe never makes special tokens from text, so the folders say `split_special_tokens`, as the
checkpoints that it writes do.
"""

import argparse
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unicodedata

import tokenizers
import transformers
from tokenizers import AddedToken, Regex, decoders, models, normalizers, pre_tokenizers, processors

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDENS = ROOT / "tests" / "golden" / "tokenizers"
END = "<|endoftext|>"
END_OF_SENTENCE = "<｜end▁of▁sentence｜>"

GPT2_PATTERN = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
LINES_PATTERN = (
    r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s"""
    r"""| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""
)
CASED_PATTERN = (
    r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+%s"""
    r"""|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*%s"""
    r"""|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"""
)
CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
CODE_PATTERN = (
    r"""[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"""
    r"""| ?[^\s\p{L}\p{N}]+(?:[\r\n]+(?:[ \t]*(?= \S)|[ \t]*))?"""
    r"""|\s*[\r\n]+(?:[ \t]*(?= \S)|[ \t]*)|\s+(?!\S)|\s+"""
)


def byte_level(cuts=True):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=cuts)


def split(pattern):
    return pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(pattern), "isolated"), byte_level(False)]
    )


def digits():
    return pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level()])


WIDE = "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"
CODER_RULES = ["[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", WIDE]


def llm_rules():
    """Of a tokenizer.json that was written by Scribe: its list of letters is long."""
    file = json.loads((GOLDENS / "deepseek_llm.json").read_text())
    steps = file["pre_tokenizer"]["pretokenizers"]
    return [step["pattern"]["Regex"] for step in steps if step["type"] == "Split"]


def rules(found):
    """What DeepSeek's tokenizers isolate, one after the other."""
    return pre_tokenizers.Sequence(
        [
            *(pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in found),
            pre_tokenizers.Digits(individual_digits=True),
            byte_level(False),
        ]
    )


def spaces(normalized):
    return [AddedToken(" " * n, normalized=normalized) for n in range(2, 25)]


def code_tokens():
    return [AddedToken(f"<|{name}|>", normalized=False) for name in ("fim_prefix", "é̂\u212b")]


# Name: the model's type in config.json, how it cuts, whether it normalises, the end of text, tokens
# that are added and not special, whether a template puts a special token first.
LAYOUTS = {
    "gpt2": ("gpt2", byte_level(), False, END, [], False),
    "gpt2 split": ("gpt2", split(GPT2_PATTERN), False, END, [], False),
    "gpt_neo": ("gpt_neo", byte_level(), False, END, [], False),
    "codegen": ("codegen", byte_level(), False, END, spaces(True), False),
    "starcoder": ("gpt_bigcode", digits(), False, END, [], False),
    "starcoder2": ("starcoder2", digits(), False, END, code_tokens(), False),
    "qwen2": ("qwen2", split(LINES_PATTERN % ""), True, END, code_tokens() + spaces(True), False),
    "llama3": ("llama", split(LINES_PATTERN % "{1,3}"), False, "<|end_of_text|>", [], True),
    "code_lines": ("llama", split(CODE_PATTERN), False, END, [], False),
    "tekken": ("mistral", split(CASED_PATTERN % ("", "", "")), False, END, [], False),
    "o200k": (
        "llama", split(CASED_PATTERN % (CONTRACTION, CONTRACTION, "{1,3}")), False, END, [], False,
    ),
    "deepseek_coder": ("llama", rules(CODER_RULES), False, END_OF_SENTENCE, code_tokens(), False),
    "deepseek_llm": ("llama", rules(llm_rules()), False, END_OF_SENTENCE, [], False),
}
SPACE = "\u2581"
# SentencePiece's, with bytes for characters that have no token, as Llama 2, CodeLlama, Mistral and
# Yi have it: how it normalises, how it cuts, whether it is learned within words.
SENTENCEPIECE = {
    "sentencepiece": (
        normalizers.Sequence([normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)]),
        None, True,
    ),
    "sentencepiece_first": (
        None, pre_tokenizers.Metaspace(prepend_scheme="first", split=False), False,
    ),
    "sentencepiece_always": (
        None, pre_tokenizers.Metaspace(prepend_scheme="always", split=False), False,
    ),
    "sentencepiece_none": (normalizers.Replace(" ", SPACE), None, True),
}
GOLDEN_LAYOUTS = (
    "gpt2", "codegen", "starcoder", "qwen2", "llama3", "code_lines", "deepseek_coder",
    "deepseek_llm", "tekken", "o200k", "sentencepiece", "sentencepiece_first", "sentencepiece_none",
)
# As StarCoder's vocabularies: no tokens for bytes that no character before plane 4 has.
LACKS_BYTES = ("starcoder", "starcoder2")

BLANKS = [
    " ", " ", "  ", "\t", "\n", "\n", "\r\n", "\r", "\v", "\f", "\x85", "\xa0", "\u2028", "\u3000",
]
WORDS = [
    "x", "self", "Foo", "été", "変数", "ſ", "ǅ", "ß", "Ω", "\U00010d7a", "नमस्ते", "สวัสดี", "שלום",
]
NUMBERS = ["0", "7", "42", "1234567", "²", "٣٤", "Ⅷ", "½", "\U00011de3", "\U0001d7d9", "१२"]
SIGNS = [
    "(", "):", " = ", "==", "_", "__", '"', "'", "#", "\\", "...", "->", "€", "…", "—", "\x00",
    "\x1f", "\ufeff",
]
QUOTED = ["'s", "'S", "'ſ", "'T", "'re", "'RE", "'Ve", "'m", "'ll", "'lL", "'D", "'x", "''s"]
EMOJI = ["😀", "👩‍💻", "🏳️‍🌈", "🇩🇪", "👍🏽", "❤️"]
MARKS = [
    "\u0301", "\u0327", "\u0323", "\u0345", "\u0334", "\u05b0", "\u0f71", "\u1ab0", "\u08d3",
    "\u20d0",
]
COMPOSING = [
    "é", "e\u0301", "a\u0323\u0307", "a\u0307\u0323", "\u212b", "\u2126", "\uf900", "각", "가",
    "\u1100\u1161\u11a8", "가\u11a8", "\u1100", "\u1161", "\u0958", "\u0344", "\u1e9b\u0323",
    "\U0001d15e", "\u09c7\u09be", "\u1112\u1175",
]
TOKENS = [
    END, "<|end_of_text|>", "<|begin_of_text|>", "<|fim_prefix|>", "<|é̂\u212b|>", "<|end",
    "of_text|>", "    ",
]


def texts_of(seed, count, code):
    """Texts that were glued from awkward parts, then pieces of code with such parts put in."""
    chance = random.Random(seed)
    kinds = [BLANKS, WORDS, NUMBERS, SIGNS, QUOTED, EMOJI, MARKS, COMPOSING, TOKENS]

    def character():
        while True:
            code_point = chance.choice([0x80, 0x800, 0x10000, 0x110000])
            found = chr(chance.randrange(code_point))
            if unicodedata.category(found) != "Cs":
                return found

    for _ in range(count):
        chosen = chance.sample(kinds, chance.randint(1, len(kinds)))
        parts = [chance.choice(chance.choice(chosen)) for _ in range(chance.randint(1, 40))]
        yield "".join(parts)
        yield "".join(character() for _ in range(chance.randint(1, 30)))
        begin = chance.randrange(len(code))
        line = code[begin : begin + chance.randint(1, 300)]
        at = chance.randrange(len(line) + 1)
        yield line[:at] + chance.choice(chance.choice(kinds)) + line[at:]


def every_code_point():
    """All of the first two planes, where nearly all characters are; one in 61 of the others."""
    code_points = [*range(0xD800), *range(0xE000, 0x20000), *range(0x20000, 0x110000, 61)]
    for begin in range(0, len(code_points), 128):
        found = map(chr, code_points[begin : begin + 128])
        yield "".join(f"a{c}1 {c}{c}\n" for c in found)


def build(folder, layout, texts, size):
    """Writes a folder as models are published, with `size` tokens and the added ones."""
    model_type, pre_tokenizer, normalizes, end, added, has_template = LAYOUTS[layout]
    built = tokenizers.Tokenizer(models.BPE())
    if normalizes:
        built.normalizer = normalizers.NFC()
    built.pre_tokenizer = pre_tokenizer
    built.decoder = decoders.ByteLevel()
    special = [end, "<|begin_of_text|>", "<|fim_middle|>"]
    alphabet = set(pre_tokenizers.ByteLevel.alphabet())
    if layout in LACKS_BYTES:
        texts = [text for text in texts if max(text, default="") < "\U00040000"]
        alphabet -= {"À", "Á", *map(chr, range(0xF1, 0x100))}
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=special if model_type == "gpt_bigcode" else [],
        initial_alphabet=sorted(alphabet),
        show_progress=False,
    )
    built.train_from_iterator(texts, trainer)
    built.add_special_tokens(special)
    built.add_tokens(added)
    built.post_processor = processors.ByteLevel(trim_offsets=False)
    if has_template:
        first = special[1]
        template = processors.TemplateProcessing(
            single=f"{first} $A", special_tokens=[(first, built.token_to_id(first))]
        )
        built.post_processor = processors.Sequence([built.post_processor, template])
    built.save(str(folder / "tokenizer.json"))
    if has_template:  # tokenizers sets it by itself when a tiktoken file is converted.
        file = json.loads((folder / "tokenizer.json").read_text())
        file["model"]["ignore_merges"] = True
        (folder / "tokenizer.json").write_text(json.dumps(file))
    describe(folder, model_type, end)


def build_sentencepiece(folder, layout, texts, size):
    """The same of SentencePiece's kind: the file has fewer characters than the texts."""
    normalizer, pre_tokenizer, in_words = SENTENCEPIECE[layout]
    built = tokenizers.Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    special = ["<unk>", "<s>", "</s>"]
    bytes_alone = [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=size, special_tokens=special + bytes_alone, limit_alphabet=120,
        show_progress=False,
    )
    built.pre_tokenizer = pre_tokenizers.Metaspace(split=in_words)
    built.train_from_iterator(texts, trainer)
    if normalizer is not None:
        built.normalizer = normalizer
    last = [] if layout == "sentencepiece_none" else [decoders.Strip(" ", 1, 0)]
    built.decoder = decoders.Sequence(
        [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse(), *last]
    )
    built.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", built.token_to_id("<s>"))]
    )
    file = json.loads(built.to_str())
    file["pre_tokenizer"] = pre_tokenizer and json.loads(pre_tokenizer.__getstate__())
    file["added_tokens"] = [one for one in file["added_tokens"] if one["content"] in special]
    (folder / "tokenizer.json").write_text(json.dumps(file))
    describe(folder, "llama", "</s>")


def build_layout(folder, layout, texts, size):
    (build_sentencepiece if layout in SENTENCEPIECE else build)(folder, layout, texts, size)


def texts_for(layout, texts):
    """With the special texts of SentencePiece's kind for some of the others."""
    if layout not in SENTENCEPIECE:
        return texts
    others = {"<|begin_of_text|>": "</s>", "of_text|>": "<0x0A>", "\t": SPACE, "\v": SPACE + " "}
    for old, new in others.items():
        texts = [text.replace(old, new) for text in texts]
    return texts


def describe(folder, model_type, end):
    """The two files beside a tokenizer.json that AutoTokenizer looks at, as Scribe writes them."""
    (folder / "config.json").write_text(json.dumps({"model_type": model_type}))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": end,
        "eos_token": end,
        "unk_token": end,
        "split_special_tokens": True,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def ids_of_library(folder, texts):
    """The reference: the library alone, with the file as it is."""
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    encoded = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
    return [list(encoding.ids) for encoding in encoded]


def ids_of_transformers(folder, texts):
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    return tokenizer(texts, add_special_tokens=False)["input_ids"]


def ids_of_scribe(scribe, folder, texts):
    with tempfile.TemporaryDirectory() as temporary:
        path = pathlib.Path(temporary) / "texts.jsonl"
        path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        command = [scribe, "tokenizer", "encode", "--documents", "--tokenizer", folder, path]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return [[int(word) for word in line.split()] for line in done.stdout.split("\n")[:-1]]


def saved_again(folder, target):
    transformers.AutoTokenizer.from_pretrained(folder).save_pretrained(target)
    shutil.copy(folder / "config.json", target)


def converted(scribe, folder, target):
    for name in ("config.json", "tokenizer_config.json"):
        shutil.copy(folder / name, target)
    command = [scribe, "tokenizer", "convert", folder, "--out", target]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def check(scribe, name, folder, texts):
    """Prints the line of one tokenizer; true if no id differs."""
    again, written = folder / "again", folder / "written"
    again.mkdir()
    written.mkdir()
    saved_again(folder, again)
    converted(scribe, folder, written)
    expected = ids_of_library(folder, texts)
    differences = []
    for form in (folder, again, written):
        for program, ids in (
            ("scribe", ids_of_scribe(scribe, form, texts)),
            ("transformers", ids_of_transformers(form, texts)),
        ):
            wrong = [i for i in range(len(texts)) if ids[i] != expected[i]]
            label = "as it is" if form == folder else form.name
            differences += [(label, program, texts[i], expected[i], ids[i]) for i in wrong]
        whole = transformers.AutoTokenizer.from_pretrained(form)("x")["input_ids"]
        firsts = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json")).encode("x").ids
        if whole != firsts:
            differences.append((form.name, "transformers, with special", "x", firsts, whole))
    count = sum(map(len, expected))
    summary = f"{len(texts)} texts, {count} ids, 3 forms: {len(differences)} texts differ"
    print(f"{name:14} {summary}", flush=True)
    for difference in differences[:3]:
        print("   ", *map(ascii, difference))
    return not differences


def write_goldens(code):
    """Small tokenizers with ids of some texts, for the tests of Scribe."""
    learned = list(texts_of(3, 15, code))
    for layout in GOLDEN_LAYOUTS:
        texts = texts_for(layout, learned)
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            build_layout(folder, layout, learned, 600 if layout in SENTENCEPIECE else 320)
            file = json.loads((folder / "tokenizer.json").read_text())
            ids = ids_of_library(folder, texts)
        lines = [{"text": text, "ids": ids} for text, ids in zip(texts, ids, strict=True)]
        (GOLDENS / f"{layout}.json").write_text(json.dumps(file, separators=(",", ":")) + "\n")
        path = GOLDENS / f"{layout}.jsonl"
        path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))


def main():
    parser = argparse.ArgumentParser(description="Ids of Scribe against those of transformers.")
    parser.add_argument("--scribe", default=str(ROOT / "build/release/src/cli/scribe"))
    parser.add_argument("--folder", type=pathlib.Path, nargs="+", help="published tokenizers")
    layouts = [*LAYOUTS, *SENTENCEPIECE]
    parser.add_argument("--layout", choices=layouts, nargs="+", default=layouts)
    parser.add_argument("--count", type=int, default=1500, help="texts of each of three kinds")
    parser.add_argument("--write-goldens", action="store_true", help=f"write {GOLDENS}")
    options = parser.parse_args()
    print(f"transformers {transformers.__version__}, tokenizers {tokenizers.__version__}")
    code = (ROOT / "tools" / "tidy.py").read_text()
    if options.write_goldens:
        write_goldens(code)
        return
    texts = list(texts_of(1, options.count, code)) + list(every_code_point())
    same = True
    for layout in options.folder or options.layout:
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            if options.folder:
                for path in layout.glob("*.json"):
                    shutil.copy(path, folder)
            else:
                learned = [*texts_of(2, options.count, code), code]
                build_layout(folder, layout, learned, 3000)
            same &= check(options.scribe, str(layout), folder, texts_for(layout, texts))
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
