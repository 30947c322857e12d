// Routes.
#include "serve/api.h"

#include <algorithm>
#include <utility>

#include "base/utf8_parts.h"
#include "serve/completion_call.h"
#include "serve/infill_call.h"

namespace scribe {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kEngines = "/v1/engines/";
constexpr std::string_view kModels = "/v1/models/";
constexpr std::string_view kCompletions = "/completions";

void send_json(const Json& value, HttpReply& reply) {
  reply.send(200, kJson, to_json_line(value));
}

/// Compares without telling by its time how much of the key was right.
bool is_same_key(std::string_view given, std::string_view key) {
  bool is_same = given.size() == key.size();
  for (std::size_t i = 0; i < given.size(); ++i)
    is_same &= given[i] == (key.empty() ? '\0' : key[i % key.size()]);
  return is_same;
}

ApiError not_found(const HttpRequest& request) {
  return {.status = 404,
          .message = fmt::format("there is no '{} {}' here; GET /openapi.json lists what there is",
                                 request.method, request.path),
          .code = "not_found"};
}

/// "code-1" of "/v1/engines/code-1/completions"; "" if it is no such path.
std::string engine_of(std::string_view path) {
  if (!path.starts_with(kEngines) || !path.ends_with(kCompletions)) return {};
  const std::size_t length = path.size() - kEngines.size();
  return length <= kCompletions.size()
             ? std::string()
             : std::string(path.substr(kEngines.size(), length - kCompletions.size()));
}

}  // namespace

Api::Api(ModelService& service, ApiOptions options)
    : service_(service), options_(std::move(options)) {}

bool Api::may_pass(const HttpRequest& request) const {
  if (options_.keys.empty() || request.path == "/health") return true;
  constexpr std::string_view kBearer = "Bearer ";
  std::string_view given = request.header("Authorization");
  if (!given.starts_with(kBearer)) return false;
  given.remove_prefix(kBearer.size());
  bool passes = false;
  for (const std::string& key : options_.keys) passes = is_same_key(given, key) || passes;
  return passes;
}

void Api::handle(HttpRequest request, std::shared_ptr<HttpReply> reply) {
  if (!may_pass(request))
    send_failure({.status = 401,
                  .message = "expected the header 'Authorization: Bearer KEY' with a key of this "
                             "server",
                  .code = "invalid_api_key"},
                 *reply);
  else if (request.method == "GET" || request.method == "HEAD")
    get(request, *reply);
  else if (request.method == "POST")
    post(request, std::move(reply));
  else
    send_failure({.status = 405,
                  .message = fmt::format("'{}' is no method of this server; it knows GET and POST",
                                         request.method),
                  .code = "method_not_allowed"},
                 *reply);
}

bool Api::is_known_model(const std::string& name) const {
  return name.empty() || name == service_.name();
}

void Api::get(const HttpRequest& request, HttpReply& reply) {
  const Json model{{"id", service_.name()},
                   {"object", "model"},
                   {"created", 0},
                   {"owned_by", "scribe"},
                   {"max_model_len", service_.checkpoint().config.context},
                   {"fills_in_middle", service_.fills_in_middle()}};
  const std::string& path = request.path;
  if (path == "/health")
    send_json({{"status", "ok"}}, reply);
  else if (path == "/v1/models" || path == "/v1/engines")
    send_json({{"object", "list"}, {"data", Json::array({model})}}, reply);
  else if (path.starts_with(kModels) && path.substr(kModels.size()) == service_.name())
    send_json(model, reply);
  else if (path == "/metrics")
    reply.send(200, "text/plain; version=0.0.4; charset=utf-8", metrics());
  else
    send_failure(not_found(request), reply);
}

void Api::post(const HttpRequest& request, std::shared_ptr<HttpReply> reply) {
  const std::string engine = engine_of(request.path);
  const bool completes = request.path == "/v1/completions" || !engine.empty();
  const bool is_known = completes || request.path == "/infill" || request.path == "/tokenize" ||
                        request.path == "/detokenize";
  if (!is_known) {
    send_failure(not_found(request), *reply);
    return;
  }
  Result<Json> body = parse_json(request.body, "body");
  if (!body.ok()) {
    send_failure({.message = body.error().message(), .code = "invalid_json"}, *reply);
    return;
  }
  if (!engine.empty() && body.value().is_object()) body.value()["model"] = engine;
  if (completes)
    complete(body.value(), std::move(reply));
  else if (request.path == "/infill")
    infill(body.value(), std::move(reply));
  else if (request.path == "/tokenize")
    tokenize(body.value(), *reply);
  else
    detokenize(body.value(), *reply);
}

void Api::complete(const Json& body, std::shared_ptr<HttpReply> reply) {
  auto read = completion_request(body, options_.limits);
  if (const auto* const failure = std::get_if<ApiError>(&read)) {
    send_failure(*failure, *reply);
    return;
  }
  CompletionRequest& request = std::get<CompletionRequest>(read);
  if (!is_known_model(request.model)) {
    send_failure({.status = 404,
                  .message = fmt::format("there is no model '{}' here, only '{}'", request.model,
                                         service_.name()),
                  .param = "model",
                  .code = "model_not_found"},
                 *reply);
    return;
  }
  const auto call = std::make_shared<CompletionCall>(request, service_, reply, worker_,
                                                     fmt::format("cmpl-{:016x}", next_id_++),
                                                     options_.unix_seconds());
  submit(std::move(request), call, std::move(reply));
}

