// Each step needs what the next one stops.
#include "serve/serving_end.h"

#include <algorithm>
#include <chrono>

namespace scribe {

bool end_serving(const Api::Services& services, double drain_seconds, HttpServer& server,
                 Api& api) {
  constexpr double kArrivalSeconds = 5;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(drain_seconds);
  const auto left = [&] {
    return std::max(0.0,
                    std::chrono::duration<double>(end - std::chrono::steady_clock::now()).count());
  };
  server.stop_accepting();
  if (services.model != nullptr) services.model->refuse_new();
  if (services.execute != nullptr) services.execute->refuse_new();
  if (services.model != nullptr) {
    services.model->drain(left());
    services.model->stop();  // Who still waits is told, while there is somebody to write replies.
  }
  const bool is_idle = services.execute == nullptr || services.execute->drain(left());
  api.finish_replies();
  server.wait_until_sent(is_idle ? kArrivalSeconds : 0);
  return is_idle;
}

}  // namespace scribe
