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

/// One head of queries of one sequence, from its first real position on.
struct Head {
  std::int64_t begin = 0;  ///< the sequence's padding
  std::int64_t count = 0;  ///< real positions
  std::int64_t size = 0;   ///< columns
  std::int64_t row = 0;    ///< the first real position's row
  std::int64_t query = 0;  ///< first column of q, and of the output
  std::int64_t key = 0;    ///< of k
  std::int64_t value = 0;  ///< of v
  std::int64_t window = 0;
  float scale = 1;
};

Head head_of(const AttentionShape& shape, std::span<const std::int32_t> first, std::int64_t batch,
             std::int64_t index_of_head) {
  Head head;
  head.begin = first.empty() ? 0 : first[index(batch)];
  head.count = shape.time - head.begin;
  head.size = shape.head_size;
  head.row = batch * shape.time + head.begin;
  head.query = index_of_head * shape.head_size;
  head.key = shape.width() + index_of_head / shape.group() * shape.head_size;
  head.value = head.key + shape.key_width();
  head.window = shape.window;
  head.scale = static_cast<float>(shape.score_scale());
  return head;
}

/// Scores of a block of queries, [begin, begin + rows), over the keys that any of them sees, from
/// `first_key` on: query begin + i sees columns [from(i), to(i)).
class ScoreBlock {
 public:
  ScoreBlock(float* memory, const Head& head, std::int64_t begin, std::int64_t rows,
             std::int64_t tile_cols)
      : window_(head.window),
        begin_(begin),
        first_key_(first_seen(begin) / tile_cols * tile_cols),
        matrix_(memory, rows, begin + rows - first_key_) {}

  Matrix matrix() const { return matrix_; }
  std::int64_t rows() const { return matrix_.rows; }
  std::int64_t first_key() const { return first_key_; }
  std::int64_t keys() const { return matrix_.cols; }
  float* row(std::int64_t i) const { return matrix_.row(i); }
  std::int64_t from(std::int64_t i) const { return first_seen(begin_ + i) - first_key_; }
  std::int64_t to(std::int64_t i) const { return begin_ + i + 1 - first_key_; }
  void clear_invisible(std::int64_t i) const {
    std::fill_n(row(i), from(i), 0.0F);
    std::fill(row(i) + to(i), row(i) + keys(), 0.0F);
  }

 private:
  std::int64_t first_seen(std::int64_t query) const {
    return window_ == 0 ? 0 : std::max<std::int64_t>(0, query - window_ + 1);
  }

