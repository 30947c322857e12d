// Fuzzes config.json; any text gives a model that can be computed and written again, or an error.
#include <cstddef>
#include <cstdint>

#include "base/json.h"
#include "checkpoint/model_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto json = scribe::parse_json(text, "fuzz");
  if (!json.ok()) return 0;
  const auto config = scribe::parse_model_config(json.value(), "fuzz");
  if (!config.ok()) return 0;
  SCRIBE_CHECK(scribe::validate(config.value()).ok(), "a model that is not valid");
  const scribe::Json written = scribe::model_config_json(config.value(), 0);
  const auto again = scribe::parse_model_config(written, "written");
  SCRIBE_CHECK(again.ok(), "{}", again.error().message());
  return 0;
}
