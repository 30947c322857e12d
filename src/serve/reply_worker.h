// A thread that turns finished requests into text, so that the model's thread need not.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace scribe {

/// Runs jobs one after the other, in order. Destroying it runs those that wait.
class ReplyWorker {
 public:
  ReplyWorker() : thread_([this] { run(); }) {}
  ~ReplyWorker() { finish(); }
  ReplyWorker(const ReplyWorker&) = delete;
  ReplyWorker& operator=(const ReplyWorker&) = delete;

  /// Returns when all jobs are done. None may be added any more.
  void finish() {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  void add(std::function<void()> job) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(job));
    }
    changed_.notify_all();
  }

 private:
  void run() {
    for (;;) {
      std::function<void()> job;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return is_stopping_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      job();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;  // Guarded by mutex_.
  bool is_stopping_ = false;                // Guarded by mutex_.
  std::thread thread_;                      // Last: it uses what stands above.
};

}  // namespace scribe
