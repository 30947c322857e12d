// `scribe serve`: a model as an OpenAI-compatible server.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <random>
#include <thread>

#include "checkpoint/checkpoint.h"
#include "cli/command.h"
#include "cli/default_model.h"
#include "cli/listening_options.h"
#include "cli/sampling_options.h"
#include "evaluate/score.h"
#include "serve/api.h"
#include "serve/http_server.h"
#include "serve/model_service.h"
#include "serve/serving_end.h"

namespace scribe::cli {
namespace {

constexpr double kDrainSecondsDefault = 30;
constexpr auto kStopCheck = std::chrono::milliseconds(50);

struct ServeFlags {
  std::string model;
  bool execute = false;
  bool execute_only = false;
  ExecuteServiceOptions programs;
  std::string keys_path;
  std::string device = "cpu";
  std::string weights = "f32";
  std::string tool_calls = "auto";
  double drain_seconds = kDrainSecondsDefault;
  std::int64_t kept_megabytes = 256;
  HttpServerOptions http;
  ModelServiceOptions service;
  CompletionLimits limits;
};

/// One key a line; blank lines and those that begin with '#' do not count.
Result<std::vector<std::string>> read_keys(Env& env, const std::string& path) {
  std::vector<std::string> keys;
  if (path.empty()) return keys;
  SCRIBE_TRY_ASSIGN(const std::string text, env.read_file(path));
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string key = text.substr(begin, end - begin);
    while (!key.empty() && (key.back() == '\r' || key.back() == ' ')) key.pop_back();
    if (!key.empty() && key.front() != '#') keys.push_back(std::move(key));
    begin = end + 1;
  }
  if (keys.empty())
    return error(ErrorCode::invalid_data, "'{}' holds no key; expected one a line", path);
  return keys;
}

/// "a/b/codex-s/" is served as "codex-s".
std::string name_of_folder(std::string folder) {
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  return folder.substr(folder.rfind('/') + 1);
}

/// What answers, and in what order it ends.
struct Served {
  std::unique_ptr<Backend> backend;
  std::unique_ptr<ModelService> model;
  std::unique_ptr<ChatPrompts> chat;
  std::unique_ptr<ExecuteService> execute;
};

std::int64_t unix_seconds() {
  return static_cast<std::int64_t>(std::time(nullptr));
}

Status start_model(Context& context, ServeFlags& flags, Served& served) {
  SCRIBE_TRY_ASSIGN(flags.service.weights, weight_format_named(flags.weights));
  SCRIBE_TRY_ASSIGN(const DeviceChoice device, device_named(flags.device));
  SCRIBE_TRY_ASSIGN(served.backend, make_backend(device, flags.service.threads));
  SCRIBE_TRY_ASSIGN(Checkpoint checkpoint,
                    load_checkpoint(context.env, flags.model, *served.backend));
  if (flags.service.name.empty()) flags.service.name = name_of_folder(flags.model);
  flags.service.kept_bytes_max = flags.kept_megabytes << 20;
  flags.service.seed = std::random_device{}();
  SCRIBE_TRY_ASSIGN(served.model,
                    ModelService::start(*served.backend, std::move(checkpoint), flags.service));
  SCRIBE_TRY_ASSIGN(const std::optional<ToolCallFormat> tool_calls,
                    tool_call_format_named(flags.tool_calls));
  auto format = load_chat_format(context.env, flags.model);
  if (!format.ok())
    fmt::print(stderr, "chats are not served: {}\n", format.error().message());
  else if (format.value()) {
    if (tool_calls) format.value()->tool_calls = *tool_calls;
    served.chat = std::make_unique<ChatPrompts>(*std::move(format).value(),
                                                served.model->checkpoint().tokenizer, unix_seconds);
  }
  return {};
}

Status start_execute(const ServeFlags& flags, Served& served) {
  SCRIBE_TRY_ASSIGN(SandboxWorkers workers, real_sandbox_workers());
  SCRIBE_TRY_ASSIGN(served.execute, ExecuteService::start(std::move(workers), flags.programs));
  return {};
}

Status start_services(Context& context, ServeFlags& flags, Served& served) {
  if (flags.execute_only && !flags.model.empty())
    return error(ErrorCode::invalid_argument, "--execute-only serves no model; leave MODEL out");
  if (!flags.execute_only) {
    SCRIBE_TRY_ASSIGN(flags.model, model_or_default(context.env, flags.model));
    SCRIBE_TRY(start_model(context, flags, served));
  }
  if (flags.execute_only || flags.execute) SCRIBE_TRY(start_execute(flags, served));
  return {};
}

void print_address(const ServeFlags& flags, const Served& served, int port) {
  const std::string what = served.model == nullptr ? "programs" : served.model->name();
  fmt::print("serving {} on http://{}:{}/v1\n", what, flags.http.host, port);
  if (served.model != nullptr) fmt::print("playground: http://{}:{}/\n", flags.http.host, port);
  if (served.execute != nullptr)
    fmt::print("running programs on {} workers, {} engine; {}\n", served.execute->workers(),
               served.execute->sandbox().engine, served.execute->sandbox().walls);
  std::fflush(stdout);
}

int end(const Api::Services& services, double drain_seconds, HttpServer& server, Api& api) {
  if (end_serving(services, drain_seconds, server, api)) return kExitDone;
  std::fflush(nullptr);
  std::_Exit(kExitDone);  // With the programs that run.
}

Result<int> run_serve(Context& context, ServeFlags& flags) {
  SCRIBE_TRY_ASSIGN(std::vector<std::string> keys, read_keys(context.env, flags.keys_path));
  flags.http.has_keys = !keys.empty();
  Served served;
  SCRIBE_TRY(start_services(context, flags, served));
  std::atomic<HttpServer*> listening = nullptr;
  const Api::Services services{
      .model = served.model.get(), .execute = served.execute.get(), .chat = served.chat.get()};
  Api api(services, {.keys = std::move(keys),
                     .limits = flags.limits,
                     .unix_seconds = unix_seconds,
                     .http_counts =
                         [&listening] {
                           const HttpServer* const server = listening;
                           return server == nullptr ? HttpServerCounts() : server->counts();
                         },
                     .monotonic_seconds = [&context] { return context.env.monotonic_seconds(); }});
  SCRIBE_TRY_ASSIGN(
      const std::unique_ptr<HttpServer> server,
      HttpServer::start(flags.http, [&api](HttpRequest request, std::shared_ptr<HttpReply> reply) {
        api.handle(std::move(request), std::move(reply));
      }));
  listening = server.get();
  print_address(flags, served, server->port());
  while (!context.stop.requested()) std::this_thread::sleep_for(kStopCheck);
  return end(services, flags.drain_seconds, *server, api);
}

void add_limits(CLI::App& command, ServeFlags& flags) {
  command.add_option("--rows", flags.service.rows_max, "Samples that are drawn at the same time")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command
      .add_option("--completion-max", flags.service.completion_max,
                  "Most new tokens of a sample; each row has memory for them [the context less 1]")
      ->check(CLI::Range(std::int64_t{1}, kMaxTokensMax));
  command
      .add_option("--prefix-cache", flags.kept_megabytes,
                  "MiB of prompts that are kept for the next one that begins alike")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str();
  command
      .add_option("--requests-max", flags.service.requests_max,
                  "Requests waiting and in hand; more get 429")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command
      .add_option("--samples-max", flags.limits.samples_max, "Largest n and best_of of a request")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command
      .add_option("--workers", flags.programs.workers, "Programs run at a time; 0: one per core")
      ->check(CLI::Range(0, kWorkersMax))
      ->capture_default_str();
  command
      .add_option("--programs-max", flags.programs.programs_max,
                  "Programs waiting and in hand; more get 429")
      ->check(CLI::Range(1, 100'000'000))
      ->capture_default_str();
  command.add_option("--connections-max", flags.http.connections_max, "More get 503")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command
      .add_option("--drain-seconds", flags.drain_seconds,
                  "How long SIGTERM waits for requests in hand")
      ->check(CLI::Range(0.0, 86400.0))
      ->capture_default_str();
}

}  // namespace

