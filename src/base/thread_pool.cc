// The pool: a generation counter that idle workers watch for a moment before they sleep.
#include "base/thread_pool.h"

#include <algorithm>

#include "base/check.h"

namespace scribe {
namespace {

// A training step starts some hundred loops, microseconds apart: waking a sleeping thread for each
// costs more than the loop. About 20 us of spinning covers the gaps and burns little when idle.
constexpr int kSpins = 2000;

void pause_cpu() {
  __builtin_ia32_pause();
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
  SCRIBE_CHECK(threads >= 0, "threads {}", threads);
  if (threads == 0) threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  for (int thread = 1; thread < threads; ++thread)
    workers_.emplace_back([this, thread] { work(thread); });
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    generation_.fetch_add(1);
  }
  started_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::run(std::int64_t count,
                     const std::function<void(std::int64_t index, int thread)>& task) {
  if (count <= 0) return;
  if (workers_.empty() || count == 1) {
    for (std::int64_t index = 0; index < count; ++index) task(index, 0);
    return;
  }
  task_ = &task;
  count_ = count;
  next_.store(0);
  busy_.store(static_cast<int>(workers_.size()));
  {
    const std::lock_guard lock(mutex_);
    generation_.fetch_add(1);
  }
  started_.notify_all();
  take_tasks(0);
  // On a busy machine a worker may have lost its core: after a while this one is offered.
  for (int spin = 0; busy_.load(std::memory_order_acquire) > 0; ++spin) {
    if (spin < kSpins)
      pause_cpu();
    else
      std::this_thread::yield();
  }
}

void ThreadPool::take_tasks(int thread) {
  for (;;) {
    const std::int64_t index = next_.fetch_add(1, std::memory_order_relaxed);
    if (index >= count_) return;
    (*task_)(index, thread);
  }
}

void ThreadPool::work(int thread) {
  std::uint64_t seen = 0;
  for (;;) {
    for (int spin = 0; spin < kSpins && generation_.load(std::memory_order_acquire) == seen; ++spin)
      pause_cpu();
    {
      std::unique_lock lock(mutex_);
      started_.wait(lock, [&] { return generation_.load() != seen; });
      seen = generation_.load();
      if (stopping_) return;
    }
    take_tasks(thread);
    busy_.fetch_sub(1, std::memory_order_release);
  }
}

}  // namespace scribe
