// Judges programs for many clients: a bounded queue before the sandbox's workers.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "evaluate/judge.h"
#include "sandbox/sandbox.h"
#include "serve/completion_request.h"

namespace scribe {

struct ExecuteServiceOptions {
  int workers = 0;                     ///< 0: one per core
  std::int64_t programs_max = 20'000;  ///< waiting and in hand; more are refused
};

struct ExecuteServiceCounts {
  std::int64_t waiting = 0;    ///< programs
  std::int64_t running = 0;    ///< programs
  std::int64_t judged = 0;     ///< programs
  std::int64_t cancelled = 0;  ///< programs that were not run because their client had left
  std::int64_t refused = 0;    ///< requests that found the queue full
};

/// A program that the wall clock stopped, or on which the sandbox failed, is run once more, with
/// kAloneWallFactor times the wall time: its verdict should not depend on what else is run.
class ExecuteService {
 public:
  using Ticket = std::uint64_t;
  /// Called once, on a worker's thread, with a verdict for each job in their order.
  using OnDone = std::function<void(std::vector<Verdict> verdicts)>;

  /// Starts the workers, and one anew that fails. Errors: of the sandbox.
  static Result<std::unique_ptr<ExecuteService>> start(SandboxWorkers sandbox,
                                                       const ExecuteServiceOptions& options);
  /// What start() makes.
  ExecuteService(SandboxWorkers sandbox, const ExecuteServiceOptions& options,
                 std::vector<std::unique_ptr<SandboxWorker>> workers);
  /// Programs in hand are finished, those that wait are dropped unanswered.
  ~ExecuteService();
  ExecuteService(const ExecuteService&) = delete;
  ExecuteService& operator=(const ExecuteService&) = delete;

  /// From any thread. Refused: a full queue (429), a service that ends (503). Requires: jobs.
  std::variant<Ticket, ApiError> submit(std::vector<SandboxJob> jobs, OnDone on_done);
  /// From any thread: of the request's programs those that wait are not run, and nobody is told of
  /// the others.
  void cancel(Ticket ticket);
  /// Refuses new requests from now on.
  void refuse_new();
  /// Refuses new requests; returns when those in hand are finished, or after `seconds`. Are they?
  bool drain(double seconds);

  ExecuteServiceCounts counts() const;
  int workers() const { return static_cast<int>(threads_.size()); }
  const SandboxWorkers& sandbox() const { return sandbox_; }

 private:
  struct Batch {
    Ticket ticket = 0;
    std::vector<SandboxJob> jobs;
    std::vector<Verdict> verdicts;
    std::size_t next = 0;     // The first job not taken.
    std::size_t running = 0;  // Taken and not judged.
    bool is_cancelled = false;
    OnDone on_done;
  };

  void work(std::unique_ptr<SandboxWorker> worker);
  std::shared_ptr<Batch> take(std::size_t& index);
  void give(const std::shared_ptr<Batch>& batch, std::size_t index, Verdict verdict);
  Verdict run(std::unique_ptr<SandboxWorker>& worker, const SandboxJob& job);

  const SandboxWorkers sandbox_;
  const ExecuteServiceOptions options_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_. Batches are shared by the queue and the threads that run their jobs.
  std::deque<std::shared_ptr<Batch>> batches_;   // With jobs to take; the front one is next.
  std::vector<std::shared_ptr<Batch>> in_hand_;  // Not finished.
  Ticket next_ticket_ = 1;
  std::int64_t programs_ = 0;  // Waiting and in hand.
  ExecuteServiceCounts counts_;
  bool is_draining_ = false;
  bool is_stopping_ = false;

  std::vector<std::thread> threads_;
};

}  // namespace scribe
