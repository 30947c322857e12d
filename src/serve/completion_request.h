// The body of a completion request, read and checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "sample/sampler.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// What a client did wrong, in OpenAI's terms.
struct ApiError {
  int status = 400;
  std::string message;
  std::string param = {};  ///< the field, "" if none
  std::string code = {};   ///< for programs, "" if none
  std::string type = "invalid_request_error";
};

/// Text or tokens.
using PromptContent = std::variant<std::string, std::vector<TokenId>>;

/// How the `n` of `best_of` samples are chosen.
enum class RankBy { mean_logprob, sum_logprob };

/// `POST /v1/completions` (OpenAI's legacy contract, with extensions; docs/serving.md lists them).
struct CompletionRequest {
  std::string model;  ///< "": whichever there is
  std::vector<PromptContent> prompts;
  std::string suffix;
  std::int64_t max_tokens = 16;  ///< 0 only with echo
  std::int64_t n = 1;
  std::int64_t best_of = 1;
  bool echo = false;
  std::optional<std::int32_t> logprobs;  ///< top log-probabilities beside each token's own
  std::vector<std::string> stop;
  SamplerOptions sampler{.temperature = 1, .top_p = 1};
  std::optional<std::uint64_t> seed;  ///< unset: another for every request
  bool stream = false;
  bool include_usage = false;

  // Extensions.
  std::string task_id;  ///< names the random numbers, as `scribe sample` does
  bool truncate_prompt = false;
  bool ignore_eos = false;
  bool return_token_ids = false;
  RankBy rank_by = RankBy::mean_logprob;
};

/// Largest max_tokens that is read at all; what fits is the model's to say.
inline constexpr std::int64_t kMaxTokensMax = 1 << 24;

/// What a server allows.
struct CompletionLimits {
  std::int64_t prompts_max = 256;
  std::int64_t samples_max = 1024;  ///< n and best_of
  std::int64_t stop_max = 64;
};

/// What a model and its server have room for, in tokens.
struct TokenLimits {
  std::int64_t context = 0;         ///< a prompt and its completion
  std::int64_t completion_max = 0;  ///< a completion
};

/// Reads a request's JSON. Fields that OpenAI's clients send and that change nothing here (user)
/// are ignored, as are unknown ones.
std::variant<CompletionRequest, ApiError> completion_request(const Json& body,
                                                             const CompletionLimits& limits);

/// Reads fields of an object one after the other; the first that is wrong stays as the failure, and
/// what follows reads nothing. null is as if a field were not there.
class RequestFields {
 public:
  explicit RequestFields(const Json& body);

  /// Null if the field is not there or something was wrong before.
  const Json* find(std::string_view name);
  void read(std::string_view name, std::string& target);
  void read(std::string_view name, bool& target);
  void read(std::string_view name, std::int64_t& target, std::int64_t min, std::int64_t max);
  void read(std::string_view name, double& target, double min, double max);
  /// One string or a list of at most `count_max`.
  void read(std::string_view name, std::vector<std::string>& target, std::int64_t count_max);

  void fail(std::string_view param, std::string message);
  const std::optional<ApiError>& failure() const { return failure_; }

 private:
  void expect(std::string_view name, const Json& found, std::string_view expected);

  const Json& body_;
  std::optional<ApiError> failure_;
};

}  // namespace scribe
