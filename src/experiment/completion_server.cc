// Requests and replies of the completions API.
#include "experiment/completion_server.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace scribe {
namespace {

constexpr std::size_t kModelsNamed = 5;  // In a message.

/// Where the earliest stop string begins and that match ends; nothing if there is none.
std::optional<std::pair<std::size_t, std::size_t>> earliest_stop(
    std::string_view text, const std::vector<std::string>& stops) {
  std::optional<std::pair<std::size_t, std::size_t>> earliest;
  for (const std::string& stop : stops) {
    const std::size_t at = text.find(stop);
    if (at != std::string_view::npos && (!earliest || at < earliest->first))
      earliest = {at, at + stop.size()};
  }
  return earliest;
}

Status add_token(const Json* token, const Json* logprob, const std::string& where,
                 ServedCompletion& completion) {
  if (token == nullptr || !token->is_string() || logprob == nullptr || !logprob->is_number())
    return error(ErrorCode::invalid_data,
                 "{}: 'logprobs' has no text and number for token {}, expected both", where,
                 completion.tokens.size());
  completion.tokens.push_back(token->get<std::string>());
  completion.token_logprobs.push_back(logprob->get<double>());
  return {};
}

const Json* find(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found == object.end() ? nullptr : &*found;
}

/// Token texts and log-probabilities of a choice, in two lists as OpenAI's completions have them,
/// or in "content" as its chat completions and llama.cpp do; nothing in other dialects.
Status read_tokens(const Json& choice, const std::string& where, ServedCompletion& completion) {
  const Json* const logprobs = find(choice, "logprobs");
  if (logprobs == nullptr) return {};
  const Json* const tokens = find(*logprobs, "tokens");
  const Json* const values = find(*logprobs, "token_logprobs");
  const Json* const content = find(*logprobs, "content");
  if (tokens != nullptr && tokens->is_array() && values != nullptr && values->is_array()) {
    if (tokens->size() != values->size())
      return error(ErrorCode::invalid_data, "{}: the lists of 'logprobs' differ in length", where);
    for (std::size_t i = 0; i < tokens->size(); ++i)
      SCRIBE_TRY(add_token(&(*tokens)[i], &(*values)[i], where, completion));
  } else if (content != nullptr && content->is_array()) {
    for (const Json& one : *content)
      SCRIBE_TRY(add_token(find(one, "token"), find(one, "logprob"), where, completion));
  }
  return {};
}

/// Keeps the tokens up to the one in which `end` bytes are reached. Where texts of tokens do not
/// begin the text (some servers write tokens in other ways), none can be told apart: none is kept.
void keep_tokens_up_to(std::string_view text, std::size_t end, ServedCompletion& completion) {
  std::size_t length = 0;
  std::size_t count = 0;
  for (; count < completion.tokens.size() && length < end; ++count) {
    const std::string& token = completion.tokens[count];
    const std::string_view rest = text.substr(std::min(length, text.size()));
    if (rest.substr(0, token.size()) != token) break;
    length += token.size();
  }
  if (length < end) count = 0;
  completion.tokens.resize(count);
  completion.token_logprobs.resize(count);
}

Result<ServedCompletion> completion_of_choice(const Json& choice, const ServerRequest& request,
                                              const std::string& where) {
  ServedCompletion completion;
  SCRIBE_TRY_ASSIGN(const std::string text, json_field<std::string>(choice, "text", where));
  completion.finish_reason = "stop";
  if (choice.contains("finish_reason") && choice["finish_reason"].is_string())
    completion.finish_reason = choice["finish_reason"].get<std::string>();
  if (completion.finish_reason != "stop" && completion.finish_reason != "length")
    return error(ErrorCode::invalid_data,
                 "{}: field 'finish_reason' is '{}', expected stop or length", where,
                 one_line(completion.finish_reason));
  SCRIBE_TRY(read_tokens(choice, where, completion));
  const auto stop = earliest_stop(text, request.stop);
  completion.text = stop ? text.substr(0, stop->first) : text;
  if (!stop) return completion;
  completion.finish_reason = "stop";
  keep_tokens_up_to(text, stop->second, completion);
  return completion;
}

std::string without_slashes(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

Result<std::vector<ServedCompletion>> completions_of_reply(std::string_view body,
                                                           const ServerRequest& request,
                                                           const std::string& where) {
  SCRIBE_TRY_ASSIGN(const Json reply, parse_json(body, where));
  SCRIBE_TRY_ASSIGN(const Json choices, json_field<Json>(reply, "choices", where));
  if (!choices.is_array() || choices.empty() ||
      choices.size() > static_cast<std::size_t>(request.n))
    return error(ErrorCode::invalid_data, "{}: field 'choices' is no list of 1 to {} completions",
                 where, request.n);
  std::vector<std::pair<std::int64_t, ServedCompletion>> indexed;
  for (const Json& choice : choices) {
    const std::string place = fmt::format("{}: choice {}", where, indexed.size());
    std::int64_t index = std::ssize(indexed);
    if (choice.is_object() && choice.contains("index")) {
      SCRIBE_TRY_ASSIGN(index, json_field<std::int64_t>(choice, "index", place));
    }
    SCRIBE_TRY_ASSIGN(ServedCompletion completion, completion_of_choice(choice, request, place));
    indexed.emplace_back(index, std::move(completion));
  }
  std::ranges::stable_sort(indexed, {}, &std::pair<std::int64_t, ServedCompletion>::first);
  std::vector<ServedCompletion> completions;
  for (auto& [index, completion] : indexed) completions.push_back(std::move(completion));
  return completions;
}

CompletionServer::CompletionServer(Env& env, StopToken& stop, CompletionServerOptions options)
    : options_(std::move(options)), client_(env, stop, options_.http) {}

Result<CompletionServer> CompletionServer::create(Env& env, StopToken& stop,
                                                  CompletionServerOptions options) {
  SCRIBE_TRY(validate(options.http));
  const bool is_http = options.url.starts_with("http://") || options.url.starts_with("https://");
  if (!is_http || options.url.find_first_of(" \t\r\n?#@") != std::string::npos)
    return error(ErrorCode::invalid_argument,
                 "'{}' is no address of a server, expected one such as http://127.0.0.1:8000/v1 "
                 "(a key goes into a file, see --api-key-file)",
                 one_line(options.url));
  options.url = without_slashes(std::move(options.url));
  return CompletionServer(env, stop, std::move(options));
}

Result<std::string> CompletionServer::model() {
  if (!options_.model.empty()) return options_.model;
  const std::string url = options_.url + "/models";
  SCRIBE_TRY_ASSIGN(const std::string body, client_.request(url, std::nullopt));
  SCRIBE_TRY_ASSIGN(const Json reply, parse_json(body, url));
  SCRIBE_TRY_ASSIGN(const Json list, json_field<Json>(reply, "data", url));
  std::vector<std::string> names;
  for (const Json& one : list) {
    SCRIBE_TRY_ASSIGN(const std::string name, json_field<std::string>(one, "id", url));
    names.push_back(one_line(name));
  }
  if (names.size() != 1) {
    const std::size_t count = names.size();
    names.resize(std::min(count, kModelsNamed));
    return error(ErrorCode::invalid_argument,
                 "'{}' lists {} models; name one behind the address, as {}#NAME ({})", url, count,
                 options_.url, fmt::join(names, ", "));
  }
  options_.model = names.front();
  return options_.model;
}

Result<std::vector<ServedCompletion>> CompletionServer::complete(const ServerRequest& request) {
  SCRIBE_TRY_ASSIGN(const std::string name, model());
  Json body{{"model", name},
            {"prompt", request.prompt},
            {"n", request.n},
            {"max_tokens", request.max_tokens},
            {"temperature", request.temperature},
            {"top_p", request.top_p},
            {"seed", request.seed}};
  if (!request.suffix.empty()) body["suffix"] = request.suffix;
  if (options_.logprobs) body["logprobs"] = 1;
  std::vector<std::string> stop = request.stop;
  stop.resize(std::min(stop.size(), options_.stops_max));
  if (!stop.empty()) body["stop"] = stop;
  const std::string url = options_.url + "/completions";
  const std::string text = to_json_line(body);
  SCRIBE_TRY_ASSIGN(const std::string reply, client_.request(url, text));
  return completions_of_reply(reply, request, url);
}

}  // namespace scribe
