"""Checks that transformers reads the checkpoints that Scribe writes, of every family.

    SCRIBE_CHECKPOINTS=/tmp/checkpoints build/dev/tests/golden_test \\
        --gtest_filter='*CanBeWrittenOut/cpu*'
    python3 tools/check_transformers.py /tmp/checkpoints    (needs torch and transformers)

Loads each folder with transformers alone and compares its logits, in float32, with those of the
goldens in tests/golden/families, from whose weights it was written. Exits with 1 if a logit differs
by more than 1e-4.
"""

import pathlib
import sys

import torch
import transformers
from safetensors.torch import load_file

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "tests" / "golden" / "families"
TOLERANCE = 1e-4


def largest_difference(folder):
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    golden = load_file(GOLDENS / folder.name / "golden.safetensors")
    with torch.no_grad():
        logits = model(input_ids=golden["tokens"].long()).logits
    return (logits - golden["logits"]).abs().max().item()


def main():
    folders = sorted(path for path in pathlib.Path(sys.argv[1]).iterdir() if path.is_dir())
    differences = {folder.name: largest_difference(folder) for folder in folders}
    for family, difference in differences.items():
        print(f"{family:12} largest difference of a logit {difference:.2e}")
    sys.exit(0 if differences and max(differences.values()) <= TOLERANCE else 1)


if __name__ == "__main__":
    main()
