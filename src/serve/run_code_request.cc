// Names of fields and states are SandboxFusion's.
#include "serve/run_code_request.h"

#include <csignal>

#include "base/utf8_parts.h"
#include "sandbox/toolchains.h"

namespace scribe {
namespace {

constexpr double kTimeoutDefault = 10;
constexpr double kTimeoutMax = 3600;  // Of fields that are read and change nothing.

/// One step of the report that the sandbox made. A limit other than time is a kill.
Json result_of(const Json& step, bool is_time_up) {
  if (step.is_null()) return nullptr;
  const bool is_killed = step["exit_code"].is_null() && !is_time_up;
  return {{"status", is_time_up ? "TimeLimitExceeded" : "Finished"},
          {"execution_time", step["wall_seconds"]},
          {"return_code", is_time_up  ? Json()
                          : is_killed ? Json(-SIGKILL)
                                      : step["exit_code"]},
          {"stdout", step["output"]},
          {"stderr", step["messages"]}};
}

}  // namespace

std::variant<SandboxJob, ApiError> run_code_request(const Json& body,
                                                    const ExecuteRequestLimits& limits) {
  RequestFields fields(body);
  SandboxJob job{.candidate = "", .tests = "", .entry_point = "", .limits = {}};
  job.form = TestForm::stdio;
  fields.read("code", job.candidate);
  fields.read("language", job.language);
  std::string input;
  fields.read("stdin", input);
  job.limits.cpu_seconds = std::min(kTimeoutDefault, limits.cpu_seconds_max);
  fields.read("run_timeout", job.limits.cpu_seconds, 0.01, limits.cpu_seconds_max);
  job.limits.wall_seconds = 3 * job.limits.cpu_seconds;
  double compile_timeout = 0;
  fields.read("compile_timeout", compile_timeout, 0, kTimeoutMax);
  std::int64_t megabytes = -1;  // As many as a program usually may have.
  fields.read("memory_limit_MB", megabytes, -1, limits.memory_megabytes_max);
  if (megabytes > 0) job.limits.memory_bytes = megabytes << 20;
  if (fields.find("code") == nullptr) fields.fail("code", "expected the program's source");
  for (const char* const name : {"files", "fetch_files"}) {
    const Json* const files = fields.find(name);
    if (files != nullptr && !files->empty())
      return not_supported(
          name, "files are not supported; put their contents into the program or its stdin");
  }
  if (fields.failure()) return *fields.failure();
  if (const Status status = sandbox::check_toolchain(job.language); !status.ok())
    return not_supported("language", status.error().message());
  job.tests = to_json_line(
      Json{{"cases", {{{"input", replace_invalid_utf8(input)}}}}, {"comparison", "report"}});
  return job;
}

Json run_code_reply(const Verdict& verdict) {
  Json reply{{"status", "SandboxError"},     {"message", verdict.detail},
             {"compile_result", nullptr},    {"run_result", nullptr},
             {"executor_pod_name", nullptr}, {"files", Json::object()}};
  const Result<Json> report = parse_json(verdict.report, "report");
  if (!report.ok()) return reply;
  const Json& runs = report.value()["runs"];
  const Json run = runs.empty() ? Json() : runs.front();
  const bool is_time_up = verdict.kind == VerdictKind::cpu || verdict.kind == VerdictKind::wall;
  reply["status"] = verdict.passed() ? "Success" : "Failed";
  reply["message"] = "";
  reply["compile_result"] = result_of(report.value()["compile"], run.is_null() && is_time_up);
  reply["run_result"] = result_of(run, is_time_up);
  return reply;
}

}  // namespace scribe
