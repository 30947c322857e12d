// The writable folders of the exec engine's jail: for builds, for scratch files, for caches.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "sandbox/exec_wire.h"
#include "sandbox/jail.h"
#include "sandbox/landlock.h"

namespace scribe::sandbox {

/// Below `root()`: "build" holds what was compiled and is read-only while it runs, "tmp" is empty
/// at the start of every step, "cache" is written in warm-up steps only. With namespaces they are
/// file systems in memory with a size; else folders on disk, whose size is watched.
class WorkFolders {
 public:
  /// What a jail needs to have mounted for mount(): for enter_workshop_root().
  static std::vector<std::string> mount_points();
  /// In a jail with a root of its own. Errors: internal.
  static Result<WorkFolders> mount();
  /// As folders below a new folder in /tmp, which whoever starts the jail removes. Errors: io.
  static Result<WorkFolders> create();

  const std::string& root() const { return root_; }
  /// Empties the scratch folder, and with `new_build` the build folder; opens all for the
  /// launcher's own files. Errors: internal, io.
  Status begin(ExecStage stage, bool new_build);
  /// Closes what `stage` may not write. Errors: internal.
  Status seal(ExecStage stage);
  /// The same as rules for processes of that stage.
  std::vector<FolderRule> rules(ExecStage stage) const;
  /// How much a step can write to them at most; it is memory where they are mounted.
  static std::int64_t bytes_max(ExecStage stage);
  /// Is more written than may be? Always false where the file systems themselves are limited.
  bool is_overfull(ExecStage stage) const;

 private:
  WorkFolders(std::string root, bool mounted) : root_(std::move(root)), mounted_(mounted) {}
  Status empty(const char* name, const ScratchSize& size, bool executable);

  std::string root_;  ///< "" or a folder below /tmp
  bool mounted_;
};

/// Removes everything in a folder, whatever its rights and depth, without following links.
/// Errors: io.
Status empty_folder(const std::string& path);

}  // namespace scribe::sandbox
