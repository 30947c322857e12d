// Two suites per problem over the programs of a results file, and the file that keeps the runs.
#include "evaluate/sample_behaviour.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <thread>
#include <unordered_map>

#include "base/json.h"
#include "base/progress.h"
#include "base/python_json.h"
#include "evaluate/behaviour_suite.h"
#include "evaluate/samples_to_judge.h"

namespace scribe {
namespace {

/// How one program ended under one suite.
struct BehaviourRun {
  std::string verdict;  ///< "pass": the suite came to its end, and reported
  std::string report;
};

/// The tests with the public cases in place of the hidden ones; "" if there are none.
std::string public_tests(const Problem& problem) {
  if (problem.public_cases.empty()) return "";
  const Result<Json> hidden = parse_json(problem.test, problem.task_id);
  const Result<Json> cases = parse_json(problem.public_cases, problem.task_id);
  SCRIBE_CHECK(hidden.ok() && cases.ok(), "the tests of '{}' are no JSON", problem.task_id);
  Json tests = hidden.value();
  tests["cases"] = cases.value();
  return to_json_line(tests);
}

/// The numbered word of "3 4 abc"; "" if there are fewer.
std::string_view word_of(std::string_view report, int index) {
  for (; index > 0 && !report.empty(); --index)
    report.remove_prefix(std::min(report.find(' '), report.size() - 1) + 1);
  return report.substr(0, report.find(' '));
}

std::int64_t number_of(std::string_view report, int index) {
  const std::string_view word = word_of(report, index);
  std::int64_t number = 0;
  std::from_chars(word.data(), word.data() + word.size(), number);
  return number;
}

/// The strategy by which eval found the code: the same programs are run here.
Result<ExtractStrategy> strategy_of_results(Env& env, const std::string& path) {
  std::set<std::string> names;
  const auto note = [&](const Json& line, const std::string& where) -> Status {
    std::string name = "none";
    if (line.is_object() && line.contains("extract")) {
      SCRIBE_TRY_ASSIGN(name, json_field<std::string>(line, "extract", where));
    }
    names.insert(name);
    return {};
  };
  SCRIBE_TRY(for_each_python_json_line(env, path, note));
  const auto strategy = names.size() == 1 ? extract_strategy_named(*names.begin()) : std::nullopt;
  if (strategy) return *strategy;
  return error(ErrorCode::invalid_data,
               "'{}': field 'extract' is {}, expected one known strategy in all lines", path,
               fmt::join(names, ", "));
}

class BehaviourRuns {
 public:
  BehaviourRuns(Env& env, StopToken& stop, std::string results_path,
                const BehaviourOptions& options)
      : env_(env), stop_(stop), results_path_(std::move(results_path)), options_(options) {}

  Result<Behaviours> run(const std::string& problems_path) {
    SCRIBE_TRY_ASSIGN(const ExtractStrategy extract, strategy_of_results(env_, results_path_));
    SCRIBE_TRY_ASSIGN(samples_,
                      read_samples_to_judge(
                          env_, results_path_, problems_path,
                          {.limits = options_.limits, .allow_partial = true, .extract = extract}));
    SCRIBE_TRY(make_jobs(problems_path));
    SCRIBE_TRY_ASSIGN(JsonlJournal journal,
                      JsonlJournal::open(env_, behaviour_path_of(results_path_),
                                         [&](const Json& line, const std::string& where) {
                                           return take(line, where);
                                         }));
    SCRIBE_TRY(run_missing(journal));
    return collect();
  }

 private:
  struct Suites {
    SuiteText examples;
    SuiteText agreement;
  };

  /// Two jobs for every program, examples first, in the order of the programs.
  Status make_jobs(const std::string& problems_path) {
    std::vector<const Problem*> problem_of(samples_.programs.size());
    for (const SampleToJudge& sample : samples_.samples)
      problem_of[sample.program] = &samples_.problems[sample.problem];
    std::unordered_map<const Problem*, Suites> suites;
    for (std::size_t i = 0; i < samples_.programs.size(); ++i) {
      const Problem& problem = *problem_of[i];
      if (problem.form == ProblemForm::own_exit)
        return error(ErrorCode::unsupported,
                     "'{}': task '{}' is neither a Python function nor a program with cases; rank "
                     "without --problems",
                     problems_path, problem.task_id);
      const auto [found, is_new] = suites.try_emplace(&problem);
      if (is_new)
        found->second = {.examples = examples_suite(problem),
                         .agreement = agreement_suite(problem, options_)};
      for (const SuiteText& suite : {found->second.examples, found->second.agreement}) {
        SandboxJob job = samples_.programs[i].job;
        job.tests = suite;
        keys_.push_back(suite.size() == 0 ? "" : program_key(problem, job));
        jobs_.push_back(std::move(job));
      }
    }
    return {};
  }

  Status take(const Json& line, const std::string& where) {
    SCRIBE_TRY_ASSIGN(const std::string key, json_field<std::string>(line, "key", where));
    BehaviourRun& run = runs_[key];
    SCRIBE_TRY_ASSIGN(run.verdict, json_field<std::string>(line, "verdict", where));
    SCRIBE_TRY_ASSIGN(run.report, json_field<std::string>(line, "report", where));
    return {};
  }

