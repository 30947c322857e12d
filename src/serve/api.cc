// Routes.
#include "serve/api.h"

#include <algorithm>
#include <utility>

#include "base/utf8_parts.h"
#include "serve/chat_call.h"
#include "serve/completion_call.h"
#include "serve/infill_call.h"
#include "serve/metrics.h"
#include "serve/openapi.h"
#include "serve/playground_page.h"
#include "serve/request_json.h"
#include "serve/run_code_request.h"
#include "serve/submit_request.h"

namespace scribe {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kEngines = "/v1/engines/";
constexpr std::string_view kModels = "/v1/models/";
constexpr std::string_view kCompletions = "/completions";
constexpr std::string_view kChat = "/v1/chat/completions";

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

/// Was it sent by a page of this server, or by no page? Other sites that a browser shows must not
/// use a server that is there for its user.
bool is_of_this_site(const HttpRequest& request) {
  const std::string_view origin = request.header("Origin");
  const std::size_t host = origin.find("://");
  return origin.empty() ||
         (host != std::string_view::npos && origin.substr(host + 3) == request.header("Host"));
}

/// "code-1" of "/v1/engines/code-1/completions"; "" if it is no such path.
std::string engine_of(std::string_view path) {
  if (!path.starts_with(kEngines) || !path.ends_with(kCompletions)) return {};
  const std::size_t length = path.size() - kEngines.size();
  return length <= kCompletions.size()
             ? std::string()
             : std::string(path.substr(kEngines.size(), length - kCompletions.size()));
}

bool is_model_path(std::string_view path) {
  return path == "/v1/completions" || path == kChat || path == "/infill" || path == "/tokenize" ||
         path == "/detokenize" || !engine_of(path).empty();
}

Json model_json(const ModelService& model) {
  return {{"id", model.name()},
          {"object", "model"},
          {"created", 0},
          {"owned_by", "scribe"},
          {"max_model_len", model.checkpoint().config.context},
          {"fills_in_middle", model.fills_in_middle()}};
}

/// vLLM's path, which lm-eval's remote tokenizer asks.
Json tokenizer_info(const Checkpoint& checkpoint) {
  const Tokenizer& tokenizer = checkpoint.tokenizer;
  const std::string_view end = tokenizer.bytes_of(tokenizer.end_of_text());
  const std::span<const TokenId> prefix = tokenizer.prefix();
  return {{"tokenizer_class", "scribe"},
          {"bos_token", prefix.empty() ? end : tokenizer.bytes_of(prefix.front())},
          {"eos_token", end},
          {"pad_token", end},
          {"vocab_size", tokenizer.vocabulary_size()},
          {"model_max_length", checkpoint.config.context}};
}

}  // namespace

Api::Api(Services services, ApiOptions options)
    : services_(services), options_(std::move(options)) {}

