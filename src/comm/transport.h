// What carries messages between ranks, as a plugin or a test gives it.
#pragma once

#include <cstddef>

namespace scribe {

/// Changes whenever Transport does: a plugin of another build is refused.
constexpr int kTransportInterface = 1;

/// Messages from one rank to another. Between two ranks they arrive in the order in which they were
/// sent, and each is received with the size that it was sent with. Nothing here blocks.
///
/// Only plain types cross this border, because an implementation may lie in a shared library.
class Transport {
 public:
  /// A message under way; owned by the transport until poll() says that it is over.
  using Request = void*;

  virtual ~Transport() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// `bytes` must stay until the request is over. nullptr if it failed at once.
  virtual Request send(const void* bytes, std::size_t count, int to) = 0;
  virtual Request receive(void* bytes, std::size_t count, int from) = 0;
  enum class Progress : int { pending, done, failed };
  /// Moves messages on. The request is gone unless it is pending.
  virtual Progress poll(Request request) = 0;
  /// Says that this rank will send nothing more; waits for the others to say so. Not to be called
  /// after a failure: then the process ends as it is.
  virtual void leave() = 0;
};

}  // namespace scribe
