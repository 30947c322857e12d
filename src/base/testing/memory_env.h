// An Env for fuzzers whose only file is the fuzzer's bytes.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"

namespace scribe {

class MemoryFile : public MappedFile {
 public:
  explicit MemoryFile(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::span<const std::byte> bytes() const override { return bytes_; }

 private:
  std::span<const std::byte> bytes_;  // The fuzzer's, which outlive one call.
};

/// Reads the fuzzer's bytes from their start to their end.
class MemoryReadFile : public ReadFile {
 public:
  explicit MemoryReadFile(std::span<const std::byte> bytes)
      : left_(reinterpret_cast<const char*>(bytes.data()), bytes.size()) {}
  Result<std::size_t> read(std::span<char> out) override {
    const std::size_t count = left_.copy(out.data(), out.size());
    left_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view left_;  // The fuzzer's, as above.
};

/// Maps and reads the fuzzer's bytes whatever the path; everything else is refused.
class MemoryEnv : public Env {
 public:
  explicit MemoryEnv(std::span<const std::byte> bytes) : bytes_(bytes) {}

  Result<std::unique_ptr<MappedFile>> map_file(const std::string&) override {
    return std::unique_ptr<MappedFile>(std::make_unique<MemoryFile>(bytes_));
  }
  Result<std::unique_ptr<ReadFile>> open_read(const std::string&) override {
    return std::unique_ptr<ReadFile>(std::make_unique<MemoryReadFile>(bytes_));
  }
  Result<std::string> read_file(const std::string&) override { return refused(); }
  Result<std::unique_ptr<RandomFile>> open_random(const std::string&) override { return refused(); }
  Result<std::unique_ptr<RandomWriteFile>> create_random(const std::string&,
                                                         std::int64_t) override {
    return refused();
  }
  Result<std::unique_ptr<AppendFile>> open_append(const std::string&) override { return refused(); }
  Status truncate(const std::string&, std::int64_t) override { return refused(); }
  Status rename(const std::string&, const std::string&) override { return refused(); }
  Status remove(const std::string&) override { return refused(); }
  Status remove_tree(const std::string&) override { return refused(); }
  Status create_directories(const std::string&) override { return refused(); }
  bool exists(const std::string&) override { return true; }
  Result<std::int64_t> file_size(const std::string&) override {
    return static_cast<std::int64_t>(bytes_.size());
  }
  Result<std::vector<DirectoryEntry>> list_directory(const std::string&) override {
    return refused();
  }
  double monotonic_seconds() override { return 0; }

 private:
  static Error refused() { return error(ErrorCode::unsupported, "not in memory"); }
  std::span<const std::byte> bytes_;
};

}  // namespace scribe
