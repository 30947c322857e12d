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
constexpr std::int64_t kRowsPerChunk = 8;

std::size_t index(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

/// Rows (as indices into the step's rows) that share a prefix.
struct Group {
  std::vector<std::int64_t> members;
};

/// Rows without suffix see their prefix as far as their own token (a prompt's tokens do).
bool shares_prefix(const DecodeRow& a, const DecodeRow& b) {
  return a.prefix.data == b.prefix.data &&
         (a.prefix_length == b.prefix_length || (a.suffix_length == 0 && b.suffix_length == 0));
}

std::int64_t round_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b * b;
}

/// Where keys and values of one head lie in a prefix: operands of products, packed in panels of
/// tile_cols tokens and of tile_cols dimensions.
class PrefixLayout {
 public:
  PrefixLayout(const AttentionShape& shape, std::int64_t tile_cols, std::int64_t capacity)
      : size_(shape.head_size),
        tile_(tile_cols),
        capacity_(capacity),
        keys_size_(round_up(capacity, tile_) * size_),
        values_size_(round_up(size_, tile_) * capacity),
        key_heads_(shape.key_heads()) {}

  std::int64_t floats() const { return key_heads_ * (keys_size_ + values_size_); }
  PackedColumns keys(const float* data, std::int64_t head) const {
    return {data + head * keys_size_, tile_ * size_};
  }
  PackedColumns values(const float* data, std::int64_t head) const {
    return {data + key_heads_ * keys_size_ + head * values_size_, tile_ * capacity_};
  }
  void store(float* data, std::int64_t head, std::int64_t token, const float* key,
             const float* value) const {
    float* const keys = data + head * keys_size_ + token / tile_ * tile_ * size_ + token % tile_;
    float* const values = data + key_heads_ * keys_size_ + head * values_size_ + token * tile_;
    for (std::int64_t i = 0; i < size_; ++i) keys[i * tile_] = key[i];
    for (std::int64_t i = 0; i < size_; ++i)
      values[i / tile_ * tile_ * capacity_ + i % tile_] = value[i];
  }

  /// One head's first `count` tokens.
  void copy(const float* from, std::int64_t head, std::int64_t count, const PrefixLayout& other,
            float* to) const {
    std::copy_n(from + head * keys_size_, round_up(count, tile_) * size_,
                to + head * other.keys_size_);
    from += key_heads_ * keys_size_ + head * values_size_;
    to += key_heads_ * other.keys_size_ + head * other.values_size_;
    for (std::int64_t i = 0; i < size_; i += tile_)
      std::copy_n(from + i * capacity_, count * tile_, to + i * other.capacity_);
  }

 private:
  std::int64_t size_;
  std::int64_t tile_;
  std::int64_t capacity_;
  std::int64_t keys_size_;
  std::int64_t values_size_;
  std::int64_t key_heads_;
};

/// Where they lie in a suffix, as floats or halves: keys as Kernels::score_keys wants them, values
/// one after the other.
template <typename Element>
class SuffixLayout {
 public:
  SuffixLayout(const AttentionShape& shape, std::int64_t capacity)
      : size_(shape.head_size),
        keys_size_(round_up(capacity, kKeyBlock) * size_),
        values_size_(capacity * size_),
        key_heads_(shape.key_heads()) {}

  std::int64_t floats() const {
    constexpr std::int64_t kInFloat = sizeof(float) / sizeof(Element);
    return round_up(key_heads_ * (keys_size_ + values_size_), kInFloat) / kInFloat;
  }
  const Element* keys(const KeyValues& memory, std::int64_t head) const {
    return elements(memory) + head * keys_size_;
  }
  const Element* values(const KeyValues& memory, std::int64_t head) const {
    return elements(memory) + key_heads_ * keys_size_ + head * values_size_;
  }
  void store(const KeyValues& memory, std::int64_t head, std::int64_t token, const Element* key,
             const Element* value) const {
    Element* const keys = elements(memory) + head * keys_size_ +
                          token / kKeyBlock * kKeyBlock * size_ + token % kKeyBlock;
    for (std::int64_t i = 0; i < size_; ++i) keys[i * kKeyBlock] = key[i];
    std::copy_n(value, size_,
                elements(memory) + key_heads_ * keys_size_ + head * values_size_ + token * size_);
  }

 private:
  static Element* elements(const KeyValues& memory) {
    return reinterpret_cast<Element*>(memory.data);
  }

  std::int64_t size_;
  std::int64_t keys_size_;
  std::int64_t values_size_;
  std::int64_t key_heads_;
};

