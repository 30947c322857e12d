// Fuzzes the codec: bytes are refused, or decode to a value that encodes to a fixed point.
#include <vector>

#include "sandbox/codec.h"
#include "sandbox/shared_memory.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scribe::sandbox;  // NOLINT: a fuzz target is of one module.
  static const bool started = start_python(standard_library_paths()).ok();
  SCRIBE_CHECK(started, "Python does not start");
  const PyRef value = decode_value({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  static std::vector<char> once(kMessageBytesMax);
  static std::vector<char> twice(kMessageBytesMax);
  std::string problem;
  const auto once_bytes = encode_value(value.get(), once, problem);
  if (!once_bytes) return 0;  // Larger encoded than it came, for example by long integers.
  const PyRef again = decode_value({once.data(), *once_bytes});
  SCRIBE_CHECK(static_cast<bool>(again), "what was encoded does not decode");
  const auto twice_bytes = encode_value(again.get(), twice, problem);
  SCRIBE_CHECK(twice_bytes == once_bytes, "{} bytes, then {}", *once_bytes, *twice_bytes);
  return 0;
}
