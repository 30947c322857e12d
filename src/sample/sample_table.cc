// Adding samples to a table and putting its lines in order.
#include "sample/sample_table.h"

#include <algorithm>

#include "base/hash.h"

namespace scribe {

SampleTable::SampleTable(std::vector<std::string> task_ids, std::int64_t samples_per_task)
    : task_ids_(std::move(task_ids)),
      samples_per_task_(samples_per_task),
      samples_(task_ids_.size() * static_cast<std::size_t>(samples_per_task)),
      completions_(task_ids_.size()) {
  for (std::size_t row = 0; row < task_ids_.size(); ++row) rows_.emplace(task_ids_[row], row);
}

Status SampleTable::add(const SampleRecord& record, const std::string& where) {
  const auto row = rows_.find(record.task_id);
  if (row == rows_.end() || record.sample_index < 0 || record.sample_index >= samples_per_task_)
    return error(ErrorCode::invalid_argument,
                 "{}: task '{}', sample {} is not among the {} samples of {} tasks asked for; "
                 "ask for at least what the file holds, or write to another file",
                 where, record.task_id, record.sample_index, samples_per_task_, task_ids_.size());
  std::string line = to_json_line(to_json(record)) + "\n";
  Sample& sample = samples_[place(row->second, record.sample_index)];
  if (!sample.line.empty() && sample.line != line)
    return error(ErrorCode::invalid_data, "{}: task '{}', sample {} is there twice and differs",
                 where, record.task_id, record.sample_index);
  if (sample.line.empty()) {
    ++count_;
    tokens_ += record.tokens;
    ++finish_reasons_[record.finish_reason];
    completions_[row->second].insert(hash64(record.completion));
  }
  sample = {.line = std::move(line), .mean_logprob = record.mean_logprob};
  return {};
}

std::vector<std::int64_t> SampleTable::missing(std::size_t row) const {
  std::vector<std::int64_t> indices;
  for (std::int64_t index = 0; index < samples_per_task_; ++index)
    if (samples_[place(row, index)].line.empty()) indices.push_back(index);
  return indices;
}

std::string SampleTable::best_text(std::int64_t best_of) const {
  std::string all;
  for (auto first = samples_.begin(); first != samples_.end(); first += best_of)
    all += std::ranges::max_element(first, first + best_of, {}, &Sample::mean_logprob)->line;
  return all;
}

}  // namespace scribe
