// Rows of tables in, gradients out to the rows they came from.
#include <device_language.h>

#include "backend/cuda/kernels.h"
#include "tensor/bf16.h"

namespace scribe::cuda {
namespace {

constexpr unsigned kThreads = 128;

// A block per row, threads along the columns.
__global__ void embed_kernel(const int* tokens, const int* positions, Table token_table,
                             Table position_table, Size cols, Rows<float> out) {
  const Size m = blockIdx.x;
  const auto value = [](const Table& table, int row, Size c) {
    return table.bf16.data == nullptr ? table.floats.row(row)[c]
                                      : scribe::from_bf16(table.bf16.row(row)[c]);
  };
  const bool adds = position_table.floats.data != nullptr || position_table.bf16.data != nullptr;
  for (Size c = threadIdx.x; c < cols; c += blockDim.x) {
    const float token = value(token_table, tokens[m], c);
    out.row(m)[c] = adds ? token + value(position_table, positions[m], c) : token;
  }
}

// A block per id and run of columns, a thread per column: nobody else adds to it.
__global__ void embed_backward_kernel(const int* ids, const int* begins, const int* order,
                                      Rows<const float> d_out, Size cols, Rows<float> d_table) {
  const Size c = static_cast<Size>(blockIdx.y) * kThreads + threadIdx.x;
  if (c >= cols) return;
  float* const target = d_table.row(ids[blockIdx.x]) + c;
  float sum = *target;
  for (int i = begins[blockIdx.x]; i < begins[blockIdx.x + 1]; ++i) sum += d_out.row(order[i])[c];
  *target = sum;
}

}  // namespace

void embed(Stream stream, const int* tokens, const int* positions, Table token_table,
           Table position_table, Size rows, Size cols, Rows<float> out) {
  if (rows * cols == 0) return;
  launch(embed_kernel, {static_cast<unsigned>(rows)}, kThreads, 0, stream, tokens, positions,
         token_table, position_table, cols, out);
}

void embed_backward(Stream stream, const int* ids, const int* begins, const int* order,
                    Size id_count, Rows<const float> d_out, Size cols, Rows<float> d_table) {
  if (id_count * cols == 0) return;
  const Grid grid{static_cast<unsigned>(id_count),
                  static_cast<unsigned>(divide_up(cols, kThreads))};
  launch(embed_backward_kernel, grid, kThreads, 0, stream, ids, begins, order, d_out, cols,
         d_table);
}

}  // namespace scribe::cuda
