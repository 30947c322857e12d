// The output layer: logits, and the loss in chunks of rows so that (M, V) logits never exist.
#include <algorithm>
#include <cmath>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/parallel.h"
#include "backend/operation_checks.h"

namespace scribe {
namespace {

// A chunk's logits stay within 8 MB of cache, but a product of few rows would waste time on
// packing.
constexpr std::int64_t kChunkFloats = std::int64_t{2} << 20;
constexpr std::int64_t kChunkRowsMin = 128;
constexpr std::int64_t kRowsPerTask = 8;

std::size_t index(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

/// Turns a row of logits into the gradient of gradient_scale * loss and returns the loss.
float cross_entropy(const Kernels& kernels, std::int32_t target, float gradient_scale,
                    bool wants_gradient, float* logits, std::int64_t vocabulary) {
  if (target < 0) {
    if (wants_gradient) std::fill_n(logits, vocabulary, 0.0F);
    return 0;
  }
  const float target_logit = logits[target];
  const ExpRow row = kernels.exp_row(1.0F, logits, vocabulary);
  if (wants_gradient) {
    kernels.scale(gradient_scale / row.sum, logits, vocabulary);
    logits[target] -= gradient_scale;
  }
  return static_cast<float>(static_cast<double>(row.largest) - static_cast<double>(target_logit) +
                            std::log(static_cast<double>(row.sum)));
}

template <typename T>
BasicMatrix<T> rows_of(BasicMatrix<T> matrix, std::int64_t begin, std::int64_t count) {
  return {matrix.row(begin), count, matrix.cols, matrix.stride};
}

}  // namespace

void CpuBackend::head_logits(ConstMatrix x, Weight table, std::span<const float> bias,
                             Matrix logits) {
  check_head_logits(x, table, bias, logits);
  products_.run(
      {x, Operand(table).transposed(), x.cols, logits, bias.empty() ? nullptr : bias.data()});
}

void CpuBackend::head_loss(ConstMatrix x, Weight table, std::span<const float> bias,
                           std::span<const std::int32_t> targets, float gradient_scale,
                           std::span<float> losses, const HeadLossGradients& d) {
  check_head_loss(x, table, bias, targets, losses, d);
  const bool wants_gradient = d.x.data != nullptr;
  const std::int64_t vocabulary = table.rows;
  const std::int64_t chunk_rows =
      std::min(x.rows, std::max(kChunkRowsMin, kChunkFloats / vocabulary));
  logits_.reset(chunk_rows * vocabulary);
  float* memory = logits_.take(chunk_rows * vocabulary);
  for (std::int64_t begin = 0; begin < x.rows; begin += chunk_rows) {
    const std::int64_t rows = std::min(chunk_rows, x.rows - begin);
    const Matrix logits(memory, rows, vocabulary);
    head_logits(rows_of(x, begin, rows), table, bias, logits);
    for_each_chunk(pool_, rows, kRowsPerTask,
                   [&](std::int64_t from, std::int64_t to, std::int64_t) {
                     for (std::int64_t m = from; m < to; ++m)
                       losses[index(begin + m)] =
                           cross_entropy(kernels_, targets[index(begin + m)], gradient_scale,
                                         wants_gradient, logits.row(m), vocabulary);
                   });
    if (!wants_gradient) continue;
    products_.run({logits, table, vocabulary, rows_of(d.x, begin, rows)});
    products_.run(
        {Operand(logits).transposed(), rows_of(x, begin, rows), rows, d.table, nullptr, d.table});
    if (!d.bias.empty()) add_bias_gradient(logits, d.bias);
  }
}

}  // namespace scribe
