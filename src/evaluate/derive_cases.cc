// One job per program, which runs on all inputs; then agreement, choice, and longer tests.
#include "evaluate/derive_cases.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/hash.h"
#include "base/json.h"
#include "base/utf8_parts.h"
#include "evaluate/behaviour_suite.h"
#include "problems/apps_calls.h"
#include "problems/changed_input.h"
#include "sandbox/stdio_tests.h"

namespace scribe {
namespace {

/// What one program made of one input.
struct Output {
  std::string text;      ///< as the tests expect it
  std::string compared;  ///< as outputs are compared
};
using Outputs = std::vector<std::optional<Output>>;  ///< an entry each input; none: it failed

/// How problems of one form are explored and extended.
class CaseForm {
 public:
  virtual ~CaseForm() = default;
  /// Tests that fail nobody and report what a program does with the inputs.
  virtual std::string suite() const = 0;
  /// Of a report of suite(); empty if it is none.
  virtual Outputs read(const Json& report) = 0;
  virtual bool same(const Output& a, const Output& b) const = 0;
  /// Is this what a program says that says nothing?
  virtual bool is_empty(const Output& output) const = 0;
  /// The problem's tests with these inputs, by place, and outputs behind them.
  virtual std::string extended(
      const std::vector<std::pair<std::size_t, std::string>>& cases) const = 0;
};

/// Programs that read and print.
class PrintedCases : public CaseForm {
 public:
  PrintedCases(Json tests, sandbox::StdioTests read, std::vector<std::string> inputs)
      : tests_(std::move(tests)), read_(std::move(read)), inputs_(std::move(inputs)) {}

  std::string suite() const override {
    Json cases = Json::array();
    for (const std::string& input : inputs_) cases.push_back({{"input", input}});
    return to_json_line({{"cases", cases}, {"comparison", "report"}});
  }
  Outputs read(const Json& report) override {
    Outputs outputs;
    for (const Json& run : report["runs"]) {
      outputs.emplace_back();
      if (run["exit_code"] == 0) outputs.back() = {.text = run["output"], .compared = ""};
    }
    return outputs;
  }
  bool same(const Output& a, const Output& b) const override {
    return !sandbox::difference(a.text, b.text, read_);
  }
  bool is_empty(const Output& output) const override {
    return !sandbox::difference(output.text, "", read_);
  }
  std::string extended(
      const std::vector<std::pair<std::size_t, std::string>>& cases) const override {
    Json tests = tests_;
    for (const auto& [input, output] : cases)
      tests["cases"].push_back({{"input", inputs_[input]}, {"output", output}});
    return to_json_line(tests);
  }

 private:
  Json tests_;
  sandbox::StdioTests read_;
  std::vector<std::string> inputs_;
};

/// Functions and methods that are called.
class CalledCases : public CaseForm {
 public:
  CalledCases(const ContestProblem& contest, std::string name, std::uint64_t seed,
              std::size_t count)
      : contest_(contest), name_(std::move(name)), seed_(seed), count_(count) {}

  std::string suite() const override {
    return behaviour_suite(
        fmt::format("Outputs({}, lambda candidate: {}, {}, {})", python_literal(contest_.calls),
                    apps_calls_target(name_, contest_.problem.entry_point), seed_, count_));
  }
  Outputs read(const Json& report) override {
    Outputs outputs;
    inputs_.clear();  // The same from every program.
    for (const Json& one : report) {
      inputs_.push_back(one[0].is_string() ? one[0].get<std::string>() : "");
      outputs.emplace_back();
      if (one[0].is_string() && one[1].is_string() && one[2].is_string())
        outputs.back() = {.text = one[1], .compared = one[2]};
    }
    return outputs;
  }
  bool same(const Output& a, const Output& b) const override { return a.compared == b.compared; }
  bool is_empty(const Output& output) const override { return output.text == "null"; }
  std::string extended(
      const std::vector<std::pair<std::size_t, std::string>>& cases) const override {
    std::vector<std::string> inputs;
    std::vector<std::string> outputs;
    for (const auto& [input, output] : cases) {
      inputs.push_back(inputs_[input]);
      outputs.push_back(output);
    }
    // Of texts: numbers may be larger than C++ has.
    const std::string texts[] = {contest_.calls,
                                 fmt::format(R"({{"inputs": [{}], "outputs": [{}]}})",
                                             fmt::join(inputs, ", "), fmt::join(outputs, ", "))};
    return apps_calls_test(texts, name_, contest_.problem.entry_point);
  }

