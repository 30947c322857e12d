// What a folder of runs holds that people look at: training runs, results, pages.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/result.h"

namespace scribe {

/// A folder with a train_log.jsonl, as `scribe train` and `scribe finetune` write.
struct LoggedRun {
  std::string path;               ///< relative to the folder looked at; "." is that folder itself
  std::int64_t log_bytes = 0;     ///< of train_log.jsonl
  std::int64_t sample_bytes = 0;  ///< of samples_log.jsonl; 0: there is none
  std::int64_t steps = 0;         ///< that the run is to make, of run.toml; 0: not known
};

struct RunFile {
  std::string path;  ///< relative
  std::int64_t bytes = 0;
};

struct RunFolder {
  std::vector<LoggedRun> runs;   ///< each list is sorted by path
  std::vector<RunFile> results;  ///< *_results.jsonl(.gz)
  std::vector<RunFile> pages;    ///< *.html
  bool is_cut = false;           ///< there is more than is looked at
};

/// Looks at most six folders deep and at 20,000 entries; hidden names and symbolic links are passed
/// over, and so are folders inside that cannot be read. Errors: not_found, io of the folder itself.
Result<RunFolder> look_at_runs(Env& env, const std::string& folder);

/// {"runs": [{"path", "log_bytes", "sample_bytes", "steps"}], "results": [{"path", "bytes"}],
/// "pages": as results, "is_cut"}.
Json to_json(const RunFolder& folder);

}  // namespace scribe