/// Groups of up to rows_max rows, of nearly the same size where many share a prefix.
std::vector<Group> group_rows(std::span<const DecodeRow> rows, std::int64_t rows_max) {
  std::vector<std::int64_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return std::less<>()(rows[index(a)].prefix.data, rows[index(b)].prefix.data);
  });
  std::vector<Group> groups;
  for (auto begin = order.begin(); begin != order.end();) {
    const auto end = std::find_if(begin, order.end(), [&](std::int64_t r) {
      return !shares_prefix(rows[index(*begin)], rows[index(r)]);
    });
    const std::int64_t parts = (end - begin + rows_max - 1) / rows_max;
    for (std::int64_t part = 0; part < parts; ++part)
      groups.push_back({.members = {begin + (end - begin) * part / parts,
                                    begin + (end - begin) * (part + 1) / parts}});
    begin = end;
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
        count_(std::ssize(group.members) * shape.group()) {
    for (std::int64_t i = 0; i < count_; ++i) {
      prefix_ = std::max(prefix_, row(i).prefix_length);
      keys_max_ = std::max(keys_max_, row(i).length());
    }
    keys_max_ = std::max(keys_max_, prefix_) + kKeyBlock;  // score_keys() writes whole blocks.
  }

  void run(Arena& arena) {
    const std::int64_t rows_size =
        std::max(products_.rows_size(count_, size_), products_.rows_size(count_, prefix_));
    arena.reset(rows_size + count_ * (keys_max_ + 2 * size_), 4);
    packed_rows_ = arena.take(rows_size);
    scores_ = Matrix(arena.take(count_ * keys_max_), count_, keys_max_);
    gathered_ = Matrix(arena.take(count_ * size_), count_, size_);
    sums_ = Matrix(arena.take(count_ * size_), count_, size_);
    score_prefix();
    for (std::int64_t i = 0; i < count_; ++i) score_suffix(i);
    std::vector<float> totals(index(count_));
    const auto scale = static_cast<float>(shape_.score_scale());
    for (std::int64_t i = 0; i < count_; ++i) {
      const std::int64_t from = first_key(i);
      const std::int64_t length = row(i).length();
      std::fill_n(scores_.row(i), from, 0.0F);
      totals[index(i)] = kernels_.exp_row(scale, scores_.row(i) + from, length - from).sum;
      // What a prompt's token does not see counts for nothing: adding 0 times it changes no bit.
      if (length < prefix_) std::fill_n(scores_.row(i) + length, prefix_ - length, 0.0F);
    }
    weigh_prefix();
    for (std::int64_t i = 0; i < count_; ++i) weigh_suffix(i, totals[index(i)]);
  }

 private:
  std::int64_t place(std::int64_t i) const { return group_.members[index(i / shape_.group())]; }
  const DecodeRow& row(std::int64_t i) const { return rows_[index(place(i))]; }
  std::int64_t first_key(std::int64_t i) const { return shape_.first_key(row(i).length() - 1); }
  std::int64_t query_col(std::int64_t i) const {
    return (key_head_ * shape_.group() + i % shape_.group()) * size_;
  }
  const float* query(std::int64_t i) const { return qkv_.row(place(i)) + query_col(i); }
  SuffixLayout<float> floats(const KeyValues& suffix) const { return {shape_, suffix.capacity}; }
  SuffixLayout<std::uint16_t> halves(const KeyValues& suffix) const {
    return {shape_, suffix.capacity};
  }
  PrefixLayout prefix_layout() const {
    return {shape_, products_.tile_cols(), row(0).prefix.capacity};
  }

  void score_prefix() {
    if (prefix_ == 0) return;
    for (std::int64_t i = 0; i < count_; ++i) std::copy_n(query(i), size_, gathered_.row(i));
    products_.pack_rows(gathered_, count_, size_, packed_rows_);
    products_.multiply(packed_rows_, prefix_layout().keys(row(0).prefix.data, key_head_), size_,
                       {scores_.data, count_, prefix_, scores_.stride});
  }

  void score_suffix(std::int64_t i) {
    const KeyValues& suffix = row(i).suffix;
    const std::int64_t count = row(i).suffix_length;
    float* const scores = scores_.row(i) + prefix_;
    if (suffix.half)
      kernels_.score_half_keys(query(i), halves(suffix).keys(suffix, key_head_), size_, count,
                               scores);
    else
      kernels_.score_keys(query(i), floats(suffix).keys(suffix, key_head_), size_, count, scores);
  }

  void weigh_prefix() {
    if (prefix_ == 0) {
      std::fill_n(sums_.data, count_ * size_, 0.0F);
      return;
    }
    products_.pack_rows(scores_, count_, prefix_, packed_rows_);
    products_.multiply(packed_rows_, prefix_layout().values(row(0).prefix.data, key_head_), prefix_,
                       sums_);
  }

  void weigh_suffix(std::int64_t i, float total) {
    const KeyValues& suffix = row(i).suffix;
    const std::int64_t from = std::max<std::int64_t>(0, first_key(i) - prefix_);
    const std::int64_t count = row(i).suffix_length - from;
    const float* const weights = scores_.row(i) + prefix_ + from;
    if (count > 0 && suffix.half)
      kernels_.weigh_half_values(weights, halves(suffix).values(suffix, key_head_) + from * size_,
                                 size_, count, sums_.row(i));
    else if (count > 0)
      kernels_.weigh_values(weights, floats(suffix).values(suffix, key_head_) + from * size_, size_,
                            count, sums_.row(i));
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
  std::int64_t count_;       ///< queries
  std::int64_t prefix_ = 0;  ///< tokens that a row sees of it, at most
  std::int64_t keys_max_ = 0;
  float* packed_rows_ = nullptr;
  Matrix scores_;    // (queries, prefix + longest suffix)
  Matrix gathered_;  // (queries, size), side by side
  Matrix sums_;      // (queries, size)
};

/// Stores a row's key and value, which stand side by side, as the last of its sequence. `halves` is
/// room for both.
void store(const Kernels& kernels, const AttentionShape& shape, const float* key,
           const DecodeRow& row, std::uint16_t* halves) {
  const std::int64_t width = shape.key_width();
  const bool half = row.suffix_length > 0 && row.suffix.half;
  if (half) kernels.to_half(key, halves, 2 * width);
  for (std::int64_t head = 0; head < shape.key_heads(); ++head) {
    const std::int64_t col = head * shape.head_size;
    if (half)
      SuffixLayout<std::uint16_t>(shape, row.suffix.capacity)
          .store(row.suffix, head, row.suffix_length - 1, halves + col, halves + width + col);
    else if (row.suffix_length > 0)
      SuffixLayout<float>(shape, row.suffix.capacity)
          .store(row.suffix, head, row.suffix_length - 1, key + col, key + width + col);
    else
      PrefixLayout(shape, kernels.product.tile_cols, row.prefix.capacity)
          .store(row.prefix.data, head, row.prefix_length - 1, key + col, key + width + col);
  }
}

}  // namespace

