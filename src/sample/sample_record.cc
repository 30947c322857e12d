// Sample records to and from JSON.
#include "sample/sample_record.h"

namespace scribe {
namespace {

/// Sets `field` if `name` is there. Errors: invalid_data if it is of another type.
template <typename T>
Status read_optional(const Json& value, std::string_view name, const std::string& where, T& field) {
  if (!value.contains(name)) return {};
  SCRIBE_TRY_ASSIGN(field, json_field<T>(value, name, where));
  return {};
}

Json to_json(const std::vector<TokenLogprob>& top) {
  Json pairs = Json::array();
  for (const TokenLogprob& one : top) pairs.push_back({one.token, one.logprob});
  return pairs;
}

/// Columns, under the names of OpenAI's completions; without top_logprobs if no token has any.
Json to_json(const std::vector<RecordedToken>& tokens) {
  Json columns{
      {"tokens", Json::array()}, {"token_logprobs", Json::array()}, {"text_offset", Json::array()}};
  for (const RecordedToken& token : tokens) {
    columns["tokens"].push_back(token.id);
    columns["token_logprobs"].push_back(token.logprob);
    columns["text_offset"].push_back(token.offset);
    if (!token.top.empty()) columns["top_logprobs"].push_back(to_json(token.top));
  }
  return columns;
}

template <typename T>
Result<std::vector<T>> read_column(const Json& columns, std::string_view name,
                                   const std::string& where) {
  SCRIBE_TRY_ASSIGN(const Json column, json_field<Json>(columns, name, where));
  try {
    return column.get<std::vector<T>>();
  } catch (const Json::exception& exception) {
    return error(ErrorCode::invalid_data, "{}: field '{}' of 'logprobs': {}", where, name,
                 exception.what());
  }
}

Result<std::vector<RecordedToken>> recorded_tokens(const Json& columns, const std::string& where) {
  using Top = std::vector<std::pair<std::int32_t, double>>;
  SCRIBE_TRY_ASSIGN(const auto ids, read_column<std::int32_t>(columns, "tokens", where));
  SCRIBE_TRY_ASSIGN(const auto values, read_column<double>(columns, "token_logprobs", where));
  SCRIBE_TRY_ASSIGN(const auto offsets, read_column<std::int64_t>(columns, "text_offset", where));
  std::vector<Top> tops(ids.size());
  if (columns.contains("top_logprobs")) {
    SCRIBE_TRY_ASSIGN(tops, read_column<Top>(columns, "top_logprobs", where));
  }
  if (values.size() != ids.size() || offsets.size() != ids.size() || tops.size() != ids.size())
    return error(ErrorCode::invalid_data, "{}: the lists of 'logprobs' differ in length", where);
  std::vector<RecordedToken> tokens;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    tokens.push_back({.id = ids[i], .logprob = values[i], .offset = offsets[i], .top = {}});
    for (const auto& [id, logprob] : tops[i]) tokens.back().top.push_back({id, logprob});
  }
  return tokens;
}

}  // namespace

Json to_json(const SampleRecord& record) {
  Json line{{"task_id", record.task_id},
            {"completion", record.completion},
            {"sample_index", record.sample_index},
            {"temperature", record.temperature},
            {"tokens", record.tokens},
            {"sum_logprob", record.sum_logprob},
            {"mean_logprob", record.mean_logprob},
            {"finish_reason", record.finish_reason}};
  if (!record.logprobs.empty()) line["logprobs"] = to_json(record.logprobs);
  return line;
}

Result<SampleRecord> sample_record_from_json(const Json& value, const std::string& where) {
  SampleRecord record;
  SCRIBE_TRY_ASSIGN(record.task_id, json_field<std::string>(value, "task_id", where));
  SCRIBE_TRY_ASSIGN(record.completion, json_field<std::string>(value, "completion", where));
  SCRIBE_TRY(read_optional(value, "sample_index", where, record.sample_index));
  SCRIBE_TRY(read_optional(value, "temperature", where, record.temperature));
  SCRIBE_TRY(read_optional(value, "tokens", where, record.tokens));
  SCRIBE_TRY(read_optional(value, "sum_logprob", where, record.sum_logprob));
  SCRIBE_TRY(read_optional(value, "mean_logprob", where, record.mean_logprob));
  SCRIBE_TRY(read_optional(value, "finish_reason", where, record.finish_reason));
  if (value.contains("logprobs") && !value["logprobs"].is_null()) {
    SCRIBE_TRY_ASSIGN(record.logprobs, recorded_tokens(value["logprobs"], where));
  }
  return record;
}

}  // namespace scribe
