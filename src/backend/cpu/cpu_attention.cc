// Causal attention in blocks of queries, which never holds a (T, T) matrix.
//
// After Dao et al., "FlashAttention" (2022): the forward pass keeps only each row's log-sum-exp,
// and the backward pass computes the weights again. Unlike there, a block of queries sees all its
// keys at once: a (64, T) block of scores fits a processor's second-level cache, so nothing is
// rescaled.
#include <algorithm>
#include <cmath>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/head_products.h"
#include "backend/operation_checks.h"

namespace scribe {
namespace {

constexpr std::int64_t kBlockRows = 64;

std::size_t index(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

/// One head of one sequence, from its first real position on.
struct Head {
  std::int64_t begin = 0;  ///< the sequence's padding
  std::int64_t count = 0;  ///< real positions
  std::int64_t size = 0;   ///< columns
  std::int64_t row = 0;    ///< the first real position's row
  std::int64_t col = 0;    ///< the head's first column
  std::int64_t width = 0;  ///< columns from q to k and from k to v
  float scale = 1;
};

Head head_of(const AttentionShape& shape, std::span<const std::int32_t> first, std::int64_t task) {
  const std::int64_t batch = task / shape.heads;
  Head head;
  head.begin = first.empty() ? 0 : first[index(batch)];
  head.count = shape.time - head.begin;
  head.size = shape.head_size;
  head.row = batch * shape.time + head.begin;
  head.col = task % shape.heads * shape.head_size;
  head.width = shape.width();
  head.scale = static_cast<float>(1 / std::sqrt(static_cast<double>(shape.head_size)));
  return head;
}

/// Zeroes `cols` columns of the rows that are padding.
void clear_padding(const Head& head, std::int64_t col, std::int64_t cols, Matrix matrix) {
  for (std::int64_t row = head.row - head.begin; row < head.row; ++row)
    std::fill_n(matrix.row(row) + col, cols, 0.0F);
}

/// Scores of a block of queries: row i sees keys [0, begin + i].
class ScoreBlock {
 public:
  ScoreBlock(float* memory, std::int64_t begin, std::int64_t rows)
      : begin_(begin), matrix_(memory, rows, begin + rows) {}

  Matrix matrix() const { return matrix_; }
  std::int64_t rows() const { return matrix_.rows; }
  std::int64_t keys() const { return matrix_.cols; }
  float* row(std::int64_t i) const { return matrix_.row(i); }
  std::int64_t visible(std::int64_t i) const { return begin_ + i + 1; }
  void clear_invisible(std::int64_t i) const {
    std::fill(row(i) + visible(i), row(i) + keys(), 0.0F);
  }

 private:
  std::int64_t begin_;
  Matrix matrix_;
};

void attend_head(const Kernels& kernels, Arena& arena, const Head& head, ConstMatrix qkv,
                 Matrix out, float* log_sum_exp) {
  const HeadProducts products(kernels);
  const std::int64_t block_rows = std::min(kBlockRows, head.count);
  const std::int64_t keys_size = products.cols_size(head.size, head.count);
  const std::int64_t values_size = products.cols_size(head.count, head.size);
  const std::int64_t queries_size = products.rows_size(block_rows, head.size);
  const std::int64_t weights_size = products.rows_size(block_rows, head.count);
  const std::int64_t scores_size = block_rows * head.count;
  arena.reset(keys_size + values_size + queries_size + weights_size + scores_size, 5);
  const Operand q = Operand(qkv).at(head.row, head.col);
  const Operand k = q.at(0, head.width);
  const Operand v = q.at(0, 2 * head.width);
  const PackedColumns keys =
      products.pack_cols(k.transposed(), head.size, head.count, arena.take(keys_size));
  const PackedColumns values =
      products.pack_cols(v, head.count, head.size, arena.take(values_size));
  float* packed_queries = arena.take(queries_size);
  float* packed_weights = arena.take(weights_size);
  float* scores_memory = arena.take(scores_size);
  for (std::int64_t begin = 0; begin < head.count; begin += block_rows) {
    const ScoreBlock scores(scores_memory, begin, std::min(block_rows, head.count - begin));
    products.pack_rows(q.at(begin, 0), scores.rows(), head.size, packed_queries);
    products.multiply(packed_queries, keys, head.size, scores.matrix());
    float sums[kBlockRows];
    for (std::int64_t i = 0; i < scores.rows(); ++i) {
      const ExpRow row = kernels.exp_row(head.scale, scores.row(i), scores.visible(i));
      scores.clear_invisible(i);
      sums[i] = row.sum;
      log_sum_exp[begin + i] = row.largest + std::log(row.sum);
    }
    products.pack_rows(scores.matrix(), scores.rows(), scores.keys(), packed_weights);
    const Matrix target(out.row(head.row + begin) + head.col, scores.rows(), head.size, out.stride);
    products.multiply(packed_weights, values, scores.keys(), target);
    for (std::int64_t i = 0; i < scores.rows(); ++i)
      kernels.scale(1.0F / sums[i], target.row(i), head.size);
  }
}

/// Scratch of attention_backward for one head, and the packed operands that all blocks share.
struct BackwardScratch {
  PackedColumns keys_transposed, values_transposed, keys;
  float* scores = nullptr;
  float* d_scores = nullptr;
  float* packed_rows = nullptr;
  float* packed_cols = nullptr;
};

BackwardScratch make_backward_scratch(const HeadProducts& products, Arena& arena, const Head& head,
                                      Operand k, Operand v) {
  const std::int64_t block_rows = std::min(kBlockRows, head.count);
  const std::int64_t transposed_size = products.cols_size(head.size, head.count);
  const std::int64_t keys_size = products.cols_size(head.count, head.size);
  const std::int64_t scores_size = block_rows * head.count;
  const std::int64_t rows_size = std::max({products.rows_size(block_rows, head.size),
                                           products.rows_size(block_rows, head.count),
                                           products.rows_size(head.count, block_rows)});
  const std::int64_t cols_size = products.cols_size(block_rows, head.size);
  arena.reset(2 * transposed_size + keys_size + 2 * scores_size + rows_size + cols_size, 7);
  BackwardScratch scratch;
  scratch.keys_transposed =
      products.pack_cols(k.transposed(), head.size, head.count, arena.take(transposed_size));
  scratch.values_transposed =
      products.pack_cols(v.transposed(), head.size, head.count, arena.take(transposed_size));
  scratch.keys = products.pack_cols(k, head.count, head.size, arena.take(keys_size));
  scratch.scores = arena.take(scores_size);
  scratch.d_scores = arena.take(scores_size);
  scratch.packed_rows = arena.take(rows_size);
  scratch.packed_cols = arena.take(cols_size);
  return scratch;
}

/// d_target (keys, size) = or += weights^T * from, for one block of queries.
void add_to_keys(const HeadProducts& products, const BackwardScratch& scratch,
                 const ScoreBlock& weights, Operand from, Matrix d_target, bool accumulate) {
  const std::int64_t rows = weights.rows();
  const float* packed = products.pack_rows(Operand(weights.matrix()).transposed(), weights.keys(),
                                           rows, scratch.packed_rows);
  const PackedColumns columns = products.pack_cols(from, rows, d_target.cols, scratch.packed_cols);
  products.multiply(packed, columns, rows, d_target, accumulate);
}

void attend_head_backward(const Kernels& kernels, Arena& arena, const Head& head, ConstMatrix d_out,
                          ConstMatrix qkv, ConstMatrix out, const float* log_sum_exp,
                          Matrix d_qkv) {
  const HeadProducts products(kernels);
  const Operand q = Operand(qkv).at(head.row, head.col);
  const BackwardScratch scratch =
      make_backward_scratch(products, arena, head, q.at(0, head.width), q.at(0, 2 * head.width));
  const auto target = [&](std::int64_t row, std::int64_t part, std::int64_t rows) {
    return Matrix(d_qkv.row(head.row + row) + part * head.width + head.col, rows, head.size,
                  d_qkv.stride);
  };
  // From the last block, which sees every key and so writes all of d_k and d_v, to the first.
  const std::int64_t last = (head.count - 1) / kBlockRows * kBlockRows;
  for (std::int64_t begin = last; begin >= 0; begin -= kBlockRows) {
    const std::int64_t rows = std::min(kBlockRows, head.count - begin);
    const ScoreBlock scores(scratch.scores, begin, rows);
    const ScoreBlock d_scores(scratch.d_scores, begin, rows);
    const Operand d_out_block = Operand(d_out).at(head.row + begin, head.col);
    products.pack_rows(q.at(begin, 0), rows, head.size, scratch.packed_rows);
    products.multiply(scratch.packed_rows, scratch.keys_transposed, head.size, scores.matrix());
    products.pack_rows(d_out_block, rows, head.size, scratch.packed_rows);
    products.multiply(scratch.packed_rows, scratch.values_transposed, head.size, d_scores.matrix());
    for (std::int64_t i = 0; i < rows; ++i) {
      const float mean = kernels.dot(d_out.row(head.row + begin + i) + head.col,
                                     out.row(head.row + begin + i) + head.col, head.size);
      kernels.softmax_backward(head.scale, log_sum_exp[begin + i], mean, scores.row(i),
                               d_scores.row(i), scores.visible(i));
      scores.clear_invisible(i);
      d_scores.clear_invisible(i);
    }
    const bool accumulate = begin != last;
    add_to_keys(products, scratch, scores, d_out_block, target(0, 2, scores.keys()), accumulate);
    add_to_keys(products, scratch, d_scores, q.at(begin, 0), target(0, 1, scores.keys()),
                accumulate);
    products.pack_rows(d_scores.matrix(), rows, scores.keys(), scratch.packed_rows);
    products.multiply(scratch.packed_rows, scratch.keys, scores.keys(), target(begin, 0, rows));
  }
}

}  // namespace

void CpuBackend::attention(const AttentionShape& shape, ConstMatrix qkv,
                           std::span<const std::int32_t> first, Matrix out,
                           std::span<float> log_sum_exp) {
  check_attention(shape, qkv, first, out, log_sum_exp);
  pool_.run(shape.batch * shape.heads, [&](std::int64_t task, int thread) {
    const Head head = head_of(shape, first, task);
    clear_padding(head, head.col, head.size, out);
    float* head_log_sum_exp = log_sum_exp.data() + task * shape.time;
    std::fill_n(head_log_sum_exp, head.begin, 0.0F);
    if (head.count > 0)
      attend_head(kernels_, arena(thread), head, qkv, out, head_log_sum_exp + head.begin);
  });
}

void CpuBackend::attention_backward(const AttentionShape& shape, ConstMatrix d_out, ConstMatrix qkv,
                                    std::span<const std::int32_t> first, ConstMatrix out,
                                    std::span<const float> log_sum_exp, Matrix d_qkv) {
  check_attention_backward(shape, d_out, qkv, first, out, log_sum_exp, d_qkv);
  pool_.run(shape.batch * shape.heads, [&](std::int64_t task, int thread) {
    const Head head = head_of(shape, first, task);
    for (std::int64_t part = 0; part < 3; ++part)
      clear_padding(head, part * head.width + head.col, head.size, d_qkv);
    if (head.count > 0)
      attend_head_backward(kernels_, arena(thread), head, d_out, qkv, out,
                           log_sum_exp.data() + task * shape.time + head.begin, d_qkv);
  });
}

}  // namespace scribe
