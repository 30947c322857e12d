// Three rounds of sandbox jobs: collect results, repeat the solution, try stubs.
#include "trace/verify.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/hash.h"
#include "trace/exercise_source.h"
#include "trace/literal_source.h"

namespace scribe::trace {
namespace {

constexpr int kExerciseRounds = 3;         // Each leaves out the call that ended the one before.
constexpr double kExerciseCpuSeconds = 1;  // Of all calls; problems must not be slow.
constexpr double kFailedShareMax = 0.2;    // Of given results that the solution may not reproduce.
constexpr std::array<std::string_view, kTraceOutcomes> kNames = {"verified", "fails",    "too few",
                                                                 "constant", "unstable", "trivial"};

std::string program_of(const Candidate& candidate) {
  return candidate.prompt + candidate.solution;
}

/// A JSON string is a Python string.
std::string quoted(const std::string& text) {
  return to_json_line(Json(text));
}

std::string exercise_suite(const Candidate& candidate, const VerifyOptions& options,
                           const std::set<int>& skipped) {
  std::string text = std::string(kSameSource) + kLiteralSource + kExerciseSource;
  text += "\n_INPUTS = [\n";
  for (const Sample& input : candidate.inputs)
    text += fmt::format("    [{}, {}],\n", quoted(input.arguments),
                        input.result.empty() ? "None" : quoted(input.result));
  const int tries = options.vary && candidate.may_vary ? options.tries : 0;
  text +=
      fmt::format("]\n\n\ndef check(candidate):\n    exercise(candidate, _INPUTS, {}, {}, {}, {{-1",
                  hash64(program_of(candidate), options.seed), options.tests_max, tries);
  for (const int number : skipped) text += fmt::format(", {}", number);
  return text + "})\n";
}

Result<std::vector<Sample>> samples_from(const Json& list, std::string_view where) {
  std::vector<Sample> samples;
  for (const Json& pair : list) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string())
      return error(ErrorCode::invalid_data, "{}: expected pairs of arguments and a result", where);
    samples.push_back({pair[0].get<std::string>(), pair[1].get<std::string>()});
  }
  return samples;
}

/// Reads what exercise() reported into `judged`.
Status take_report(const std::string& report, const VerifyOptions& options, Judged& judged) {
  SCRIBE_TRY_ASSIGN(const Json value, parse_json(report, "the report of a candidate's run"));
  SCRIBE_TRY_ASSIGN(std::vector<Sample> samples,
                    samples_from(value.value("held", Json::array()), "report"));
  const auto failed = value.value("failed", 0);
  if (failed > kFailedShareMax * static_cast<double>(samples.size())) return {};
  SCRIBE_TRY_ASSIGN(const std::vector<Sample> varied,
                    samples_from(value.value("new", Json::array()), "report"));
  const auto count = static_cast<std::size_t>(options.tests_max);
  // Two thirds are for inputs that somebody chose, if there are as many.
  judged.tests = choose_tests(std::move(samples), count - std::min(count / 3, varied.size()));
  const std::vector<Sample> more = choose_tests(varied, count - judged.tests.size());
  judged.tests.insert(judged.tests.end(), more.begin(), more.end());
  std::set<std::string> results;
  for (const Sample& test : judged.tests) results.insert(test.result);
  judged.outcome = TraceOutcome::verified;
  if (judged.tests.size() < static_cast<std::size_t>(options.tests_min))
    judged.outcome = TraceOutcome::too_few;
  else if (results.size() < 2)
    judged.outcome = TraceOutcome::constant;
  return {};
}

/// The bodies that must not pass.
std::vector<std::string> stubs_of(const Candidate& candidate, std::span<const Sample> tests) {
  std::map<std::string, int> counts;
  for (const Sample& test : tests) ++counts[test.result];
  const auto most =
      std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
  return {"    return None\n", fmt::format("    return {}\n", candidate.first),
          fmt::format("    return {}\n", most->first)};
}

