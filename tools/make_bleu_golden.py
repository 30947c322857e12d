#!/usr/bin/env python3.11
# Writes src/experiment/testdata/bleu.jsonl: what sacrebleu says of some pairs of texts.
"""Needs sacrebleu (PyPI). Each line has text, references and the scores by tokenizer; the last line
is the corpus of all first references."""

import json
import pathlib
import random
import sys

import sacrebleu
from sacrebleu.metrics import BLEU

TOKENIZERS = ("13a", "none")
FOLDER = pathlib.Path(__file__).parent.parent / "src/experiment/testdata"

PAIRS = [
    ("    return [(e + 1) for e in l]\n", ["    return [x+1 for x in l]\n"]),
    ("    return s.lower()\n", ["    return s.lower()\n"]),
    ("    return s\n", ['    s = s.replace("e", "")\n    return s\n']),
    ("", ["    return 1\n"]),
    ("   \n\n", ["    return 1\n"]),
    ("pass", ["    return 1.5, 2,5 and 3-4\n"]),
    ("return 1.5, 2,5 and 3-4.", ["return 1.5, 2,5 and 3-5 .. x.y,z"]),
    ("a &quot;b&quot; &lt;c&gt; &amp;amp; d <skipped> e-\nf", ['a "b" <c> & d ef']),
    ("x = {1: '2', 3: \"4\"} # it's\n", ["x = {1:'2',3:\"4\"}\n"]),
    ("for i in range(10):\n    print(i)\n", ["for j in range(10):\n    print(j)\n", "print(1)"]),
    ("the cat is on the mat", ["there is a cat on the mat", "the cat the cat on the mat"]),
    (
        "\u00fcber caf\u00e9\u3000na\u00efve \u65e5\u672c\u8a9e. \u00a0x",
        ["\u00fcber caf\u00e9 na\u00efve \u65e5\u672c\u8a9e . x"],
    ),
    ("one two", ["one two three four five six"]),
    ("one", ["one"]),
    ("a b c d e f g h", ["h g f e d c b a"]),
    ("ends with a dash-  \n", ["ends with a dash-"]),
    (
        "tabs\tand\x0bverticals\x0cand\x1cseparators\x85here",
        ["tabs and verticals and separators here"],
    ),
]


def random_pairs(count: int) -> list[tuple[str, list[str]]]:
    draw = random.Random(7)
    words = "def return if x y 1 2.5 3-4 ( ) [ ] , . : == 'a' \n  \t &lt; - -\n é".split(" ")
    def text():
        return " ".join(draw.choice(words) for _ in range(draw.randrange(1, 25)))
    pairs = []
    for _ in range(count):
        reference = text()
        tokens = reference.split(" ")
        for _ in range(draw.randrange(6)):
            tokens[draw.randrange(len(tokens))] = draw.choice(words)
        pairs.append((" ".join(tokens), [reference] + [text() for _ in range(draw.randrange(3))]))
    return pairs


def main() -> None:
    pairs = PAIRS + random_pairs(60)
    lines = []
    for text, references in pairs:
        scores = {
            name: BLEU(tokenize=name, effective_order=True).sentence_score(text, references).score
            for name in TOKENIZERS
        }
        lines.append({"text": text, "references": references, "scores": scores})
    corpus = {
        name: BLEU(tokenize=name).corpus_score(
            [text for text, _ in pairs], [[references[0] for _, references in pairs]]
        ).score
        for name in TOKENIZERS
    }
    lines.append({"sacrebleu": sacrebleu.__version__, "corpus": corpus})
    FOLDER.mkdir(exist_ok=True)
    with open(FOLDER / "bleu.jsonl", "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    print(f"{len(lines)} lines", file=sys.stderr)


if __name__ == "__main__":
    main()
