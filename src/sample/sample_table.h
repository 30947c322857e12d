// The samples of one file: which are there, which are missing, and the file in order.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "sample/sample_record.h"

namespace scribe {

/// Lines by (task, sample index). A row is a task's place among the ids given.
class SampleTable {
 public:
  SampleTable(std::vector<std::string> task_ids, std::int64_t samples_per_task);

  bool has_every_task_once() const { return rows_.size() == task_ids_.size(); }

  /// Errors: invalid_argument for a sample that is not asked for, invalid_data if it contradicts
  /// one already there.
  Status add(const SampleRecord& record, const std::string& where);

  std::vector<std::int64_t> missing(std::size_t row) const;
  std::int64_t count() const { return count_; }
  std::int64_t wanted() const { return static_cast<std::int64_t>(samples_.size()); }
  /// Kept tokens of all samples there.
  std::int64_t tokens() const { return tokens_; }
  /// How many completions of a task differ.
  std::int64_t distinct(std::size_t row) const { return std::ssize(completions_[row]); }
  const std::vector<std::string>& task_ids() const { return task_ids_; }
  const std::map<std::string, std::int64_t>& finish_reasons() const { return finish_reasons_; }

  /// All lines, in the order of (task, sample index).
  std::string text() const { return best_text(1); }
  /// Of every `best_of` samples in a row the one with the highest mean log-probability, the first
  /// of equals.
  std::string best_text(std::int64_t best_of) const;

 private:
  struct Sample {
    std::string line;  ///< "": missing
    double mean_logprob = 0;
  };
  std::size_t place(std::size_t row, std::int64_t index) const {
    return row * static_cast<std::size_t>(samples_per_task_) + static_cast<std::size_t>(index);
  }

  std::vector<std::string> task_ids_;
  std::int64_t samples_per_task_;
  std::vector<Sample> samples_;
  std::unordered_map<std::string, std::size_t> rows_;
  std::vector<std::unordered_set<std::uint64_t>> completions_;  // hashes, by row
  std::int64_t count_ = 0;
  std::int64_t tokens_ = 0;
  std::map<std::string, std::int64_t> finish_reasons_;
};

}  // namespace scribe
