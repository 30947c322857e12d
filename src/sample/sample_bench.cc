// Measures the draw of a token; `scribe bench sample` measures the whole engine.
#include <benchmark/benchmark.h>

#include "base/philox.h"
#include "sample/engine.h"

namespace scribe {
namespace {

/// Arguments: vocabulary; deviation of the logits in tenths (55: peaked as a trained model's, a
/// nucleus of some fifteen tokens; 20; 1: nearly flat, a nucleus of nearly all); the instruction
/// set (0: baseline, 1: AVX2, 2: AVX-512).
void BM_Sampler(benchmark::State& state) {
  const bool supported =
      state.range(2) == 0 ||
      (state.range(2) == 1 ? __builtin_cpu_supports("avx2")
                           : &best_sampler_kernels() == &avx512_sampler_kernels());
  if (!supported) return state.SkipWithError("this processor lacks the instructions");
  const SamplerKernels* const kernels[] = {&baseline_sampler_kernels(), &avx2_sampler_kernels(),
                                           &avx512_sampler_kernels()};
  std::vector<float> logits(static_cast<std::size_t>(state.range(0)));
  PhiloxStream random(3, 0);
  for (float& logit : logits)
    logit = static_cast<float>(random.next_normal() * static_cast<double>(state.range(1)) / 10);
  Sampler sampler(*kernels[state.range(2)]);
  std::int64_t position = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(sampler.draw(logits, {}, draw_bits(1, 1, 1, position++)));
}
BENCHMARK(BM_Sampler)
    ->ArgsProduct({{4096, 50257}, {55, 20, 1}, {0, 1, 2}})
    ->Unit(benchmark::kMicrosecond);

/// The draws of a step on a GPU and what comes back. Arguments: rows; deviation as above.
void BM_DrawOnDevice(benchmark::State& state) {
  constexpr std::int64_t kVocabulary = 50257;
  const auto backend = make_backend(Device::cuda);
  if (!backend.ok()) return state.SkipWithError(backend.error().message().c_str());
  const std::int64_t rows = state.range(0);
  std::vector<float> logits(static_cast<std::size_t>(rows * kVocabulary));
  PhiloxStream random(3, 0);
  for (float& logit : logits)
    logit = static_cast<float>(random.next_normal() * static_cast<double>(state.range(1)) / 10);
  const auto buffer = backend.value()->allocate(std::ssize(logits));
  backend.value()->upload(logits, buffer->span());
  std::vector<DrawRow> draws;
  for (std::int64_t row = 0; row < rows; ++row)
    draws.push_back(Sampler::draw_row({}, draw_bits(1, 1, row, 0), row).value());
  std::vector<DrawnToken> drawn(draws.size());
  for (auto _ : state)
    benchmark::DoNotOptimize(
        backend.value()->draw_tokens({buffer->data(), rows, kVocabulary}, draws, drawn));
}
BENCHMARK(BM_DrawOnDevice)
    ->ArgsProduct({{1, 32, 128, 512}, {55, 20, 1}})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace scribe
