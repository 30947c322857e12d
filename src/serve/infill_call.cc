// llama.cpp's names for what a completion has.
#include "serve/infill_call.h"

#include <algorithm>

#include "serve/event_stream.h"

namespace scribe {
namespace {

constexpr std::int64_t kTokensDefault = 128;
constexpr std::size_t kExtrasMax = 256;

/// The text of files that the editor thinks help.
std::string extra_text(RequestFields& fields) {
  std::string text;
  const Json* const extras = fields.find("input_extra");
  if (extras == nullptr) return text;
  if (!extras->is_array() || extras->size() > kExtrasMax) {
    fields.fail("input_extra", fmt::format("expected a list of at most {} objects", kExtrasMax));
    return text;
  }
  for (const Json& extra : *extras) {
    RequestFields of_extra(extra);
    std::string chunk;
    of_extra.read("text", chunk);
    if (of_extra.failure()) fields.fail("input_extra", of_extra.failure()->message);
    text += chunk;
    if (!chunk.ends_with('\n')) text += '\n';
  }
  return text;
}

/// The value at "timings/predicted_n" of a body.
const Json* field_at(const Json& body, std::string_view path) {
  const Json* value = &body;
  while (value != nullptr && !path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const auto found =
        value->is_object() ? value->find(std::string(path.substr(0, slash))) : value->end();
    value = found == value->end() ? nullptr : &*found;
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return value;
}

}  // namespace

std::variant<InfillRequest, ApiError> infill_request(const Json& body, const TokenLimits& limits) {
  InfillRequest request;
  CompletionRequest& completion = request.completion;
  RequestFields fields(body);
  const std::string extra = extra_text(fields);
  std::string prefix;
  std::string prompt;
  fields.read("input_prefix", prefix);
  fields.read("prompt", prompt);
  fields.read("input_suffix", completion.suffix);
  // A gap at the end of a file has nothing behind it; a newline says so.
  if (completion.suffix.empty()) completion.suffix = "\n";
  completion.prompts = {extra + prefix + prompt};
  std::int64_t tokens = -1;
  fields.read("n_predict", tokens, -1, INT32_MAX);
  const std::int64_t room = std::clamp<std::int64_t>(limits.context / 2, 1, limits.completion_max);
  completion.max_tokens = std::clamp<std::int64_t>(tokens < 0 ? kTokensDefault : tokens, 1, room);
  bool is_stream = false;
  fields.read("stream", is_stream);
  if (is_stream) fields.fail("stream", "infill is not streamed here; use /v1/completions");
  completion.sampler = {.temperature = 0.8, .top_p = 0.95, .top_k = 40};  // llama.cpp's defaults.
  fields.read("temperature", completion.sampler.temperature, 0, 100);
  fields.read("top_p", completion.sampler.top_p, 0, 1);
  std::int64_t top_k = completion.sampler.top_k;
  fields.read("top_k", top_k, 0, INT32_MAX);
  completion.sampler.top_k = static_cast<std::int32_t>(top_k);
  fields.read("min_p", completion.sampler.min_p, 0, 1);
  fields.read("stop", completion.stop, CompletionLimits{}.stop_max);
  std::int64_t seed = -1;
  fields.read("seed", seed, -1, INT64_MAX / 2);
  if (seed >= 0) completion.seed = static_cast<std::uint64_t>(seed);
  fields.read("response_fields", request.response_fields, 64);
  if (const Status valid = validate(completion.sampler); !fields.failure() && !valid.ok())
    fields.fail("temperature", valid.error().message());
  if (fields.failure()) return *fields.failure();
  return request;
}

InfillCall::InfillCall(std::vector<std::string> response_fields, std::shared_ptr<HttpReply> reply,
                       std::string model, std::function<double()> clock)
    : response_fields_(std::move(response_fields)),
      reply_(std::move(reply)),
      model_(std::move(model)),
      clock_(std::move(clock)),
      received_(clock_()) {}

void InfillCall::prompt_read(std::size_t, const PromptResult&) {
  begun_ = clock_();
}

void InfillCall::done(std::vector<PromptResult> results) {
  const PromptResult& result = results.front();
  const SampleRecord& sample = result.samples.front();
  const double seconds = clock_() - begun_;
  const auto tokens = static_cast<double>(sample.tokens);
  const bool is_limit = sample.finish_reason == "length";
  const Json body{
      {"index", 0},
      {"content", sample.completion},
      {"stop", true},
      {"model", model_},
      {"tokens_predicted", sample.tokens},
      {"tokens_evaluated", result.prompt.size()},
      {"tokens_cached", static_cast<std::int64_t>(result.prompt.size()) + sample.tokens},
      {"truncated", false},
      {"stop_type", is_limit ? "limit" : "eos"},
      {"timings",
       {{"prompt_n", result.prompt.size()},
        {"prompt_ms", (begun_ - received_) * 1000},
        {"predicted_n", sample.tokens},
        {"predicted_ms", seconds * 1000},
        {"predicted_per_second", seconds > 0 ? tokens / seconds : 0}}}};
  if (response_fields_.empty()) {
    reply_->send(200, "application/json", to_json_line(body));
    return;
  }
  Json chosen = Json::object();
  for (const std::string& field : response_fields_)
    if (const Json* const value = field_at(body, field)) chosen[field] = *value;
  reply_->send(200, "application/json", to_json_line(chosen));
}

void InfillCall::failed(const ApiError& failure) {
  send_failure(failure, *reply_);
}

}  // namespace scribe