void Api::infill(const Json& body, std::shared_ptr<HttpReply> reply) {
  auto read = infill_request(body, service_.checkpoint().config.context);
  if (const auto* const failure = std::get_if<ApiError>(&read)) {
    send_failure(*failure, *reply);
    return;
  }
  if (!service_.fills_in_middle()) {
    send_failure({.status = 501,
                  .message = "infill is not supported by this model: it was not trained to fill in "
                             "the middle",
                  .code = "not_supported",
                  .type = "not_supported_error"},
                 *reply);
    return;
  }
  InfillRequest& request = std::get<InfillRequest>(read);
  const auto call = std::make_shared<InfillCall>(request.response_fields, reply, service_.name(),
                                                 options_.monotonic_seconds);
  submit(std::move(request.completion), call, std::move(reply));
}

void Api::submit(CompletionRequest request, std::shared_ptr<CompletionListener> listener,
                 std::shared_ptr<HttpReply> reply) {
  const auto submitted = service_.submit(std::move(request), std::move(listener));
  if (const auto* const failure = std::get_if<ApiError>(&submitted)) {
    send_failure(*failure, *reply);
    return;
  }
  reply->on_abandoned(
      [this, ticket = std::get<ModelService::Ticket>(submitted)] { service_.cancel(ticket); });
}

void Api::tokenize(const Json& body, HttpReply& reply) {
  RequestFields fields(body);
  std::string text;
  fields.read("content", text);  // llama.cpp's name,
  fields.read("prompt", text);   // and vLLM's.
  bool add_special = false;
  fields.read("add_special", add_special);
  if (fields.failure()) {
    send_failure(*fields.failure(), reply);
    return;
  }
  const Tokenizer& tokenizer = service_.checkpoint().tokenizer;
  const std::vector<TokenId> tokens =
      add_special ? tokenizer.encode_prompt(text) : tokenizer.encode(text);
  send_json({{"tokens", tokens},
             {"count", tokens.size()},
             {"max_model_len", service_.checkpoint().config.context}},
            reply);
}

void Api::detokenize(const Json& body, HttpReply& reply) {
  const Tokenizer& tokenizer = service_.checkpoint().tokenizer;
  std::vector<TokenId> tokens;
  RequestFields fields(body);
  const Json* const list = fields.find("tokens");
  if (list == nullptr || !list->is_array()) fields.fail("tokens", "expected a list of tokens");
  for (const Json& item : fields.failure() ? Json::array() : *list) {
    if (!item.is_number_integer() || item.get<double>() < 0 ||
        item.get<double>() >= tokenizer.vocabulary_size()) {
      fields.fail("tokens", fmt::format("{} is no token of this model", to_json_line(item)));
      break;
    }
    tokens.push_back(item.get<TokenId>());
  }
  if (fields.failure()) {
    send_failure(*fields.failure(), reply);
    return;
  }
  const std::string text = replace_invalid_utf8(tokenizer.decode(tokens));
  send_json({{"content", text}, {"prompt", text}}, reply);
}

std::string Api::metrics() const {
  const ModelServiceCounts counts = service_.counts();
  std::string text;
  const auto add = [&](std::string_view name, std::string_view kind, std::string_view help,
                       std::int64_t value) {
    text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0}{{model_name=\"{3}\"}} {4}\n", name,
                        help, kind, service_.name(), value);
  };
  // The names of vLLM's, so that its dashboards work.
  add("vllm:num_requests_running", "gauge", "Requests in hand.", counts.running);
  add("vllm:num_requests_waiting", "gauge", "Requests that wait.", counts.waiting);
  add("vllm:prompt_tokens_total", "counter", "Tokens of prompts.", counts.prompt_tokens);
  add("vllm:generation_tokens_total", "counter", "Tokens drawn.", counts.drawn_tokens);
  add("vllm:request_success_total", "counter", "Requests answered.", counts.finished);
  add("vllm:prefix_cache_queries_total", "counter", "Tokens of prompts looked up.",
      counts.prefixes.tokens);
  add("vllm:prefix_cache_hits_total", "counter", "... of which so many were not run again.",
      counts.prefixes.reused);
  add("scribe_samples_live", "gauge", "Samples being drawn.", counts.live_rows);
  add("scribe_requests_cancelled_total", "counter", "Requests whose client left.",
      counts.cancelled);
  add("scribe_requests_refused_total", "counter", "Requests that found the queue full.",
      counts.refused);
  add("scribe_steps_total", "counter", "Steps of the model.", counts.steps);
  if (http_counts_) {
    const HttpServerCounts http = http_counts_();
    add("scribe_http_connections", "gauge", "Open connections.", http.connections);
    add("scribe_http_requests_total", "counter", "Requests read.", http.requests);
    add("scribe_http_refused_total", "counter", "Malformed, too large, too slow, or too many.",
        http.refused);
  }
  return text;
}

}  // namespace scribe