  Status run_missing(JsonlJournal& journal) {
    std::vector<SandboxJob> jobs;
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      if (samples_.programs[i / 2].decided || keys_[i].empty() || runs_.contains(keys_[i]))
        continue;
      jobs.push_back(jobs_[i]);
      keys.push_back(keys_[i]);
    }
    if (jobs.empty()) return {};
    SandboxWorkers sandbox = options_.sandbox;
    if (!sandbox.start) {
      SCRIBE_TRY_ASSIGN(sandbox, real_sandbox_workers());
    }
    Progress progress(
        env_,
        {.label = "rank", .unit = "runs", .total = std::ssize(jobs), .quiet = options_.quiet});
    std::string failure;
    const auto keep = [&](std::size_t index, const Verdict& verdict) -> Status {
      if (verdict.kind == VerdictKind::internal) {
        failure = verdict.detail;
        return {};
      }
      const BehaviourRun& run = runs_[keys[index]] = {.verdict = std::string(name_of(verdict.kind)),
                                                      .report = verdict.report};
      progress.update(++done_);
      return journal.append(
          {{"key", keys[index]}, {"verdict", run.verdict}, {"report", run.report}});
    };
    const int workers = options_.workers > 0
                            ? options_.workers
                            : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    SCRIBE_TRY(judge_fairly(jobs, sandbox.start, workers, stop_, keep));
    SCRIBE_TRY(journal.sync());
    if (done_ == std::ssize(jobs)) return {};
    return error(ErrorCode::internal,
                 "the sandbox failed twice on {} of {} runs ('{}'); the others are kept: run the "
                 "same command to try these again",
                 std::ssize(jobs) - done_, jobs.size(), failure);
  }

  Behaviours collect() {
    Behaviours behaviours;
    behaviours.runs = done_;
    std::set<std::size_t> attempted;
    std::set<std::size_t> with_examples;
    std::set<std::size_t> with_inputs;
    for (const SampleToJudge& sample : samples_.samples) {
      const std::string& key = keys_[2 * sample.program];
      const BehaviourRun& examples = runs_[key];
      const BehaviourRun& agreement = runs_[keys_[2 * sample.program + 1]];
      SampleBehaviour& behaviour = behaviours.samples.emplace_back();
      behaviour.task_id = samples_.problems[sample.problem].task_id;
      attempted.insert(sample.problem);
      // Cases judge by themselves; a suite reports.
      const bool is_judged = jobs_[2 * sample.program].form == TestForm::stdio;
      behaviour.passes_examples =
          key.empty() || (examples.verdict == "pass" &&
                          word_of(examples.report, 0) == word_of(examples.report, 1));
      if (!key.empty() && (is_judged || number_of(examples.report, 1) > 0))
        with_examples.insert(sample.problem);
      if (agreement.verdict != "pass") continue;
      const std::int64_t inputs = number_of(agreement.report, 0);
      if (inputs > 0) with_inputs.insert(sample.problem);
      if (inputs > number_of(agreement.report, 1)) behaviour.outputs = word_of(agreement.report, 2);
    }
    behaviours.problems = std::ssize(attempted);
    behaviours.with_examples = std::ssize(with_examples);
    behaviours.with_inputs = std::ssize(with_inputs);
    return behaviours;
  }

  Env& env_;
  StopToken& stop_;
  const std::string results_path_;
  const BehaviourOptions& options_;
  SamplesToJudge samples_;
  std::vector<SandboxJob> jobs_;   ///< 2 i and 2 i + 1 are of program i
  std::vector<std::string> keys_;  ///< of jobs_
  std::unordered_map<std::string, BehaviourRun> runs_;
  std::int64_t done_ = 0;
};

}  // namespace

std::string examples_suite(const Problem& problem) {
  if (problem.form == ProblemForm::stdio) return public_tests(problem);
  return behaviour_suite(fmt::format("Examples({}, {})", python_literal(problem.prompt),
                                     python_literal(problem.entry_point)));
}

std::string agreement_suite(const Problem& problem, const BehaviourOptions& options) {
  if (problem.form == ProblemForm::stdio) return "";
  return behaviour_suite(fmt::format("Agreement({}, {}, {}, {})", python_literal(problem.prompt),
                                     python_literal(problem.entry_point), options.seed,
                                     options.inputs));
}

std::string behaviour_path_of(const std::string& results_path) {
  return results_path + "_behaviour.jsonl";
}

Result<Behaviours> sample_behaviours(Env& env, StopToken& stop, const std::string& results_path,
                                     const std::string& problems_path,
                                     const BehaviourOptions& options) {
  if (options.inputs < 1 || options.inputs > kAgreementInputsMax)
    return error(ErrorCode::invalid_argument, "{} inputs: expected 1 ... {}", options.inputs,
                 kAgreementInputsMax);
  return BehaviourRuns(env, stop, results_path, options).run(problems_path);
}

}  // namespace scribe
