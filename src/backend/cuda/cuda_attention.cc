// Attention: the shapes of its kernels, and the plan of a decoding step.
#include <algorithm>
#include <compare>
#include <map>

#include "backend/cuda/cuda_backend.h"
#include "backend/cuda/views.h"
#include "backend/operation_checks.h"

namespace scribe::cuda {
namespace {

void check_head_size(const AttentionShape& shape) {
  SCRIBE_CHECK(shape.head_size <= kHeadSizeMax,
               "attention: heads of {}, and the cuda backend has room for {}; use --device cpu",
               shape.head_size, kHeadSizeMax);
}

DecodeShape decode_shape(const AttentionShape& shape) {
  check_head_size(shape);
  return {static_cast<int>(shape.heads), static_cast<int>(shape.key_heads()),
          static_cast<int>(shape.head_size), static_cast<float>(shape.score_scale())};
}

/// Which queries look at which runs of keys, and where their results go.
class DecodePlan {
 public:
  DecodePlan(const AttentionShape& shape, std::span<const DecodeRow> rows) : shape_(shape) {
    for (const DecodeRow& row : rows) add_row(row);
    for (const auto& [run, of] : runs_)
      add_items(of, run.in_suffix, static_cast<int>(run.number) * kKeysPerPart);
  }

  std::vector<DeviceSequence> sequences;
  std::vector<DecodeItem> items;
  std::vector<DecodeQuery> queries;
  int parts = 0;

 private:
  /// kKeysPerPart keys of some memory.
  struct Run {
    const float* memory = nullptr;
    bool in_suffix = false;
    std::int64_t number = 0;
    auto operator<=>(const Run&) const = default;
  };

  void add_row(const DecodeRow& row) {
    const auto number = static_cast<int>(sequences.size());
    DeviceSequence sequence;
    sequence.prefix = row.prefix.data;
    sequence.suffix = row.suffix.data;
    sequence.prefix_capacity = row.prefix.capacity;
    sequence.suffix_capacity = row.suffix.capacity;
    sequence.prefix_length = row.prefix_length;
    sequence.suffix_length = row.suffix_length;
    sequence.half = row.suffix.half ? 1 : 0;
    sequence.part_begin = parts;
    const std::int64_t first = shape_.first_key(row.length() - 1);
    add_runs(number, {row.prefix.data, false}, first, row.prefix_length);
    const std::int64_t in_suffix = std::max<std::int64_t>(first - row.prefix_length, 0);
    add_runs(number, {row.suffix.data, true}, in_suffix, row.suffix_length);
    sequence.part_end = parts;
    sequences.push_back(sequence);
  }

  /// A row's query for each run of keys in [from, to) of `run`'s memory, with a part of its own.
  void add_runs(int row, Run run, std::int64_t from, std::int64_t to) {
    for (run.number = from / kKeysPerPart; run.number * kKeysPerPart < to; ++run.number) {
      const std::int64_t begin = run.number * kKeysPerPart;
      DecodeQuery query;
      query.row = row;
      query.part = parts++;
      query.from = static_cast<int>(std::max(from, begin));
      query.to = static_cast<int>(std::min(to, begin + kKeysPerPart));
      runs_[run].push_back(query);
    }
  }

  /// All heads of these queries, in items of up to kQueriesPerItem.
  void add_items(std::span<const DecodeQuery> of, bool in_suffix, int key_begin) {
    const auto begin = static_cast<int>(queries.size());
    for (DecodeQuery query : of)
      for (; query.head < shape_.group(); ++query.head) queries.push_back(query);
    const auto end = static_cast<int>(queries.size());
    for (int at = begin; at < end; at += kQueriesPerItem)
      items.push_back({.row = of.front().row,
                       .in_suffix = in_suffix ? 1 : 0,
                       .key_begin = key_begin,
                       .query_begin = at,
                       .query_count = std::min(kQueriesPerItem, end - at)});
  }

  const AttentionShape& shape_;
  /// Rows that share a prefix look at the same runs; so do tokens that follow each other in one
  /// step.
  std::map<Run, std::vector<DecodeQuery>> runs_;
};

}  // namespace

AttentionInput CudaBackend::attention_input(const AttentionShape& shape, ConstMatrix qkv,
                                            std::span<const std::int32_t> first) {
  check_head_size(shape);
  AttentionInput input;
  input.qkv = rows_of(qkv);
  input.first = first.empty() ? nullptr : integers_.upload(first);
  input.batch = static_cast<int>(shape.batch);
  input.time = static_cast<int>(shape.time);
  input.heads = static_cast<int>(shape.heads);
  input.key_heads = static_cast<int>(shape.key_heads());
  input.head_size = static_cast<int>(shape.head_size);
  input.window = static_cast<int>(shape.window);
  input.scale = static_cast<float>(shape.score_scale());
  return input;
}

void CudaBackend::attention(const AttentionShape& shape, ConstMatrix qkv,
                            std::span<const std::int32_t> first, Matrix out,
                            std::span<float> log_sum_exp) {
  check_attention(shape, qkv, first, out, log_sum_exp);
  cuda::attention(stream(), attention_input(shape, qkv, first), rows_of(out), log_sum_exp.data());
}

void CudaBackend::attention_backward(const AttentionShape& shape, ConstMatrix d_out,
                                     ConstMatrix qkv, std::span<const std::int32_t> first,
                                     ConstMatrix out, std::span<const float> log_sum_exp,
                                     Matrix d_qkv) {
  check_attention_backward(shape, d_out, qkv, first, out, log_sum_exp, d_qkv);
  cuda::attention_backward(stream(), attention_input(shape, qkv, first), rows_of(d_out),
                           rows_of(out), log_sum_exp.data(),
                           stats_.get<float>(shape.rows() * shape.heads), rows_of(d_qkv));
}

std::int64_t CudaBackend::prefix_floats(const AttentionShape& shape, std::int64_t capacity) {
  return 2 * capacity * shape.key_width();
}

std::int64_t CudaBackend::suffix_floats(const AttentionShape& shape, std::int64_t capacity,
                                        bool half) {
  const std::int64_t floats = prefix_floats(shape, capacity);
  return half ? floats / 2 : floats;
}

void CudaBackend::copy_prefix(const AttentionShape& shape, KeyValues from, std::int64_t count,
                              KeyValues to) {
  check_copy_prefix(from, count, to);
  cuda::copy_prefix(stream(), decode_shape(shape), from.data, from.capacity, count, to.data,
                    to.capacity);
}

void CudaBackend::attention_decode(const AttentionShape& shape, ConstMatrix qkv,
                                   std::span<const DecodeRow> rows, Matrix out) {
  check_attention_decode(shape, qkv, rows, out);
  if (rows.empty()) return;
  const DecodeShape sizes = decode_shape(shape);
  const DecodePlan plan(shape, rows);
  const auto* const sequences = integers_.upload(std::span(plan.sequences));
  const auto* const items = items_.upload(std::span(plan.items));
  const auto* const queries = more_integers_.upload(std::span(plan.queries));
  const std::int64_t results = plan.parts * shape.heads;
  float* const sums = parts_.get<float>(results * shape.head_size);
  float* const stats = stats_.get<float>(2 * results);
  append_keys(stream(), sizes, rows_of(qkv), sequences, out.rows);
  decode_parts(stream(), sizes, rows_of(qkv), sequences, items, std::ssize(plan.items), queries,
               sums, stats);
  merge_parts(stream(), sizes, sequences, sums, stats, out.rows, rows_of(out));
}

}  // namespace scribe::cuda
