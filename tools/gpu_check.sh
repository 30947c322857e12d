#!/bin/sh
# Everything worth running on a machine with a GPU, in one call of about ten minutes.
#
#   tools/gpu_check.sh [OUT]
#
# Builds, then compares every operation with the reference, tokens drawn with the host's and the
# goldens with PyTorch's numbers, looks for wrong accesses and races with compute-sanitizer, and
# measures training and sampling.
# Logs go to OUT (runs/gpu-check). From the environment:
#   MODEL         checkpoint to sample from; without it sampling is not measured
#   TORCH_PYTHON  a Python with torch, and transformers for sampling: measured as well
#   BUILD         a build folder to take as it is
#   TIME_LIMIT_S  590: steps for which no time is left are skipped and say so
# Ends with a table; exits with 1 if a step failed.
set -u
cd "$(dirname "$0")/.." || exit 1
out="${1:-runs/gpu-check}"
mkdir -p "$out"
out="$(cd "$out" && pwd)"
limit="${TIME_LIMIT_S:-590}"
start=$(date +%s)
table=""
failed=0

# step NAME SECONDS COMMAND...: runs it for at most so long, and keeps going.
step() {
  name="$1"
  longest="$2"
  shift 2
  left=$((limit - $(date +%s) + start))
  if [ "$left" -lt 5 ]; then
    table="$table  skipped (no time left)  $name
"
    return
  fi
  [ "$left" -lt "$longest" ] && longest="$left"
  echo "=== $name: $*"
  begin=$(date +%s)
  timeout "$longest" "$@" >"$out/$name.log" 2>&1
  code=$?
  seconds=$(($(date +%s) - begin))
  case $code in
    0) result="passed" ;;
    124) result="OUT OF TIME"; failed=1 ;;
    *) result="FAILED ($code)"; failed=1 ;;
  esac
  tail -n 3 "$out/$name.log"
  table="$table  $result  $name ($seconds s)
"
}

# measure NAME SECONDS COMMAND...: a step whose output belongs to the table.
measure() {
  step "$@"
  [ -f "$out/$1.log" ] && table="$table$(sed 's/^/      /' "$out/$1.log")
"
}

nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader >"$out/device.log" ||
  { echo "gpu_check: no GPU (nvidia-smi failed)" >&2; exit 1; }
cat "$out/device.log"

build="${BUILD:-}"
if [ -z "$build" ]; then
  build="build/gpu"
  # Only this machine's kernels, or they take the time of the rest.
  step configure 60 cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSCRIBE_CUDA=on \
    -DSCRIBE_CUDA_ARCHITECTURES=native
  step build 400 cmake --build "$build" \
    --target backend_test sample_test golden_test sample_bench scribe
fi
export SCRIBE_SOURCE_DIR="$PWD"
backend_test="$build/src/backend/backend_test"
sample_test="$build/src/sample/sample_test"
scribe="$build/src/cli/scribe"

step operations 120 "$backend_test" '--gtest_filter=*cuda*'
step drawing 60 "$sample_test" '--gtest_filter=*DeviceDrawTest*cuda*'
step goldens 60 "$build/tests/golden_test" '--gtest_filter=*cuda*'

sanitizer="$(command -v compute-sanitizer || echo /usr/local/cuda/bin/compute-sanitizer)"
# Of each operation once: a checker slows kernels down by ten to a hundred times.
checked='--gtest_filter=*GradientTest*cuda*:*BackendTest.Attention*cuda*'
for tool in memcheck racecheck synccheck initcheck; do
  step "$tool" 90 "$sanitizer" --tool "$tool" --error-exitcode 9 "$backend_test" "$checked"
  step "$tool-drawing" 30 "$sanitizer" --tool "$tool" --error-exitcode 9 "$sample_test" \
    '--gtest_filter=*DeviceDrawTest.BitsOfZero*cuda*'
done

for precision in f32 tf32 bf16; do
  measure "train-124M-$precision" 40 "$scribe" bench train --device "cuda:0,$precision" \
    --layers 12 --width 768 --heads 12 --context 1024 --vocabulary-size 50257 --batch-size 8 \
    --seconds 5
done
measure draw 30 "$build/src/sample/sample_bench" '--benchmark_filter=OnDevice'
if [ -n "${MODEL:-}" ]; then
  for weights in f32 f16 int8; do
    measure "sample-$weights" 40 "$scribe" bench sample --device cuda:0 --model "$MODEL" \
      --weights "$weights" --n 1 32 128 --prompt 200
  done
fi
if [ -n "${TORCH_PYTHON:-}" ]; then
  measure torch-train 120 "$TORCH_PYTHON" tools/gpu_peer.py train
  measure torch-sample 60 "$TORCH_PYTHON" tools/gpu_peer.py sample
fi

echo "=== $(cat "$out/device.log"), $(git rev-parse --short HEAD 2>/dev/null), $(date -u +%F)"
printf '%s' "$table" | tee "$out/table.txt"
exit "$failed"
