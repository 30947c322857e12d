// Which problems are worth training on: solved by some sample, and judged the same every time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "base/stop.h"
#include "evaluate/judge.h"
#include "problems/problem.h"
#include "sandbox/sandbox.h"

namespace scribe {

constexpr int kFilterRunsMax = 1'000;

struct FilterProblemsOptions {
  std::int64_t min_passes = 1;  ///< samples that must have passed; 0 needs no results
  double max_share = 1;  ///< 0 ... 1: a problem of which more of the samples passed is dropped
  int runs = 3;  ///< of the canonical solution, which has to pass each; 0 ... kFilterRunsMax
  SandboxLimits limits = {.cpu_seconds = 3, .wall_seconds = 9};
  int workers = 0;  ///< 0: one per core
  bool quiet = false;
  std::string cache_directory;            ///< of add_expected_outputs()
  std::vector<SandboxWorkers> sandboxes;  ///< taken in turn, one a run; empty: the real ones
};

/// What became of a problem; the first that holds, in this order.
enum class FilterFate {
  kept,
  not_sampled,  ///< no sample in the results
  unsolved,     ///< fewer than min_passes
  too_easy,     ///< more than max_share
  no_solution,  ///< no canonical solution, or no tests, to run
  failing,      ///< the canonical solution did not pass once
  unstable,     ///< it passed in some runs only
};
inline constexpr std::array kFilterFates{
    FilterFate::kept,        FilterFate::not_sampled, FilterFate::unsolved, FilterFate::too_easy,
    FilterFate::no_solution, FilterFate::failing,     FilterFate::unstable};
/// "kept", "not sampled" ...
std::string_view name_of(FilterFate fate);

/// The filter of Codex-S's data (Chen et al. 2021, section 4.3). Counts samples and passes of each
/// problem over all results files, then runs the canonical solutions of those that are left `runs`
/// times: each run in helper processes of its own, and by the engines of this machine in turn. One
/// fate per problem, in their order.
///
/// Errors: not_found, io; invalid_data for a bad line or a task that is not among the problems;
/// invalid_argument for options out of range; unsupported without a sandbox; interrupted; internal
/// if the sandbox itself failed on a solution twice.
Result<std::vector<FilterFate>> filter_problems(Env& env, StopToken& stop,
                                                const std::vector<Problem>& problems,
                                                const std::vector<std::string>& results_paths,
                                                const FilterProblemsOptions& options);

}  // namespace scribe
