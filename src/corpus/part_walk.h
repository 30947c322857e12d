// What sources hold, part by part, in an order that does not depend on theirs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "corpus/source_part.h"

namespace scribe {

struct SourceOptions;

/// What a walk came upon beside parts.
struct WalkFindings {
  std::vector<std::string> unreadable_folders;
  /// Archives, repositories and files of rows in folders that archives_in_folders would have taken.
  std::int64_t passed_over = 0;
};

/// Lists while it goes: memory holds what lies in the folders on the way to the next part, however
/// many parts there are. What changes in a folder before the walk comes there is seen.
class PartWalk {
 public:
  PartWalk(PartWalk&&) noexcept;
  PartWalk& operator=(PartWalk&&) = delete;
  PartWalk(const PartWalk&) = delete;
  PartWalk& operator=(const PartWalk&) = delete;
  ~PartWalk();

  /// The next in the order of PartPlace, each once: of a file that lies below several given folders
  /// the outermost is its root. Nothing at the end. Errors: unsupported (Parquet, which this build
  /// cannot read, with the remedy).
  Result<std::optional<SourcePart>> next();
  /// The same, and nothing once the next does not stand before a place.
  Result<std::optional<SourcePart>> next_before(const PartPlace& end);
  /// Goes on to the first that does not stand before a place; folders in between are not listed.
  void go_to(const PartPlace& place);
  const WalkFindings& findings() const;

 private:
  friend class SourceSet;
  struct State;
  explicit PartWalk(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The given sources, each looked at once.
class SourceSet {
 public:
  /// Reads no more than the revisions of repositories. Env and options outlive the object and its
  /// walks. Errors: not_found, io of a source, invalid_argument (options), invalid_data (a folder
  /// is a damaged repository), unsupported (a kind of file that is not read).
  static Result<SourceSet> open(Env& env, const SourceOptions& options);

  /// From the first part that does not stand before a place. Symbolic links in folders are not
  /// followed; a folder that cannot be listed is a finding. This outlives the walk.
  PartWalk walk(PartPlace from = {}) const;

 private:
  /// A folder (its name is the part's root), or what is a part itself.
  struct Source {
    std::string first_path;  ///< that its parts may have; of a folder all begin with it
    bool is_folder = false;
    SourcePart part;
  };
  friend class PartWalk;

  Status add(const std::string& source);
  Status add_existing(const std::string& source);
  Status add_file(const std::string& path, std::int64_t size);
  Status add_repository(const std::string& path, const std::string& revision);
  void add_part(SourcePart part);

  SourceSet(Env& env, const SourceOptions& options) : env_(&env), options_(&options) {}

  Env* env_;
  const SourceOptions* options_;
  std::vector<Source> sources_;  // By first_path.
};

}  // namespace scribe
