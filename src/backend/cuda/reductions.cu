// Sums over many rows or values: partial sums of fixed runs, added up in order.
#include "backend/cuda/kernels.h"
#include "backend/cuda/reduce.h"

namespace scribe::cuda {
namespace {

constexpr unsigned kThreads = 256;
constexpr unsigned kColumnThreads = 128;
constexpr Size kRowsPerPart = 64;
constexpr Size kValuesPerPart = 16384;

// A block per run of columns and run of rows, a thread per column. Partial sums: (parts, cols) of
// d, then (parts, cols) of d (x - mean) rstd.
__global__ void column_parts_kernel(Rows<const float> d, Rows<const float> x, const float* mean,
                                    const float* rstd, Size rows, Size cols, float* parts) {
  const Size c = static_cast<Size>(blockIdx.x) * kColumnThreads + threadIdx.x;
  if (c >= cols) return;
  const Size part = blockIdx.y;
  const Size begin = part * kRowsPerPart;
  const Size end = begin + kRowsPerPart < rows ? begin + kRowsPerPart : rows;
  float sum = 0;
  float weighted = 0;
  for (Size m = begin; m < end; ++m) {
    const float value = d.row(m)[c];
    sum += value;
    if (x.data != nullptr)
      weighted += value * ((x.row(m)[c] - (mean == nullptr ? 0 : mean[m])) * rstd[m]);
  }
  parts[part * cols + c] = sum;
  if (x.data != nullptr) parts[(gridDim.y + part) * cols + c] = weighted;
}

__global__ void add_parts_kernel(const float* parts, Size count, Size cols, float* sums) {
  const Size c = static_cast<Size>(blockIdx.x) * kColumnThreads + threadIdx.x;
  if (c >= cols) return;
  float sum = 0;
  for (Size part = 0; part < count; ++part) sum += parts[part * cols + c];
  sums[c] += sum;
}

// A block per run of values: doubles, because a norm of 1e9 floats is compared between runs.
__global__ void square_parts_kernel(const float* values, Size count, double* parts) {
  double* const shared = dynamic_shared<double>();
  const Size begin = static_cast<Size>(blockIdx.x) * kValuesPerPart;
  const Size end = begin + kValuesPerPart < count ? begin + kValuesPerPart : count;
  double sum = 0;
  for (Size i = begin + threadIdx.x; i < end; i += kThreads)
    sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  sum = block_sum(sum, shared);
  if (threadIdx.x == 0) parts[blockIdx.x] = sum;
}

// One block.
__global__ void add_doubles_kernel(const double* parts, Size count, double* sum) {
  double* const shared = dynamic_shared<double>();
  double own = 0;
  for (Size i = threadIdx.x; i < count; i += kThreads) own += parts[i];
  own = block_sum(own, shared);
  if (threadIdx.x == 0) *sum = own;
}

// A block per row. Largest logit and sum of weights in one pass, rescaled as the largest grows.
__global__ void softmax_loss_kernel(Rows<float> logits, const int* targets, float gradient_scale,
                                    bool with_gradient, Size cols, float* losses) {
  float* const shared = dynamic_shared<float>();
  const Size m = blockIdx.x;
  float* const row = logits.row(m);
  const int target = targets[m];
  if (target < 0) {
    for (Size v = threadIdx.x; with_gradient && v < cols; v += kThreads) row[v] = 0;
    if (threadIdx.x == 0) losses[m] = 0;
    return;
  }
  float largest = -INFINITY;
  float sum = 0;
  for (Size v = threadIdx.x; v < cols; v += kThreads) {
    const float logit = row[v];
    if (logit > largest) {
      sum *= expf(largest - logit);
      largest = logit;
    }
    sum += expf(logit - largest);
  }
  const float row_largest = block_max(largest, shared);
  // A thread without logits has a largest of -inf and a sum of 0.
  const float own = sum == 0 ? 0 : sum * expf(largest - row_largest);
  const float row_sum = block_sum(own, shared);
  const float log_sum = logf(row_sum);
  const float at_target = row[target];
  __syncthreads();  // Everyone has read the target's logit.
  if (threadIdx.x == 0) losses[m] = row_largest - at_target + log_sum;
  for (Size v = threadIdx.x; with_gradient && v < cols; v += kThreads) {
    const float weight = expf(row[v] - row_largest) / row_sum;
    row[v] = gradient_scale * (weight - (v == target ? 1.0F : 0.0F));
  }
}

}  // namespace

Size column_sums_floats(Size rows, Size cols) {
  return 2 * divide_up(rows, kRowsPerPart) * cols;
}

void column_sums(Stream stream, Rows<const float> d, Rows<const float> x, const float* mean,
                 const float* rstd, Size rows, Size cols, float* scratch, float* sums,
                 float* weighted_sums) {
  if (rows * cols == 0) return;
  const Size parts = divide_up(rows, kRowsPerPart);
  const Grid grid{static_cast<unsigned>(divide_up(cols, kColumnThreads)),
                  static_cast<unsigned>(parts)};
  launch(column_parts_kernel, grid, kColumnThreads, 0, stream, d, x, mean, rstd, rows, cols,
         scratch);
  const auto add = [&](const float* from, float* to) {
    if (to != nullptr)
      launch(add_parts_kernel, {grid.x}, kColumnThreads, 0, stream, from, parts, cols, to);
  };
  add(scratch, sums);
  add(scratch + parts * cols, weighted_sums);
}

Size sum_of_squares_doubles(Size count) {
  return 1 + divide_up(count, kValuesPerPart);
}

void sum_of_squares(Stream stream, const float* values, Size count, double* scratch) {
  const Size parts = divide_up(count, kValuesPerPart);
  const std::size_t shared = kThreads / kWarp * sizeof(double);
  if (parts > 0)
    launch(square_parts_kernel, {static_cast<unsigned>(parts)}, kThreads, shared, stream, values,
           count, scratch + 1);
  launch(add_doubles_kernel, {}, kThreads, shared, stream, scratch + 1, parts, scratch);
}

void softmax_loss(Stream stream, Rows<float> logits, const int* targets, float gradient_scale,
                  bool with_gradient, Size rows, Size cols, float* losses) {
  if (rows * cols == 0) return;
  launch(softmax_loss_kernel, {static_cast<unsigned>(rows)}, kThreads,
         kThreads / kWarp * sizeof(float), stream, logits, targets, gradient_scale, with_gradient,
         cols, losses);
}

}  // namespace scribe::cuda