/// The judging of a batch: `judged_` has one entry for each candidate.
class Batch {
 public:
  Batch(std::span<const Candidate> candidates, const VerifyOptions& options,
        const SandboxWorkerFactory& start_worker, StopToken& stop)
      : candidates_(candidates),
        options_(options),
        start_worker_(start_worker),
        stop_(stop),
        judged_(candidates.size()) {}

  Result<std::vector<Judged>> run() {
    SCRIBE_TRY(exercise());
    SCRIBE_TRY(repeat());
    SCRIBE_TRY(try_stubs());
    return std::move(judged_);
  }

 private:
  SandboxJob job(std::size_t index, const std::string& program, std::string tests) const {
    return {.candidate = program,
            .tests = std::move(tests),
            .entry_point = candidates_[index].name,
            .limits = options_.limits};
  }

  /// Runs `jobs`, each of the candidate owners[i], and calls on_verdict(owner, verdict).
  template <typename OnOwnVerdict>
  Status run_jobs(const std::vector<SandboxJob>& jobs, const std::vector<std::size_t>& owners,
                  OnOwnVerdict on_verdict) {
    if (jobs.empty()) return {};
    return judge_fairly(jobs, start_worker_, options_.workers, stop_,
                        [&](std::size_t i, const Verdict& verdict) -> Status {
                          return on_verdict(owners[i], verdict);
                        });
  }

  /// A call that hangs or kills ends the whole run: it is then repeated without that call.
  Status exercise() {
    std::vector<std::set<int>> skipped(candidates_.size());
    std::vector<std::size_t> left(candidates_.size());
    for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
    for (int round = 0; round < kExerciseRounds && !left.empty(); ++round) {
      std::vector<SandboxJob> jobs;
      for (const std::size_t i : left) {
        jobs.push_back(job(i, program_of(candidates_[i]),
                           exercise_suite(candidates_[i], options_, skipped[i])));
        jobs.back().limits.cpu_seconds = std::min(kExerciseCpuSeconds, options_.limits.cpu_seconds);
      }
      const std::vector<std::size_t> owners = std::exchange(left, {});
      SCRIBE_TRY(run_jobs(jobs, owners, [&](std::size_t i, const Verdict& verdict) -> Status {
        if (verdict.passed()) return take_report(verdict.report, options_, judged_[i]);
        const int number = verdict.part.empty() ? -1 : std::atoi(verdict.part.c_str());
        if (number >= 0 && skipped[i].insert(number).second) left.push_back(i);
        return {};
      }));
      std::ranges::sort(left);
    }
    return {};
  }

  /// In order, backwards, twice in one process, and again.
  Status repeat() {
    std::vector<SandboxJob> jobs;
    std::vector<std::size_t> owners;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      if (judged_[i].outcome != TraceOutcome::verified) continue;
      std::vector<Sample> tests = judged_[i].tests;
      const std::string forward = test_of(tests);
      std::ranges::reverse(tests);
      const std::string backward = test_of(tests);
      tests.insert(tests.end(), judged_[i].tests.begin(), judged_[i].tests.end());
      const std::array<std::string, 3> suites = {forward, backward, test_of(tests)};
      for (int run = 0; run < options_.runs; ++run) {
        jobs.push_back(job(i, program_of(candidates_[i]),
                           suites[static_cast<std::size_t>(run) % suites.size()]));
        owners.push_back(i);
      }
    }
    return run_jobs(jobs, owners, [&](std::size_t i, const Verdict& verdict) -> Status {
      if (!verdict.passed()) judged_[i].outcome = TraceOutcome::unstable;
      return {};
    });
  }

  Status try_stubs() {
    std::vector<SandboxJob> jobs;
    std::vector<std::size_t> owners;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      if (judged_[i].outcome != TraceOutcome::verified) continue;
      const std::string tests = test_of(judged_[i].tests);
      for (const std::string& stub : stubs_of(candidates_[i], judged_[i].tests)) {
        jobs.push_back(job(i, candidates_[i].prompt + stub, tests));
        owners.push_back(i);
      }
    }
    return run_jobs(jobs, owners, [&](std::size_t i, const Verdict& verdict) -> Status {
      if (verdict.passed()) judged_[i].outcome = TraceOutcome::trivial;
      return {};
    });
  }

  std::span<const Candidate> candidates_;
  const VerifyOptions& options_;
  const SandboxWorkerFactory& start_worker_;
  StopToken& stop_;
  std::vector<Judged> judged_;
};

