// Operations on single elements or pairs: fills, activations, rotation, AdamW.
#include <device_language.h>

#include "backend/cuda/kernels.h"
#include "tensor/bf16.h"

namespace scribe::cuda {
namespace {

constexpr unsigned kThreads = 256;
/// Elements of a thread of flat kernels.
constexpr Size kPerThread = 4;

Grid flat_grid(Size count) {
  return {static_cast<unsigned>(divide_up(count, kThreads * kPerThread))};
}

/// Threads for one row: few where rows are short.
unsigned row_threads(Size cols) {
  return cols <= 64 ? 64 : cols <= 128 ? 128 : kThreads;
}

/// Element `i` of this thread, of flat kernels: a warp's are neighbours.
__device__ __forceinline__ Size flat_index(Size i) {
  return (static_cast<Size>(blockIdx.x) * kPerThread + i) * kThreads + threadIdx.x;
}

/// 1 + tanh(...) halved, and the argument of tanh, of GPT-2's form of GELU.
__device__ __forceinline__ float gelu_tanh(float x) {
  constexpr float kScale = 0.7978845608028654F;  // sqrt(2 / pi)
  return tanhf(kScale * (x + 0.044715F * x * x * x));
}

__device__ __forceinline__ float gelu_of(float x) {
  return 0.5F * x * (1 + gelu_tanh(x));
}

__device__ __forceinline__ float gelu_derivative(float x) {
  constexpr float kScale = 0.7978845608028654F;
  const float tanh = gelu_tanh(x);
  return 0.5F * (1 + tanh) + 0.5F * x * (1 - tanh * tanh) * kScale * (1 + 3 * 0.044715F * x * x);
}

__device__ __forceinline__ float sigmoid(float x) {
  return 1 / (1 + expf(-x));
}

__global__ void fill_kernel(float* values, Size count, float value) {
  for (Size i = 0; i < kPerThread; ++i)
    if (const Size at = flat_index(i); at < count) values[at] = value;
}

// Kernels on rows: a block per row, threads along the columns.

__global__ void copy_kernel(Rows<const float> from, Size cols, Rows<float> to) {
  const Size m = blockIdx.x;
  for (Size c = threadIdx.x; c < cols; c += blockDim.x) to.row(m)[c] = from.row(m)[c];
}

__global__ void add_kernel(const float* bias, Rows<const float> residual, Size cols,
                           Rows<float> out) {
  const Size m = blockIdx.x;
  for (Size c = threadIdx.x; c < cols; c += blockDim.x) {
    float sum = out.row(m)[c];
    if (bias != nullptr) sum += bias[c];
    if (residual.data != nullptr) sum += residual.row(m)[c];
    out.row(m)[c] = sum;
  }
}

__global__ void gelu_kernel(Rows<const float> x, Size cols, Rows<float> out) {
  const Size m = blockIdx.x;
  const Size begin = static_cast<Size>(blockIdx.y) * kThreads * kPerThread;
  for (Size i = 0; i < kPerThread; ++i) {
    const Size c = begin + i * kThreads + threadIdx.x;
    if (c < cols) out.row(m)[c] = gelu_of(x.row(m)[c]);
  }
}

__global__ void gelu_backward_kernel(const float* x, Size count, float* d) {
  for (Size i = 0; i < kPerThread; ++i)
    if (const Size at = flat_index(i); at < count) d[at] *= gelu_derivative(x[at]);
}

__global__ void swiglu_kernel(Rows<const float> gate_up, Size cols, Rows<float> out) {
  const Size m = blockIdx.x;
  for (Size c = threadIdx.x; c < cols; c += blockDim.x) {
    const float gate = gate_up.row(m)[c];
    out.row(m)[c] = gate * sigmoid(gate) * gate_up.row(m)[cols + c];
  }
}

// With s = sigmoid(g): d(g s)/dg = s + g s (1 - s).
__global__ void swiglu_backward_kernel(Rows<const float> gate_up, Rows<const float> d_out,
                                       Size cols, Rows<float> d_gate_up) {
  const Size m = blockIdx.x;
  for (Size c = threadIdx.x; c < cols; c += blockDim.x) {
    const float gate = gate_up.row(m)[c];
    const float up = gate_up.row(m)[cols + c];
    const float s = sigmoid(gate);
    const float d = d_out.row(m)[c];
    d_gate_up.row(m)[c] = d * up * (s + gate * s * (1 - s));
    d_gate_up.row(m)[cols + c] = d * gate * s;
  }
}

__global__ void rotate_kernel(Rows<const float> cosines, Rows<const float> sines,
                              const int* positions, RotaryColumns columns, Rows<float> x) {
  const Size m = blockIdx.x;
  const float* const cosine = cosines.row(positions[m]);
  const float* const sine = sines.row(positions[m]);
  for (int at = static_cast<int>(threadIdx.x); at < columns.heads * columns.pairs;
       at += static_cast<int>(blockDim.x)) {
    const int head = at / columns.pairs;
    const int pair = at % columns.pairs;
    float* const values = x.row(m) + static_cast<Size>(head) * columns.head_size;
    float& a = values[columns.neighbours ? 2 * pair : pair];
    float& b = values[columns.neighbours ? 2 * pair + 1 : columns.pairs + pair];
    const float turn = sine[pair] * columns.sign;
    const float turned = a * cosine[pair] - b * turn;
    b = b * cosine[pair] + a * turn;
    a = turned;
  }
}

/// The new parameter; m and v are updated.
__device__ __forceinline__ float adamw_of(const AdamWConstants& constants, float old,
                                          float gradient, float& m, float& v) {
  gradient *= constants.gradient_scale;
  m = constants.beta1 * m + constants.one_minus_beta1 * gradient;
  v = constants.beta2 * v + constants.one_minus_beta2 * gradient * gradient;
  const float root = sqrtf(v * constants.inverse_v_correction);
  return old - constants.decay * old - constants.m_step * m / (root + constants.epsilon);
}

__global__ void adamw_kernel(AdamWConstants constants, const float* gradients, Size count,
                             float* parameters, float* m, float* v) {
  for (Size i = 0; i < kPerThread; ++i)
    if (const Size at = flat_index(i); at < count)
      parameters[at] = adamw_of(constants, parameters[at], gradients[at], m[at], v[at]);
}

__global__ void adamw_bf16_kernel(AdamWConstants constants, const float* gradients, Size count,
                                  std::uint32_t key, std::uint32_t first, std::uint16_t* parameters,
                                  float* m, float* v) {
  for (Size i = 0; i < kPerThread; ++i) {
    const Size at = flat_index(i);
    if (at >= count) continue;
    const float updated =
        adamw_of(constants, scribe::from_bf16(parameters[at]), gradients[at], m[at], v[at]);
    parameters[at] =
        to_bf16_at_random(updated, bf16_noise(key, first + static_cast<std::uint32_t>(at)));
  }
}

__global__ void widen_kernel(Rows<const std::uint16_t> from, Size cols, Rows<float> to) {
  const Size m = blockIdx.x;
  for (Size c = threadIdx.x; c < cols; c += blockDim.x)
    to.row(m)[c] = scribe::from_bf16(from.row(m)[c]);
}

__global__ void bf16_kernel(Rows<const float> from, Size cols, Rows<std::uint16_t> to) {
  const Size m = blockIdx.x;
  auto* const target = reinterpret_cast<__nv_bfloat16*>(to.row(m));
  for (Size c = threadIdx.x; c < cols; c += blockDim.x)
    target[c] = __float2bfloat16_rn(from.row(m)[c]);
}

Grid row_grid(Size rows) {
  return {static_cast<unsigned>(rows)};
}

}  // namespace

void fill(Stream stream, float* values, Size count, float value) {
  if (count > 0) launch(fill_kernel, flat_grid(count), kThreads, 0, stream, values, count, value);
}

void copy_rows(Stream stream, Rows<const float> from, Size rows, Size cols, Rows<float> to) {
  if (rows * cols == 0) return;
  launch(copy_kernel, row_grid(rows), row_threads(cols), 0, stream, from, cols, to);
}

void add_to_rows(Stream stream, const float* bias, Rows<const float> residual, Size rows, Size cols,
                 Rows<float> out) {
  if (rows * cols == 0 || (bias == nullptr && residual.data == nullptr)) return;
  launch(add_kernel, row_grid(rows), row_threads(cols), 0, stream, bias, residual, cols, out);
}

void gelu(Stream stream, Rows<const float> x, Size rows, Size cols, Rows<float> out) {
  if (rows * cols == 0) return;
  // One long row, or many: never more than 65535 blocks along a row.
  const Size per_block = kThreads * kPerThread;
  const Size piece = per_block * 65535;
  for (Size begin = 0; begin < cols; begin += piece) {
    const Size count = cols - begin < piece ? cols - begin : piece;
    const Grid grid{static_cast<unsigned>(rows),
                    static_cast<unsigned>(divide_up(count, per_block))};
    launch(gelu_kernel, grid, kThreads, 0, stream, Rows<const float>{x.data + begin, x.stride},
           count, Rows<float>{out.data + begin, out.stride});
  }
}

void gelu_backward(Stream stream, const float* x, Size count, float* d) {
  if (count > 0) launch(gelu_backward_kernel, flat_grid(count), kThreads, 0, stream, x, count, d);
}

void swiglu(Stream stream, Rows<const float> gate_up, Size rows, Size cols, Rows<float> out) {
  if (rows * cols == 0) return;
  launch(swiglu_kernel, row_grid(rows), row_threads(cols), 0, stream, gate_up, cols, out);
}

void swiglu_backward(Stream stream, Rows<const float> gate_up, Rows<const float> d_out, Size rows,
                     Size cols, Rows<float> d_gate_up) {
  if (rows * cols == 0) return;
  launch(swiglu_backward_kernel, row_grid(rows), row_threads(cols), 0, stream, gate_up, d_out, cols,
         d_gate_up);
}

void rotate(Stream stream, Rows<const float> cosines, Rows<const float> sines, const int* positions,
            RotaryColumns columns, Size rows, Rows<float> x) {
  const Size pairs = static_cast<Size>(columns.heads) * columns.pairs;
  if (rows * pairs == 0) return;
  launch(rotate_kernel, row_grid(rows), row_threads(pairs), 0, stream, cosines, sines, positions,
         columns, x);
}

void adamw(Stream stream, const AdamWConstants& constants, const float* gradients, Size count,
           float* parameters, float* m, float* v) {
  if (count == 0) return;
  launch(adamw_kernel, flat_grid(count), kThreads, 0, stream, constants, gradients, count,
         parameters, m, v);
}

void adamw_bf16(Stream stream, const AdamWConstants& constants, const float* gradients, Size count,
                std::uint32_t key, std::uint32_t first, std::uint16_t* parameters, float* m,
                float* v) {
  if (count == 0) return;
  launch(adamw_bf16_kernel, flat_grid(count), kThreads, 0, stream, constants, gradients, count, key,
         first, parameters, m, v);
}

void from_bf16(Stream stream, Rows<const std::uint16_t> from, Size rows, Size cols,
               Rows<float> to) {
  if (rows * cols == 0) return;
  launch(widen_kernel, row_grid(rows), row_threads(cols), 0, stream, from, cols, to);
}

void to_bf16(Stream stream, Rows<const float> from, Size rows, Size cols, Rows<std::uint16_t> to) {
  if (rows * cols == 0) return;
  launch(bf16_kernel, row_grid(rows), row_threads(cols), 0, stream, from, cols, to);
}

}  // namespace scribe::cuda
