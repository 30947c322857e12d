// Judges candidates in the sandbox: what their solutions return, and whether tests tell them apart.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/stop.h"
#include "evaluate/judge.h"
#include "trace/candidate.h"

namespace scribe::trace {

struct VerifyOptions {
  int runs = 5;  ///< that the solution must pass: tests in order, reversed, twice in a row ...
  int tests_max = 24;  ///< of a problem
  int tests_min = 3;   ///< fewer say too little
  bool vary = true;    ///< add tests with changed inputs, for candidates that may vary
  int tries = 200;     ///< of changed inputs
  std::uint64_t seed = 1;
  SandboxLimits limits = {.cpu_seconds = 3, .wall_seconds = 20};
  int workers = 1;
};

/// Why a candidate is no problem; in the order in which they are found out.
enum class TraceOutcome {
  verified,
  fails,     ///< the solution cannot be run alone, or returns other values than were seen
  too_few,   ///< inputs with a literal result
  constant,  ///< one result for all inputs
  unstable,  ///< it does not pass every run: state, time, chance, order
  trivial,   ///< `return None`, its first argument or the most common result passes as well
};
constexpr std::size_t kTraceOutcomes = 6;
std::string_view name_of(TraceOutcome outcome);

struct Judged {
  TraceOutcome outcome = TraceOutcome::fails;
  std::vector<Sample> tests;
};

/// The same, in order, as the candidates. The result depends on candidates and options alone.
/// Errors: of judge().
Result<std::vector<Judged>> judge_candidates(std::span<const Candidate> candidates,
                                             const VerifyOptions& options,
                                             const SandboxWorkerFactory& start_worker,
                                             StopToken& stop);

/// At most `count` of the samples: as many different results as there are, short ones first.
std::vector<Sample> choose_tests(std::vector<Sample> samples, std::size_t count);

/// The source of check(candidate) with an assertion for each sample: equal and of the same type,
/// floats with a tolerance.
std::string test_of(std::span<const Sample> samples);

/// For journals: {"outcome", "tests"}. Errors: invalid_data.
Json to_json(const Judged& judged);
Result<Judged> judged_from_json(const Json& value, std::string_view where);

}  // namespace scribe::trace
