// Fuzzes archives: any bytes, read as tar, zip and Debian package, give items within the limits.
#include "base/check.h"
#include "base/testing/memory_env.h"
#include "corpus/sources.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  scribe::MemoryEnv env({reinterpret_cast<const std::byte*>(data), size});
  scribe::SourceOptions options;
  options.item_bytes_max = 10'000;
  options.limits = {
      .ratio_max = 20, .always_bytes = 1 << 20, .bytes_max = 16 << 20, .entries_max = 1000};
  for (const char* path : {"a.tar.gz", "a.zip", "a.deb"}) {
    scribe::SourcePart part;
    part.kind = scribe::SourcePart::Kind::archive;
    part.path = path;
    std::int64_t items = 0;
    const auto report = scribe::read_part(env, part, options, [&](scribe::SourceItem&& item) {
      ++items;
      SCRIBE_CHECK(item.bytes.size() < 10'000, "{} bytes", item.bytes.size());
      SCRIBE_CHECK(item.path.ends_with(".py"), "'{}'", item.path);
      return scribe::Status();
    });
    SCRIBE_CHECK(report.ok() && report.value().items == items && items <= 1000, "{} items", items);
  }
  return 0;
}
