// An Env for fuzzers whose only file is the fuzzer's bytes.
#pragma once

#include <memory>
#include <span>
#include <string>
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

/// Maps the fuzzer's bytes whatever the path; everything else is refused.
class MemoryEnv : public Env {
 public:
  explicit MemoryEnv(std::span<const std::byte> bytes) : bytes_(bytes) {}

  Result<std::unique_ptr<MappedFile>> map_file(const std::string&) override {
    return std::unique_ptr<MappedFile>(std::make_unique<MemoryFile>(bytes_));
  }
  Result<std::string> read_file(const std::string&) override { return refused(); }
  Result<std::unique_ptr<AppendFile>> open_append(const std::string&) override { return refused(); }
  Status truncate(const std::string&, std::int64_t) override { return refused(); }
  Status rename(const std::string&, const std::string&) override { return refused(); }
  Status remove(const std::string&) override { return refused(); }
  Status remove_tree(const std::string&) override { return refused(); }
  Status create_directories(const std::string&) override { return refused(); }
  bool exists(const std::string&) override { return true; }
  Result<std::int64_t> file_size(const std::string&) override { return refused(); }
  Result<std::vector<DirectoryEntry>> list_directory(const std::string&) override {
    return refused();
  }
  double monotonic_seconds() override { return 0; }

 private:
  static Error refused() { return error(ErrorCode::unsupported, "not in memory"); }
  std::span<const std::byte> bytes_;
};

}  // namespace scribe
