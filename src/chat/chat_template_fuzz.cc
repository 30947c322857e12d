// Any bytes as a template, run on messages: an error or a text, nothing else.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "chat/chat_template.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = scribe::ChatTemplate::parse({reinterpret_cast<const char*>(data), size});
  if (!parsed.ok()) return 0;
  static const scribe::Json context{
      {"messages",
       {{{"role", "system"}, {"content", "a"}}, {{"role", "user"}, {"content", "b\n c"}}}},
      {"add_generation_prompt", true},
      {"tools", nullptr},
      {"bos_token", "<s>"}};
  (void)parsed.value().render(context);
  return 0;
}
