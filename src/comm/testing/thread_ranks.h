// Ranks that are threads of one process, for tests.
#pragma once

#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/env.h"
#include "comm/message_communicator.h"

namespace scribe {

/// Where messages between threads wait.
struct Mailboxes {
  std::mutex mutex;                                                // guards what stands below
  std::map<std::pair<int, int>, std::deque<std::string>> waiting;  ///< by sender and receiver
};

class ThreadTransport : public Transport {
 public:
  ThreadTransport(Mailboxes& boxes, int rank, int size) : boxes_(boxes), rank_(rank), size_(size) {}

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  Request send(const void* bytes, std::size_t count, int to) override {
    const std::lock_guard lock(boxes_.mutex);
    boxes_.waiting[{rank_, to}].emplace_back(static_cast<const char*>(bytes), count);
    return &messages_.emplace_back(Receive{nullptr, 0, true});
  }
  Request receive(void* bytes, std::size_t count, int from) override {
    order_[from].push_back(&messages_.emplace_back(Receive{bytes, count, false}));
    return order_[from].back();
  }
  Progress poll(Request request) override {
    take_all();
    return static_cast<const Receive*>(request)->done ? Progress::done : Progress::pending;
  }
  void leave() override {}

 private:
  struct Receive {
    void* bytes;
    std::size_t count;
    bool done;
  };

  /// Messages go to receives in the order in which these were posted.
  void take_all() {
    const std::lock_guard lock(boxes_.mutex);
    for (auto& [from, order] : order_)
      for (auto& box = boxes_.waiting[{from, rank_}]; !box.empty() && !order.empty();
           box.pop_front(), order.pop_front()) {
        Receive& receive = *order.front();
        SCRIBE_CHECK(box.front().size() == receive.count, "sent {} bytes, received {}",
                     box.front().size(), receive.count);
        std::memcpy(receive.bytes, box.front().data(), receive.count);
        receive.done = true;
      }
  }

  Mailboxes& boxes_;
  std::deque<Receive> messages_;  ///< all that there ever were
  std::map<int, std::deque<Receive*>> order_;
  int rank_;
  int size_;
};

/// Runs `body` once for each rank, at the same time, and returns when all have ended.
inline void run_ranks(int size, const std::function<void(Communicator&)>& body,
                      double wait_seconds = 60) {
  Mailboxes boxes;
  std::vector<std::jthread> threads;
  for (int rank = 0; rank < size; ++rank)
    threads.emplace_back([&, rank] {
      const auto ranks = make_message_communicator(
          Env::real(), std::make_unique<ThreadTransport>(boxes, rank, size), wait_seconds);
      body(*ranks);
    });
}

}  // namespace scribe
