// Waiting for what another thread does.
#pragma once

#include <chrono>
#include <thread>

namespace scribe::testing {

/// Did the condition come to hold within 20 seconds?
template <typename Condition>
bool wait_for(const Condition& condition) {
  for (int i = 0; i < 20000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

}  // namespace scribe::testing
