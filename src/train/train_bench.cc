// Tokens per second of whole training steps: forward, backward, clipping, AdamW.
#include <benchmark/benchmark.h>

#include <cmath>

#include "base/philox.h"
#include "model/training_pass.h"

namespace scribe {
namespace {

/// The model of the project's goals: 4.2 million parameters.
constexpr ModelConfig kConfig{
    .layers = 4, .width = 256, .heads = 4, .vocabulary_size = 4096, .context = 256};
constexpr std::int64_t kBatch = 8;

TokenBatch random_batch() {
  PhiloxStream random(1, 1);
  const auto token = [&] {
    return static_cast<std::int32_t>(
        random.next_below(static_cast<std::uint64_t>(kConfig.vocabulary_size)));
  };
  TokenBatch batch{
      .batch = kBatch, .time = kConfig.context, .tokens = {}, .targets = {}, .first = {}};
  for (std::int64_t i = 0; i < kBatch * kConfig.context; ++i) {
    batch.tokens.push_back(token());
    batch.targets.push_back(token());
  }
  return batch;
}

struct Optimizer {
  Optimizer(Backend& backend_, Parameters& parameters_)
      : backend(backend_),
        parameters(parameters_),
        gradients(backend_, kConfig),
        m(backend_, kConfig),
        v(backend_, kConfig) {}

  void update(std::int64_t step) {
    const double norm = std::sqrt(backend.sum_of_squares(gradients.all()));
    AdamWStep adamw{.learning_rate = 1e-4,
                    .weight_decay = 0.1,
                    .gradient_scale = norm > 1 ? 1 / norm : 1,
                    .step = step};
    backend.adamw(parameters.decaying(), gradients.decaying(), m.decaying(), v.decaying(), adamw);
    adamw.weight_decay = 0;
    backend.adamw(parameters.not_decaying(), gradients.not_decaying(), m.not_decaying(),
                  v.not_decaying(), adamw);
  }

  Backend& backend;
  Parameters& parameters;
  Parameters gradients, m, v;
};

/// items_per_second is tokens per second; the argument is the number of threads.
void train_step(benchmark::State& state) {
  const auto backend = make_backend(Device::cpu, static_cast<int>(state.range(0)));
  if (!backend.ok()) {
    state.SkipWithError(backend.error().message().c_str());
    return;
  }
  Parameters parameters(*backend.value(), kConfig);
  initialize(*backend.value(), parameters, 1);
  Optimizer optimizer(*backend.value(), parameters);
  TrainingPass pass(*backend.value(), kConfig, kBatch * kConfig.context);
  const TokenBatch batch = random_batch();
  std::int64_t step = 0;
  for (auto _ : state) {
    backend.value()->fill(optimizer.gradients.all(), 0);
    benchmark::DoNotOptimize(pass.loss_and_gradients(
        parameters, batch, 1.0F / static_cast<float>(batch.tokens.size()), optimizer.gradients));
    optimizer.update(++step);
  }
  state.SetItemsProcessed(state.iterations() * kBatch * kConfig.context);
}

BENCHMARK(train_step)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace scribe
