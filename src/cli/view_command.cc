// `scribe view`: a folder of runs, results and pages as a site of this machine.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "cli/command.h"
#include "cli/listening_options.h"
#include "evaluate/score.h"
#include "problems/problem.h"
#include "view/run_folder.h"
#include "view/viewer.h"

namespace scribe::cli {
namespace {

constexpr int kViewPortDefault = 8013;  // Beside that of `scribe serve`.

struct ViewFlags {
  std::string folder;
  std::vector<std::string> problems;
  HttpServerOptions http{.port = kViewPortDefault};
};

Result<std::vector<Problem>> all_problems(Env& env, const std::vector<std::string>& paths) {
  std::vector<Problem> all;
  for (const std::string& path : paths) {
    SCRIBE_TRY_ASSIGN(std::vector<Problem> some, load_problems(env, path));
    std::ranges::move(some, std::back_inserter(all));
  }
  return all;
}

/// What runs programs again; null without problems, and where the machine has no sandbox.
std::unique_ptr<ExecuteService> programs_service(const std::vector<Problem>& problems) {
  if (problems.empty()) return nullptr;
  auto started = [&]() -> Result<std::unique_ptr<ExecuteService>> {
    SCRIBE_TRY_ASSIGN(SandboxWorkers workers, real_sandbox_workers());
    return ExecuteService::start(std::move(workers), {});
  }();
  if (started.ok()) return std::move(started).value();
  fmt::print(stderr, "programs cannot be run again here: {}\n", started.error().message());
  return nullptr;
}

Result<int> run_view(Context& context, const ViewFlags& flags) {
  SCRIBE_TRY(look_at_runs(context.env, flags.folder));
  SCRIBE_TRY_ASSIGN(std::vector<Problem> problems, all_problems(context.env, flags.problems));
  const std::unique_ptr<ExecuteService> execute = programs_service(problems);
  Viewer viewer(context.env, flags.folder, std::move(problems), execute.get());
  SCRIBE_TRY_ASSIGN(const std::unique_ptr<HttpServer> server,
                    HttpServer::start(flags.http, [&viewer](HttpRequest request,
                                                            std::shared_ptr<HttpReply> reply) {
                      viewer.handle(std::move(request), std::move(reply));
                    }));
  fmt::print("viewing {} on http://{}:{}/\n", flags.folder, flags.http.host, server->port());
  std::fflush(stdout);
  while (!context.stop.requested()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  return static_cast<int>(kExitDone);
}

}  // namespace

void add_view_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "view", "Show a folder of runs in a browser: training curves as they grow, results, pages");
  const auto flags = std::make_shared<ViewFlags>();  // Shared by the callback below.
  command.add_option("FOLDER", flags->folder, "Where runs and results are, at any depth")
      ->required();
  command.add_option("--problems", flags->problems,
                     "Problem files of the results, to show prompts and to run programs again");
  command
      .add_option("--host", flags->http.host,
                  "Address to listen on; anyone who can reach it may "
                  "look")
      ->capture_default_str();
  command.add_option("--port", flags->http.port, "0: any that is free")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  add_site_option(command, flags->http);
  set_example(command, "scribe view runs --problems HumanEval.jsonl.gz");
  command.callback([&context, flags] {
    context.action = [&context, flags] { return run_view(context, *flags); };
  });
}

}  // namespace scribe::cli