std::int64_t CpuBackend::prefix_floats(const AttentionShape& shape, std::int64_t capacity) {
  return PrefixLayout(shape, kernels_.product.tile_cols, capacity).floats();
}

std::int64_t CpuBackend::suffix_floats(const AttentionShape& shape, std::int64_t capacity,
                                       bool half) {
  return half ? SuffixLayout<std::uint16_t>(shape, capacity).floats()
              : SuffixLayout<float>(shape, capacity).floats();
}

void CpuBackend::copy_prefix(const AttentionShape& shape, KeyValues from, std::int64_t count,
                             KeyValues to) {
  check_copy_prefix(from, count, to);
  const PrefixLayout source(shape, kernels_.product.tile_cols, from.capacity);
  const PrefixLayout target(shape, kernels_.product.tile_cols, to.capacity);
  for (std::int64_t head = 0; head < shape.key_heads(); ++head)
    source.copy(from.data, head, count, target, to.data);
}

void CpuBackend::attention_decode(const AttentionShape& shape, ConstMatrix qkv,
                                  std::span<const DecodeRow> rows, Matrix out) {
  check_attention_decode(shape, qkv, rows, out);
  for_each_chunk(
      pool_, out.rows, kRowsPerChunk, [&](std::int64_t begin, std::int64_t end, std::int64_t) {
        std::vector<std::uint16_t> halves(index(2 * shape.key_width()));
        for (std::int64_t r = begin; r < end; ++r)
          store(kernels_, shape, qkv.row(r) + shape.width(), rows[index(r)], halves.data());
      });
  const std::int64_t rows_max = std::max<std::int64_t>(1, kGroupQueriesMax / shape.group());
  const std::vector<Group> groups = group_rows(rows, rows_max);
  const std::int64_t key_heads = shape.key_heads();
  pool_.run(std::ssize(groups) * key_heads, [&](std::int64_t task, int thread) {
    GroupHead(kernels_, shape, rows, groups[index(task / key_heads)], qkv, out, task % key_heads)
        .run(arena(thread));
  });
}

}  // namespace scribe
