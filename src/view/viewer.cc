// Routes, and who may ask.
#include "view/viewer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "evaluate/report_results.h"
#include "serve/url_query.h"
#include "view/run_folder.h"
#include "view/runs_page.h"

namespace scribe {
namespace {

constexpr std::int64_t kPieceBytesMax = 1 << 20;
constexpr std::int64_t kResultsBytesMax = std::int64_t{1} << 30;
constexpr std::int64_t kPageBytesMax = 64 << 20;
constexpr std::size_t kResultsFilesMax = 4;
constexpr std::string_view kHtml = "text/html; charset=utf-8";

int status_of(const Error& failure) {
  switch (failure.code()) {
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::invalid_argument:
      return 400;
    case ErrorCode::limit_exceeded:
      return 413;
    default:
      return 500;
  }
}

/// The one value of `name`. Errors: invalid_argument.
Result<std::string> query_value(const HttpRequest& request, const char* name) {
  std::vector<std::string> values = query_values(request.query, name);
  if (values.size() == 1) return std::move(values.front());
  return error(ErrorCode::invalid_argument, "'{}' needs one '{}=', got {}", request.path, name,
               values.size());
}

/// The listed file called `path`. Errors: not_found, limit_exceeded.
Result<std::string> listed(const std::vector<RunFile>& files, const std::string& folder,
                           const std::string& path, std::int64_t bytes_max) {
  const auto found = std::ranges::find(files, path, &RunFile::path);
  if (found == files.end())
    return error(ErrorCode::not_found, "'{}' is not among the files of this folder", path);
  if (found->bytes > bytes_max)
    return error(ErrorCode::limit_exceeded,
                 "'{}' has {} bytes, more than the {} that a page is made of; use `scribe report`",
                 path, found->bytes, bytes_max);
  return folder + "/" + path;
}

/// Pages of folders may come from elsewhere: they get no access to this server.
std::vector<HttpHeader> sandboxed() {
  return {{"Content-Security-Policy", "sandbox allow-scripts"}};
}

}  // namespace

Viewer::Viewer(Env& env, std::string folder, std::vector<Problem> problems, ExecuteService* execute)
    : env_(env),
      folder_(std::move(folder)),
      execute_(execute),
      api_({.execute = execute},
           {.unix_seconds = [] { return std::int64_t{0}; },
            .monotonic_seconds = [&env] { return env.monotonic_seconds(); }}) {
  for (Problem& problem : problems) {
    prompts_[problem.task_id] = problem.prompt;
    problems_[problem.task_id] = std::move(problem);
  }
}

void Viewer::handle(HttpRequest request, std::shared_ptr<HttpReply> reply) {
  if (request.method == "POST") {
    api_.handle(std::move(request), std::move(reply));
    return;
  }
  worker_.add([this, request = std::move(request), reply = std::move(reply)] {
    if (!reply->is_abandoned()) answer(request, *reply);
  });
}

void Viewer::answer(const HttpRequest& request, HttpReply& reply) {
  const auto send = [&](std::string_view type, Result<std::string> body,
                        std::vector<HttpHeader> headers = {}) {
    if (body.ok())
      reply.send(200, type, std::move(body).value(), std::move(headers));
    else
      reply.send(status_of(body.error()), "application/json",
                 error_body(body.error().message(), "invalid_request_error"));
  };
  const std::string& path = request.path;
  if (path == "/") {
    send(kHtml, runs_page());
  } else if (path == "/runs") {
    const auto folder = look_at_runs(env_, folder_);
    send("application/json", folder.ok()
                                 ? Result<std::string>(to_json_line(to_json(folder.value())))
                                 : Result<std::string>(folder.error()));
  } else if (path == "/log") {
    send("application/x-ndjson", piece_of(request, "train_log.jsonl"));
  } else if (path == "/samples") {
    send("application/x-ndjson", piece_of(request, "samples_log.jsonl"));
  } else if (path == "/results") {
    send(kHtml, results_page(request));
  } else if (path == "/page") {
    send(kHtml, page(request), sandboxed());
  } else if (path == "/problem") {
    send("application/json", problem(request));
  } else {
    send(kHtml, error(ErrorCode::not_found, "there is no '{}' here; '/' has links to what there is",
                      path));
  }
}

/// From the byte asked for to the end of the last whole line, at most kPieceBytesMax.
Result<std::string> Viewer::piece_of(const HttpRequest& request, const char* name) {
  SCRIBE_TRY_ASSIGN(const std::string run, query_value(request, "run"));
  std::int64_t from = 0;
  const std::vector<std::string> given = query_values(request.query, "from");
  if (!given.empty()) {
    const std::string& digits = given.front();
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), from);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || from < 0)
      return error(ErrorCode::invalid_argument, "from={}: expected a number of bytes", digits);
  }
  SCRIBE_TRY_ASSIGN(const RunFolder folder, look_at_runs(env_, folder_));
  if (std::ranges::find(folder.runs, run, &LoggedRun::path) == folder.runs.end())
    return error(ErrorCode::not_found, "'{}' is no run of this folder", run);
  const std::string path = folder_ + "/" + run + "/" + name;
  SCRIBE_TRY_ASSIGN(const std::int64_t size, env_.file_size(path));
  // A run that was resumed has lost its last lines; whoever reads it begins again.
  if (from > size)
    return error(ErrorCode::invalid_argument, "from={} is beyond the end, {} bytes", from, size);
  std::string piece(static_cast<std::size_t>(std::min(kPieceBytesMax, size - from)), '\0');
  SCRIBE_TRY_ASSIGN(const std::unique_ptr<RandomFile> file, env_.open_random(path));
  SCRIBE_TRY(file->read_at(from, piece));
  piece.resize(piece.rfind('\n') + 1);  // npos + 1 is 0.
  return piece;
}

