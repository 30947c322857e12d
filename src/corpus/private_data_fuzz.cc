// Fuzzes redaction: the same finds on all instruction sets, nothing left to find, valid UTF-8.
#include "base/check.h"
#include "corpus/private_data.h"
#include "corpus/text_statistics.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto plain = scribe::find_private_data(text, {}, scribe::plain_text_kernels());
  const auto fast = scribe::find_private_data(text, {});
  SCRIBE_CHECK(plain.size() == fast.size(), "{} and {}", plain.size(), fast.size());
  scribe::PrivateDataCounts counts{};
  const std::string redacted = scribe::redact_private_data(text, {}, counts);
  SCRIBE_CHECK(scribe::find_private_data(redacted, {}).empty(), "something is left");
  SCRIBE_CHECK(!scribe::measure_text(text).valid_utf8 || scribe::measure_text(redacted).valid_utf8,
               "UTF-8 was broken");
  return 0;
}
