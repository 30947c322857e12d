// Fuzzes replies of servers; any text gives completions that fit the request, or an error.
#include <cstddef>
#include <cstdint>

#include "experiment/completion_server.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const scribe::ServerRequest request{.prompt = "p", .n = 3, .stop = {"\ndef", "\n#", "a"}};
  const auto completions = scribe::completions_of_reply(text, request, "fuzz");
  if (!completions.ok()) return 0;
  SCRIBE_CHECK(!completions.value().empty() && completions.value().size() <= 3, "{} completions",
               completions.value().size());
  for (const scribe::ServedCompletion& one : completions.value()) {
    SCRIBE_CHECK(one.tokens.size() == one.token_logprobs.size(), "lists of different lengths");
    for (const std::string& stop : request.stop)
      SCRIBE_CHECK(one.text.find(stop) == std::string::npos, "a stop string is left");
  }
  return 0;
}
