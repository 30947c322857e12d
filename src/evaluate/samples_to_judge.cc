// Matching of samples and problems.
#include "evaluate/samples_to_judge.h"

#include <algorithm>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "base/hash.h"
#include "evaluate/program_form.h"
#include "sandbox/toolchains.h"

namespace scribe {
namespace {

constexpr int kKeyVersion = 2;  // Raise it when the meaning of verdicts changes.
constexpr std::size_t kNamesShown = 5;

/// "'a', 'b' and 3 more".
std::string listed(std::span<const std::string> names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kNamesShown); ++i)
    text += fmt::format("{}'{}'", i == 0 ? "" : ", ", names[i]);
  if (names.size() > kNamesShown) text += fmt::format(" and {} more", names.size() - kNamesShown);
  return text;
}

/// Adds samples to a SamplesToJudge.
class Matcher {
 public:
  Matcher(SamplesToJudge& result, const SampleReadingOptions& options)
      : result_(result), options_(options) {
    for (std::size_t i = 0; i < result.problems.size(); ++i) {
      problem_of_task_.emplace(result.problems[i].task_id, i);
      suites_.push_back(tests_of(result.problems[i]));
    }
  }

  void add(RawSample raw) {
    const auto found = problem_of_task_.find(raw.task_id);
    if (found == problem_of_task_.end()) {
      if (unknown_seen_.insert(raw.task_id).second) unknown_.push_back(raw.task_id);
      return;
    }
    if (options_.skip_missing_toolchains && is_skipped(found->second)) return;
    SampleToJudge sample{.line = {},
                         .text = {},
                         .problem = found->second,
                         .program = program_of(raw, found->second, options_.extract),
                         .program_by_strategy = {}};
    if (options_.all_strategies)
      for (const ExtractStrategy strategy : kExtractStrategies)
        sample.program_by_strategy.push_back(program_of(raw, found->second, strategy));
    sample.line = std::move(raw.line);
    sample.text = std::move(raw.text);
    result_.samples.push_back(std::move(sample));
  }

  const std::vector<std::string>& unknown() const { return unknown_; }

 private:
  /// True, and noted, if nothing here can run the problem's programs.
  bool is_skipped(std::size_t problem_index) {
    const Problem& problem = result_.problems[problem_index];
    if (problem.form == ProblemForm::calls) return false;
    const auto [known, is_new] = toolchain_problems_.emplace(problem.language, "");
    if (is_new)
      if (const Status usable = sandbox::check_toolchain(problem.language); !usable.ok())
        known->second = usable.error().message();
    const std::string& reason = known->second;
    if (reason.empty()) return false;
    auto skipped = std::ranges::find(result_.skipped, reason, &SkippedProblems::reason);
    if (skipped == result_.skipped.end())
      skipped = result_.skipped.insert(skipped, {.reason = reason, .tasks = {}});
    if (skipped_seen_.insert(problem_index).second) skipped->tasks.push_back(problem.task_id);
    ++skipped->samples;
    return true;
  }

  std::size_t program_of(const RawSample& raw, std::size_t problem_index,
                         ExtractStrategy strategy) {
    const Problem& problem = result_.problems[problem_index];
    const auto code =
        extract_code(raw.text, strategy, problem.entry_point, answer_language(problem));
    Program program{.key = {},
                    .job = {.candidate = {},
                            .tests = suites_[problem_index],
                            .entry_point = problem.entry_point,
                            .limits = options_.limits},
                    .decided = {}};
    if (!code)
      program.decided = no_code();
    else if (raw.is_program)
      program.job.candidate = *code;
    else if (strategy == ExtractStrategy::none)
      program.job.candidate = judged_program(problem, *code);
    else
      program.job.candidate = program_from_code(problem, *code);
    set_program_form(problem, code.value_or(""), program.job);
    program.key = program_key(problem, program.job);
    if (!code) program.key = hash128_hex("no code " + program.key);
    const auto [place, is_new] = program_of_key_.emplace(program.key, result_.programs.size());
    if (is_new) result_.programs.push_back(std::move(program));
    return place->second;
  }

  static Verdict no_code() {
    Verdict verdict;
    verdict.kind = VerdictKind::no_code;
    verdict.detail = "no code was found in the answer";
    return verdict;
  }

  SamplesToJudge& result_;
  const SampleReadingOptions& options_;
  std::vector<SuiteText> suites_;  ///< of the problems; all their jobs share them
  std::unordered_map<std::string, std::size_t> problem_of_task_;
  std::unordered_map<std::string, std::size_t> program_of_key_;
  std::unordered_map<std::string, std::string> toolchain_problems_;  ///< "" for those that run
  std::unordered_set<std::size_t> skipped_seen_;                     ///< problems
  std::unordered_set<std::string> unknown_seen_;
  std::vector<std::string> unknown_;
};

/// Task ids of problems that have no tests, or (if `attempted` is false) no samples at all.
std::vector<std::string> tasks_where(const SamplesToJudge& samples, bool attempted) {
  std::vector<bool> has_samples(samples.problems.size());
  for (const SampleToJudge& sample : samples.samples) has_samples[sample.problem] = true;
  std::unordered_set<std::string_view> skipped;
  for (const SkippedProblems& group : samples.skipped)
    skipped.insert(group.tasks.begin(), group.tasks.end());
  std::vector<std::string> tasks;
  for (std::size_t i = 0; i < samples.problems.size(); ++i)
    if (attempted ? has_samples[i] && samples.problems[i].test.empty()
                  : !has_samples[i] && !skipped.contains(samples.problems[i].task_id))
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
  // What is right is what it returns, which the tests of the job do not hold yet.
  if (problem.expected_from_solution) add(judged_program(problem, problem.canonical_solution));
  if (job.form != TestForm::calls) {
    add(job.language);
    add(job.form == TestForm::stdio ? "stdio" : "own exit");
  }
  return hash128_hex(content);
}

Result<SamplesToJudge> read_samples_to_judge(Env& env, const std::string& samples_path,
                                             const std::string& problems_path,
                                             const SampleReadingOptions& options) {
  SamplesToJudge result;
  SCRIBE_TRY_ASSIGN(result.problems, load_problems(env, problems_path));
  SCRIBE_TRY_ASSIGN(SampleFile file, read_sample_file(env, samples_path, result.problems));
  result.format = file.format;
  Matcher matcher(result, options);
  for (RawSample& sample : file.samples) matcher.add(std::move(sample));
  if (!matcher.unknown().empty())
    return error(
        ErrorCode::invalid_data,
        "'{}': {} task ids are not in '{}': {}; give the problem file that the samples were "
        "made for",
        samples_path, matcher.unknown().size(), problems_path, listed(matcher.unknown()));
  if (result.samples.empty() && !result.skipped.empty())
    return error(ErrorCode::unsupported, "'{}': none of the samples can be run: {}", samples_path,
                 result.skipped.front().reason);
  if (result.samples.empty())
    return error(ErrorCode::invalid_data, "'{}' holds no samples, expected one per line",
                 samples_path);
  if (const auto untested = tasks_where(result, true); !untested.empty())
    return error(ErrorCode::invalid_data,
                 "'{}': {} problems with samples have no tests and cannot be scored: {}",
                 problems_path, untested.size(), listed(untested));
  if (const auto missing = tasks_where(result, false); !missing.empty() && !options.allow_partial)
    return error(ErrorCode::invalid_argument,
                 "'{}': {} of {} problems have no samples: {}; --allow-partial scores the others",
                 samples_path, missing.size(), result.problems.size(), listed(missing));
  return result;
}

}  // namespace scribe