Result<std::string> Viewer::results_page(const HttpRequest& request) {
  const std::vector<std::string> paths = query_values(request.query, "file");
  if (paths.empty() || paths.size() > kResultsFilesMax)
    return error(ErrorCode::invalid_argument, "'/results' needs one to {} 'file=', got {}",
                 kResultsFilesMax, paths.size());
  SCRIBE_TRY_ASSIGN(const RunFolder folder, look_at_runs(env_, folder_));
  std::vector<JudgedRun> runs;
  std::set<std::string> names;
  for (const std::string& path : paths) {
    SCRIBE_TRY_ASSIGN(const std::string file,
                      listed(folder.results, folder_, path, kResultsBytesMax));
    SCRIBE_TRY_ASSIGN(JudgedRun run, load_judged_run(env_, file));
    // Two folders may have files of one name.
    if (!names.insert(run.name).second) run.name = path;
    runs.push_back(std::move(run));
  }
  ResultsReportOptions options;
  options.title = paths.size() == 1 ? paths.front() : "Results beside each other";
  options.programs = 0;
  options.runs_programs = execute_ != nullptr && !problems_.empty();
  return results_report_html(runs, prompts_, options);
}

Result<std::string> Viewer::page(const HttpRequest& request) {
  SCRIBE_TRY_ASSIGN(const std::string path, query_value(request, "file"));
  SCRIBE_TRY_ASSIGN(const RunFolder folder, look_at_runs(env_, folder_));
  SCRIBE_TRY_ASSIGN(const std::string file, listed(folder.pages, folder_, path, kPageBytesMax));
  return env_.read_file(file);
}

Result<std::string> Viewer::problem(const HttpRequest& request) {
  SCRIBE_TRY_ASSIGN(const std::string id, query_value(request, "task_id"));
  const auto found = problems_.find(id);
  if (found == problems_.end())
    return error(ErrorCode::not_found,
                 "'{}' is in none of the problem files; give its file with --problems", id);
  return to_json_line(problem_to_json(found->second));
}

}  // namespace scribe
