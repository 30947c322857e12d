// Measures what looks at every byte of a corpus, on made-up code.
#include <benchmark/benchmark.h>

#include "base/philox.h"
#include "corpus/document_filter.h"
#include "corpus/encoded_data.h"
#include "corpus/python_judgement.h"

namespace scribe {
namespace {

/// A mebibyte of indented lines over made-up names, with a literal, a comment and a number now and
/// then.
std::string python_like_text() {
  PhiloxStream random(1, 0);
  std::string text;
  const auto name = [&] {
    std::string word;
    for (std::uint64_t length = 2 + random.next_below(8); word.size() < length;)
      word += static_cast<char>('a' + random.next_below(26));
    return word;
  };
  while (text.size() < (1U << 20)) {
    text.append(4 * random.next_below(4), ' ');
    const std::uint64_t kind = random.next_below(4);
    if (kind == 0) text += "# " + name() + " " + name() + " " + name() + "\n";
    if (kind == 1) text += name() + " = {'" + name() + "': \"" + name() + "\"}\n";
    if (kind >= 2) text += name() + " = self." + name() + "(" + name() + ", 1.5)\n";
  }
  return text;
}

void set_bytes(benchmark::State& state, const std::string& text) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

const TextKernels* kernels_of(std::int64_t set) {
  if (set == 0) return &plain_text_kernels();
  if (set == 1) return __builtin_cpu_supports("avx2") ? &avx2_text_kernels() : nullptr;
  return &best_text_kernels() == &avx512_text_kernels() ? &avx512_text_kernels() : nullptr;
}

void measure(benchmark::State& state) {
  const std::string text = python_like_text();
  const TextKernels* const kernels = kernels_of(state.range(0));
  if (kernels == nullptr) return state.SkipWithError("this processor lacks the instructions");
  for (auto _ : state) benchmark::DoNotOptimize(measure_text(text, *kernels));
  set_bytes(state, text);
}
BENCHMARK(measure)->ArgName("set")->DenseRange(0, 2);

void private_data(benchmark::State& state) {
  const std::string text = python_like_text();
  const TextKernels* const kernels = kernels_of(state.range(0));
  if (kernels == nullptr) return state.SkipWithError("this processor lacks the instructions");
  for (auto _ : state) benchmark::DoNotOptimize(find_private_data(text, {}, *kernels));
  set_bytes(state, text);
}
BENCHMARK(private_data)->ArgName("set")->DenseRange(0, 2);

void encoded_data(benchmark::State& state) {
  const std::string text = python_like_text();
  for (auto _ : state) benchmark::DoNotOptimize(find_encoded_data(text));
  set_bytes(state, text);
}
BENCHMARK(encoded_data);

/// All rules of a preset.
void rules(benchmark::State& state, const char* preset) {
  const std::string text = python_like_text();
  FilterOptions options = filter_preset(preset).value();
  options.size_bytes_max = 1 << 30;
  for (auto _ : state)
    benchmark::DoNotOptimize(dropping_rule({.text = text, .language = kPython}, options));
  set_bytes(state, text);
}
BENCHMARK_CAPTURE(rules, codex, "codex");
BENCHMARK_CAPTURE(rules, codeparrot, "codeparrot");
BENCHMARK_CAPTURE(rules, the_stack, "the-stack");

}  // namespace
}  // namespace scribe
