// Field by field, with what was expected.
#include "serve/completion_request.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace scribe {
namespace {

bool is_token_list(const Json& value) {
  if (!value.is_array() || value.empty()) return false;
  for (const Json& item : value)
    if (!item.is_number_integer()) return false;
  return true;
}

std::vector<TokenId> token_list(RequestFields& fields, const Json& value) {
  std::vector<TokenId> tokens;
  for (const Json& item : value) {
    // An unsigned number above 2^63 is no int64: it is as wrong as a negative one.
    const auto id = item.is_number_unsigned() && item.get<std::uint64_t>() > INT32_MAX
                        ? std::int64_t{-1}
                        : item.get<std::int64_t>();
    if (id < 0 || id > INT32_MAX) {
      fields.fail("prompt", fmt::format("{} is no token", item.dump()));
      return tokens;
    }
    tokens.push_back(static_cast<TokenId>(id));
  }
  return tokens;
}

void read_prompts(RequestFields& fields, const CompletionLimits& limits,
                  std::vector<PromptContent>& prompts) {
  const Json* const value = fields.find("prompt");
  if (fields.failure()) return;
  if (value == nullptr) {
    prompts.emplace_back(std::string());  // Completed from end of text, as a document is.
  } else if (value->is_string()) {
    prompts.emplace_back(value->get<std::string>());
  } else if (is_token_list(*value)) {
    prompts.emplace_back(token_list(fields, *value));
  } else if (value->is_array() && !value->empty()) {
    if (std::ssize(*value) > limits.prompts_max) {
      fields.fail("prompt", fmt::format("{} prompts, at most {} are allowed in one request",
                                        value->size(), limits.prompts_max));
      return;
    }
    for (const Json& item : *value) {
      if (item.is_string()) {
        prompts.emplace_back(item.get<std::string>());
      } else if (is_token_list(item)) {
        prompts.emplace_back(token_list(fields, item));
      } else {
        fields.fail("prompt", "expected a list of strings, of tokens, or of lists of tokens");
        return;
      }
    }
  } else {
    fields.fail("prompt",
                "expected a string, a list of strings, a list of tokens, or a list of "
                "such lists");
  }
}

void read_logit_bias(RequestFields& fields, std::vector<LogitBias>& biases) {
  const Json* const value = fields.find("logit_bias");
  if (value == nullptr) return;
  if (!value->is_object()) {
    fields.fail("logit_bias", "expected an object, as {\"50256\": -100}");
    return;
  }
  for (const auto& [key, bias] : value->items()) {
    LogitBias entry;
    const auto [end, code] = std::from_chars(key.data(), key.data() + key.size(), entry.token);
    if (code != std::errc() || end != key.data() + key.size() || entry.token < 0) {
      fields.fail("logit_bias", fmt::format("'{}' is no token", key));
      return;
    }
    if (!bias.is_number() || std::abs(bias.get<double>()) > 100) {
      fields.fail("logit_bias", fmt::format("token {}: expected a number from -100 to 100", key));
      return;
    }
    entry.bias = bias.get<double>();
    biases.push_back(entry);
  }
}

void read_sampler(RequestFields& fields, SamplerOptions& sampler) {
  fields.read("temperature", sampler.temperature, 0, 100);
  fields.read("top_p", sampler.top_p, 0, 1);
  std::int64_t top_k = sampler.top_k;
  fields.read("top_k", top_k, -1, INT32_MAX);  // vLLM's clients say -1 for all.
  sampler.top_k = static_cast<std::int32_t>(std::max<std::int64_t>(top_k, 0));
  fields.read("min_p", sampler.min_p, 0, 1);
  fields.read("presence_penalty", sampler.presence_penalty, -2, 2);
  fields.read("frequency_penalty", sampler.frequency_penalty, -2, 2);
  fields.read("repetition_penalty", sampler.repetition_penalty, 0.01, 100);
  read_logit_bias(fields, sampler.logit_bias);
  if (const Status valid = validate(sampler); !fields.failure() && !valid.ok())
    fields.fail("", valid.error().message());
}

void read_counts(RequestFields& fields, const CompletionLimits& limits,
                 CompletionRequest& request) {
  fields.read("max_tokens", request.max_tokens, 0, kMaxTokensMax);
  fields.read("n", request.n, 1, limits.samples_max);
  request.best_of = request.n;
  fields.read("best_of", request.best_of, 1, limits.samples_max);
  if (request.best_of < request.n)
    fields.fail("best_of", fmt::format("best_of is {}, expected at least n, which is {}",
                                       request.best_of, request.n));
  if (request.stream && request.best_of > request.n)
    fields.fail("best_of",
                "best_of cannot be streamed: which samples are best is known at the end");
  if (request.max_tokens == 0 && !request.echo)
    fields.fail("max_tokens", "max_tokens is 0, which needs echo");
}

void read_rank_by(RequestFields& fields, RankBy& rank_by) {
  std::string name = "mean_logprob";
  fields.read("rank_by", name);
  if (name == "sum_logprob")
    rank_by = RankBy::sum_logprob;
  else if (name != "mean_logprob")
    fields.fail("rank_by", fmt::format("'{}': expected mean_logprob or sum_logprob", name));
}

}  // namespace

