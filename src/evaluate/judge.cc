// One thread per worker takes jobs from a counter; a queue carries verdicts to the caller.
#include "evaluate/judge.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <numeric>
#include <thread>
#include <utility>
#include <vector>

namespace scribe {
namespace {

/// Verdicts are handed over so many at a time, or those that there are after so long.
constexpr std::size_t kBatch = 64;
constexpr std::chrono::milliseconds kBatchWait{20};

struct Judged {
  std::size_t index;
  Result<Verdict> verdict;
};

/// Jobs go out, verdicts come back.
class JobQueue {
 public:
  JobQueue(std::span<const SandboxJob> jobs, StopToken& stop)
      : jobs_(jobs), stop_(stop), order_(jobs.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    // A program that may run for long must not be the last one, alone, while other cores are idle.
    std::ranges::stable_sort(order_, std::ranges::greater(),
                             [jobs](std::size_t index) { return jobs[index].limits.cpu_seconds; });
  }

  /// The loop of one thread.
  void work(SandboxWorker& worker) {
    while (!abandoned_ && !stop_.requested()) {
      const std::size_t place = next_.fetch_add(1);
      if (place >= jobs_.size()) break;
      const std::size_t index = order_[place];
      Judged judged{index, worker.run(jobs_[index])};
      if (!judged.verdict.ok()) abandoned_ = true;
      const std::lock_guard lock(mutex_);
      done_.push_back(std::move(judged));
      if (done_.size() == kBatch) changed_.notify_one();
    }
    const std::lock_guard lock(mutex_);
    --running_;
    changed_.notify_one();
  }

  /// The next verdicts, or none when all threads have ended. To wake the caller for each of them
  /// would take a worker's core from it every time.
  std::vector<Judged> take() {
    std::unique_lock lock(mutex_);
    while (done_.empty() && running_ > 0)
      changed_.wait_for(lock, kBatchWait,
                        [this] { return done_.size() >= kBatch || running_ == 0; });
    return std::exchange(done_, {});
  }

  void add_thread() {
    const std::lock_guard lock(mutex_);
    ++running_;
  }
  void abandon() { abandoned_ = true; }

 private:
  std::span<const SandboxJob> jobs_;
  StopToken& stop_;
  std::vector<std::size_t> order_;    ///< in which jobs are taken
  std::atomic<std::size_t> next_{0};  ///< place in order_
  std::atomic<bool> abandoned_{false};

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Judged> done_;  // guarded by mutex_
  int running_ = 0;           // guarded by mutex_
};

/// The others are run again, alone.
bool is_final(const Verdict& verdict) {
  // A reply that could not be read in time is one of the two.
  const bool may_be_starved =
      (verdict.kind == VerdictKind::wall || verdict.kind == VerdictKind::protocol) &&
      verdict.cpu_seconds >= kStarvedCpuSeconds;
  return verdict.kind != VerdictKind::internal && !may_be_starved;
}

}  // namespace

Result<SandboxWorkers> real_sandbox_workers(std::string_view engine, int first_core) {
  SCRIBE_TRY_ASSIGN(SandboxCapabilities capabilities, probe_sandbox());
  SCRIBE_TRY_ASSIGN(capabilities, with_engine(std::move(capabilities), engine));
  const std::size_t walls = capabilities.summary.find("; ");
  SandboxWorkers workers{.start = {},
                         .engine = capabilities.engine,
                         .walls = walls == std::string::npos
                                      ? capabilities.summary
                                      : capabilities.summary.substr(walls + 2)};
  // Shared by the copies of the factory, whichever threads they are in.
  workers.start = [capabilities, next = std::make_shared<std::atomic<int>>(first_core)] {
    SandboxCapabilities own = capabilities;
    own.core = core_for_worker((*next)++);
    return SandboxWorker::start(own);
  };
  return workers;
}

std::string SandboxWorkers::engine_of(const SandboxJob& job) const {
  return runs_as_program(job.form) ? "exec" : engine;
}

Result<std::vector<std::unique_ptr<SandboxWorker>>> start_workers(
    const SandboxWorkerFactory& start_worker, std::size_t count) {
  std::vector<std::future<Result<std::unique_ptr<SandboxWorker>>>> starting;
  for (std::size_t i = 0; i < count; ++i)
    starting.push_back(std::async(std::launch::async, [&start_worker] { return start_worker(); }));
  std::vector<std::unique_ptr<SandboxWorker>> started;
  Status status;
  for (auto& future : starting) {
    Result<std::unique_ptr<SandboxWorker>> worker = future.get();
    if (worker.ok())
      started.push_back(std::move(worker).value());
    else if (status.ok())
      status = worker.error();
  }
  SCRIBE_TRY(std::move(status));
  return started;
}

Status judge(std::span<const SandboxJob> jobs, const SandboxWorkerFactory& start_worker,
             int workers, StopToken& stop, const OnVerdict& on_verdict) {
  const std::size_t count = std::min(static_cast<std::size_t>(workers), jobs.size());
  SCRIBE_TRY_ASSIGN(const std::vector<std::unique_ptr<SandboxWorker>> started,
                    start_workers(start_worker, stop.requested() ? 0 : count));
  JobQueue queue(jobs, stop);
  std::vector<std::jthread> threads;
  for (const auto& worker : started) {
    queue.add_thread();
    threads.emplace_back([&queue, &worker] { queue.work(*worker); });
  }
  Status status;
  std::size_t delivered = 0;
  for (std::vector<Judged> batch; !(batch = queue.take()).empty();) {
    for (const Judged& judged : batch) {
      Status one = judged.verdict.ok() ? on_verdict(judged.index, judged.verdict.value())
                                       : Status(judged.verdict.error());
      ++delivered;
      if (one.ok()) continue;
      queue.abandon();
      if (status.ok()) status = std::move(one);
    }
  }
  if (status.ok() && delivered < jobs.size())
    return error(ErrorCode::interrupted, "stopped after {} of {} programs", delivered, jobs.size());
  return status;
}

Status judge_fairly(std::span<const SandboxJob> jobs, const SandboxWorkerFactory& start_worker,
                    int workers, StopToken& stop, const OnVerdict& on_verdict) {
  std::vector<std::size_t> again;
  SCRIBE_TRY(judge(jobs, start_worker, workers, stop,
                   [&](std::size_t index, const Verdict& verdict) -> Status {
                     if (is_final(verdict)) return on_verdict(index, verdict);
                     again.push_back(index);
                     return {};
                   }));
  std::ranges::sort(again);
  std::vector<SandboxJob> alone;
  for (const std::size_t index : again) {
    alone.push_back(jobs[index]);
    alone.back().limits.wall_seconds *= kAloneWallFactor;
  }
  return judge(alone, start_worker, 1, stop, [&](std::size_t index, const Verdict& verdict) {
    return on_verdict(again[index], verdict);
  });
}

}  // namespace scribe
