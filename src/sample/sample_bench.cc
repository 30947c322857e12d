// Measures sampling: tokens per second of the whole engine, and the sampler alone.
#include <benchmark/benchmark.h>

#include <unistd.h>

#include "base/philox.h"
#include "sample/engine.h"

namespace scribe {
namespace {

constexpr std::int32_t kVocabulary = 4096;

/// A tokenizer.json of kVocabulary tokens: the bytes, then two-byte ones, then end of text.
Tokenizer bench_tokenizer() {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string file;
  for (std::uint32_t id = 0; id + 1 < kVocabulary; ++id) {
    const bool one = id < 256;
    const std::uint32_t pair = id - 256;
    const std::uint32_t bits = one ? id << 16 : (pair / 64 + 32) << 16 | (pair % 64 + 32) << 8;
    file += kDigits[bits >> 18];
    file += kDigits[bits >> 12 & 63];
    file += one ? '=' : kDigits[bits >> 6 & 63];
    file += fmt::format("= {}\n", id);
  }
  const std::string path = fmt::format("/tmp/scribe_bench_{}.tiktoken", ::getpid());
  SCRIBE_CHECK(write_file_atomic(Env::real(), path, file).ok(), "cannot write '{}'", path);
  Tokenizer tokenizer = Tokenizer::load(Env::real(), path).value();
  SCRIBE_CHECK(Env::real().remove(path).ok(), "cannot remove '{}'", path);
  return tokenizer;
}

/// Initial weights with the last norm scaled so that logits have a deviation of about 5.5, as
/// trained models have: a nucleus of some ten tokens.
void make_peaked(Backend& backend, Parameters& parameters) {
  initialize(backend, parameters, 1);
  backend.fill(parameters.norm_f.weight, 17.0F);
}

/// Arguments: rows in the batch, which is also the number of samples; temperature in percent;
/// threads (0: one per core). The CPU column counts all threads; with one thread it is the work
/// itself, also on a busy machine.
void BM_Generate(benchmark::State& state) {
  auto backend = make_backend(Device::cpu, static_cast<int>(state.range(2))).value();
  Parameters parameters(
      *backend,
      {.layers = 4, .width = 256, .heads = 4, .vocabulary_size = kVocabulary, .context = 256});
  make_peaked(*backend, parameters);
  const Tokenizer tokenizer = bench_tokenizer();
  SampleTask task{.task_id = "bench", .prompt = std::vector<TokenId>(128, 65), .indices = {}};
  for (std::int64_t index = 0; index < state.range(0); ++index) task.indices.push_back(index);
  GenerateOptions options;
  options.rows_max = state.range(0);
  options.sampler.temperature = static_cast<double>(state.range(1)) / 100;
  options.threads = static_cast<int>(state.range(2));
  const StopToken stop;
  std::int64_t tokens = 0;
  for (auto _ : state) {
    const auto totals =
        generate(*backend, parameters, tokenizer, {&task, 1}, options,
                 {.finished = [](const SampleRecord&) { return Status(); }, .stepped = {}}, stop);
    tokens += totals.value().tokens;
  }
  state.counters["tokens/s"] =
      benchmark::Counter(static_cast<double>(tokens), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_Generate)
    ->Args({64, 80, 0})
    ->Args({64, 80, 1})
    ->Args({1, 80, 1})
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

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

}  // namespace
}  // namespace scribe