/// Does `==` say enough: only strings, bytes, None, lists and tuples?
bool is_compared_by_equality(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\'' || c == '"') {
      for (++i; i < text.size() && text[i] != c; ++i)
        if (text[i] == '\\') ++i;
    } else if (text.substr(i).starts_with("None")) {
      i += 3;
    } else if (c == 'b') {
      continue;
    } else if (std::string_view("[](), ").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string_view name_of(TraceOutcome outcome) {
  return kNames[static_cast<std::size_t>(outcome)];
}

Result<std::vector<Judged>> judge_candidates(std::span<const Candidate> candidates,
                                             const VerifyOptions& options,
                                             const SandboxWorkerFactory& start_worker,
                                             StopToken& stop) {
  return Batch(candidates, options, start_worker, stop).run();
}

std::vector<Sample> choose_tests(std::vector<Sample> samples, std::size_t count) {
  const auto by_length = [](const Sample& sample) {
    return std::tuple(sample.arguments.size() + sample.result.size(), sample.arguments);
  };
  std::ranges::sort(samples, {}, by_length);
  std::map<std::string, int> seen;  // How many of that result stand before it.
  std::vector<std::pair<int, Sample>> ranked;
  for (Sample& sample : samples) {
    const int rank = seen[sample.result]++;
    ranked.emplace_back(rank, std::move(sample));
  }
  std::ranges::stable_sort(ranked, {}, [](const auto& entry) { return entry.first; });
  if (ranked.size() > count) ranked.resize(count);
  std::vector<Sample> chosen;
  for (auto& [rank, sample] : ranked) chosen.push_back(std::move(sample));
  std::ranges::sort(chosen, {}, by_length);
  return chosen;
}

std::string test_of(std::span<const Sample> samples) {
  std::string body;
  bool uses_same = false;
  for (const Sample& sample : samples) {
    const bool plain = is_compared_by_equality(sample.result);
    uses_same |= !plain;
    body += plain ? fmt::format("    assert candidate({}) == {}\n", sample.arguments, sample.result)
                  : fmt::format("    assert same(candidate({}), {})\n", sample.arguments,
                                sample.result);
  }
  const std::string helper = uses_same ? std::string(kSameSource) + "\n\n" : "";
  return helper + "def check(candidate):\n" + body;
}

Json to_json(const Judged& judged) {
  Json tests = Json::array();
  for (const Sample& test : judged.tests) tests.push_back({test.arguments, test.result});
  return {{"outcome", static_cast<int>(judged.outcome)}, {"tests", tests}};
}

Result<Judged> judged_from_json(const Json& value, std::string_view where) {
  Judged judged;
  SCRIBE_TRY_ASSIGN(const int outcome, json_field<int>(value, "outcome", where));
  if (outcome < 0 || outcome >= static_cast<int>(kTraceOutcomes))
    return error(ErrorCode::invalid_data, "{}: field 'outcome' is {}, expected 0 to {}", where,
                 outcome, kTraceOutcomes - 1);
  judged.outcome = static_cast<TraceOutcome>(outcome);
  SCRIBE_TRY_ASSIGN(const Json tests, json_field<Json>(value, "tests", where));
  SCRIBE_TRY_ASSIGN(judged.tests, samples_from(tests, where));
  return judged;
}

}  // namespace scribe::trace
