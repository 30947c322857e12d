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

}  // namespace

Json to_json(const SampleRecord& record) {
  return {{"task_id", record.task_id},
          {"completion", record.completion},
          {"sample_index", record.sample_index},
          {"temperature", record.temperature},
          {"tokens", record.tokens},
          {"sum_logprob", record.sum_logprob},
          {"mean_logprob", record.mean_logprob},
          {"finish_reason", record.finish_reason}};
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
  return record;
}

}  // namespace scribe
