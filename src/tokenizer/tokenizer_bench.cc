// Measures cutting, counting and encoding of Python-like text.
#include <benchmark/benchmark.h>

#include "base/philox.h"
#include "tokenizer/bpe_trainer.h"
#include "tokenizer/pretokenize.h"

namespace scribe {
namespace {

/// A mebibyte of indented lines over 3000 made-up names, frequent ones first as in real text.
std::string python_like_text() {
  PhiloxStream random(1, 0);
  std::vector<std::string> names(3000);
  for (std::string& name : names)
    for (std::uint64_t length = 1 + random.next_below(9); name.size() < length;)
      name += static_cast<char>('a' + random.next_below(26));
  const auto name = [&] {
    const double uniform = random.next_double();
    return names[static_cast<std::size_t>(uniform * uniform * uniform * 3000)];
  };
  std::string text;
  while (text.size() < (1U << 20)) {
    text.append(4 * random.next_below(4), ' ');
    text += name() + " = self." + name() + "(" + name() + ", " + name() + ")\n";
  }
  return text;
}

void set_bytes(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void pretokenize(benchmark::State& state) {
  const std::string text = python_like_text();
  for (auto _ : state) {
    std::int64_t pieces = 0;
    for_each_piece(text, [&](std::string_view) { ++pieces; });
    benchmark::DoNotOptimize(pieces);
  }
  set_bytes(state, text.size());
}
BENCHMARK(pretokenize);

void count_pieces(benchmark::State& state) {
  const std::string text = python_like_text();
  for (auto _ : state) {
    BpeTrainer trainer({});
    trainer.add(text);
  }
  set_bytes(state, text.size());
}
BENCHMARK(count_pieces);

void encode(benchmark::State& state) {
  const std::string text = python_like_text();
  BpeTrainer trainer({.vocabulary_size = 2048});
  trainer.add(text);
  const Tokenizer tokenizer = trainer.train().value();
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer.encode(text));
  set_bytes(state, text.size());
}
BENCHMARK(encode);

void encode_a_million_equal_bytes(benchmark::State& state) {
  BpeTrainer trainer({.vocabulary_size = 300});
  trainer.add(std::string(1 << 20, '^') + python_like_text());
  const Tokenizer tokenizer = trainer.train().value();
  const std::string text(1'000'000, '^');
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer.encode(text));
  set_bytes(state, text.size());
}
BENCHMARK(encode_a_million_equal_bytes);

}  // namespace
}  // namespace scribe
