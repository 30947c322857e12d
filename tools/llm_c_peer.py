"""llm.c's training step on the CPU, as a program that bench_train.py compares with.

The driver includes train_gpt2.c of a checkout of https://github.com/karpathy/llm.c, as its own test
does, and is compiled with the flags of its Makefile. Its model comes from a checkpoint, so that one
with random weights of the wanted size is written first.
"""

import os
import pathlib
import subprocess
import tempfile

# Arguments: layers, width, heads, vocabulary, time, batch, steps, the checkpoint to write. Prints
# tokens per second of the fastest step but the first, which allocates, and MiB.
DRIVER = r"""
#define TESTING
#include "train_gpt2.c"
#include <sys/resource.h>

static float uniform(unsigned* state) {
  *state = *state * 1664525u + 1013904223u;
  return ((*state >> 8) / 16777216.0f - 0.5f) * 0.07f;
}

int main(int argc, char** argv) {
  if (argc != 9) return 2;
  int n[7];
  for (int i = 0; i < 7; ++i) n[i] = atoi(argv[i + 1]);
  const int L = n[0], C = n[1], H = n[2], V = n[3], T = n[4], B = n[5], steps = n[6];
  int header[256] = {20240326, 3, T, V, L, H, C, (V + 127) / 128 * 128};
  GPT2Config config = {T, V, header[7], L, H, C};
  size_t sizes[NUM_PARAMETER_TENSORS], total = 0;
  fill_in_parameter_sizes(sizes, config);
  for (int i = 0; i < NUM_PARAMETER_TENSORS; ++i) total += sizes[i];
  unsigned state = 1;
  FILE* file = fopen(argv[8], "wb");
  if (file == NULL) return 3;
  fwrite(header, sizeof(int), 256, file);
  for (size_t i = 0; i < total; ++i) {
    const float value = uniform(&state);
    fwrite(&value, sizeof value, 1, file);
  }
  if (fclose(file) != 0) return 3;

  GPT2 model;
  gpt2_build_from_checkpoint(&model, argv[8]);
  int* tokens = malloc(sizeof(int) * (B * T + 1));
  for (int i = 0; i <= B * T; ++i) {
    uniform(&state);
    tokens[i] = (state >> 8) % V;
  }
  double best = 1e30;
  for (int step = 0; step < steps; ++step) {
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    gpt2_forward(&model, tokens, tokens + 1, B, T);
    gpt2_zero_grad(&model);
    gpt2_backward(&model);
    gpt2_update(&model, 1e-4f, 0.9f, 0.95f, 1e-8f, 0.1f, step + 1);
    clock_gettime(CLOCK_MONOTONIC, &end);
    const double seconds = end.tv_sec - start.tv_sec + (end.tv_nsec - start.tv_nsec) / 1e9;
    if (step > 0 && seconds < best) best = seconds;
  }
  if (!(model.mean_loss > 0)) return 4;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("\n%f %f\n", B * T / best, usage.ru_maxrss / 1024.0);
}
"""


class LlmC:
    """The compiled driver, in a folder that goes with this object."""

    def __init__(self, checkout):
        self._folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(self._folder.name)
        self._program = folder / "driver"
        (folder / "driver.c").write_text(DRIVER)
        flags = ["-Ofast", "-march=native", "-fopenmp", "-DOMP", "-w", "-I", checkout]
        command = ["cc", *flags, folder / "driver.c", "-lm", "-o", self._program]
        subprocess.run(command, check=True)
        commit = ["git", "-C", checkout, "rev-parse", "--short", "HEAD"]
        known = subprocess.run(commit, capture_output=True, text=True).stdout.strip()
        self.name = f"llm.c {known or '(commit unknown)'}"

    def run(self, size, threads, steps):
        """Tokens per second of the fastest step, memory in MiB, the name and commit."""
        checkpoint = pathlib.Path(self._folder.name) / "model.bin"
        output = subprocess.run(
            [self._program, *map(str, [*size, steps]), checkpoint],
            check=True,
            capture_output=True,
            text=True,
            env=dict(os.environ, OMP_NUM_THREADS=str(threads)),
        ).stdout
        rate, memory = map(float, output.splitlines()[-1].split())
        return rate, memory, self.name
