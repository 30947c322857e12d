// More tests for contest problems, out of their right solutions: changed inputs and what all say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "base/stop.h"
#include "evaluate/check_solutions.h"
#include "problems/contest_import.h"

namespace scribe {

constexpr std::size_t kDerivedCasesMax = 1000;
constexpr std::size_t kAgreeingSolutionsMin = 2;  ///< one alone could say anything
constexpr std::size_t kInputsPerDerivedCase = 3;  ///< tried
constexpr std::size_t kInputsTriedMin = 30;
constexpr std::size_t kDerivedOutputBytesMax = std::size_t{64} << 10;
constexpr std::size_t kProblemsDerivedAtOnce = 32;  ///< whose programs' outputs are in memory

struct DeriveCasesOptions {
  std::size_t cases_max = 20;  ///< added per problem, 1 ... kDerivedCasesMax
  std::uint64_t seed = 1;      ///< of the inputs
  CheckSolutionsOptions run;
};

struct DerivedCases {
  bool possible = false;    ///< solutions enough, one right answer, inputs short enough to change
  std::int64_t inputs = 0;  ///< on which all right solutions ended well
  std::int64_t agreed = 0;  ///< of these: with the same answer
  std::int64_t added = 0;   ///< of these: now tests
};

/// Adds cases to the tests of each problem: inputs made by changed_inputs(), or of calls by
/// `mutated` of behaviour_python.h, with the answer that every solution gives which passes the
/// tests there are. Inputs that tell an incorrect solution from the right ones come first; those
/// solutions are taken out of `checks`, which are those of check_solutions() with the same options.
/// One result per problem, in order. After an error some problems have their cases, others not.
///
/// An input may break a rule that only the statement has: what right solutions agree on there is a
/// test all the same (Li et al. 2022, "AlphaCode", section 3.2.1, which does so too).
/// Errors: invalid_argument for options out of range; those of check_solutions().
Result<std::vector<DerivedCases>> derive_cases(Env& env, StopToken& stop,
                                               const DeriveCasesOptions& options,
                                               std::vector<ContestProblem>& problems,
                                               std::vector<SolutionsCheck>& checks);

}  // namespace scribe
