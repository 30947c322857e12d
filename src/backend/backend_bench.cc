// GFLOP/s of products and attention at the shapes of a 4 M parameter model of width 256.
#include <benchmark/benchmark.h>

#include <vector>

#include "backend/backend.h"
#include "base/philox.h"

namespace scribe {
namespace {

constexpr std::int64_t kTokens = 2048;
constexpr std::int64_t kVocabulary = 4096;

std::vector<float> random_floats(std::int64_t count) {
  PhiloxStream random(1, 2);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>(random.next_double() - 0.5);
  return values;
}

/// A matrix of random values and its memory.
struct Operand {
  Operand(std::int64_t rows, std::int64_t cols)
      : values(random_floats(rows * cols)), view(values.data(), rows, cols) {}
  std::vector<float> values;
  Matrix view;
};

void report(benchmark::State& state, double flop) {
  state.counters["GFLOP/s"] =
      benchmark::Counter(flop * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

// Arguments everywhere: threads first.

void linear(benchmark::State& state) {
  const auto backend = make_backend(Device::cpu, static_cast<int>(state.range(0))).value();
  const std::int64_t rows = state.range(1);
  Operand x(rows, state.range(2));
  Operand weight(state.range(2), state.range(3));
  Operand out(rows, state.range(3));
  const std::vector<float> bias = random_floats(state.range(3));
  for (auto _ : state) backend->linear(x.view, weight.view, bias, {}, out.view);
  report(state, 2.0 * static_cast<double>(rows * state.range(2) * state.range(3)));
}

void linear_backward(benchmark::State& state) {
  const auto backend = make_backend(Device::cpu, static_cast<int>(state.range(0))).value();
  const std::int64_t rows = state.range(1);
  Operand x(rows, state.range(2));
  Operand d_x(rows, state.range(2));
  Operand weight(state.range(2), state.range(3));
  Operand d_weight(state.range(2), state.range(3));
  Operand d_out(rows, state.range(3));
  std::vector<float> d_bias = random_floats(state.range(3));
  for (auto _ : state)
    backend->linear_backward(d_out.view, x.view, weight.view, d_x.view, d_weight.view, d_bias);
  report(state, 4.0 * static_cast<double>(rows * state.range(2) * state.range(3)));
}

void head_logits(benchmark::State& state) {
  const auto backend = make_backend(Device::cpu, static_cast<int>(state.range(0))).value();
  Operand x(state.range(1), 256);
  Operand table(kVocabulary, 256);
  Operand logits(state.range(1), kVocabulary);
  for (auto _ : state) backend->head_logits(x.view, table.view, {}, logits.view);
  report(state, 2.0 * static_cast<double>(state.range(1) * kVocabulary * 256));
}

void head_loss(benchmark::State& state) {
  const auto backend = make_backend(Device::cpu, static_cast<int>(state.range(0))).value();
  Operand x(kTokens, 256);
  Operand d_x(kTokens, 256);
  Operand table(kVocabulary, 256);
  Operand d_table(kVocabulary, 256);
  const std::vector<std::int32_t> targets(kTokens, 7);
  std::vector<float> losses(kTokens);
  for (auto _ : state)
    backend->head_loss(x.view, table.view, {}, targets, 1.0F, losses, {d_x.view, d_table.view, {}});
  report(state, 6.0 * static_cast<double>(kTokens * kVocabulary * 256));
}

constexpr AttentionShape kShape{.batch = 8, .time = 256, .heads = 4, .head_size = 64};
// Counted as the causal half: 2 products of (T, T, size) forward, 5 backward.
constexpr double kAttentionProductFlop =
    1.0 *
    static_cast<double>(kShape.batch * kShape.heads * kShape.time * kShape.time * kShape.head_size);

void attention(benchmark::State& state) {
  const auto backend = make_backend(Device::cpu, static_cast<int>(state.range(0))).value();
  Operand qkv(kShape.rows(), 3 * kShape.width());
  Operand out(kShape.rows(), kShape.width());
  std::vector<float> log_sum_exp(static_cast<std::size_t>(kShape.rows() * kShape.heads));
  for (auto _ : state) backend->attention(kShape, qkv.view, {}, out.view, log_sum_exp);
  report(state, 2 * kAttentionProductFlop);
}

void attention_backward(benchmark::State& state) {
  const auto backend = make_backend(Device::cpu, static_cast<int>(state.range(0))).value();
  Operand qkv(kShape.rows(), 3 * kShape.width());
  Operand d_qkv(kShape.rows(), 3 * kShape.width());
  Operand out(kShape.rows(), kShape.width());
  Operand d_out(kShape.rows(), kShape.width());
  std::vector<float> log_sum_exp(static_cast<std::size_t>(kShape.rows() * kShape.heads));
  backend->attention(kShape, qkv.view, {}, out.view, log_sum_exp);
  for (auto _ : state)
    backend->attention_backward(kShape, d_out.view, qkv.view, {}, out.view, log_sum_exp,
                                d_qkv.view);
  report(state, 5 * kAttentionProductFlop);
}

/// Rows that share a prefix of range(2) tokens, each with 32 of its own; 4 heads of 64.
void attention_decode(benchmark::State& state) {
  const auto backend = make_backend(Device::cpu, static_cast<int>(state.range(0))).value();
  const std::int64_t count = state.range(1);
  constexpr std::int64_t kWidth = 256;
  constexpr std::int64_t kSuffix = 32;
  const AttentionShape shape{.batch = 1, .time = 1, .heads = 4, .head_size = kWidth / 4};
  const std::int64_t suffix_floats = backend->suffix_floats(shape, kSuffix, false);
  Operand prefix(1, backend->prefix_floats(shape, state.range(2)));
  Operand suffix(count, suffix_floats);
  Operand qkv(count, 3 * kWidth);
  Operand out(count, kWidth);
  std::vector<DecodeRow> rows;
  for (std::int64_t r = 0; r < count; ++r)
    rows.push_back({.prefix = {prefix.view.data, state.range(2)},
                    .prefix_length = state.range(2),
                    .suffix = {suffix.view.row(r), kSuffix},
                    .suffix_length = kSuffix});
  for (auto _ : state) backend->attention_decode(shape, qkv.view, rows, out.view);
  report(state, 4.0 * static_cast<double>(count * kWidth * (state.range(2) + kSuffix)));
}

/// A product with a prepared weight: range(1) rows by (768, 3072), in format range(2).
void prepared(benchmark::State& state) {
  const auto backend = make_backend(Device::cpu, static_cast<int>(state.range(0))).value();
  constexpr std::int64_t kLayers = 12;  // More than the caches hold, as in a model.
  const std::int64_t count = state.range(1);
  const auto format = static_cast<WeightFormat>(state.range(2));
  Operand x(count, 768);
  Operand weight(768, 3072);
  Operand out(count, 3072);
  std::vector<std::unique_ptr<PreparedWeight>> weights;
  for (std::int64_t layer = 0; layer < kLayers; ++layer)
    weights.push_back(backend->prepare(weight.view, false, format));
  for (auto _ : state)
    for (const auto& prepared : weights)
      backend->linear(x.view, *prepared, {}, {}, Activation::none, out.view);
  report(state, 2.0 * kLayers * static_cast<double>(count) * 768 * 3072);
  state.counters["bytes/s"] = benchmark::Counter(static_cast<double>(kLayers * weights[0]->bytes()),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}

void element_wise(benchmark::State& state) {
  const auto backend = make_backend(Device::cpu, static_cast<int>(state.range(0))).value();
  Operand x(kTokens, 1024);
  Operand out(kTokens, 1024);
  for (auto _ : state) backend->gelu(x.values, out.values);
  state.SetBytesProcessed(state.iterations() * kTokens * 1024 * 8);
}

void layer_shapes(benchmark::internal::Benchmark* benchmark) {
  for (const std::int64_t threads : {1, 2}) {
    benchmark->Args({threads, kTokens, 256, 768});
    benchmark->Args({threads, kTokens, 256, 256});
    benchmark->Args({threads, kTokens, 256, 1024});
    benchmark->Args({threads, kTokens, 1024, 256});
  }
  benchmark->UseRealTime()->Unit(benchmark::kMicrosecond);
}

void decoding_shapes(benchmark::internal::Benchmark* benchmark) {
  for (const std::int64_t rows : {1, 8, 64}) benchmark->Args({2, rows, 768, 3072});
  benchmark->UseRealTime()->Unit(benchmark::kMicrosecond);
}

BENCHMARK(linear)->Apply(layer_shapes);
BENCHMARK(linear)->Name("linear_decoding")->Apply(decoding_shapes);
BENCHMARK(linear_backward)->Apply(layer_shapes);
BENCHMARK(head_logits)->Args({2, 1})->Args({2, 64})->Args({2, 512})->UseRealTime();
BENCHMARK(head_loss)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(attention)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(attention_backward)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(prepared)->ArgsProduct({{2}, {1, 8, 64, 128}, {0, 1, 2}})->UseRealTime();
BENCHMARK(attention_decode)->Args({2, 1, 256})->Args({2, 64, 256})->UseRealTime();
BENCHMARK(element_wise)->Name("gelu")->Arg(1)->Arg(2)->UseRealTime();

}  // namespace
}  // namespace scribe
