// The user's wish to stop: once, finish the item in hand; twice, stop now.
#pragma once

#include <atomic>

namespace scribe {

/// Set from a signal handler, read by loops between items. Long-running functions take it by
/// reference and return ErrorCode::interrupted when it is set, with all finished work kept.
class StopToken {
 public:
  bool requested() const { return requests_.load(std::memory_order_relaxed) > 0; }
  /// Returns how often it was asked for, this time included. Safe in a signal handler.
  int request() { return requests_.fetch_add(1, std::memory_order_relaxed) + 1; }

 private:
  std::atomic<int> requests_{0};
};

}  // namespace scribe
