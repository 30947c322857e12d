// What a reproduction found: filled by its stages, written as JSON, shown as table and page.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "evaluate/rank.h"
#include "evaluate/score.h"
#include "train/loop.h"

namespace scribe::cli {

/// pass@k of one model on one set of problems.
struct SetScore {
  std::int64_t problems = 0;
  std::int64_t samples = 0;  ///< per problem
  std::vector<PassAtK> pass_at;

  /// pass@k, or nothing if this k was not estimated.
  const PassAtK* at(std::int64_t k) const;
};

/// pass@1 on chains of one length.
struct LengthScore {
  int blocks = 0;
  SetScore score;
};

struct ModelFindings {
  std::string key;    ///< "codex-s": also the folder of its checkpoint
  std::string title;  ///< "Codex-S"
  TrainSummary training;
  std::map<std::string, SetScore> scores;  ///< by SetFindings::key
  std::vector<LengthScore> by_length;      ///< chains, also of lengths beyond the set's
};

/// A set of problems that every model was asked.
struct SetFindings {
  std::string key;                   ///< "exercises": names the files
  std::string title;                 ///< "exercises"
  std::optional<RankTable> ranking;  ///< of Codex-S's samples
};

struct Findings {
  std::vector<SetFindings> sets;                   ///< at least one: chains come first
  std::vector<ModelFindings> models;               ///< GPT, Codex, Codex-S
  std::optional<TrainSummary> docstring_training;  ///< Codex-D
};

/// Score of the tasks that `blocks_min` <= blocks <= `blocks_max`.
SetScore score_of(const ScoreSummary& summary, int blocks_min, int blocks_max);
/// Score of all tasks.
SetScore score_of(const ScoreSummary& summary);

Json to_json(const Findings& findings);

/// What one line of the table has for one set of problems.
struct TableCell {
  double value = 0;  ///< share, 0 ... 1
  std::optional<Interval> interval;
};

/// One line of the table: ours on every set beside the paper's.
struct TableRow {
  std::string label;                            ///< "Codex-S, pass@1"
  std::vector<std::optional<TableCell>> cells;  ///< one per set
  /// Percent, on HumanEval with 12 B parameters and 100 samples (Chen et al. 2021, Figure 1).
  std::optional<double> paper;
};
std::vector<TableRow> headline_rows(const Findings& findings);

/// The whole table as text for a terminal, ends with a newline.
std::string findings_table(const Findings& findings);

}  // namespace scribe::cli
