// Whole training steps at the sizes of the project's goals: forward, backward, clipping, AdamW.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <array>
#include <cmath>

#include "base/philox.h"
#include "model/training_pass.h"

namespace scribe {
namespace {

struct Case {
  ModelConfig model;
  std::int64_t batch;
  Recompute recompute = Recompute::none;
};

/// 4.2, 13.8, 124, 1.1 and 50 million parameters; tools/bench_train.py has the same table.
constexpr std::array kCases = {
    Case{{.layers = 4, .width = 256, .heads = 4, .vocabulary_size = 4096, .context = 256}, 8},
    Case{{.layers = 6, .width = 384, .heads = 6, .vocabulary_size = 8192, .context = 256}, 4},
    Case{{.layers = 12, .width = 768, .heads = 12, .vocabulary_size = 50257, .context = 256}, 4},
    Case{{.layers = 4, .width = 128, .heads = 2, .vocabulary_size = 2048, .context = 256}, 8},
    Case{{.layers = 8, .width = 640, .heads = 10, .vocabulary_size = 16384, .context = 256}, 4},
    Case{{.layers = 12, .width = 768, .heads = 12, .vocabulary_size = 50257, .context = 256},
         4,
         Recompute::attention}};

TokenBatch random_batch(const Case& tested) {
  PhiloxStream random(1, 1);
  const auto token = [&] {
    return static_cast<std::int32_t>(
        random.next_below(static_cast<std::uint64_t>(tested.model.vocabulary_size)));
  };
  TokenBatch batch{.batch = tested.batch,
                   .time = tested.model.context,
                   .tokens = {},
                   .targets = {},
                   .first = {}};
  for (std::int64_t i = 0; i < batch.batch * batch.time; ++i) {
    batch.tokens.push_back(token());
    batch.targets.push_back(token());
  }
  return batch;
}

struct Optimizer {
  Optimizer(Backend& backend_, Parameters& parameters_)
      : backend(backend_),
        parameters(parameters_),
        gradients(backend_, parameters_.config()),
        m(backend_, parameters_.config()),
        v(backend_, parameters_.config()) {}

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

double peak_memory_mib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// Arguments: the case, the number of threads. items_per_second is tokens per second; `flop` is of
/// a token, `peak` what the multiply-add units give a second, `memory` the process's in MiB.
void train_step(benchmark::State& state) {
  const Case& tested = kCases[static_cast<std::size_t>(state.range(0))];
  const auto backend = make_backend(Device::cpu, static_cast<int>(state.range(1)));
  if (!backend.ok()) {
    state.SkipWithError(backend.error().message().c_str());
    return;
  }
  const TokenBatch batch = random_batch(tested);
  Parameters parameters(*backend.value(), tested.model);
  initialize(*backend.value(), parameters, 1);
  Optimizer optimizer(*backend.value(), parameters);
  TrainingPass pass(*backend.value(), tested.model, batch.batch * batch.time, tested.recompute);
  std::int64_t step = 0;
  for (auto _ : state) {
    backend.value()->fill(optimizer.gradients.all(), 0);
    benchmark::DoNotOptimize(pass.loss_and_gradients(
        parameters, batch, 1.0F / static_cast<float>(batch.tokens.size()), optimizer.gradients));
    optimizer.update(++step);
  }
  state.SetItemsProcessed(state.iterations() * batch.batch * batch.time);
  state.counters["flop"] = training_flop_per_token(tested.model, batch.time);
  state.counters["peak"] = backend.value()->peak_flop_per_second();
  state.counters["memory"] = peak_memory_mib();
}

BENCHMARK(train_step)
    ->ArgsProduct({{0, 1, 2, 3, 4, 5}, {1, 2}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace scribe
