// The settings of the Python parts, and what comes back from them.
#include "trace/project_run.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "base/json.h"
#include "trace/candidates_source.h"
#include "trace/closure_source.h"
#include "trace/literal_source.h"
#include "trace/modules_source.h"
#include "trace/tracer_source.h"

namespace scribe::trace {
namespace {

constexpr const char* kInterpreter = "/usr/bin/python3.11";
constexpr double kGraceSeconds = 15;  // For the runner to end what the command left behind.

/// JSON is a Python literal but for three names, which stand outside of strings here.
std::string python_literal(const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (!value.is_structured()) return to_json_line(value);
  std::string text = value.is_object() ? "{" : "[";
  for (const auto& [key, item] : value.items())
    text += (value.is_object() ? to_json_line(Json(key)) + ": " : "") + python_literal(item) + ", ";
  return text + (value.is_object() ? "}" : "]");
}

/// Takes the runner's last line off the lines.
Status take_end(ProjectRun& run) {
  const std::size_t at = run.lines.starts_with("end\t") ? 0 : run.lines.rfind("\nend\t");
  if (at == std::string::npos) return {};
  const std::size_t begin = at == 0 ? 0 : at + 1;
  SCRIBE_TRY_ASSIGN(const Json end, parse_json(std::string_view(run.lines).substr(begin + 4),
                                               "the runner's last line"));
  run.lines.resize(begin);
  SCRIBE_TRY_ASSIGN(run.end, json_field<std::string>(end, "end", "the runner's last line"));
  SCRIBE_TRY_ASSIGN(run.tail, json_field<std::string>(end, "tail", "the runner's last line"));
  run.exit_code = end.value("code", 0);
  return {};
}

std::int64_t count_processes(std::string_view lines) {
  std::set<std::string_view> numbers;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size());
    const std::string_view line = lines.substr(begin, end - begin);
    numbers.insert(line.substr(0, line.find('\t')));
    begin = end + 1;
  }
  return static_cast<std::int64_t>(numbers.size());
}

Json list_of(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

}  // namespace

Result<ProjectRun> run_project(const ProjectRunOptions& options) {
  const CommandLimits& limits = options.limits;
  const Json settings = {{"command", list_of(options.command)}, {"copy", options.copy},
                         {"files", list_of(options.files)},     {"samples", options.samples_max},
                         {"calls", options.calls_max},          {"bytes", options.bytes_max},
                         {"wall_seconds", limits.wall_seconds}, {"cpu_seconds", limits.cpu_seconds},
                         {"skip_tests", options.skip_tests}};
  JailedCommand command{.arguments = {kInterpreter, "-I", "-S", "runner.py", "settings"},
                        .files = {{"runner.py", kRunnerSource},
                                  {"settings", python_literal(settings)},
                                  {"sitecustomize.py", kSiteSource},
                                  {"tracer.py", std::string(kLiteralSource) + kTracerSource}},
                        .visible = options.visible,
                        .limits = limits};
  command.limits.cpu_seconds += kGraceSeconds;
  command.limits.wall_seconds += kGraceSeconds;
  for (const std::string& path : options.files) command.visible.push_back(path);
  if (!options.copy.empty()) command.visible.push_back(options.copy);
  SCRIBE_TRY_ASSIGN(CommandEnd end, run_jailed_command(command));
  ProjectRun run{.lines = std::move(end.output), .end = end.limit, .tail = end.messages};
  SCRIBE_TRY(take_end(run));
  run.cpu_seconds = end.cpu_seconds;
  if (run.end == "not started")
    return error(ErrorCode::not_found, "cannot start '{}' in the jail: {}",
                 options.command.empty() ? "" : options.command.front(), run.tail);
  if (run.end.empty() && !run.lines.empty()) run.end = "killed";  // The command killed its parent.
  if (run.end.empty())
    return error(ErrorCode::internal, "the runner in the jail ended with code {}: {}",
                 end.exit_code, end.messages);
  run.lines.resize(run.lines.rfind('\n') + 1);  // A torn last line is no line.
  run.processes = count_processes(run.lines);
  return run;
}

Result<std::string> build_candidates(const BuilderOptions& options, const std::string& traces) {
  const Json job = {{"traces", traces.empty() ? "" : "traces"},
                    {"files", list_of(options.files)},
                    {"doctests", options.doctests},
                    {"guesses", options.guesses},
                    {"skip_tests", options.skip_tests},
                    {"items_max", options.helpers_max},
                    {"prompt_bytes_max", options.prompt_bytes_max},
                    {"body_lines_max", options.body_lines_max}};
  JailedCommand command{
      .arguments = {kInterpreter, "-I", "-S", "builder.py", "job"},
      .files = {{"builder.py", std::string(kLiteralSource) + kInputsSource + kModulesSource +
                                   kClosureSource + kCandidatesSource},
                {"job", python_literal(job)},
                {"traces", traces}},
      .visible = options.files,
      .limits = options.limits};
  for (const std::string& path : options.visible) command.visible.push_back(path);
  SCRIBE_TRY_ASSIGN(CommandEnd end, run_jailed_command(command));
  if (!end.ended_well())
    return error(ErrorCode::internal, "the builder of problems failed ({}): {}",
                 end.limit.empty() ? fmt::format("exit code {}", end.exit_code)
                                   : end.limit + " limit; give it fewer files at once",
                 end.messages.substr(0, 2000));
  return std::move(end.output);
}

}  // namespace scribe::trace
