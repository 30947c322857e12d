"""Writes the model that sampling is measured with: GPT-2's smallest shape, with random weights.

    python3 tools/bench_model.py OUT    (needs numpy)

Random weights predict either the token that they saw (the output table is the input's) or nothing.
Here the first block's network is strong, so that the stream forgets its token, and the last norm
makes the logits deviate by 5.5, as trained models' do: a nucleus of some 15 tokens. The tokenizer
has 50000 pairs of bytes as merges. Seeded: the same files at every call.
"""

import json
import pathlib
import sys

import numpy

LAYERS, WIDTH, HEADS, VOCABULARY, CONTEXT = 12, 768, 12, 50257, 1024
DEVIATION = 0.02
FORGETTING = 100  # the factor of the first network's output
LOGIT_DEVIATION = 5.5


def tensors():
    random = numpy.random.default_rng(1)
    residual = DEVIATION / (2 * LAYERS) ** 0.5

    def normal(shape, deviation):
        return random.standard_normal(shape, dtype=numpy.float32) * numpy.float32(deviation)

    def norm(name, gain=1.0):
        yield f"{name}.weight", numpy.full(WIDTH, gain, numpy.float32)
        yield f"{name}.bias", numpy.zeros(WIDTH, numpy.float32)

    def linear(name, rows, columns, deviation):
        yield f"{name}.weight", normal((rows, columns), deviation)
        yield f"{name}.bias", numpy.zeros(columns, numpy.float32)

    yield "wte.weight", normal((VOCABULARY, WIDTH), DEVIATION)
    yield "wpe.weight", normal((CONTEXT, WIDTH), DEVIATION / 2)
    for layer in range(LAYERS):
        strength = FORGETTING if layer == 0 else 1
        block = f"h.{layer}"
        yield from norm(f"{block}.ln_1")
        yield from linear(f"{block}.attn.c_attn", WIDTH, 3 * WIDTH, DEVIATION)
        yield from linear(f"{block}.attn.c_proj", WIDTH, WIDTH, residual)
        yield from norm(f"{block}.ln_2")
        yield from linear(f"{block}.mlp.c_fc", WIDTH, 4 * WIDTH, DEVIATION)
        yield from linear(f"{block}.mlp.c_proj", 4 * WIDTH, WIDTH, strength * residual)
    yield from norm("ln_f", LOGIT_DEVIATION / (DEVIATION * WIDTH**0.5))


def write_safetensors(path):
    header, blocks, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name, values in tensors():
        end = offset + values.nbytes
        header[f"transformer.{name}"] = {
            "dtype": "F32", "shape": list(values.shape), "data_offsets": [offset, end],
        }
        blocks.append(values)
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for block in blocks:
            file.write(block.tobytes())


def byte_alphabet():
    """The character that stands for each byte in a tokenizer's file."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    moved = {byte: 256 + i for i, byte in enumerate(b for b in range(256) if b not in set(plain))}
    return [chr(moved.get(byte, byte)) for byte in range(256)]


def tokenizer():
    alphabet = byte_alphabet()
    pairs = [(a, b) for a in alphabet for b in alphabet][: VOCABULARY - 257]
    tokens = alphabet + [a + b for a, b in pairs]
    end = {"id": VOCABULARY - 1, "content": "<|endoftext|>", "single_word": False,
           "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
                  "use_regex": True}
    vocabulary = {token: i for i, token in enumerate([*tokens, end["content"]])}
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [end],
        "normalizer": None, "pre_tokenizer": byte_level, "post_processor": None,
        "decoder": byte_level,
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
            "ignore_merges": False, "vocab": vocabulary, "merges": [list(pair) for pair in pairs],
        },
    }


def write_model(folder):
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "activation_function":
        "gelu_new", "n_layer": LAYERS, "n_embd": WIDTH, "n_head": HEADS, "n_positions": CONTEXT,
        "n_ctx": CONTEXT, "vocab_size": VOCABULARY, "layer_norm_epsilon": 1e-5,
        "bos_token_id": VOCABULARY - 1, "eos_token_id": VOCABULARY - 1, "torch_dtype": "float32",
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer(), ensure_ascii=False))
    write_safetensors(folder / "model.safetensors")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write_model(pathlib.Path(sys.argv[1]))
