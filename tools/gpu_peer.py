"""Speeds of PyTorch on a GPU, for tools/gpu_check.sh: one JSON line each.

    python3 tools/gpu_peer.py train [LAYERS WIDTH HEADS VOCABULARY TIME BATCH]
    python3 tools/gpu_peer.py sample [N PROMPT LENGTH]

train: tokens a second of whole steps (forward, backward, clipping, fused AdamW) in float32, tf32
and bf16 autocast with flash attention, each eager and under torch.compile.
sample: tokens a second that transformers' generate draws from a GPT-2 of 124 M random parameters
with a cache. Has not run on a GPU yet.
"""

import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.fc, self.fc_proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        batch, steps, width = x.shape
        parts = self.qkv(self.ln_1(x)).split(width, 2)
        q, k, v = (p.view(batch, steps, self.heads, -1).transpose(1, 2) for p in parts)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(y.transpose(1, 2).reshape(batch, steps, width))
        return x + self.fc_proj(F.gelu(self.fc(self.ln_2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self, layers: int, width: int, heads: int, vocabulary: int, context: int):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.ln_f = nn.LayerNorm(width)

    def forward(self, ids, targets):
        x = self.tokens(ids) + self.positions(torch.arange(ids.shape[1], device=ids.device))
        for block in self.blocks:
            x = block(x)
        logits = self.ln_f(x) @ self.tokens.weight.T
        return F.cross_entropy(logits.view(-1, logits.shape[-1]).float(), targets.view(-1))


def step_seconds(model, precision: str, ids, targets) -> float:
    """The fastest of twelve steps, after three."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
    fastest = float("inf")
    for number in range(15):
        torch.cuda.synchronize()
        begin = time.perf_counter()
        with torch.autocast("cuda", torch.bfloat16, enabled=precision == "bf16"):
            loss = model(ids, targets)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        torch.cuda.synchronize()
        if number >= 3:
            fastest = min(fastest, time.perf_counter() - begin)
    return fastest


def train(layers=12, width=768, heads=12, vocabulary=50257, steps=1024, batch=8) -> None:
    ids = torch.randint(vocabulary, (batch, steps), device="cuda")
    targets = torch.randint(vocabulary, (batch, steps), device="cuda")
    for precision in ("f32", "tf32", "bf16"):
        torch.set_float32_matmul_precision("highest" if precision == "f32" else "high")
        for compiled in (False, True):
            torch.manual_seed(1)
            model = Gpt(layers, width, heads, vocabulary, steps).cuda()
            runs = torch.compile(model) if compiled else model
            speed = batch * steps / step_seconds(runs, precision, ids, targets)
            print(json.dumps({"peer": "torch " + torch.__version__, "what": "train",
                              "precision": precision, "compiled": compiled,
                              "tokens_per_second": round(speed)}), flush=True)
            del model, runs
            torch.cuda.empty_cache()


def sample(n=128, prompt=200, length=96) -> None:
    import transformers

    config = transformers.GPT2Config()
    for dtype in (torch.float32, torch.bfloat16):
        model = transformers.GPT2LMHeadModel(config).to("cuda", dtype).eval()
        ids = torch.randint(config.vocab_size, (1, prompt), device="cuda")
        fastest = float("inf")
        for _ in range(3):
            torch.cuda.synchronize()
            begin = time.perf_counter()
            model.generate(ids, do_sample=True, top_p=0.95, temperature=0.8, pad_token_id=0,
                           num_return_sequences=n, min_new_tokens=length, max_new_tokens=length)
            torch.cuda.synchronize()
            fastest = min(fastest, time.perf_counter() - begin)
        print(json.dumps({"peer": "transformers " + transformers.__version__, "what": "sample",
                          "precision": str(dtype), "n": n,
                          "tokens_per_second": round(n * length / fastest)}), flush=True)


if __name__ == "__main__":
    {"train": train, "sample": sample}[sys.argv[1]](*(int(value) for value in sys.argv[2:]))
