"""Checks that Scribe gives the ids of Google's SentencePiece with the same tokenizer.model.

    python3 tools/check_sentencepiece.py    (needs sentencepiece, tokenizers, transformers)
    python3 tools/check_sentencepiece.py --model path/to/a/published/tokenizer.model ...

Trains models of BPE such as Llama 2's, or takes those given, and encodes the texts of
check_tokenizer.py with the library, with Scribe, and with Scribe from the tokenizer.json that it
makes of the model. Prints a line per model; exits with 1 if an id differs.
"""

import argparse
import io
import json
import pathlib
import sys
import tempfile

import sentencepiece

from check_tokenizer import (
    GOLDENS,
    ROOT,
    converted,
    describe,
    every_code_point,
    ids_of_scribe,
    texts_of,
)

KINDS = {"with a space before": True, "without": False}


def train(texts, size, adds_space):
    """The bytes of a model; the texts have more characters than it."""
    file = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_writer=file, model_type="bpe", vocab_size=size,
        byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False,
        add_dummy_prefix=adds_space, character_coverage=0.98, split_digits=True,
        allow_whitespace_only_pieces=True, minloglevel=2, num_threads=1,
    )
    return file.getvalue()


def readable(texts):
    """SentencePiece takes a text for one without its zeros, and ends lines where they do."""
    return [text.replace("\0", "").replace("\u2581", "_") for text in texts]


def lines_of(texts):
    """To learn from: all but every third text, which is of arbitrary characters."""
    known = [text for i, text in enumerate(texts) if i % 3 != 1]
    return [line for text in known for line in text.splitlines() if line.strip()]


def library_ids(model, texts):
    library = sentencepiece.SentencePieceProcessor(model_proto=model)
    return [library.encode(text) for text in texts]


def check(scribe, name, model, texts):
    """Prints the line of one model; true if no id differs."""
    with tempfile.TemporaryDirectory() as temporary:
        folder, written = pathlib.Path(temporary) / "model", pathlib.Path(temporary) / "written"
        folder.mkdir()
        written.mkdir()
        (folder / "tokenizer.model").write_bytes(model)
        describe(folder, "llama", "</s>")
        expected = library_ids(model, texts)
        found = ids_of_scribe(scribe, folder, texts)
        converted(scribe, folder, written)
        again = ids_of_scribe(scribe, written, texts)
    wrong = [i for i in range(len(texts)) if found[i] != expected[i]]
    ties = sum(again[i] != expected[i] for i in range(len(texts)))
    count = sum(map(len, expected))
    print(f"{name:20} {len(texts)} texts, {count} ids: {len(wrong)} texts differ, {ties} as json")
    for i in wrong[:3]:
        print("   ", ascii(texts[i]), expected[i], found[i])
    return not wrong


def write_golden(code):
    texts = readable(texts_of(3, 15, code))
    model = train(lines_of(texts), 500, True)
    (GOLDENS / "sentencepiece.model").write_bytes(model)
    ids = library_ids(model, texts)
    lines = [{"text": text, "ids": ids} for text, ids in zip(texts, ids, strict=True)]
    (GOLDENS / "sentencepiece.model.jsonl").write_text(
        "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    )


def main():
    parser = argparse.ArgumentParser(description="Ids of Scribe against SentencePiece's.")
    parser.add_argument("--scribe", default=str(ROOT / "build/release/src/cli/scribe"))
    parser.add_argument("--model", type=pathlib.Path, nargs="+", help="published models")
    parser.add_argument("--count", type=int, default=1500, help="texts of each of three kinds")
    parser.add_argument("--write-golden", action="store_true", help=f"write {GOLDENS}")
    options = parser.parse_args()
    code = (ROOT / "tools" / "tidy.py").read_text()
    if options.write_golden:
        write_golden(code)
        return
    texts = readable([*texts_of(1, options.count, code), *every_code_point()])
    learned = lines_of(readable(texts_of(2, options.count, code))) + code.splitlines()
    models = {str(path): path.read_bytes() for path in options.model or []}
    models = models or {kind: train(learned, 3000, KINDS[kind]) for kind in KINDS}
    same = [check(options.scribe, name, model, texts) for name, model in models.items()]
    sys.exit(0 if all(same) else 1)


if __name__ == "__main__":
    main()
