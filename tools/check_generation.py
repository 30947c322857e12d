"""Checks that transformers continues prompts as Scribe does, with the same weights.

    python3 tools/check_generation.py build/release/src/cli/scribe    (needs torch, transformers)

For each family: trains a tiny model on the standard library of this Python and compares 64 greedy
tokens of eight prompts, as text, with those of `scribe sample`. transformers encodes the prompts
itself and decodes with its own cache, in float32. What llama.cpp does is checked by check_gguf.py,
with the same models and prompts. Exits with 1 if a continuation differs.
"""

import pathlib
import sys
import tempfile

import torch
import transformers

from tiny_models import (
    FAMILIES,
    PROMPTS,
    TOKENS,
    agreeing,
    completions_of_scribe,
    make_corpus,
    train_family,
)


def completions_of_transformers(folder):
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    # The class is named because AutoTokenizer takes the model type's own pattern.
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
    end = tokenizer.convert_tokens_to_ids("<|endoftext|>")
    completions = {}
    for i, prompt in enumerate(PROMPTS):
        tokens = tokenizer(prompt, add_special_tokens=False, return_tensors="pt").input_ids
        with torch.no_grad():
            whole = model.generate(
                tokens, attention_mask=torch.ones_like(tokens), do_sample=False,
                max_new_tokens=TOKENS, eos_token_id=end, pad_token_id=end,
            )
        new = [token for token in whole[0, tokens.shape[1]:].tolist() if token != end]
        completions[f"p/{i}"] = tokenizer.decode(new, clean_up_tokenization_spaces=False)
    return completions


def check_family(program, folder, family):
    model = train_family(program, folder, family)
    expected = completions_of_scribe(program, folder, model)
    count = agreeing(completions_of_transformers(model), expected)
    print(f"{family:12} {count} of {len(PROMPTS)} prompts agree", flush=True)
    return count == len(PROMPTS)


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    transformers.utils.logging.disable_progress_bar()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_corpus(program, folder)
        passed = [check_family(program, folder, family) for family in FAMILIES]
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
