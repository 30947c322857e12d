// Where processes that share a run wait for one another's files.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "base/env.h"
#include "base/rank.h"
#include "base/result.h"
#include "base/stop.h"

namespace scribe {

struct RankMeetingOptions {
  RankOf rank;
  std::string folder;            ///< shared by the ranks, there already; holds "failed-RANK"
  double timeout_seconds = 600;  ///< without news from the others
};

/// Ranks exchange nothing but files that appear whole, by their renaming (docs/adr/0012). A rank
/// that fails says so in a file of its own, which ends the waiting of the others.
class RankMeeting {
 public:
  /// Takes away what this rank left when it failed before. `env` and `stop` outlive the object.
  /// Errors: io, invalid_argument (the rank is not one of `ranks`).
  static Result<RankMeeting> create(Env& env, const StopToken& stop, RankMeetingOptions options);

  bool is_alone() const { return options_.rank.ranks == 1; }
  /// Is task `number` this rank's?
  bool owns(std::size_t number) const;

  /// Returns when all files are there. News is one of them more, one in the making ("PATH.tmp")
  /// that has grown, or any other file more in the folder.
  ///
  /// Errors: interrupted; internal if another rank failed (with its message), if there was no news
  /// for timeout_seconds, or if this rank is alone and a file is missing.
  Status await(std::span<const std::string> paths);

  /// Tells the others why this rank gives up, unless it does so because of another, and gives the
  /// error back.
  Error fail(Error failure);

 private:
  RankMeeting(Env& env, const StopToken& stop, RankMeetingOptions options);
  std::string mark_of(int rank) const;
  Status look_for_failures();
  std::size_t files_in_folder();

  Env* env_;
  const StopToken* stop_;
  RankMeetingOptions options_;
  double begin_seconds_;
  std::map<int, std::string> old_marks_;  ///< of an earlier run, or of this one's first moments
  bool gave_up_for_others_ = false;
};

}  // namespace scribe
