// A large file that is written in parts, and appears whole or not at all.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/result.h"

namespace scribe {

/// Appends go to "path.tmp"; publish() syncs and renames it. Destroyed unpublished, it removes what
/// it wrote.
class StagedFile : public AppendFile {
 public:
  static Result<StagedFile> create(Env& env, const std::string& path);
  StagedFile(StagedFile&& other) noexcept = default;
  StagedFile& operator=(StagedFile&&) = delete;
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;
  ~StagedFile() override;

  /// Collects small parts into writes of about a megabyte.
  Status append(std::string_view bytes) override;
  /// Makes all bytes durable under the temporary name. After it, only the rename can fail.
  Status sync() override;
  /// Requires sync().
  Status publish();

 private:
  StagedFile(Env& env, std::string path, std::unique_ptr<AppendFile> file)
      : env_(&env), path_(std::move(path)), file_(std::move(file)) {}
  std::string temporary_path() const { return path_ + ".tmp"; }

  Env* env_;  // Outlives this object.
  std::string path_;
  std::unique_ptr<AppendFile> file_;  // Null once published or moved from.
  std::string buffer_;
};

}  // namespace scribe
