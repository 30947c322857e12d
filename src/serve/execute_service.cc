// Each worker's thread takes one program of each request in turn.
#include "serve/execute_service.h"

#include <algorithm>
#include <chrono>

namespace scribe {
namespace {

bool is_final(const Verdict& verdict) {
  return verdict.kind != VerdictKind::internal && verdict.kind != VerdictKind::wall;
}

Verdict failed_verdict(const std::string& why) {
  return {.kind = VerdictKind::internal, .detail = why};
}

}  // namespace

Result<std::unique_ptr<ExecuteService>> ExecuteService::start(
    SandboxWorkers sandbox, const ExecuteServiceOptions& options) {
  const auto count = options.workers > 0
                         ? static_cast<std::size_t>(options.workers)
                         : std::max<std::size_t>(1, std::thread::hardware_concurrency());
  SCRIBE_TRY_ASSIGN(std::vector<std::unique_ptr<SandboxWorker>> workers,
                    start_workers(sandbox.start, count));
  return std::make_unique<ExecuteService>(std::move(sandbox), options, std::move(workers));
}

ExecuteService::ExecuteService(SandboxWorkers sandbox, const ExecuteServiceOptions& options,
                               std::vector<std::unique_ptr<SandboxWorker>> workers)
    : sandbox_(std::move(sandbox)), options_(options) {
  for (std::unique_ptr<SandboxWorker>& worker : workers)
    threads_.emplace_back(
        [this, worker = std::move(worker)]() mutable { work(std::move(worker)); });
}

ExecuteService::~ExecuteService() {
  {
    const std::lock_guard lock(mutex_);
    is_draining_ = true;
    is_stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

std::variant<ExecuteService::Ticket, ApiError> ExecuteService::submit(std::vector<SandboxJob> jobs,
                                                                      OnDone on_done) {
  SCRIBE_CHECK(!jobs.empty(), "no jobs");
  const std::lock_guard lock(mutex_);
  if (is_draining_)
    return ApiError{
        .status = 503, .message = "the server is shutting down", .type = "server_error"};
  if (programs_ + std::ssize(jobs) > options_.programs_max) {
    ++counts_.refused;
    return ApiError{
        .status = 429,
        .message = fmt::format("{} programs are waiting, and {} more are above the limit of {}; "
                               "try again later",
                               programs_, jobs.size(), options_.programs_max),
        .code = "server_overloaded",
        .type = "rate_limit_error"};
  }
  auto batch = std::make_shared<Batch>();
  batch->ticket = next_ticket_++;
  batch->verdicts.resize(jobs.size());
  batch->jobs = std::move(jobs);
  batch->on_done = std::move(on_done);
  programs_ += std::ssize(batch->jobs);
  counts_.waiting += std::ssize(batch->jobs);
  batches_.push_back(batch);
  in_hand_.push_back(batch);
  changed_.notify_all();
  return batch->ticket;
}

void ExecuteService::cancel(Ticket ticket) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(
      in_hand_, [ticket](const std::shared_ptr<Batch>& batch) { return batch->ticket == ticket; });
  if (found == in_hand_.end()) return;
  Batch& batch = **found;
  const auto dropped = static_cast<std::int64_t>(batch.jobs.size() - batch.next);
  batch.is_cancelled = true;
  batch.next = batch.jobs.size();
  batch.on_done = nullptr;
  programs_ -= dropped;
  counts_.waiting -= dropped;
  counts_.cancelled += dropped;
  std::erase(batches_, *found);
  in_hand_.erase(found);
  changed_.notify_all();
}

void ExecuteService::refuse_new() {
  const std::lock_guard lock(mutex_);
  is_draining_ = true;
}

bool ExecuteService::drain(double seconds) {
  std::unique_lock lock(mutex_);
  is_draining_ = true;
  return changed_.wait_for(lock, std::chrono::duration<double>(seconds),
                           [this] { return programs_ == 0; });
}

ExecuteServiceCounts ExecuteService::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void ExecuteService::work(std::unique_ptr<SandboxWorker> worker) {
  for (;;) {
    std::size_t index = 0;
    const std::shared_ptr<Batch> batch = take(index);
    if (batch == nullptr) return;
    give(batch, index, run(worker, batch->jobs[index]));
  }
}

/// A program of the request whose turn it is; null when the service ends.
std::shared_ptr<ExecuteService::Batch> ExecuteService::take(std::size_t& index) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return is_stopping_ || !batches_.empty(); });
  if (is_stopping_) return nullptr;
  std::shared_ptr<Batch> batch = std::move(batches_.front());
  batches_.pop_front();
  index = batch->next++;
  ++batch->running;
  if (batch->next < batch->jobs.size()) batches_.push_back(batch);
  --counts_.waiting;
  ++counts_.running;
  return batch;
}

void ExecuteService::give(const std::shared_ptr<Batch>& batch, std::size_t index, Verdict verdict) {
  OnDone on_done;
  std::vector<Verdict> verdicts;
  {
    const std::lock_guard lock(mutex_);
    batch->verdicts[index] = std::move(verdict);
    --batch->running;
    --programs_;
    --counts_.running;
    ++counts_.judged;
    const bool is_finished =
        !batch->is_cancelled && batch->running == 0 && batch->next == batch->jobs.size();
    if (is_finished) {
      std::erase(in_hand_, batch);
      on_done = std::move(batch->on_done);
      verdicts = std::move(batch->verdicts);
    }
  }
  if (on_done) on_done(std::move(verdicts));
  changed_.notify_all();
}

Verdict ExecuteService::run(std::unique_ptr<SandboxWorker>& worker, const SandboxJob& job) {
  const auto once = [&](const SandboxJob& what) -> Verdict {
    if (worker == nullptr) {
      Result<std::unique_ptr<SandboxWorker>> another = sandbox_.start();
      if (!another.ok()) return failed_verdict(another.error().message());
      worker = std::move(another).value();
    }
    Result<Verdict> verdict = worker->run(what);
    if (verdict.ok()) return std::move(verdict).value();
    worker.reset();
    return failed_verdict(verdict.error().message());
  };
  Verdict verdict = once(job);
  if (is_final(verdict)) return verdict;
  SandboxJob again = job;
  again.limits.wall_seconds *= kAloneWallFactor;
  return once(again);
}

}  // namespace scribe
