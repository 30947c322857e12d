// The verdicts of a scoring run on disk: those of earlier runs, and a journal of this one's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/rank.h"
#include "base/result.h"
#include "evaluate/verdict_record.h"

namespace scribe {

using VerdictsByKey = std::unordered_map<std::string, JudgedVerdict>;
using Keys = std::unordered_set<std::string>;

/// A power cut loses at most the verdicts of so long; a kill of the process none.
constexpr double kSyncSeconds = 1;

/// The files of one run: the results, "RESULTS.partial" or, of several ranks, one
/// "RESULTS.partial.RANK" each. Only a journal's own process writes to it; all read all.
class VerdictJournal {
 public:
  VerdictJournal(Env& env, std::string results_path, RankOf rank);

  /// The verdicts of `wanted` programs in the journals of any earlier run and in the results.
  /// Errors: io, invalid_data.
  Status read_all(const Keys& wanted, VerdictsByKey& verdicts);

  /// As read_all(), but only what journals have grown by since the last call. True if any has. The
  /// last line may still be in the making and is then left for the next call.
  Result<bool> read_news(const Keys& wanted, VerdictsByKey& verdicts);

  /// Opens this process's journal, cutting off a torn last line.
  Status open();

  /// Appends a verdict, and syncs if the last time is kSyncSeconds ago. Requires open().
  Status append(const std::string& key, const JudgedVerdict& verdict);
  Status sync();

  /// Removes every journal; of the results too if asked.
  Status remove_journals();
  Status remove_results();

  const std::string& own_path() const { return own_path_; }

 private:
  /// How far a journal has been read.
  struct Place {
    std::int64_t size_bytes = 0;  ///< as it was listed
    std::int64_t read_bytes = 0;  ///< of whole lines
    std::int64_t lines = 0;
  };

  Result<std::vector<DirectoryEntry>> journals();
  Status read_journal(const DirectoryEntry& entry, const Keys& wanted, VerdictsByKey& verdicts);

  Env& env_;
  std::string results_path_;
  std::string own_path_;
  std::map<std::string, Place> places_;  ///< by journal
  std::optional<JsonlJournal> journal_;
  double last_sync_seconds_ = 0;
};

}  // namespace scribe
