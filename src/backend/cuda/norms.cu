// LayerNorm and RMSNorm: a block per row, the row read again rather than kept.
#include "backend/cuda/kernels.h"
#include "backend/cuda/reduce.h"

namespace scribe::cuda {
namespace {

constexpr unsigned kThreads = 128;
constexpr std::size_t kSharedBytes = kThreads / kWarp * sizeof(float);

// Two passes: the variance of differences from the mean does not cancel.
__global__ void layer_norm_kernel(Rows<const float> x, const float* weight, const float* bias,
                                  float epsilon, Size cols, Rows<float> out, float* mean,
                                  float* rstd) {
  float* const shared = dynamic_shared<float>();
  const Size m = blockIdx.x;
  const float* const row = x.row(m);
  float sum = 0;
  for (Size c = threadIdx.x; c < cols; c += kThreads) sum += row[c];
  const float row_mean = block_sum(sum, shared) / static_cast<float>(cols);
  float squares = 0;
  for (Size c = threadIdx.x; c < cols; c += kThreads)
    squares += (row[c] - row_mean) * (row[c] - row_mean);
  const float variance = block_sum(squares, shared) / static_cast<float>(cols);
  const float row_rstd = 1 / sqrtf(variance + epsilon);
  for (Size c = threadIdx.x; c < cols; c += kThreads)
    out.row(m)[c] = (row[c] - row_mean) * row_rstd * weight[c] + bias[c];
  if (threadIdx.x == 0) {
    mean[m] = row_mean;
    rstd[m] = row_rstd;
  }
}

__global__ void rms_norm_kernel(Rows<const float> x, const float* weight, float epsilon, Size cols,
                                Rows<float> out, float* rstd) {
  float* const shared = dynamic_shared<float>();
  const Size m = blockIdx.x;
  const float* const row = x.row(m);
  float squares = 0;
  for (Size c = threadIdx.x; c < cols; c += kThreads) squares += row[c] * row[c];
  const float row_rstd = 1 / sqrtf(block_sum(squares, shared) / static_cast<float>(cols) + epsilon);
  for (Size c = threadIdx.x; c < cols; c += kThreads) out.row(m)[c] = row[c] * row_rstd * weight[c];
  if (threadIdx.x == 0) rstd[m] = row_rstd;
}

// With n = (x - mean) rstd and g = d_out weight: d_x += rstd (g - avg(g) - n avg(g n)), without
// avg(g) for RMSNorm.
__global__ void norm_backward_kernel(Rows<const float> d_out, Rows<const float> x,
                                     const float* weight, const float* mean, const float* rstd,
                                     Size cols, Rows<float> d_x) {
  float* const shared = dynamic_shared<float>();
  const Size m = blockIdx.x;
  const float* const row = x.row(m);
  const float* const d_row = d_out.row(m);
  const float row_mean = mean == nullptr ? 0 : mean[m];
  const float row_rstd = rstd[m];
  float sum = 0;
  float sum_normalized = 0;
  for (Size c = threadIdx.x; c < cols; c += kThreads) {
    const float scaled = d_row[c] * weight[c];
    sum += scaled;
    sum_normalized += scaled * ((row[c] - row_mean) * row_rstd);
  }
  const float width = static_cast<float>(cols);
  const float average_normalized = block_sum(sum_normalized, shared) / width;
  const float average = mean == nullptr ? 0 : block_sum(sum, shared) / width;
  for (Size c = threadIdx.x; c < cols; c += kThreads) {
    const float normalized = (row[c] - row_mean) * row_rstd;
    d_x.row(m)[c] += row_rstd * (d_row[c] * weight[c] - average - normalized * average_normalized);
  }
}

}  // namespace

void layer_norm(Stream stream, Rows<const float> x, const float* weight, const float* bias,
                float epsilon, Size rows, Size cols, Rows<float> out, float* mean, float* rstd) {
  if (rows * cols == 0) return;
  launch(layer_norm_kernel, {static_cast<unsigned>(rows)}, kThreads, kSharedBytes, stream, x,
         weight, bias, epsilon, cols, out, mean, rstd);
}

void rms_norm(Stream stream, Rows<const float> x, const float* weight, float epsilon, Size rows,
              Size cols, Rows<float> out, float* rstd) {
  if (rows * cols == 0) return;
  launch(rms_norm_kernel, {static_cast<unsigned>(rows)}, kThreads, kSharedBytes, stream, x, weight,
         epsilon, cols, out, rstd);
}

void norm_backward(Stream stream, Rows<const float> d_out, Rows<const float> x, const float* weight,
                   const float* mean, const float* rstd, Size rows, Size cols, Rows<float> d_x) {
  if (rows * cols == 0) return;
  launch(norm_backward_kernel, {static_cast<unsigned>(rows)}, kThreads, kSharedBytes, stream, d_out,
         x, weight, mean, rstd, cols, d_x);
}

}  // namespace scribe::cuda