bool Api::may_pass(const HttpRequest& request) const {
  // The page asks for the key itself, and holds nothing.
  if (options_.keys.empty() || request.path == "/health" || request.path == "/") return true;
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
  else if (!is_of_this_site(request))
    send_failure({.status = 403,
                  .message = "the page that asks is of another site; call the server from a "
                             "program, or through a proxy that serves both",
                  .code = "other_site"},
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

/// Is that the model served? If not, says so.
bool Api::check_model(const std::string& name, HttpReply& reply) const {
  if (name.empty() || name == services_.model->name()) return true;
  send_failure({.status = 404,
                .message = fmt::format("there is no model '{}' here, only '{}'", name,
                                       services_.model->name()),
                .param = "model",
                .code = "model_not_found"},
               reply);
  return false;
}

void Api::get(const HttpRequest& request, HttpReply& reply) {
  const std::string& path = request.path;
  Json models = Json::array();
  if (services_.model != nullptr) models.push_back(model_json(*services_.model));
  if (path == "/health")
    send_json({{"status", "ok"}}, reply);
  else if (path == "/")
    reply.send(200, "text/html; charset=utf-8", playground_page());
  else if (path == "/openapi.json")
    send_json(openapi_document({.has_model = services_.model != nullptr,
                                .has_chat = services_.chat != nullptr,
                                .runs_programs = services_.execute != nullptr,
                                .needs_key = !options_.keys.empty(),
                                .limits = options_.limits,
                                .execute_limits = options_.execute_limits}),
              reply);
  else if (path == "/v1/models" || path == "/v1/engines")
    send_json({{"object", "list"}, {"data", models}}, reply);
  else if (path.starts_with(kModels) && !models.empty() &&
           path.substr(kModels.size()) == services_.model->name())
    send_json(models[0], reply);
  else if (path == "/tokenizer_info" && services_.model != nullptr)
    send_json(tokenizer_info(services_.model->checkpoint()), reply);
  else if (path == "/metrics")
    reply.send(200, "text/plain; version=0.0.4; charset=utf-8", metrics());
  else
    send_failure(not_found(request), reply);
}

void Api::post(const HttpRequest& request, std::shared_ptr<HttpReply> reply) {
  const bool executes =
      request.path == "/v1/execute" || request.path == "/run_code" || request.path == "/submit";
  if (!executes && !is_model_path(request.path)) {
    send_failure(not_found(request), *reply);
    return;
  }
  if (executes ? services_.execute == nullptr : services_.model == nullptr) {
    send_failure({.status = 404,
                  .message = executes ? "this server runs no programs: it was started without "
                                        "--execute"
                                      : "this server has no model: it was started with "
                                        "--execute-only",
                  .code = "not_served"},
                 *reply);
    return;
  }
  Result<Json> body = parse_request_json(request.body, "body");
  if (!body.ok())
    send_failure({.message = body.error().message(), .code = "invalid_json"}, *reply);
  else if (request.path == "/run_code")
    run_code(body.value(), std::move(reply));
  else if (request.path == "/submit")
    submit(body.value(), std::move(reply));
  else if (executes)
    execute(body.value(), std::move(reply));
  else
    post_to_model(request.path, body.value(), std::move(reply));
}

void Api::post_to_model(const std::string& path, const Json& body,
                        std::shared_ptr<HttpReply> reply) {
  if (path == "/tokenize") {
    tokenize(body, *reply);
  } else if (path == "/detokenize") {
    detokenize(body, *reply);
  } else if (path == "/infill") {
    infill(body, std::move(reply));
  } else if (path == kChat) {
    chat(body, std::move(reply));
  } else if (const std::string engine = engine_of(path); !engine.empty() && body.is_object()) {
    Json with_model = body;
    with_model["model"] = engine;
    complete(with_model, std::move(reply));
  } else {
    complete(body, std::move(reply));
  }
}

void Api::execute(const Json& body, std::shared_ptr<HttpReply> reply) {
  auto read = execute_request(body, options_.execute_limits);
  if (const auto* const failure = std::get_if<ApiError>(&read))
    send_failure(*failure, *reply);
  else
    run_programs(std::get<std::vector<SandboxJob>>(std::move(read)), std::move(reply),
                 [](std::span<const Verdict> verdicts) { return execute_reply(verdicts); });
}

void Api::run_code(const Json& body, std::shared_ptr<HttpReply> reply) {
  auto read = run_code_request(body, options_.execute_limits);
  if (const auto* const failure = std::get_if<ApiError>(&read))
    send_failure(*failure, *reply);
  else
    run_programs({std::get<SandboxJob>(std::move(read))}, std::move(reply),
                 [](std::span<const Verdict> verdicts) { return run_code_reply(verdicts[0]); });
}

void Api::submit(const Json& body, std::shared_ptr<HttpReply> reply) {
  auto read = submit_request(body, options_.execute_limits);
  if (const auto* const failure = std::get_if<ApiError>(&read)) {
    send_failure(*failure, *reply);
    return;
  }
  Submission& submission = std::get<Submission>(read);
  const SandboxJob job = submission.job;
  run_programs({job}, std::move(reply),
               [submission = std::move(submission)](std::span<const Verdict> verdicts) {
                 return submit_reply(submission, verdicts[0]);
               });
}

void Api::run_programs(std::vector<SandboxJob> jobs, std::shared_ptr<HttpReply> reply,
                       std::function<Json(std::span<const Verdict> verdicts)> answer) {
  const auto submitted = services_.execute->submit(
      std::move(jobs), [reply, answer = std::move(answer)](std::vector<Verdict> verdicts) {
        reply->send(200, kJson, to_json_line(answer(verdicts)));
      });
  if (const auto* const failure = std::get_if<ApiError>(&submitted)) {
    send_failure(*failure, *reply);
    return;
  }
  reply->on_abandoned([this, ticket = std::get<ExecuteService::Ticket>(submitted)] {
    services_.execute->cancel(ticket);
  });
}

void Api::complete(const Json& body, std::shared_ptr<HttpReply> reply) {
  auto read = completion_request(body, options_.limits);
  if (const auto* const failure = std::get_if<ApiError>(&read)) {
    send_failure(*failure, *reply);
    return;
  }
  CompletionRequest& request = std::get<CompletionRequest>(read);
  if (!check_model(request.model, *reply)) return;
  const auto call = std::make_shared<CompletionCall>(request, *services_.model, reply, worker_,
                                                     fmt::format("cmpl-{:016x}", next_id_++),
                                                     options_.unix_seconds());
  submit(std::move(request), call, std::move(reply));
}

void Api::chat(const Json& body, std::shared_ptr<HttpReply> reply) {
  if (services_.chat == nullptr) {
    send_failure({.status = 501,
                  .message = "this model has no chat template; use /v1/completions with the whole "
                             "prompt",
                  .code = "not_supported",
                  .type = "not_supported_error"},
                 *reply);
    return;
  }
  auto read = chat_request(body, options_.limits, *services_.chat, services_.model->token_limits());
  if (const auto* const failure = std::get_if<ApiError>(&read)) {
    send_failure(*failure, *reply);
    return;
  }
  ChatRequest& request = std::get<ChatRequest>(read);
  if (!check_model(request.completion.model, *reply)) return;
  const auto call = std::make_shared<ChatCall>(request, *services_.model, reply, worker_,
                                               fmt::format("chatcmpl-{:016x}", next_id_++),
                                               options_.unix_seconds());
  submit(std::move(request.completion), call, std::move(reply));
}

void Api::infill(const Json& body, std::shared_ptr<HttpReply> reply) {
  auto read = infill_request(body, services_.model->token_limits());
  if (const auto* const failure = std::get_if<ApiError>(&read)) {
    send_failure(*failure, *reply);
    return;
  }
  if (!services_.model->fills_in_middle()) {
    send_failure({.status = 501,
                  .message = "infill is not supported by this model: it was not trained to fill in "
                             "the middle",
                  .code = "not_supported",
                  .type = "not_supported_error"},
                 *reply);
    return;
  }
  InfillRequest& request = std::get<InfillRequest>(read);
  const auto call = std::make_shared<InfillCall>(
      request.response_fields, reply, services_.model->name(), options_.monotonic_seconds);
  submit(std::move(request.completion), call, std::move(reply));
}

void Api::submit(CompletionRequest request, std::shared_ptr<CompletionListener> listener,
                 std::shared_ptr<HttpReply> reply) {
  const auto submitted = services_.model->submit(std::move(request), std::move(listener));
  if (const auto* const failure = std::get_if<ApiError>(&submitted)) {
    send_failure(*failure, *reply);
    return;
  }
  reply->on_abandoned([this, ticket = std::get<ModelService::Ticket>(submitted)] {
    services_.model->cancel(ticket);
  });
}

void Api::tokenize(const Json& body, HttpReply& reply) {
  RequestFields fields(body);
  std::string text;
  fields.read("content", text);  // llama.cpp's name,
  fields.read("prompt", text);   // and vLLM's.
  bool add_special = false;
  fields.read("add_special", add_special);  // Likewise.
  fields.read("add_special_tokens", add_special);
  bool parse_special = true;
  fields.read("parse_special", parse_special);
  if (fields.failure()) {
    send_failure(*fields.failure(), reply);
    return;
  }
  const Tokenizer& tokenizer = services_.model->checkpoint().tokenizer;
  std::vector<TokenId> tokens =
      add_special ? tokenizer.encode_prompt(text) : tokenizer.encode(text);
  // Clients ask for a special token's id with its text alone; in other texts it is plain text.
  if (const auto special = tokenizer.added_token(text); special && parse_special)
    tokens = {*special};
  send_json({{"tokens", tokens},
             {"count", tokens.size()},
             {"max_model_len", services_.model->checkpoint().config.context}},
            reply);
}

void Api::detokenize(const Json& body, HttpReply& reply) {
  const Tokenizer& tokenizer = services_.model->checkpoint().tokenizer;
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
  MetricsText text;
  if (services_.model != nullptr)
    add_metrics(services_.model->name(), services_.model->counts(), text);
  if (services_.execute != nullptr) add_metrics(services_.execute->counts(), text);
  if (options_.http_counts) add_metrics(options_.http_counts(), text);
  return std::move(text).text();
}

}  // namespace scribe
