// One decoding step's attention: the prefix as one product over all rows that share it.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/head_products.h"
#include "backend/cpu/parallel.h"
#include "backend/operation_checks.h"

namespace scribe {
namespace {

// Scores of so many queries over a prefix of a thousand tokens fit the second-level cache.
constexpr std::int64_t kGroupQueriesMax = 48;

std::size_t index(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

/// Rows (as indices into the step's rows) that share a prefix.
struct Group {
  std::vector<std::int64_t> members;
};

bool shares_prefix(const DecodeRow& a, const DecodeRow& b) {
  return a.prefix_keys == b.prefix_keys && a.prefix_values == b.prefix_values &&
         a.prefix_length == b.prefix_length;
}

std::vector<Group> group_rows(std::span<const DecodeRow> rows, std::int64_t rows_max) {
  std::vector<std::int64_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return std::less<>()(rows[index(a)].prefix_keys, rows[index(b)].prefix_keys);
  });
  std::vector<Group> groups;
  for (const std::int64_t r : order) {
    const bool joins = !groups.empty() && std::ssize(groups.back().members) < rows_max &&
                       shares_prefix(rows[index(groups.back().members[0])], rows[index(r)]);
    if (!joins) groups.emplace_back();
    groups.back().members.push_back(r);
  }
  return groups;
}

/// Attention over one head of keys for the rows of a group: query i is of row i / shape.group() and
/// of the head i % shape.group() of those that share the keys.
class GroupHead {
 public:
  GroupHead(const Kernels& kernels, const AttentionShape& shape, std::span<const DecodeRow> rows,
            const Group& group, ConstMatrix qkv, Matrix out, std::int64_t key_head)
      : kernels_(kernels),
        products_(kernels),
        shape_(shape),
        rows_(rows),
        group_(group),
        qkv_(qkv),
        out_(out),
        key_head_(key_head),
        size_(shape.head_size),
        count_(std::ssize(group.members) * shape.group()),
        prefix_(rows[index(group.members[0])].prefix_length) {}

  void run(Arena& arena) {
    std::int64_t keys_max = 0;
    for (std::int64_t i = 0; i < count_; ++i) keys_max = std::max(keys_max, length(i));
    const std::int64_t cols_size =
        std::max(products_.cols_size(size_, prefix_), products_.cols_size(prefix_, size_));
    const std::int64_t rows_size =
        std::max(products_.rows_size(count_, size_), products_.rows_size(count_, prefix_));
    arena.reset(cols_size + rows_size + count_ * (keys_max + 2 * size_), 5);
    packed_cols_ = arena.take(cols_size);
    packed_rows_ = arena.take(rows_size);
    scores_ = Matrix(arena.take(count_ * keys_max), count_, keys_max);
    gathered_ = Matrix(arena.take(count_ * size_), count_, size_);
    sums_ = Matrix(arena.take(count_ * size_), count_, size_);
    score_prefix();
    for (std::int64_t i = 0; i < count_; ++i) score_suffix(i);
    std::vector<float> totals(index(count_));
    const auto scale = static_cast<float>(shape_.score_scale());
    for (std::int64_t i = 0; i < count_; ++i) {
      const std::int64_t from = first_key(i);
      std::fill_n(scores_.row(i), from, 0.0F);
      totals[index(i)] = kernels_.exp_row(scale, scores_.row(i) + from, length(i) - from).sum;
    }
    weigh_prefix();
    for (std::int64_t i = 0; i < count_; ++i) weigh_suffix(i, totals[index(i)]);
  }

 private:
  std::int64_t place(std::int64_t i) const { return group_.members[index(i / shape_.group())]; }
  const DecodeRow& row(std::int64_t i) const { return rows_[index(place(i))]; }
  std::int64_t length(std::int64_t i) const { return prefix_ + row(i).suffix_length; }
  std::int64_t first_key(std::int64_t i) const { return shape_.first_key(length(i) - 1); }
  std::int64_t query_col(std::int64_t i) const {
    return (key_head_ * shape_.group() + i % shape_.group()) * size_;
  }
  const float* query(std::int64_t i) const { return qkv_.row(place(i)) + query_col(i); }
  std::int64_t key_col() const { return key_head_ * size_; }
  std::int64_t key_width() const { return shape_.key_width(); }

