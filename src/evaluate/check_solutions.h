// Runs the solutions that came with contest problems, right and wrong ones, against their tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "base/stop.h"
#include "evaluate/judge.h"
#include "problems/contest_import.h"
#include "sandbox/sandbox.h"

namespace scribe {

struct CheckSolutionsOptions {
  std::size_t solutions_max = 5;  ///< run of each kind, per problem; at least 1
  SandboxLimits limits = {.cpu_seconds = 3, .wall_seconds = 9};
  int workers = 0;  ///< 0: one per core
  bool quiet = false;
  SandboxWorkers sandbox;  ///< empty: the real one
};

/// What the programs of one problem did.
struct SolutionsCheck {
  std::int64_t solutions = 0;                 ///< run
  std::vector<std::size_t> solutions_passed;  ///< of these: places in `solutions`
  std::int64_t incorrect = 0;                 ///< run
  std::vector<std::size_t> incorrect_passed;  ///< of these: the tests miss what is wrong with them
};

/// Runs the first solutions and incorrect solutions of every problem against its tests; one check
/// per problem, in order. The first solution that passes becomes the problem's canonical solution,
/// where it is a completion of the prompt. Errors: unsupported without a sandbox or the toolchain;
/// interrupted; internal if the sandbox failed twice on a program.
Result<std::vector<SolutionsCheck>> check_solutions(Env& env, StopToken& stop,
                                                    std::vector<ContestProblem>& problems,
                                                    const CheckSolutionsOptions& options);

/// A whole program of a contest problem, to be run on these tests.
SandboxJob solution_job(const Problem& problem, const std::string& program, SuiteText tests,
                        const SandboxLimits& limits);

/// Runs such jobs; one verdict each, in order. `label` names the progress line. Errors: as above.
Result<std::vector<Verdict>> run_solution_jobs(Env& env, StopToken& stop, const std::string& label,
                                               const std::vector<SandboxJob>& jobs,
                                               const CheckSolutionsOptions& options);

}  // namespace scribe
