// Matching of samples and problems.
#include "evaluate/samples_to_judge.h"

#include <algorithm>
#include <span>
#include <unordered_map>

#include "base/hash.h"
#include "evaluate/program_form.h"

namespace scribe {
namespace {

constexpr int kKeyVersion = 1;  // Raise it when the meaning of verdicts changes.
constexpr std::size_t kNamesShown = 5;

/// "'a', 'b' and 3 more".
std::string listed(std::span<const std::string> names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kNamesShown); ++i)
    text += fmt::format("{}'{}'", i == 0 ? "" : ", ", names[i]);
  if (names.size() > kNamesShown) text += fmt::format(" and {} more", names.size() - kNamesShown);
  return text;
}

/// Adds lines to a SamplesToJudge.
class Matcher {
 public:
  Matcher(SamplesToJudge& result, const SandboxLimits& limits) : result_(result), limits_(limits) {
    for (std::size_t i = 0; i < result.problems.size(); ++i) {
      problem_of_task_.emplace(result.problems[i].task_id, i);
      suites_.emplace_back(result.problems[i].test);
    }
  }

  Status add(Json line, const std::string& where) {
    SCRIBE_TRY_ASSIGN(const std::string task_id, json_field<std::string>(line, "task_id", where));
    SCRIBE_TRY_ASSIGN(const std::string completion,
                      json_field<std::string>(line, "completion", where));
    const auto problem = problem_of_task_.find(task_id);
    if (problem == problem_of_task_.end()) {
      if (std::ranges::find(unknown_, task_id) == unknown_.end()) unknown_.push_back(task_id);
      return {};
    }
    const std::size_t program = program_of(problem->second, completion);
    result_.samples.push_back({std::move(line), problem->second, program});
    return {};
  }

  const std::vector<std::string>& unknown() const { return unknown_; }

 private:
  std::size_t program_of(std::size_t index, const std::string& completion) {
    const Problem& problem = result_.problems[index];
    SandboxJob job{.candidate = judged_program(problem, completion),
                   .tests = suites_[index],
                   .entry_point = problem.entry_point,
                   .limits = limits_};
    set_program_form(problem, completion, job);
    std::string key = program_key(problem, job);
    const auto [place, is_new] = program_of_key_.emplace(key, result_.programs.size());
    if (is_new) result_.programs.push_back({std::move(key), std::move(job)});
    return place->second;
  }

  SamplesToJudge& result_;
  const SandboxLimits& limits_;
  std::vector<SuiteText> suites_;  ///< of the problems; all their jobs share them
  std::unordered_map<std::string, std::size_t> problem_of_task_;
  std::unordered_map<std::string, std::size_t> program_of_key_;
  std::vector<std::string> unknown_;
};

/// Task ids of problems that have no tests, or (if `attempted` is false) no samples.
std::vector<std::string> tasks_where(const SamplesToJudge& samples, bool attempted) {
  std::vector<bool> has_samples(samples.problems.size());
  for (const SampleToJudge& sample : samples.samples) has_samples[sample.problem] = true;
  std::vector<std::string> tasks;
  for (std::size_t i = 0; i < samples.problems.size(); ++i)
    if (attempted ? has_samples[i] && samples.problems[i].test.empty() : !has_samples[i])
      tasks.push_back(samples.problems[i].task_id);
  return tasks;
}

}  // namespace

std::string program_key(const Problem& problem, const SandboxJob& job) {
  std::string content;
  const auto add = [&content](std::string_view part) {
    content += fmt::format("{}:{}", part.size(), part);  // Lengths keep the parts apart.
  };
  const SandboxLimits& limits = job.limits;
  add(problem.task_id);
  add(job.candidate);
  add(job.tests);
  add(job.entry_point);
  add(fmt::format("{} {} {} {} {} {}", kKeyVersion, limits.cpu_seconds, limits.wall_seconds,
                  limits.memory_bytes, limits.output_bytes, limits.processes));
  if (job.form != TestForm::calls) {
    add(job.language);
    add(job.form == TestForm::stdio ? "stdio" : "own exit");
  }
  return hash128_hex(content);
}

Result<SamplesToJudge> read_samples_to_judge(Env& env, const std::string& samples_path,
                                             const std::string& problems_path,
                                             const SandboxLimits& limits, bool allow_partial) {
  SamplesToJudge result;
  SCRIBE_TRY_ASSIGN(result.problems, load_problems(env, problems_path));
  Matcher matcher(result, limits);
  SCRIBE_TRY(for_each_json_line(env, samples_path, [&](Json line, const std::string& where) {
    return matcher.add(std::move(line), where);
  }));
  if (!matcher.unknown().empty())
    return error(
        ErrorCode::invalid_data,
        "'{}': {} task ids are not in '{}': {}; give the problem file that the samples were "
        "made for",
        samples_path, matcher.unknown().size(), problems_path, listed(matcher.unknown()));
  if (result.samples.empty())
    return error(ErrorCode::invalid_data, "'{}' holds no samples, expected one per line",
                 samples_path);
  if (const auto untested = tasks_where(result, true); !untested.empty())
    return error(ErrorCode::invalid_data,
                 "'{}': {} problems with samples have no tests and cannot be scored: {}",
                 problems_path, untested.size(), listed(untested));
  if (const auto missing = tasks_where(result, false); !missing.empty() && !allow_partial)
    return error(ErrorCode::invalid_argument,
                 "'{}': {} of {} problems have no samples: {}; --allow-partial scores the others",
                 samples_path, missing.size(), result.problems.size(), listed(missing));
  return result;
}

}  // namespace scribe
