// Reading the builder's JSON lines.
#include "trace/candidate.h"

#include <algorithm>

namespace scribe::trace {
namespace {

Result<Sample> sample_from(const Json& value, std::string_view where) {
  const bool is_pair = value.is_array() && value.size() == 2 && value[0].is_string() &&
                       (value[1].is_string() || value[1].is_null());
  if (!is_pair)
    return error(ErrorCode::invalid_data,
                 "{}: field 'inputs' must hold pairs of arguments and a result", where);
  return Sample{.arguments = value[0].get<std::string>(),
                .result = value[1].is_null() ? "" : value[1].get<std::string>()};
}

Result<Candidate> candidate_from(const Json& value, std::string_view where) {
  Candidate candidate;
  SCRIBE_TRY_ASSIGN(candidate.name, json_field<std::string>(value, "name", where));
  SCRIBE_TRY_ASSIGN(candidate.module, json_field<std::string>(value, "module", where));
  SCRIBE_TRY_ASSIGN(candidate.file, json_field<std::string>(value, "file", where));
  SCRIBE_TRY_ASSIGN(candidate.line, json_field<std::int64_t>(value, "line", where));
  SCRIBE_TRY_ASSIGN(candidate.source, json_field<std::string>(value, "source", where));
  SCRIBE_TRY_ASSIGN(candidate.prompt, json_field<std::string>(value, "prompt", where));
  SCRIBE_TRY_ASSIGN(candidate.solution, json_field<std::string>(value, "solution", where));
  SCRIBE_TRY_ASSIGN(candidate.first, json_field<std::string>(value, "first", where));
  SCRIBE_TRY_ASSIGN(candidate.key, json_field<std::string>(value, "key", where));
  SCRIBE_TRY_ASSIGN(candidate.documented, json_field<bool>(value, "documented", where));
  SCRIBE_TRY_ASSIGN(candidate.helpers, json_field<std::int64_t>(value, "helpers", where));
  SCRIBE_TRY_ASSIGN(candidate.may_vary, json_field<bool>(value, "may_vary", where));
  SCRIBE_TRY_ASSIGN(const Json inputs, json_field<Json>(value, "inputs", where));
  for (const Json& input : inputs) {
    SCRIBE_TRY_ASSIGN(Sample sample, sample_from(input, where));
    candidate.inputs.push_back(std::move(sample));
  }
  return candidate;
}

void add_counts(const Json& value, const char* name, std::map<std::string, std::int64_t>& counts) {
  if (!value.contains(name)) return;
  for (const auto& [key, count] : value[name].items())
    if (count.is_number_integer()) counts[key] += count.get<std::int64_t>();
}

}  // namespace

Result<Candidates> parse_candidates(std::string_view lines, std::string_view where) {
  Candidates all;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size());
    const std::string place = fmt::format("{}:{}", where, ++number);
    SCRIBE_TRY_ASSIGN(const Json value, parse_json(lines.substr(begin, end - begin), place));
    begin = end + 1;
    if (value.is_object() && value.contains("counts")) {
      add_counts(value, "counts", all.counts);
      add_counts(value, "refused", all.refused);
      continue;
    }
    SCRIBE_TRY_ASSIGN(Candidate candidate, candidate_from(value, place));
    all.candidates.push_back(std::move(candidate));
  }
  return all;
}

}  // namespace scribe::trace
