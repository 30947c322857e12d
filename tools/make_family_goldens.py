"""Makes tests/golden/families: what transformers computes for a tiny model of every family.

    python3 tools/make_family_goldens.py [FAMILY ...]    (needs torch and transformers)

For each family, and for YaRN's scaling of rotations, a folder with config.json and
model.safetensors, as transformers saves them, and golden.safetensors: tokens and targets (2, 12),
and from a run in float64 the logits, the mean loss, the gradient of every tensor ("gradient.NAME"),
the losses of ten AdamW steps (learning rate 1e-3, betas 0.9 and 0.95, decay 0.1 on matrices) and
every tensor's Euclidean norm after them ("final_norm.NAME"). Weights are rounded to float16 first,
so that they take half the space here.
"""

import pathlib
import shutil
import sys

import torch
import transformers
from safetensors.torch import save_file

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "golden" / "families"
VOCABULARY = 40
CONTEXT = 12
STEPS = 10

GPT = dict(n_layer=2, n_embd=16, n_head=2, n_positions=CONTEXT)
LLAMA = dict(
    num_hidden_layers=2,
    hidden_size=32,
    num_attention_heads=4,
    num_key_value_heads=2,
    intermediate_size=40,
    max_position_embeddings=CONTEXT,
)
NO_DROPOUT = dict(attn_pdrop=0.0, embd_pdrop=0.0, resid_pdrop=0.0)


def configurations():
    """Every family with the parts that make it different."""
    return {
        "gpt2": transformers.GPT2Config(**GPT, **NO_DROPOUT, n_inner=24),
        "gpt_neo": transformers.GPTNeoConfig(
            num_layers=2,
            hidden_size=16,
            num_heads=2,
            max_position_embeddings=CONTEXT,
            attention_types=[[["global", "local"], 1]],
            window_size=4,
            attention_dropout=0.0,
            embed_dropout=0.0,
            resid_dropout=0.0,
        ),
        "gpt_bigcode": transformers.GPTBigCodeConfig(**GPT, **NO_DROPOUT, multi_query=True),
        "codegen": transformers.CodeGenConfig(
            **{**GPT, "n_embd": 32, "n_head": 4}, **NO_DROPOUT, rotary_dim=4, n_ctx=CONTEXT
        ),
        "llama": transformers.LlamaConfig(**LLAMA, rms_norm_eps=1e-5),
        "mistral": transformers.MistralConfig(**LLAMA, sliding_window=5, head_dim=16),
        "qwen2": transformers.Qwen2Config(**LLAMA, tie_word_embeddings=True),
        "qwen3": transformers.Qwen3Config(**LLAMA, head_dim=16, tie_word_embeddings=True),
        "starcoder2": transformers.Starcoder2Config(**LLAMA, sliding_window=5),
        # The four pairs of a head turn by 1, 0.75, 0.5 and 0.25 of what they would, between bounds.
        "qwen2_yarn": transformers.Qwen2Config(
            **LLAMA,
            rope_parameters={
                "rope_type": "yarn",
                "rope_theta": 1000.0,
                "factor": 4.0,
                "original_max_position_embeddings": 1024,
            },
        ),
    }


def randomize(model):
    """Larger values than at the start of training, so that no gradient is tiny."""
    generator = torch.Generator().manual_seed(7)
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        centre = 1.0 if parameter.dim() == 1 and name.endswith("weight") else 0.0
        parameter.data = (centre + (0.2 if parameter.dim() == 1 else 0.15) * noise).half().float()


def optimizer_of(model):
    groups = [
        {"params": [p for p in model.parameters() if p.dim() > 1], "weight_decay": 0.1},
        {"params": [p for p in model.parameters() if p.dim() == 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.95), eps=1e-8)


def loss_of(model, tokens, targets):
    logits = model(input_ids=tokens).logits
    return logits, torch.nn.functional.cross_entropy(
        logits.view(-1, VOCABULARY), targets.view(-1), ignore_index=-1
    )


def make(family, config):
    torch.manual_seed(1)
    config.vocab_size = VOCABULARY
    config.bos_token_id = config.eos_token_id = VOCABULARY - 1
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    randomize(model)
    folder = FOLDER / family
    shutil.rmtree(folder, ignore_errors=True)
    model.half().save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)

    generator = torch.Generator().manual_seed(8)
    tokens = torch.randint(0, VOCABULARY, (2, CONTEXT), generator=generator)
    targets = torch.randint(0, VOCABULARY, (2, CONTEXT), generator=generator)
    targets[1, 3] = -1
    # Read again: half() has rounded the frequencies of rotations too.
    model = transformers.AutoModelForCausalLM.from_pretrained(
        folder, attn_implementation="eager", dtype=torch.float64
    ).train()
    goldens = {"tokens": tokens.float(), "targets": targets.float()}
    optimizer = optimizer_of(model)
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        logits, loss = loss_of(model, tokens, targets)
        loss.backward()
        if step == 0:
            goldens["logits"] = logits.detach()
            for name, parameter in model.named_parameters():
                goldens["gradient." + name] = parameter.grad.clone()
        losses.append(loss.item())
        optimizer.step()
    goldens["losses"] = torch.tensor(losses, dtype=torch.float64)
    for name, parameter in model.named_parameters():
        goldens["final_norm." + name] = parameter.detach().norm().reshape(1)
    goldens = {name: value.float().contiguous() for name, value in goldens.items()}
    save_file(goldens, folder / "golden.safetensors")
    print(f"{family}: loss {losses[0]:.6f} to {losses[-1]:.6f}")


def main():
    chosen = sys.argv[1:]
    for family, config in configurations().items():
        if not chosen or family in chosen:
            make(family, config)


if __name__ == "__main__":
    main()