  std::int64_t window_;
  std::int64_t begin_;
  std::int64_t first_key_;
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
  const Operand q = Operand(qkv).at(head.row, head.query);
  const Operand k = Operand(qkv).at(head.row, head.key);
  const Operand v = Operand(qkv).at(head.row, head.value);
  const PackedColumns keys =
      products.pack_cols(k.transposed(), head.size, head.count, arena.take(keys_size));
  const PackedColumns values =
      products.pack_cols(v, head.count, head.size, arena.take(values_size));
  float* packed_queries = arena.take(queries_size);
  float* packed_weights = arena.take(weights_size);
  float* scores_memory = arena.take(scores_size);
  for (std::int64_t begin = 0; begin < head.count; begin += block_rows) {
    const ScoreBlock scores(scores_memory, head, begin, std::min(block_rows, head.count - begin),
                            products.tile_cols());
    products.pack_rows(q.at(begin, 0), scores.rows(), head.size, packed_queries);
    products.multiply(packed_queries, products.skip_cols(keys, scores.first_key()), head.size,
                      scores.matrix());
    float sums[kBlockRows];
    for (std::int64_t i = 0; i < scores.rows(); ++i) {
      const ExpRow row = kernels.exp_row(head.scale, scores.row(i) + scores.from(i),
                                         scores.to(i) - scores.from(i));
      scores.clear_invisible(i);
      sums[i] = row.sum;
      log_sum_exp[begin + i] = row.largest + std::log(row.sum);
    }
    products.pack_rows(scores.matrix(), scores.rows(), scores.keys(), packed_weights);
    const Matrix target(out.row(head.row + begin) + head.query, scores.rows(), head.size,
                        out.stride);
    products.multiply(packed_weights, products.skip_rows(values, scores.first_key()), scores.keys(),
                      target);
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

/// One head of queries; `adds` if another has been there that shares its keys and values.
void attend_head_backward(const Kernels& kernels, const BackwardScratch& scratch, const Head& head,
                          bool adds, ConstMatrix d_out, ConstMatrix qkv, ConstMatrix out,
                          const float* log_sum_exp, Matrix d_qkv) {
  const HeadProducts products(kernels);
  const Operand q = Operand(qkv).at(head.row, head.query);
  const auto target = [&](std::int64_t row, std::int64_t col, std::int64_t rows) {
    return Matrix(d_qkv.row(head.row + row) + col, rows, head.size, d_qkv.stride);
  };
  // From the last block, which writes all of d_k and d_v if it sees every key, to the first.
  const std::int64_t last = (head.count - 1) / kBlockRows * kBlockRows;
  for (std::int64_t begin = last; begin >= 0; begin -= kBlockRows) {
    const std::int64_t rows = std::min(kBlockRows, head.count - begin);
    const ScoreBlock scores(scratch.scores, head, begin, rows, products.tile_cols());
    const ScoreBlock d_scores(scratch.d_scores, head, begin, rows, products.tile_cols());
    const std::int64_t first_key = scores.first_key();
    const Operand d_out_block = Operand(d_out).at(head.row + begin, head.query);
    products.pack_rows(q.at(begin, 0), rows, head.size, scratch.packed_rows);
    products.multiply(scratch.packed_rows, products.skip_cols(scratch.keys_transposed, first_key),
                      head.size, scores.matrix());
    products.pack_rows(d_out_block, rows, head.size, scratch.packed_rows);
    products.multiply(scratch.packed_rows, products.skip_cols(scratch.values_transposed, first_key),
                      head.size, d_scores.matrix());
    for (std::int64_t i = 0; i < rows; ++i) {
      const float mean = kernels.dot(d_out.row(head.row + begin + i) + head.query,
                                     out.row(head.row + begin + i) + head.query, head.size);
      kernels.softmax_backward(head.scale, log_sum_exp[begin + i], mean,
                               scores.row(i) + scores.from(i), d_scores.row(i) + scores.from(i),
                               scores.to(i) - scores.from(i));
      scores.clear_invisible(i);
      d_scores.clear_invisible(i);
    }
    const bool accumulate = adds || begin != last || head.window != 0;
    add_to_keys(products, scratch, scores, d_out_block,
                target(first_key, head.value, scores.keys()), accumulate);
    add_to_keys(products, scratch, d_scores, q.at(begin, 0),
                target(first_key, head.key, scores.keys()), accumulate);
    products.pack_rows(d_scores.matrix(), rows, scores.keys(), scratch.packed_rows);
    products.multiply(scratch.packed_rows, products.skip_rows(scratch.keys, first_key),
                      scores.keys(), target(begin, head.query, rows));
  }
}

/// Zeroes `cols` columns of rows [begin, begin + rows).
void clear(Matrix matrix, std::int64_t begin, std::int64_t rows, std::int64_t col,
           std::int64_t cols) {
  for (std::int64_t row = begin; row < begin + rows; ++row)
    std::fill_n(matrix.row(row) + col, cols, 0.0F);
}

}  // namespace

void CpuBackend::attention(const AttentionShape& shape, ConstMatrix qkv,
                           std::span<const std::int32_t> first, Matrix out,
                           std::span<float> log_sum_exp) {
  check_attention(shape, qkv, first, out, log_sum_exp);
  pool_.run(shape.batch * shape.heads, [&](std::int64_t task, int thread) {
    const Head head = head_of(shape, first, task / shape.heads, task % shape.heads);
    clear(out, head.row - head.begin, head.begin, head.query, head.size);
    float* head_log_sum_exp = log_sum_exp.data() + task * shape.time;
    std::fill_n(head_log_sum_exp, head.begin, 0.0F);
    if (head.count > 0)
      attend_head(kernels_, arena(thread), head, qkv, out, head_log_sum_exp + head.begin);
  });
}

// Heads of queries that share one of keys add to the same gradients: one thread takes them in turn.
void CpuBackend::attention_backward(const AttentionShape& shape, ConstMatrix d_out, ConstMatrix qkv,
                                    std::span<const std::int32_t> first, ConstMatrix out,
                                    std::span<const float> log_sum_exp, Matrix d_qkv) {
  check_attention_backward(shape, d_out, qkv, first, out, log_sum_exp, d_qkv);
  pool_.run(shape.batch * shape.key_heads(), [&](std::int64_t task, int thread) {
    const std::int64_t batch = task / shape.key_heads();
    const std::int64_t first_member = task % shape.key_heads() * shape.group();
    const Head one = head_of(shape, first, batch, first_member);
    const std::int64_t begin = one.row - one.begin;
    // A band of keys is never written whole by one block.
    const std::int64_t cleared = shape.window != 0 ? shape.time : one.begin;
    clear(d_qkv, begin, one.begin, one.query, shape.group() * one.size);
    clear(d_qkv, begin, cleared, one.key, one.size);
    clear(d_qkv, begin, cleared, one.value, one.size);
    if (one.count == 0) return;
    const BackwardScratch scratch = make_backward_scratch(HeadProducts(kernels_), arena(thread),
                                                          one, Operand(qkv).at(one.row, one.key),
                                                          Operand(qkv).at(one.row, one.value));
    for (std::int64_t member = 0; member < shape.group(); ++member) {
      const std::int64_t query_head = first_member + member;
      const std::int64_t place = (batch * shape.heads + query_head) * shape.time + one.begin;
      attend_head_backward(kernels_, scratch, head_of(shape, first, batch, query_head), member > 0,
                           d_out, qkv, out, log_sum_exp.data() + place, d_qkv);
    }
  });
}

}  // namespace scribe
