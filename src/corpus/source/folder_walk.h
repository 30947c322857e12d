// The parts below one folder, in order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "corpus/license_file.h"
#include "corpus/part_walk.h"
#include "corpus/sources.h"

namespace scribe {

/// Is this a list of what a bare repository holds, or a folder with a repository in it?
bool is_repository(const std::vector<DirectoryEntry>& entries);

/// What every path in a folder begins with.
std::string prefix_of_folder(std::string_view folder);

/// Depth first, with its own stack: no folder is too deep. Links are not listed: no way leads back.
class FolderWalk {
 public:
  /// Passes over what stands before `from`; folders that hold nothing else are not listed. All
  /// outlive the object.
  FolderWalk(Env& env, const SourceOptions& options, const std::string& root, const PartPlace& from,
             WalkFindings& findings);

  std::optional<SourcePart> next();
  /// Passes over what stands before `place` from now on.
  void go_to(const PartPlace& place) { from_ = place; }

 private:
  struct Step {
    enum class Kind : std::uint8_t { part, enter, leave };
    Kind kind;
    std::string path;
    std::int64_t size_bytes = 0;
    bool operator<(const Step& other) const;
  };

  bool lies_before_start(std::string_view prefix) const;
  SourcePart part_of(const Step& step);
  std::optional<SourcePart> enter(const std::string& folder);
  void take(DirectoryEntry&& entry, std::vector<Step>& steps);
  void look_for_far_licenses(const std::string& folder, const std::vector<DirectoryEntry>& entries);
  bool add_license_in(const std::string& folder);
  std::string_view in_root(std::string_view path) const;

  Env& env_;
  const SourceOptions& options_;
  std::string root_;
  PartPlace from_;
  WalkFindings& findings_;
  LicenseIndex licenses_;
  std::vector<Step> steps_;  // The next is last.
};

}  // namespace scribe
