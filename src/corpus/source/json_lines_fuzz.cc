// Fuzzes rows of JSON lines, packed ones too: any bytes give items within the limits.
#include "base/check.h"
#include "base/testing/memory_env.h"
#include "corpus/sources.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  scribe::MemoryEnv env({reinterpret_cast<const std::byte*>(data), size});
  scribe::SourceOptions options;
  options.item_bytes_max = 1000;
  options.fields.repository = "a.b";
  options.notebooks = true;
  scribe::SourcePart part;
  part.kind = scribe::SourcePart::Kind::json_lines;
  part.path = "rows.jsonl";
  std::int64_t items = 0;
  const auto report = scribe::read_part(env, part, options, [&](scribe::SourceItem&& item) {
    ++items;
    SCRIBE_CHECK(item.bytes.size() < 4000, "{} bytes", item.bytes.size());
    return scribe::Status();
  });
  SCRIBE_CHECK(report.ok() && report.value().items == items, "{} items", items);
  return 0;
}