RequestFields::RequestFields(const Json& body) : body_(body) {
  if (!body.is_object()) fail("", "expected a JSON object as the body");
}

const Json* RequestFields::find(std::string_view name) {
  if (failure_) return nullptr;
  const auto found = body_.find(std::string(name));
  return found == body_.end() || found->is_null() ? nullptr : &*found;
}

void RequestFields::expect(std::string_view name, const Json& found, std::string_view expected) {
  fail(name, fmt::format("{} is {}, expected {}", name,
                         found.is_primitive() && !found.is_string()
                             ? found.dump()
                             : fmt::format("a {}", found.type_name()),
                         expected));
}

void RequestFields::read(std::string_view name, std::string& target) {
  const Json* const value = find(name);
  if (value == nullptr) return;
  if (value->is_string())
    target = value->get<std::string>();
  else
    expect(name, *value, "a string");
}

void RequestFields::read(std::string_view name, bool& target) {
  const Json* const value = find(name);
  if (value == nullptr) return;
  if (value->is_boolean())
    target = value->get<bool>();
  else
    expect(name, *value, "true or false");
}

void RequestFields::read(std::string_view name, std::int64_t& target, std::int64_t min,
                         std::int64_t max) {
  const Json* const value = find(name);
  if (value == nullptr) return;
  // 1e3 and 16.0 are whole numbers too; a number above 2^63 is not in any range.
  const double number = value->is_number() ? value->get<double>() : NAN;
  if (number >= static_cast<double>(min) && number <= static_cast<double>(max) &&
      number == std::floor(number))
    target =
        value->is_number_float() ? static_cast<std::int64_t>(number) : value->get<std::int64_t>();
  else
    expect(name, *value, fmt::format("a whole number from {} to {}", min, max));
}

void RequestFields::read(std::string_view name, double& target, double min, double max) {
  const Json* const value = find(name);
  if (value == nullptr) return;
  const double number = value->is_number() ? value->get<double>() : NAN;
  if (number >= min && number <= max)
    target = number;
  else
    expect(name, *value, fmt::format("a number from {} to {}", min, max));
}

void RequestFields::read(std::string_view name, std::vector<std::string>& target,
                         std::int64_t count_max) {
  const Json* const value = find(name);
  if (value == nullptr) return;
  if (value->is_string()) {
    target = {value->get<std::string>()};
    return;
  }
  const bool is_list =
      value->is_array() && std::ranges::all_of(*value, [](const Json& x) { return x.is_string(); });
  if (!is_list || std::ssize(*value) > count_max) {
    expect(name, *value, fmt::format("a string, or a list of at most {}", count_max));
    return;
  }
  target = value->get<std::vector<std::string>>();
}

void RequestFields::fail(std::string_view param, std::string message) {
  if (!failure_) failure_ = ApiError{.message = std::move(message), .param = std::string(param)};
}

std::variant<CompletionRequest, ApiError> completion_request(const Json& body,
                                                             const CompletionLimits& limits) {
  RequestFields fields(body);
  CompletionRequest request;
  fields.read("model", request.model);
  read_prompts(fields, limits, request.prompts);
  fields.read("suffix", request.suffix);
  fields.read("echo", request.echo);
  fields.read("stream", request.stream);
  if (const Json* const options = fields.find("stream_options")) {
    RequestFields stream_fields(*options);
    stream_fields.read("include_usage", request.include_usage);
    if (stream_fields.failure()) fields.fail("stream_options", stream_fields.failure()->message);
  }
  read_counts(fields, limits, request);
  if (fields.find("logprobs") != nullptr) {
    std::int64_t logprobs = 0;
    if (fields.find("logprobs")->is_boolean())  // Of chat clients: their own log-probability only.
      logprobs = fields.find("logprobs")->get<bool>() ? 0 : -1;
    else
      fields.read("logprobs", logprobs, 0, kTopLogprobsMax);
    if (logprobs >= 0) request.logprobs = static_cast<std::int32_t>(logprobs);
  }
  fields.read("stop", request.stop, limits.stop_max);
  read_sampler(fields, request.sampler);
  if (fields.find("seed") != nullptr) {
    std::int64_t seed = 0;
    fields.read("seed", seed, INT64_MIN / 2, INT64_MAX / 2);
    request.seed = static_cast<std::uint64_t>(seed);
  }
  fields.read("task_id", request.task_id);
  fields.read("truncate_prompt", request.truncate_prompt);
  fields.read("ignore_eos", request.ignore_eos);
  fields.read("return_token_ids", request.return_token_ids);
  read_rank_by(fields, request.rank_by);
  if (fields.failure()) return *fields.failure();
  return request;
}

}  // namespace scribe
