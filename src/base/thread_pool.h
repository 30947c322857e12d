// A fixed set of threads that runs the same loop; the caller works too.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace scribe {

/// Runs loops over independent tasks. One caller at a time; a task must not call back into the
/// pool. Which thread takes which task is not fixed, so a task's result must not depend on it.
class ThreadPool {
 public:
  /// `threads` counts the caller: 1 starts no thread at all. 0 means one per core.
  explicit ThreadPool(int threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int thread_count() const { return static_cast<int>(workers_.size()) + 1; }

  /// Calls task(index, thread) for every index in [0, count); thread is in [0, thread_count()).
  /// Returns when all are done.
  void run(std::int64_t count, const std::function<void(std::int64_t index, int thread)>& task);

 private:
  void work(int thread);
  void take_tasks(int thread);

  std::vector<std::thread> workers_;
  std::atomic<std::uint64_t> generation_{
      0};  // Changes when a loop starts; workers spin, then sleep.
  std::atomic<std::int64_t> next_{0};
  std::atomic<int> busy_{0};
  std::int64_t count_ = 0;
  const std::function<void(std::int64_t, int)>* task_ = nullptr;

  std::mutex mutex_;
  std::condition_variable started_;
  bool stopping_ = false;  // guarded by mutex_
};

}  // namespace scribe