void add_serve_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "serve", "Serve a model over HTTP: OpenAI's completions, and what editors call");
  const auto flags = std::make_shared<ServeFlags>();  // Shared by the callbacks below.
  command.add_option("MODEL", flags->model, kModelOptionHelp);
  command.add_flag("--execute", flags->execute,
                   "Run programs with their tests in the sandbox too: /v1/execute");
  command.add_flag("--execute-only", flags->execute_only, "Serve no model, run programs only");
  command.add_option("--name", flags->service.name, "Of the model, in requests [its folder's]");
  command.add_option("--host", flags->http.host, "Address to listen on")->capture_default_str();
  command.add_option("--port", flags->http.port, "0: any that is free")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  add_site_option(command, flags->http);
  command.add_option("--api-keys", flags->keys_path,
                     "File with a key a line; requests must bring one. Without it, anyone may ask");
  command
      .add_option("--tool-calls", flags->tool_calls,
                  "How the model writes calls of tools: auto (as its template says), hermes, "
                  "llama, none")
      ->check(CLI::IsMember({"auto", "hermes", "llama", "none"}))
      ->capture_default_str();
  add_weights_option(command, flags->weights);
  add_device_option(command, flags->device);
  command.add_option("--threads", flags->service.threads, "0 is one per core")
      ->check(CLI::Range(0, 1024));
  add_limits(command, *flags);
  set_example(
      command,
      "scribe serve codex-s --port 8012 &\n"
      "curl -s http://127.0.0.1:8012/v1/completions -d '{\"prompt\": \"def add(a, b):\\n\"}'");
  command.callback([&context, flags] {
    context.action = [&context, flags] { return run_serve(context, *flags); };
  });
}

}  // namespace scribe::cli
