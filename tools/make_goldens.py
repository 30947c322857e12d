"""Writes tests/golden/gpt2_tiny.safetensors: what PyTorch computes for a tiny GPT-2.

    python3 tools/make_goldens.py tests/golden/gpt2_tiny.safetensors

Needs torch (any version; CPU). Everything is computed in float64, so that a test measures only the
rounding of what it tests. Weights are rounded to float16 first, which stores them exactly in half
the space. The file holds, by name:

  transformer.*          the weights, with Hugging Face's GPT-2 names
  tokens, targets        (B, T); one target is -1, which is ignored
  logits                 (B, T, V)
  loss                   (1,) mean over the targets that count
  gradient.<name>        of that mean
  losses                 (10,) before each of ten AdamW steps on the same batch
  final_sum.<name>       (1,) sum of the tensor after ten steps
  final_norm.<name>      (1,) its Euclidean norm

The last two leave out the keys' third of attn.c_attn.bias: it shifts all scores of a query alike,
so its gradient is zero but for rounding, and Adam makes full steps of that rounding.
"""

import json
import struct
import sys

import torch
import torch.nn.functional as F

LAYERS, WIDTH, HEADS, VOCAB, CONTEXT = 2, 32, 2, 64, 16
BATCH, STEPS, SEED = 2, 10, 20210707


def make_weights():
    generator = torch.Generator().manual_seed(SEED)

    def normal(*shape, mean=0.0, std=0.15):
        values = mean + std * torch.randn(*shape, generator=generator, dtype=torch.float64)
        return values.half().double().requires_grad_(True)

    weights = {
        "transformer.wte.weight": normal(VOCAB, WIDTH),
        "transformer.wpe.weight": normal(CONTEXT, WIDTH),
    }
    for layer in range(LAYERS):
        block = f"transformer.h.{layer}."
        for norm in ("ln_1", "ln_2"):
            weights[block + norm + ".weight"] = normal(WIDTH, mean=1.0)
            weights[block + norm + ".bias"] = normal(WIDTH)
        for name, rows, cols in (
            ("attn.c_attn", WIDTH, 3 * WIDTH),
            ("attn.c_proj", WIDTH, WIDTH),
            ("mlp.c_fc", WIDTH, 4 * WIDTH),
            ("mlp.c_proj", 4 * WIDTH, WIDTH),
        ):
            weights[block + name + ".weight"] = normal(rows, cols)
            weights[block + name + ".bias"] = normal(cols)
    weights["transformer.ln_f.weight"] = normal(WIDTH, mean=1.0)
    weights["transformer.ln_f.bias"] = normal(WIDTH)
    return weights


def linear(weights, name, x):
    return x @ weights[name + ".weight"] + weights[name + ".bias"]


def layer_norm(weights, name, x):
    return F.layer_norm(x, (WIDTH,), weights[name + ".weight"], weights[name + ".bias"], 1e-5)


def attention(weights, block, x):
    batch, time, _ = x.shape
    q, k, v = (
        part.view(batch, time, HEADS, WIDTH // HEADS).transpose(1, 2)
        for part in linear(weights, block + "attn.c_attn", x).split(WIDTH, dim=2)
    )
    out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    return linear(weights, block + "attn.c_proj", out.transpose(1, 2).reshape(batch, time, WIDTH))


def forward(weights, tokens):
    table = weights["transformer.wte.weight"]
    x = table[tokens] + weights["transformer.wpe.weight"][: tokens.shape[1]]
    for layer in range(LAYERS):
        block = f"transformer.h.{layer}."
        x = x + attention(weights, block, layer_norm(weights, block + "ln_1", x))
        hidden = linear(weights, block + "mlp.c_fc", layer_norm(weights, block + "ln_2", x))
        x = x + linear(weights, block + "mlp.c_proj", F.gelu(hidden, approximate="tanh"))
    return layer_norm(weights, "transformer.ln_f", x) @ table.T


def mean_loss(weights, tokens, targets):
    logits = forward(weights, tokens)
    loss = F.cross_entropy(logits.view(-1, VOCAB), targets.view(-1), ignore_index=-1)
    return logits, loss


def compute():
    weights = make_weights()
    stored = {name: value.detach().clone() for name, value in weights.items()}
    generator = torch.Generator().manual_seed(SEED + 1)
    tokens = torch.randint(VOCAB, (BATCH, CONTEXT), generator=generator)
    targets = torch.randint(VOCAB, (BATCH, CONTEXT), generator=generator)
    targets[1, 3] = -1
    logits, loss = mean_loss(weights, tokens, targets)
    loss.backward()
    found = {"tokens": tokens, "targets": targets, "logits": logits, "loss": loss.view(1)}
    found |= {f"gradient.{name}": value.grad.clone() for name, value in weights.items()}
    found["losses"] = torch.stack(train(weights, tokens, targets))
    for name, value in weights.items():
        final = comparable(name, value.detach())
        found[f"final_sum.{name}"] = final.sum().view(1)
        found[f"final_norm.{name}"] = final.norm().view(1)
    return stored, found


def comparable(name, value):
    if name.endswith("attn.c_attn.bias"):
        return torch.cat([value[:WIDTH], value[2 * WIDTH :]])
    return value


def train(weights, tokens, targets):
    matrices = [value for value in weights.values() if value.dim() > 1]
    vectors = [value for value in weights.values() if value.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}],
        lr=1e-3,
        betas=(0.9, 0.95),
        eps=1e-8,
    )
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        _, loss = mean_loss(weights, tokens, targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return losses


def write_safetensors(path, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for name, (dtype, value) in tensors.items():
        packed = value.detach().to(dtype).contiguous().numpy().tobytes()
        header[name] = {
            "dtype": {torch.float16: "F16", torch.float32: "F32"}[dtype],
            "shape": list(value.shape),
            "data_offsets": [len(data), len(data) + len(packed)],
        }
        data += packed
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make_goldens.py OUT.safetensors")
    stored, found = compute()
    tensors = {name: (torch.float16, value) for name, value in stored.items()}
    tensors |= {name: (torch.float32, value) for name, value in found.items()}
    write_safetensors(
        sys.argv[1],
        tensors,
        {
            "made_by": "tools/make_goldens.py",
            "torch": torch.__version__,
            "seed": str(SEED),
            "precision": "float64",
        },
    )


if __name__ == "__main__":
    main()