 private:
  const ContestProblem& contest_;
  std::string name_;
  std::uint64_t seed_;
  std::size_t count_;
  std::vector<std::string> inputs_;  ///< as JSON
};

std::unique_ptr<CaseForm> printed_cases(const ContestProblem& contest, std::uint64_t seed,
                                        std::size_t count) {
  const std::string& name = contest.problem.task_id;
  Result<Json> tests = parse_json(contest.problem.test, name);
  if (!tests.ok()) return nullptr;
  Result<sandbox::StdioTests> read = sandbox::parse_stdio_tests(tests.value(), name);
  if (!read.ok() || read.value().comparison == sandbox::OutputComparison::checker ||
      read.value().cases.size() + count > sandbox::kStdioCasesMax)
    return nullptr;
  std::vector<std::string> given;
  for (const sandbox::StdioCase& one : read.value().cases) given.push_back(one.input);
  std::vector<std::string> inputs = changed_inputs(given, count, seed);
  if (inputs.empty()) return nullptr;
  return std::make_unique<PrintedCases>(std::move(tests).value(), std::move(read).value(),
                                        std::move(inputs));
}

/// Nothing where many answers are right, or no input can be made.
std::unique_ptr<CaseForm> case_form(const ContestProblem& contest,
                                    const DeriveCasesOptions& options) {
  const std::uint64_t seed = hash64(contest.problem.task_id, options.seed);
  const std::size_t count = std::max(kInputsTriedMin, options.cases_max * kInputsPerDerivedCase);
  if (contest.problem.form == ProblemForm::stdio) return printed_cases(contest, seed, count);
  const Result<Json> pairs = parse_json(contest.calls, contest.problem.task_id);
  if (contest.problem.form != ProblemForm::calls || !pairs.ok()) return nullptr;
  return std::make_unique<CalledCases>(contest, pairs.value()["fn_name"].get<std::string>(), seed,
                                       count);
}

/// One problem's part of the work.
struct Exploration {
  std::size_t problem = 0;
  std::unique_ptr<CaseForm> form;
  std::vector<std::size_t> incorrect;  ///< places of the programs that ran behind the right ones
  std::size_t first_job = 0;
};

/// Inputs on which all right programs ended, and with the same answer.
std::vector<std::size_t> agreed_inputs(const CaseForm& form, const std::vector<Outputs>& right,
                                       DerivedCases& derived) {
  std::vector<std::size_t> agreed;
  for (std::size_t i = 0; i < right.front().size(); ++i) {
    const auto& first = right.front()[i];
    if (!std::ranges::all_of(right, [&](const Outputs& one) { return one[i].has_value(); }))
      continue;
    ++derived.inputs;
    const auto agrees = [&](const Outputs& one) { return form.same(*one[i], *first); };
    if (std::ranges::all_of(right, agrees) && !form.is_empty(*first)) agreed.push_back(i);
  }
  derived.agreed = std::ssize(agreed);
  return agreed;
}

/// Does this input tell a wrong program from the right ones? Of one that did not come to the end of
/// the suite that is not known.
bool catches(const CaseForm& form, const Outputs& right, const Outputs& wrong, std::size_t input) {
  return input < wrong.size() && (!wrong[input] || !form.same(*wrong[input], *right[input]));
}

/// The first input that catches each wrong program, then the others in order, at most `count`.
std::vector<std::size_t> chosen_inputs(const CaseForm& form, const Outputs& right,
                                       const std::vector<Outputs>& wrong,
                                       const std::vector<std::size_t>& agreed, std::size_t count) {
  std::vector<std::size_t> chosen;
  const auto is_chosen = [&](std::size_t input) {
    return std::ranges::find(chosen, input) != chosen.end();
  };
  for (const Outputs& one : wrong) {
    const auto catches_it = [&](std::size_t input) { return catches(form, right, one, input); };
    if (std::ranges::any_of(chosen, catches_it)) continue;
    const auto found = std::ranges::find_if(agreed, catches_it);
    if (found != agreed.end() && chosen.size() < count) chosen.push_back(*found);
  }
  for (const std::size_t input : agreed)
    if (chosen.size() < count && !is_chosen(input)) chosen.push_back(input);
  std::ranges::sort(chosen);
  return chosen;
}

/// The outputs of a job, none where it did not come to the end of its suite.
Outputs outputs_of(CaseForm& form, const Verdict& verdict) {
  const Result<Json> report = parse_json(verdict.report, "report");
  if (!report.ok()) return {};
  Outputs outputs = form.read(report.value());
  for (auto& output : outputs)  // Bytes that are no text were replaced on the way.
    if (output && (output->text.size() > kDerivedOutputBytesMax ||
                   output->text.find(kReplacementCharacter) != std::string::npos))
      output.reset();
  return outputs;
}

DerivedCases extend(const Exploration& exploration, std::span<const Verdict> verdicts,
                    std::size_t count, ContestProblem& contest, SolutionsCheck& check) {
  CaseForm& form = *exploration.form;
  DerivedCases derived{.possible = true};
  std::vector<Outputs> right;
  std::vector<Outputs> wrong;
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    const bool is_right = i < check.solutions_passed.size();
    (is_right ? right : wrong).push_back(outputs_of(form, verdicts[i]));
  }
  // One that did not come to the end of the suite could fail on any input.
  const auto is_short = [&](const Outputs& one) { return one.size() < right.front().size(); };
  if (right.front().empty() || std::ranges::any_of(right, is_short)) return derived;
  const std::vector<std::size_t> agreed = agreed_inputs(form, right, derived);
  const std::vector<std::size_t> chosen = chosen_inputs(form, right.front(), wrong, agreed, count);
  derived.added = std::ssize(chosen);
  if (chosen.empty()) return derived;
  std::vector<std::pair<std::size_t, std::string>> cases;
  for (const std::size_t input : chosen) cases.emplace_back(input, right.front()[input]->text);
  contest.problem.test = form.extended(cases);
  for (std::size_t i = 0; i < wrong.size(); ++i)
    if (std::ranges::any_of(chosen, [&](std::size_t input) {
          return catches(form, right.front(), wrong[i], input);
        }))
      std::erase(check.incorrect_passed, exploration.incorrect[i]);
  return derived;
}

/// What derive_cases() changes and gives back.
struct Derivation {
  std::vector<ContestProblem>& problems;
  std::vector<SolutionsCheck>& checks;
  std::vector<DerivedCases> derived;
};

/// Problems `begin` to `end`.
Status derive_some(Env& env, StopToken& stop, const DeriveCasesOptions& options, std::size_t begin,
                   std::size_t end, Derivation& all) {
  std::vector<SandboxJob> jobs;
  std::vector<Exploration> explorations;
  for (std::size_t p = begin; p < end; ++p) {
    const ContestProblem& contest = all.problems[p];
    const SolutionsCheck& check = all.checks[p];
    if (check.solutions_passed.size() < kAgreeingSolutionsMin) continue;
    Exploration exploration{.problem = p,
                            .form = case_form(contest, options),
                            .incorrect = check.incorrect_passed,
                            .first_job = jobs.size()};
    if (!exploration.form) continue;
    const SuiteText suite(exploration.form->suite());
    const auto add = [&](const std::string& program) {
      jobs.push_back(solution_job(contest.problem, program, suite, options.run.limits));
    };
    for (const std::size_t s : check.solutions_passed) add(contest.solutions[s]);
    for (const std::size_t s : exploration.incorrect) add(contest.incorrect[s]);
    explorations.push_back(std::move(exploration));
  }
  const std::string label =
      fmt::format("derive, problems {} to {} of {}", begin + 1, end, all.problems.size());
  SCRIBE_TRY_ASSIGN(const std::vector<Verdict> verdicts,
                    run_solution_jobs(env, stop, label, jobs, options.run));
  for (const Exploration& exploration : explorations) {
    const std::size_t p = exploration.problem;
    SolutionsCheck& check = all.checks[p];
    const std::size_t programs = check.solutions_passed.size() + exploration.incorrect.size();
    all.derived[p] =
        extend(exploration, std::span(verdicts).subspan(exploration.first_job, programs),
               options.cases_max, all.problems[p], check);
  }
  return {};
}

}  // namespace

Result<std::vector<DerivedCases>> derive_cases(Env& env, StopToken& stop,
                                               const DeriveCasesOptions& options,
                                               std::vector<ContestProblem>& problems,
                                               std::vector<SolutionsCheck>& checks) {
  if (options.cases_max < 1 || options.cases_max > kDerivedCasesMax)
    return error(ErrorCode::invalid_argument, "{} cases a problem, expected 1 to {}",
                 options.cases_max, kDerivedCasesMax);
  Derivation all{.problems = problems,
                 .checks = checks,
                 .derived = std::vector<DerivedCases>(problems.size())};
  // A program's report may have megabytes, so that those of all problems need not fit.
  for (std::size_t begin = 0; begin < problems.size(); begin += kProblemsDerivedAtOnce)
    SCRIBE_TRY(derive_some(env, stop, options, begin,
                           std::min(begin + kProblemsDerivedAtOnce, problems.size()), all));
  return std::move(all.derived);
}

}  // namespace scribe
