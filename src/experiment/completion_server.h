// A client of OpenAI-compatible servers: POST /completions, GET /models.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "experiment/http_client.h"

namespace scribe {

struct CompletionServerOptions {
  std::string url;    ///< up to and with the version: "http://127.0.0.1:8000/v1"
  std::string model;  ///< "": the only one that the server has
  HttpOptions http = {};
  bool logprobs = true;  ///< ask for the log-probability of each token
  /// Stop strings that are sent, at most: some servers take no more than four. Texts are cut at all
  /// of them, sent or not.
  std::size_t stops_max = 16;
};

struct ServerRequest {
  std::string prompt;
  std::string suffix = {};  ///< for filling a gap; "": none
  std::int64_t n = 1;
  std::int64_t max_tokens = 16;
  double temperature = 1;
  double top_p = 1;
  std::vector<std::string> stop = {};
  std::uint64_t seed = 0;  ///< a wish: servers may ignore it
};

/// One completion, cut before the earliest stop string.
struct ServedCompletion {
  std::string text;
  std::string finish_reason;  ///< "stop" or "length"
  /// The kept tokens as texts, with what the server gave them; both empty if it gave nothing that
  /// fits the text.
  std::vector<std::string> tokens = {};
  std::vector<double> token_logprobs = {};
};

/// The reply to `request` as completions: at least one, at most request.n, in the order of their
/// index. Errors: invalid_data with `where` and the field.
Result<std::vector<ServedCompletion>> completions_of_reply(std::string_view body,
                                                           const ServerRequest& request,
                                                           const std::string& where);

/// One connection; not thread-safe.
class CompletionServer {
 public:
  /// Errors: invalid_argument for options out of range.
  static Result<CompletionServer> create(Env& env, StopToken& stop,
                                         CompletionServerOptions options);

  /// The name to ask for: options.model, or that of the only model which the server lists.
  /// Errors: those of HttpClient; invalid_data; invalid_argument naming some if it has several.
  Result<std::string> model();

  /// Servers may give fewer than request.n. Errors: those of model(), HttpClient and
  /// completions_of_reply().
  Result<std::vector<ServedCompletion>> complete(const ServerRequest& request);

 private:
  CompletionServer(Env& env, StopToken& stop, CompletionServerOptions options);

  CompletionServerOptions options_;
  HttpClient client_;
};

}  // namespace scribe
