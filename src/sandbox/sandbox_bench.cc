// Programs per second: trivial ones, and HumanEval's canonical solutions.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

#include "base/json.h"
#include "sandbox/sandbox.h"

namespace scribe::sandbox {
namespace {

std::vector<SandboxJob> trivial_jobs() {
  return {
      {"def f(a, b):\n    return a + b\n",
       "def check(candidate):\n    assert candidate(1, 2) == 3\n    assert candidate(2, 2) == 4\n",
       "f",
       {}}};
}

/// Each costs the snapshot engine its process.
std::vector<SandboxJob> tainting_jobs() {
  std::vector<SandboxJob> jobs = trivial_jobs();
  jobs[0].candidate += "import mmap\nm = mmap.mmap(-1, 4096)\n";
  return jobs;
}

/// SCRIBE_DATA_DIR/human-eval; empty if the data are not there.
std::vector<SandboxJob> human_eval_jobs() {
  std::vector<SandboxJob> jobs;
  const char* directory = std::getenv("SCRIBE_DATA_DIR");
  const std::string path =
      std::string(directory == nullptr ? "." : directory) + "/human-eval/HumanEval.jsonl.gz";
  const Status status = for_each_json_line(
      Env::real(), path, [&jobs](const Json& problem, const std::string&) -> Status {
        jobs.push_back({problem["prompt"].get<std::string>() +
                            problem["canonical_solution"].get<std::string>(),
                        problem["test"].get<std::string>(),
                        problem["entry_point"].get<std::string>(),
                        {}});
        return {};
      });
  return status.ok() ? jobs : std::vector<SandboxJob>{};
}

/// Without those whose own computing takes longer than all else: HumanEval/32, 36, 75 and 147.
std::vector<SandboxJob> light_jobs() {
  std::vector<SandboxJob> jobs = human_eval_jobs();
  for (const std::ptrdiff_t heavy : {147, 75, 36, 32})
    if (heavy < std::ssize(jobs)) jobs.erase(jobs.begin() + heavy);
  return jobs;
}

/// Arguments: workers, and 1 for the snapshot engine.
void run_jobs(benchmark::State& state, const std::vector<SandboxJob>& jobs) {
  if (jobs.empty()) return state.SkipWithError("no data: set SCRIBE_DATA_DIR");
  Result<SandboxCapabilities> capabilities = probe_sandbox();
  if (capabilities.ok())
    capabilities =
        with_engine(std::move(capabilities).value(), state.range(1) == 1 ? "snapshot" : "fork");
  if (!capabilities.ok()) return state.SkipWithError(capabilities.error().message().c_str());
  std::vector<std::unique_ptr<SandboxWorker>> workers;
  for (int i = 0; i < state.range(0); ++i) {
    capabilities.value().core = core_for_worker(i);
    workers.push_back(SandboxWorker::start(capabilities.value()).value());
  }
  constexpr std::size_t kJobsPerRound = 656;
  std::atomic<std::size_t> failures = 0;
  for (auto _ : state) {
    std::atomic<std::size_t> next = 0;
    std::vector<std::thread> threads;
    for (auto& worker : workers)
      threads.emplace_back([&] {
        for (std::size_t i = next++; i < kJobsPerRound; i = next++) {
          const Result<Verdict> verdict = worker->run(jobs[i % jobs.size()]);
          if (!verdict.ok() || !verdict.value().passed()) ++failures;
        }
      });
    for (std::thread& thread : threads) thread.join();
  }
  state.counters["programs_per_second"] = benchmark::Counter(
      static_cast<double>(kJobsPerRound) * static_cast<double>(state.iterations()),
      benchmark::Counter::kIsRate);
  state.counters["failures"] = static_cast<double>(failures);
}

void bm_trivial(benchmark::State& state) {
  run_jobs(state, trivial_jobs());
}
void bm_human_eval(benchmark::State& state) {
  run_jobs(state, human_eval_jobs());
}

void bm_tainting(benchmark::State& state) {
  run_jobs(state, tainting_jobs());
}
void bm_light(benchmark::State& state) {
  run_jobs(state, light_jobs());
}

void each_engine(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgsProduct({{1, 2}, {0, 1}})->ArgNames({"workers", "snapshot"});
  benchmark->UseRealTime()->Unit(benchmark::kMillisecond);
}

BENCHMARK(bm_trivial)->Apply(each_engine);
BENCHMARK(bm_tainting)->Apply(each_engine);
BENCHMARK(bm_light)->Apply(each_engine);
BENCHMARK(bm_human_eval)->Apply(each_engine);

}  // namespace
}  // namespace scribe::sandbox

int main(int argc, char** argv) {
  if (const auto code = scribe::run_if_sandbox_child(argc, argv)) return *code;
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