  void score_prefix() {
    if (prefix_ == 0) return;
    for (std::int64_t i = 0; i < count_; ++i) std::copy_n(query(i), size_, gathered_.row(i));
    const Operand keys(row(0).prefix_keys + key_col(), key_width(), 1);
    products_.pack_rows(gathered_, count_, size_, packed_rows_);
    products_.multiply(packed_rows_,
                       products_.pack_cols(keys.transposed(), size_, prefix_, packed_cols_), size_,
                       {scores_.data, count_, prefix_, scores_.stride});
  }

  void score_suffix(std::int64_t i) {
    const float* keys = row(i).suffix_keys + key_col();
    float* scores = scores_.row(i) + prefix_;
    for (std::int64_t s = 0; s < row(i).suffix_length; ++s)
      scores[s] = kernels_.dot(query(i), keys + s * key_width(), size_);
  }

  void weigh_prefix() {
    if (prefix_ == 0) {
      std::fill_n(sums_.data, count_ * size_, 0.0F);
      return;
    }
    const Operand values(row(0).prefix_values + key_col(), key_width(), 1);
    products_.pack_rows(scores_, count_, prefix_, packed_rows_);
    products_.multiply(packed_rows_, products_.pack_cols(values, prefix_, size_, packed_cols_),
                       prefix_, sums_);
  }

  void weigh_suffix(std::int64_t i, float total) {
    const float* values = row(i).suffix_values + key_col();
    const float* weights = scores_.row(i) + prefix_;
    for (std::int64_t s = std::max<std::int64_t>(0, first_key(i) - prefix_);
         s < row(i).suffix_length; ++s)
      kernels_.add_scaled(values + s * key_width(), weights[s], sums_.row(i), size_);
    kernels_.scale(1.0F / total, sums_.row(i), size_);
    std::copy_n(sums_.row(i), size_, out_.row(place(i)) + query_col(i));
  }

  const Kernels& kernels_;
  HeadProducts products_;
  const AttentionShape& shape_;
  std::span<const DecodeRow> rows_;
  const Group& group_;
  ConstMatrix qkv_;
  Matrix out_;
  std::int64_t key_head_;
  std::int64_t size_;
  std::int64_t count_;  ///< queries
  std::int64_t prefix_;
  float* packed_cols_ = nullptr;
  float* packed_rows_ = nullptr;
  Matrix scores_;    // (queries, prefix + longest suffix)
  Matrix gathered_;  // (queries, size), side by side
  Matrix sums_;      // (queries, size)
};

}  // namespace

void CpuBackend::attention_decode(const AttentionShape& shape, ConstMatrix qkv,
                                  std::span<const DecodeRow> rows, Matrix out) {
  check_attention_decode(shape, qkv, rows, out);
  const std::int64_t key_width = shape.key_width();
  for (std::int64_t r = 0; r < out.rows; ++r) {
    const DecodeRow& row = rows[index(r)];
    const float* const keys = qkv.row(r) + shape.width();
    const std::int64_t last = (row.suffix_length - 1) * key_width;
    std::copy_n(keys, key_width, row.suffix_keys + last);
    std::copy_n(keys + key_width, key_width, row.suffix_values + last);
  }
  const std::int64_t rows_max = std::max<std::int64_t>(1, kGroupQueriesMax / shape.group());
  const std::vector<Group> groups = group_rows(rows, rows_max);
  const std::int64_t key_heads = shape.key_heads();
  pool_.run(std::ssize(groups) * key_heads, [&](std::int64_t task, int thread) {
    GroupHead(kernels_, shape, rows, groups[index(task / key_heads)], qkv, out, task % key_heads)
        .run(arena(thread));
  });
}

}  // namespace scribe
